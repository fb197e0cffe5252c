"""Quantities: `100`, `C`, `1 000`, `100 St`, `je 100 Stück`."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from pricebook.pricelists.facts.hundredths import is_money_of_unit
from pricebook.pricelists.facts.numerals import NUMBER, displayed, parse_number
from pricebook.pricelists.facts.units import PIECE, parse_unit
from pricebook.pricelists.schemas.cells import NumberCell
from pricebook.pricelists.schemas.read_config import DecimalMark

_PER_WORDS = frozenset(
    (
        "per",
        "pro",
        "je",
        "for",
        "für",
        "pour",
        "par",
        "por",
        "за",
        "za",
        "à",
        "a",
        "/",
        "=",
        "x",
        "×",
        *("le", "la", "les", "l'", "das", "der", "die", "il", "lo", "el", "los", "the"),
    )
)
# A capital M is a thousand, a small one a metre; so are C, CFT and E in lists of the United States.
_LETTERS = {
    "C": 100,
    "M": 1000,
    "%": 100,
    "‰": 1000,
    "%0": 1000,
    "%o": 1000,
    "0/00": 1000,
    "o/oo": 1000,
}
# Before a unit: `%pz` is a hundred pieces.
_SIGNS = frozenset({"%", "‰"})
_IN_DOUBT = frozenset({"T", "H", "D"})
_MULTIPLES: dict[int, str] = {
    12: (
        "dozen dozens dz dzn doz dtz dutzend дюжина дюжину douzaine docena tuzin дюжини dussin "
        "dozijn tucet dozzina düzine"
    ),
    100: (
        "cen hundred hundert hdt сто сотня сотню сотен cent centaine cien ciento sto setka "
        "сотні сотню cento hundra honderd sută"
    ),
    144: "gro",
    1000: (
        "mil thousand tausend tsd тысяча тысячу тысяч тыс тис тисяча "
        "тисячу mille millier tysiąc tys tys. tysięcy millar tusen duizend tisíc"
    ),
}
NUMBER_OF_WORD = {word: number for number, words in _MULTIPLES.items() for word in words.split()}
_FEET = {"CFT": 100, "CLF": 100, "MFT": 1000, "MLF": 1000}
_PARTS = re.compile(
    rf"(?P<before>[^0-9]*)(?P<digits>{NUMBER})?(?P<after>(?:[^0-9]|(?<=[mм])[23])*)", re.IGNORECASE
).fullmatch
_PACK_OF = re.compile(
    r"(?P<pack>[^\W\d_]+\.?)\s*(?:(?:of|à|a|zu|mit|with|de|da|di|con|po|по|x|×|/)\s*)?"
    r"(?P<bracket>\()?(?P<size>\d[^()]*)(?(bracket)\)|)",
    re.IGNORECASE,
).fullmatch
# Packs and bottles by words that are no units: as those, `6 Fl` would be a price quantity.
_PACK_WORDS = frozenset({"zgrz", "zgrzewka", "zgrzewki", "zgrzewek"})
_BOTTLES = re.compile(r"(?P<size>\d+)\s*(?:fl|gl|fla|ds|dos)\.?", re.IGNORECASE).fullmatch
# `1 x 24`, and `24 x 0,33 l`: bottles, whatever each contains.
_SINGLE_PACK = re.compile(r"1\s*[x×х*]\s*(?P<size>\d.*)", re.IGNORECASE).fullmatch
_OF_CONTENTS = re.compile(
    r"(?P<size>\d+)\s*[x×х*]\s*\d+(?:[.,]\d+)?\s*(?P<measure>[^\W\d]+\.?)"
    r"(?:\s+[^\W\d]{1,10}\.?)?",
    re.IGNORECASE,
).fullmatch
# Of the contents of a bottle or bag; lengths are dimensions.
_CONTENTS = frozenset({"LTR", "KGM", "GRM", "ONZ", "LBR"})
_PARTS_OF_LITRES = frozenset({"ml", "cl", "dl", "мл"})
# The unit of a price: `kr/100 st`. A hundredth of the currency a piece is the currency a hundred.
# Currencies that are one alone are read by `unit_currencies`.
_PRICE_UNIT = re.compile(r"(?P<money>[^\W\d_]+\.?)\s*/\s*(?P<quantity>.+)").fullmatch
_CROWNS = frozenset({"kr", "kr."})
_WORDS = re.compile(r"[/=×]|[^\s/=×()\[\]]+")
_ELIDED_ARTICLE = re.compile(r"^l'", re.IGNORECASE)


class Quantity(NamedTuple):
    """A number of units and the code of the unit (UN/ECE Recommendation 20), if it is named."""

    number: Decimal
    unit: str | None = None

    @property
    def is_part_of_piece(self) -> bool:
        """Whether it is a fraction of a piece, which no price is for: `0.5`, not `0,5 kg`."""
        return self.unit in {None, PIECE} and self.number % 1 != 0


_LETTER_QUANTITIES = {letter: Quantity(Decimal(number)) for letter, number in _LETTERS.items()} | {
    "E": Quantity(Decimal(1), PIECE)
}


def parse_quantity(cell: str, decimal_mark: DecimalMark | None = None) -> Quantity | None:
    """Return the quantity over 0 that a whole cell names; None if there is none, or in doubt.

    `1.000` is 1000 if the price list has a decimal comma, else it is in doubt: `decimal_mark` is
    the decimal mark of the price list if that is known.
    """
    if isinstance(cell, NumberCell):
        return _of_number_cell(cell)
    return _parse_text(displayed(cell), decimal_mark)


def parse_pack(cell: str, decimal_mark: DecimalMark | None = None) -> Quantity | None:
    """Return the pieces of a pack, as parse_quantity does; also of `Box of 50`, `24 x 0,33 l`.

    A cell of units may state a pack: it is no quantity that a price is for.
    """
    quantity = parse_quantity(cell, decimal_mark)
    if quantity or isinstance(cell, NumberCell):
        return quantity
    text = displayed(cell).strip()
    contents = _OF_CONTENTS(text)
    if contents and _measures_contents(contents["measure"]):
        return parse_quantity(contents["size"])
    match = _PACK_OF(text)
    if match is None or not _is_pack_word(match["pack"]):
        match = _SINGLE_PACK(text)
    if match is None:
        return None
    bottles = _BOTTLES(match["size"].strip())
    return parse_quantity(bottles["size"] if bottles else match["size"], decimal_mark)


def _is_pack_word(word: str) -> bool:
    is_known = word.casefold().rstrip(".") in _PACK_WORDS
    return is_known or (parse_unit(word) or "").startswith("X")


def _measures_contents(unit: str) -> bool:
    return unit.casefold().rstrip(".") in _PARTS_OF_LITRES or parse_unit(unit) in _CONTENTS


def _of_number_cell(cell: NumberCell) -> Quantity | None:
    """Return the quantity of a numeric cell; the words of its number format name the unit."""
    number, text = Decimal(cell), displayed(cell)
    if number <= 0 or "%" in text:
        return None
    match = _PARTS(text)
    words: list[str] = _WORDS.findall(match["after"]) if match else []
    named = _named_quantity(words) if words else None
    if words and (named is None or named.number != 1):
        return None
    return Quantity(number, named.unit if named else None)


@lru_cache(maxsize=4096)
def _parse_text(text: str, decimal_mark: DecimalMark | None) -> Quantity | None:
    match = _PARTS(text)
    if text in _LETTER_QUANTITIES or not match:
        return _LETTER_QUANTITIES.get(text)
    if text[:1] in _SIGNS and (unit := parse_unit(text[1:])):
        return Quantity(_LETTER_QUANTITIES[text[0]].number, unit)
    if (price_unit := _PRICE_UNIT(text.strip())) and _names_money(price_unit):
        return _of_price_unit(price_unit, decimal_mark)
    before = _WORDS.findall(_ELIDED_ARTICLE.sub("", match["before"]))
    while len(before) > (match["digits"] is None) and before[0].casefold() in _PER_WORDS:
        del before[0]
    if match["digits"] is None:
        return _named_quantity(before)
    number = parse_number(match["digits"], decimal_mark)
    return None if before or not number else _counted_quantity(number, match["after"])


def _names_money(match: re.Match[str]) -> bool:
    money = match["money"]
    return money.casefold() in _CROWNS or is_money_of_unit(money, match["quantity"])


def _of_price_unit(match: re.Match[str], decimal_mark: DecimalMark | None) -> Quantity | None:
    quantity = _parse_text(match["quantity"], decimal_mark)
    if quantity is None or match["money"].casefold() in _CROWNS:
        return quantity
    return quantity._replace(number=quantity.number * 100)


def _counted_quantity(number: Decimal, after: str) -> Quantity | None:
    """Return the quantity of a number and the words after it: `100 St`, `10 тыс. шт`, `100er`."""
    words: list[str] = _WORDS.findall(after.removeprefix("er").lstrip("-"))
    if not words:
        return Quantity(number)
    if " ".join(words) in _LETTER_QUANTITIES:
        return Quantity(number, "MTR") if words == ["M"] else None
    named = _named_quantity(words)
    return Quantity(number * named.number, named.unit) if named else None


def _named_quantity(words: Sequence[str]) -> Quantity | None:
    """Return the quantity that words without a number name: `C`, `Tsd. Stück`, `m`."""
    if not words:
        return None
    text = " ".join(words)
    if text in _IN_DOUBT:
        return None
    if text in _LETTER_QUANTITIES:
        return _LETTER_QUANTITIES[text]
    if text.upper() in _FEET:
        return Quantity(Decimal(_FEET[text.upper()]), "FOT")
    if multiple := NUMBER_OF_WORD.get(words[0].casefold().rstrip(".")):
        unit = parse_unit(" ".join(words[1:]))
        return Quantity(Decimal(multiple), unit) if unit or not words[1:] else None
    unit = parse_unit(text)
    return Quantity(Decimal(1), unit) if unit else None
