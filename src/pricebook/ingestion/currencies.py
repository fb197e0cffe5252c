"""Which currencies a sign or a word may stand for."""

import re
from functools import lru_cache

_DOLLARS = "USD CAD AUD NZD HKD SGD TWD MXN"
_WORDS = {
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
_CURRENCIES = {
    word: frozenset(codes.split()) for codes, words in _WORDS.items() for word in words.split()
}
_FEW = 2
# `US$` and `R$` are one word each; any other sign stands for itself.
WORD_OR_SIGN = re.compile(r"[^\W\d_]+\$?|[^\w\s.,]")


@lru_cache(maxsize=4096)
def meant_by(word: str, catalog_currency: str) -> frozenset[str] | None:
    """Tell the ISO codes that a word or sign may mean, None where it is no currency."""
    folded = word.casefold()
    if folded == catalog_currency.casefold():
        return frozenset({catalog_currency})
    return _CURRENCIES.get(folded)


def named_in(text: str, catalog_currency: str) -> frozenset[str] | None:
    """Tell the ISO codes a text may mean, None where it names no currency.

    Several words narrow each other down: `бел. руб.` is BYN. Words that are no currency are passed
    over, and words that contradict each other leave an empty set.
    """
    found: frozenset[str] | None = None
    for word in WORD_OR_SIGN.findall(text):
        meant = meant_by(word, catalog_currency)
        if meant is not None:
            found = meant if found is None else found & meant
    return found


def listed(codes: frozenset[str]) -> str:
    """Tell codes in a message: `EUR`, `BYN or RUB`; a sign of many is just another currency."""
    return " or ".join(sorted(codes)) if 0 < len(codes) <= _FEW else "another currency"
