"""What a price is for, in a header or a sentence: `je 100 Stück`, `EUR/C`, `за упаковку`.

The grammar is the same in all languages: a quantity follows a preposition or a slash. What looks
like a quantity and is not understood is in doubt, never passed over.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from pricebook.pricelists.detection.statement_tokens import Token, is_year, number_of
from pricebook.pricelists.detection.statement_words import (
    AFTER_QUANTITY_WORDS,
    PER_WORDS,
    PRICE_NOUNS,
    PRICE_UNIT_WORDS,
    SALES_UNIT_WORDS,
)
from pricebook.pricelists.facts.units import PIECE, parse_unit

_PACK_CODES = frozenset({"XPK", "XBX", "XCT", "XCS", "XCR", "XPX"})
_LETTERS = {"C": Decimal(100), "M": Decimal(1000)}
_MAX_UNIT_WORDS = 2


class StatedQuantity(NamedTuple):
    """What a text says about the quantity of a price; several values contradict each other."""

    quantities: frozenset[Decimal] = frozenset()
    units: frozenset[str] = frozenset()
    is_per_pack: bool = False
    names_price_unit: bool = False
    unclear: bool = False


class _Phrase(NamedTuple):
    """What a price is for, from its number or unit to the position after its last token."""

    kind: Literal["quantity", "pack", "price unit", "unclear"]
    end: int
    number: Decimal = Decimal(1)
    unit: str | None = None


def read_quantities(tokens: Sequence[Token], used: set[int]) -> StatedQuantity:
    """Return the quantities that a text states; `used` gets the positions of their tokens."""
    phrases: list[_Phrase] = []
    for start in _positions(tokens):
        if phrase := _phrase_at(tokens, start):
            phrases.append(phrase)
            used.update(range(max(0, start - 1), phrase.end))
    kinds = {phrase.kind for phrase in phrases}
    stated = [phrase for phrase in phrases if phrase.kind == "quantity"]
    return StatedQuantity(
        quantities=frozenset(phrase.number for phrase in stated),
        units=frozenset(phrase.unit for phrase in stated if phrase.unit) - {PIECE},
        is_per_pack="pack" in kinds,
        names_price_unit="price unit" in kinds,
        unclear="unclear" in kinds,
    )


def _positions(tokens: Sequence[Token]) -> Iterator[int]:
    """Yield where the number or unit that a price is for may begin."""
    for index in range(1, len(tokens)):
        before, token = tokens[index - 1], tokens[index]
        is_number = number_of(token) is not None and token.kind != "sign"
        if before.key in PER_WORDS or before.text == "/":
            yield index
        elif is_number and before.key in PRICE_NOUNS:
            code, _ = _unit_at(tokens, index + 1)
            if code:
                yield index
        elif is_number and before.text in "([" and index + 1 < len(tokens):
            code, length = _unit_at(tokens, index + 1)
            end = index + 1 + length
            if code and (end == len(tokens) or tokens[end].text in ")]."):
                yield index


def _phrase_at(tokens: Sequence[Token], start: int) -> _Phrase | None:
    """Return the phrase that begins at a position: `100 Stück`, `VPE`, `C`; None for others."""
    number = number_of(tokens[start]) or _letter_after_slash(tokens, start)
    position = start if number is None else start + 1
    unit, length = _unit_at(tokens, position)
    word = tokens[position].key if position < len(tokens) else ""
    if number is not None and (_is_range(tokens, position) or (is_year(number) and not unit)):
        return None
    if unit is None and word in PRICE_UNIT_WORDS:
        return _Phrase("price unit", position + 1)
    if unit in _PACK_CODES:
        is_one = number in {None, Decimal(1)}
        return _Phrase("pack" if is_one else "unclear", position + length)
    is_unit = unit is not None or word in SALES_UNIT_WORDS
    if number is None and not is_unit:
        return None
    end = position + max(length, int(word in SALES_UNIT_WORDS))
    return _Phrase("quantity", end, number or Decimal(1), unit)


def _letter_after_slash(tokens: Sequence[Token], index: int) -> Decimal | None:
    """Return 100 for `EUR/C` and 1000 for `EUR/M`; a small letter is a unit."""
    return _LETTERS.get(tokens[index].text) if tokens[index - 1].text == "/" else None


def _is_range(tokens: Sequence[Token], after_number: int) -> bool:
    """Return whether a number begins a range: `10+`, `10-99`, `10 to 99`."""
    return after_number < len(tokens) and tokens[after_number].text in {"+", "-", "–"}


def _unit_at(tokens: Sequence[Token], start: int) -> tuple[str | None, int]:
    """Return the code of the unit at a position, and its number of tokens."""
    for length in range(_MAX_UNIT_WORDS, 0, -1):
        words = tokens[start : start + length]
        if len(words) == length and all(word.kind == "word" for word in words):
            text = " ".join(word.text for word in words)
            if words[0].key not in AFTER_QUANTITY_WORDS and (code := parse_unit(text)):
                return code, length
    return None, 0
