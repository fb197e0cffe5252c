"""ISO 4217 codes of currency signs and words."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from pricebook.pricelists.detection.currency_codes import CODES_LIKE_WORDS, FURTHER_CODES
from pricebook.pricelists.text import comparison_key

_DOLLARS = "USD CAD AUD NZD HKD SGD TWD MXN"
_PESOS = "ARS CLP COP CUP DOP MXN PHP UYU"
_DINARS = "BHD DZD IQD JOD KWD LYD RSD TND"
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
    _PESOS: "pesos",
    "PEN": "soles",
}
_CODES_BY_WORD = {
    word: frozenset(codes.split())
    for codes, words in _CURRENCY_WORDS.items()
    for word in words.split()
}
# Signs that are other abbreviations where the catalog is in another currency: `Br.` is gross, a
# Latin `p.` pieces.
_SIGNS_OF_CATALOG = {"br": "BYN", "p": "RUB"}
# Names of currencies in the forms that sentences use, without case and accents.
_SENTENCE_NAMES = {
    "EUR": "euro euros eur евро євро euroa",
    _DOLLARS: (
        "dollar dollars dolares dolarach долларах доллары долларов доллар долари доларах доларів"
    ),
    "USD": "usd usdollar usdollars сша",
    "GBP": "gbp sterling",
    "RUB BYN": "рублях рубли рублей рубль руб rubel rubles roubles",
    "RUB": "российских российские",
    "BYN": "белорусских белорусские бел",
    "UAH": "гривнях гривні гривень гривня гривна гривны гривнах грн",
    "PLN": "zł złotych złotówkach złote zloty",
    "CHF": "franken schweizerfranken sfr",
    "KZT": "тенге",
    "HUF": "forint forintban",
    _PESOS: "pesos",
    "ARS": "argentinos",
    "CLP": "chilenos",
    "COP": "colombianos",
    "CUP": "cubanos",
    "DOP": "dominicanos",
    "MXN": "mexicanos",
    "UYU": "uruguayos",
    "PEN": "soles",
    "BRL": "reais",
    "BOB": "bolivianos",
    "CRC": "colones",
    "GTQ": "quetzales",
    "PYG": "guaraníes",
    "VES": "bolívares",
    "SEK NOK DKK ISK": "kronor kroner kronur кронах",
    "SEK NOK DKK ISK CZK": "kronen koronach korony couronnes crowns krone kronach",
    "CZK": "korun koruny korunách czeskich",
    "SEK": "szwedzkich",
    "NOK": "norweskich",
    "DKK": "duńskich",
    "TRY": "lira lirası liras",
    "RON MDL": "lei",
    "BGN": "лева левове",
    "JPY": "yen",
    "CNY": "yuan renminbi юанях юаней",
    "INR LKR NPR PKR": "rupees rupien roupies",
    "ZAR": "rand",
    "AED MAD": "dirham dirhams dirhem дирхамах",
    "NGN": "naira",
    "KES TZS UGX": "shillings",
    "THB": "baht",
    "VND": "dong",
    "IDR": "rupiah",
    "MYR": "ringgit",
    "ILS": "shekel shekels шекелях",
    "IRR OMR QAR SAR YER": "riyal riyals rials",
    _DINARS: "dinar dinars dinare dinara динарах динара",
    "GEL": "лари",
    "AMD": "драмах драмов",
    "AZN TMT": "манатах манатов",
    "UZS": "сумах",
    "KGS": "сомах",
    "TJS": "сомони",
}
_CODES_BY_SENTENCE_WORD = {
    comparison_key(word): frozenset(codes.split())
    for codes, words in _SENTENCE_NAMES.items()
    for word in words.split()
}
# Without its accent, this is an abbreviation of other words.
_ACCENTED_SENTENCE_NAMES = {"kč": frozenset({"CZK"})}
# Names that a currency column uses in place of codes.
_LOCAL_NAMES = frozenset(("руб", "грн", "zł", "kč", "kr", "тг", "лв", "us$", "сум", "euro", "у.е"))
_ISO_CODES = FURTHER_CODES.union(*map(str.split, _CURRENCY_WORDS))
# Of the currencies with words or signs of their own.
COMMON_CODES = frozenset(code for codes in _CURRENCY_WORDS for code in codes.split())
_MAX_LISTED_CODES = 2
# `US$` and `R$` are one word each; every other sign is its own match.
WORD_OR_SIGN = re.compile(r"[^\W\d_]+\$?|[^\w\s.,]")


@lru_cache(maxsize=4096)
def currencies_of_word(word: str, catalog_currency: str) -> frozenset[str] | None:
    """Return the ISO codes that a word or sign may mean, None if it is no currency."""
    folded = word.casefold()
    if folded == catalog_currency.casefold() or _SIGNS_OF_CATALOG.get(folded) == catalog_currency:
        return frozenset({catalog_currency})
    further = frozenset({word}) if word in FURTHER_CODES else None
    return _CODES_BY_WORD.get(folded, further)


def currencies_in_text(text: str, catalog_currency: str) -> frozenset[str] | None:
    """Return the ISO codes that a text may mean, None if it names no currency.

    The codes of several words are intersected: `бел. руб.` is BYN. Other words are ignored;
    contradicting words give an empty set.
    """
    possible_codes: frozenset[str] | None = None
    for match in WORD_OR_SIGN.finditer(text):
        word = match[0]
        if word in CODES_LIKE_WORDS and _goes_on_in_capitals(text, match.end()):
            continue
        word_codes = currencies_of_word(word, catalog_currency)
        if word_codes is not None:
            possible_codes = word_codes if possible_codes is None else possible_codes & word_codes
    return possible_codes


def _goes_on_in_capitals(text: str, position: int) -> bool:
    """Return whether a text in capitals has words behind a position: `PEN PRICE`."""
    return text.isupper() and any(map(str.isalpha, text[position:]))


def sentence_currency(word: str, key: str, catalog_currency: str) -> frozenset[str] | None:
    """Return the ISO codes that a word of a sentence may mean, None if it is no currency.

    Codes count in capitals only, so that `try` or `gel` stay words; `key` is the comparison key.
    """
    if word in _ISO_CODES or word == catalog_currency:
        return frozenset({word})
    return _CODES_BY_SENTENCE_WORD.get(key) or _ACCENTED_SENTENCE_NAMES.get(word.casefold())


def currencies_of_sign(sign: str) -> frozenset[str] | None:
    """Return the ISO codes that a currency sign may mean, None for another sign."""
    return _CODES_BY_WORD.get(sign) if unicodedata.category(sign[:1] or " ") == "Sc" else None


def currency_of_cell(cell: str, catalog_currency: str) -> frozenset[str] | None:
    """Return the ISO codes that a whole cell means: `EUR`, `€`, `руб.`; None for other cells."""
    word = cell.strip().rstrip(".")
    is_sign = len(word) == 1 and unicodedata.category(word) == "Sc"
    if is_sign or word.upper() in _ISO_CODES or word.casefold() in _LOCAL_NAMES:
        return currencies_of_word(word, catalog_currency)
    return frozenset({word}) if word == catalog_currency else None


def resolve_currency(codes: Iterable[str], catalog_currency: str) -> str | None:
    """Return the catalog's currency if the codes contain it, else the only code; None in doubt."""
    possible = frozenset(codes)
    if catalog_currency in possible:
        return catalog_currency
    return next(iter(possible)) if len(possible) == 1 else None


def format_currencies(codes: frozenset[str]) -> str:
    """Return codes for a message: `EUR`, `BYN or RUB`, or `another currency` for more than two."""
    return " or ".join(sorted(codes)) if 0 < len(codes) <= _MAX_LISTED_CODES else "another currency"
