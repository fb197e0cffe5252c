"""ISO 4217 codes of currency signs and words."""

import re
from functools import lru_cache

_DOLLARS = "USD CAD AUD NZD HKD SGD TWD MXN"
_CURRENCY_WORDS = {
    _DOLLARS: "$ dollar dollars доллар доллары долларов",
    "USD": "usd us$ usd$ u$ сша",
    "CAD": "cad c$ ca$ can$ cad$",
    "AUD": "aud a$ au$",
    "NZD": "nzd nz$",
    "HKD": "hkd hk$",
    "SGD": "sgd s$",
    "TWD": "twd nt$",
    "MXN": "mxn mx$",
    "EUR": "€ eur euro euros евро євро",
    "GBP": "£ gbp pound pounds sterling",
    "RUB": "₽ rub rur российских",
    "BYN": "byn byr бел белорусских",
    "RUB BYN": "руб р рубль рубля рублей rubel ruble",
    "UAH": "₴ uah грн гривна гривня гривень гривен",
    "PLN": "pln zł zl złoty złotych",
    "CHF": "chf fr sfr franken francs",
    "JPY": "jpy yen 円",
    "CNY": "cny rmb yuan 元 юань юаней",
    "JPY CNY": "¥",
    "CZK": "czk kč kc",
    "HUF": "huf ft forint",
    "SEK": "sek",
    "NOK": "nok",
    "DKK": "dkk",
    "ISK": "isk",
    "SEK NOK DKK ISK": "kr",
    "RON": "ron",
    "MDL": "mdl",
    "RON MDL": "lei leu",
    "BGN": "bgn лв лева lv",
    "KZT": "₸ kzt тг тенге",
    "INR": "₹ inr",
    "INR PKR LKR NPR": "rs rupees",
    "PKR": "pkr",
    "TRY": "₺ try tl",
    "BRL": "brl r$",
    "KRW": "₩ krw",
    "ILS": "₪ ils nis",
    "GEL": "₾ gel лари",
    "AMD": "֏ amd драм",
    "AZN": "₼ azn",
    "UZS": "uzs сум",
    "KGS": "kgs сом",
    "RSD": "rsd din дин",
    "VND": "₫ vnd",
    "THB": "฿ thb",
    "PHP": "₱ php",
    "IDR": "idr rp",
    "ZAR": "zar",
    "AED": "aed",
    "SAR": "sar",
}
_CODES_BY_WORD = {
    word: frozenset(codes.split())
    for codes, words in _CURRENCY_WORDS.items()
    for word in words.split()
}
_MAX_LISTED_CODES = 2
# `US$` and `R$` are one word each; every other sign is its own match.
WORD_OR_SIGN = re.compile(r"[^\W\d_]+\$?|[^\w\s.,]")


@lru_cache(maxsize=4096)
def currencies_of_word(word: str, catalog_currency: str) -> frozenset[str] | None:
    """Return the ISO codes that a word or sign may mean, None if it is no currency."""
    folded = word.casefold()
    if folded == catalog_currency.casefold():
        return frozenset({catalog_currency})
    return _CODES_BY_WORD.get(folded)


def currencies_in_text(text: str, catalog_currency: str) -> frozenset[str] | None:
    """Return the ISO codes that a text may mean, None if it names no currency.

    The codes of several words are intersected: `бел. руб.` is BYN. Other words are ignored;
    contradicting words give an empty set.
    """
    possible_codes: frozenset[str] | None = None
    for word in WORD_OR_SIGN.findall(text):
        word_codes = currencies_of_word(word, catalog_currency)
        if word_codes is not None:
            possible_codes = word_codes if possible_codes is None else possible_codes & word_codes
    return possible_codes


def format_currencies(codes: frozenset[str]) -> str:
    """Return codes for a message: `EUR`, `BYN or RUB`, or `another currency` for more than two."""
    return " or ".join(sorted(codes)) if 0 < len(codes) <= _MAX_LISTED_CODES else "another currency"
