"""What a price is for, in a header or a sentence: `je 100 Stück`, `EUR/C`, `за упаковку`.

The grammar is the same in all languages: a quantity follows a preposition or a slash. What looks
like a quantity and is not understood is in doubt, never passed over.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from pricebook.pricelists.detection.currencies import currencies_of_word
from pricebook.pricelists.detection.price_words import MONTH_WORDS
from pricebook.pricelists.detection.statement_tokens import Token, is_year, number_of
from pricebook.pricelists.detection.statement_words import (
    AFTER_QUANTITY_WORDS,
    ARTICLES,
    MEASURE_WORDS,
    OF_WORDS,
    ONLY_PER_WORDS,
    OR_WORDS,
    PER_WORDS,
    PRICE_NOUNS,
    PRICE_UNIT_WORDS,
    ROW_UNIT_WORDS,
    SALES_UNIT_WORDS,
)
from pricebook.pricelists.detection.tax_words import (
    EXCLUDING_WORDS,
    GROSS_WORDS,
    INCLUDING_WORDS,
    NET_WORDS,
    TAX_EXCLUDED_WORDS,
    TAX_INCLUDED_WORDS,
    TAX_NAMES,
)
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.facts.units import PIECE, parse_unit

GENERAL_PACK = "XPK"
TRAY = "XPU"
PACK_CODES = frozenset({GENERAL_PACK, "XBX", "XCT", "XCS", "XCR", "XPX", TRAY})
QUANTITY_LETTERS = {"C": Decimal(100), "M": Decimal(1000)}
_ALTERNATIVE_MARKS = frozenset("(/")
# Twelve dozen, or with tax.
_GROSS = "gross"
_MAX_UNIT_WORDS = 2
_MONTHS = comparison_keys(MONTH_WORDS)
_TAX_WORDS = (TAX_NAMES | TAX_INCLUDED_WORDS | TAX_EXCLUDED_WORDS | GROSS_WORDS | NET_WORDS) | (
    INCLUDING_WORDS | EXCLUDING_WORDS
)


class StatedQuantity(NamedTuple):
    """What a text says about the quantity of a price; several values contradict each other.

    `units` are those other than a piece; `names_pieces`: it is for pieces; `names_row_unit`: it is
    for the unit of its row, `per UOM`.
    """

    quantities: frozenset[Decimal] = frozenset()
    units: frozenset[str] = frozenset()
    names_pieces: bool = False
    is_per_pack: bool = False
    names_price_unit: bool = False
    names_row_unit: bool = False
    unclear: bool = False


class _Phrase(NamedTuple):
    """What a price is for, from its number or unit to the position after its last token."""

    kind: Literal["quantity", "pack", "price unit", "row unit", "unclear"]
    end: int
    number: Decimal = Decimal(1)
    unit: str | None = None


def read_quantities(
    tokens: Sequence[Token], used: set[int], *, is_header: bool = False
) -> StatedQuantity:
    """Return the quantities that a text states; `used` gets the positions of their tokens."""
    phrases: list[_Phrase] = []
    for start in range(len(tokens)):
        is_pack = is_header and _is_pack_of_price(tokens, start)
        # A sentence about trays or plates is about articles more often than about packs.
        is_tray = not is_header and _unit_at(tokens, start)[0] == TRAY
        if is_tray or not (is_pack or (start and _may_begin(tokens, start))):
            continue
        if phrase := _phrase_at(tokens, start):
            phrases += [phrase, *_alternatives(tokens, phrase)]
            is_introduced = start > 0 and tokens[start - 1].key not in PRICE_NOUNS
            used.update(range(start - int(is_introduced), phrases[-1].end))
    kinds = {phrase.kind for phrase in phrases}
    stated = [phrase for phrase in phrases if phrase.kind in {"quantity", "row unit"}]
    units = frozenset(phrase.unit for phrase in stated if phrase.unit)
    return StatedQuantity(
        quantities=frozenset(phrase.number for phrase in stated),
        units=units - {PIECE},
        names_pieces=PIECE in units,
        is_per_pack="pack" in kinds,
        names_price_unit="price unit" in kinds,
        names_row_unit="row unit" in kinds,
        unclear="unclear" in kinds,
    )


def _is_pack_of_price(tokens: Sequence[Token], index: int) -> bool:
    """Return whether a header has a pack directly beside a price: `Case price`, `Pris kolli`."""
    unit, length = _unit_at(tokens, index)
    after = tokens[index + length] if index + length < len(tokens) else None
    is_before_price = after is not None and after.key in PRICE_NOUNS
    before = index - 1 if index and tokens[index - 1].key in ARTICLES else index
    return unit in PACK_CODES and (is_before_price or _is_after_price(tokens, before))


def _may_begin(tokens: Sequence[Token], index: int) -> bool:
    """Return whether the number or unit that a price is for may begin at a position over 0."""
    before, token = tokens[index - 1], tokens[index]
    if before.text == "/":
        return _is_per_slash(tokens, index - 1)
    if before.key in PER_WORDS:
        return True
    is_number = number_of(token) is not None and token.kind != "sign"
    start = index + 1 if is_number else index
    unit, length = _unit_at(tokens, start)
    if before.key in ARTICLES:
        is_word = token.kind == "word" and (is_number or unit is not None)
        return is_word and _is_after_price(tokens, index - 1)
    if not (is_number and unit):
        return False
    end = start + length
    is_bracketed = before.text in "([" and (end == len(tokens) or tokens[end].text in ")].")
    return is_bracketed or before.key in PRICE_NOUNS


def _is_per_slash(tokens: Sequence[Token], slash: int) -> bool:
    """Return whether a slash is the word per: not in `2026/27` and `Tarifa / Hoja de pedido`."""
    after = tokens[slash + 1]
    is_number = slash > 0 and tokens[slash - 1].kind in {"number", "date"}
    if is_number and number_of(after) != 0:
        return False
    if after.text in QUANTITY_LETTERS:
        return True
    unit, length = _unit_at(tokens, slash + 1)
    following = tokens[slash + 1 + length : slash + 2 + length]
    is_followed_by_name = any(
        token.kind == "word"
        and token.key not in _TAX_WORDS | OR_WORDS
        and not currencies_of_word(token.text, "")
        for token in following
    )
    return not (unit and is_followed_by_name)


def _is_after_price(tokens: Sequence[Token], index: int) -> bool:
    """Return whether a position follows a word for a price, tax words in between: `Prix HT le`."""
    before = [token for token in tokens[:index] if token.key not in _TAX_WORDS]
    return bool(before) and before[-1].key in PRICE_NOUNS


def _phrase_at(tokens: Sequence[Token], start: int) -> _Phrase | None:
    """Return the phrase that begins at a position: `100 Stück`, `VPE`, `C`; None for others."""
    if tokens[start].text in QUANTITY_LETTERS:
        return _letter_phrase(tokens, start)
    number = number_of(tokens[start])
    position = start if number is None else start + 1
    unit, length = _unit_at(tokens, position)
    word = tokens[position].key if position < len(tokens) else ""
    if number is not None and (_is_no_quantity(tokens, start) or (is_year(number) and not unit)):
        return None
    if number == 0 or (word == _GROSS and tokens[start - 1].key in ONLY_PER_WORDS):
        return _Phrase("unclear", min(position + 1, len(tokens)))
    if unit is None and word in PRICE_UNIT_WORDS:
        return _Phrase("price unit", position + 1)
    if unit in PACK_CODES:
        return _pack_phrase(tokens, position + length, number)
    return _unit_phrase(tokens, position, number)


def _unit_phrase(tokens: Sequence[Token], start: int, number: Decimal | None) -> _Phrase | None:
    """Return the phrase of a unit at a position: `Stück`, `UOM`; that of its number without one."""
    unit, length = _unit_at(tokens, start)
    word = tokens[start].key if start < len(tokens) else ""
    is_sold_unit = unit is None and word in SALES_UNIT_WORDS
    if number is None and (unit == PIECE or is_sold_unit):
        end = start + max(length, 1)
        measures = [token.key in MEASURE_WORDS for token in tokens[end : end + 2]]
        if any(measures):
            return _Phrase("row unit", end + measures.index(True) + 1)
        if word in ROW_UNIT_WORDS:
            return _Phrase("row unit", end)
    end = start + max(length, int(is_sold_unit))
    is_quantity = number is not None or unit is not None or is_sold_unit
    return _Phrase("quantity", end, number or Decimal(1), unit) if is_quantity else None


def _alternatives(tokens: Sequence[Token], phrase: _Phrase) -> list[_Phrase]:
    """Return the phrase of another unit of the same quantity: `EUR/l (kg)`, `per kg or l`."""
    if phrase.kind != "quantity" or phrase.unit is None or phrase.end >= len(tokens):
        return []
    mark = tokens[phrase.end]
    unit, length = _unit_at(tokens, phrase.end + 1)
    end = phrase.end + 1 + length
    is_closed = mark.text != "(" or [token.text for token in tokens[end : end + 1]] == [")"]
    is_other = unit not in {None, phrase.unit, *PACK_CODES}
    if not (is_other and is_closed and (mark.text in _ALTERNATIVE_MARKS or mark.key in OR_WORDS)):
        return []
    return [phrase._replace(unit=unit, end=end + (mark.text == "("))]


def _is_no_quantity(tokens: Sequence[Token], start: int) -> bool:
    """Return whether a number begins a range or a date, or ends a percentage: `19 per cent`."""
    after = [token for token in tokens[start + 1 : start + 3] if token.text != "."]
    if after and after[0].key in _MONTHS:
        return True
    is_hundred = tokens[start].kind == "word" and number_of(tokens[start]) == Decimal(100)
    is_percentage = is_hundred and start > 1 and tokens[start - 2].kind == "number"
    return is_percentage or _is_range(tokens, start + 1)


def _letter_phrase(tokens: Sequence[Token], start: int) -> _Phrase | None:
    """Return the phrase of a capital letter: 100 for `EUR/C`, 1000 for `EUR/M`.

    `per M` may be a metre, and so may `PRICE/M`; `per C` and `per C pcs` are per hundred.
    """
    letter, before = tokens[start].text, tokens[start - 1]
    if before.text != "/" and before.key not in ONLY_PER_WORDS:
        return None
    is_capitalized = not any(any(map(str.islower, token.text)) for token in tokens)
    if letter == "M" and (before.text != "/" or is_capitalized):
        return _Phrase("unclear", start + 1)
    unit, length = _unit_at(tokens, start + 1)
    return _Phrase("quantity", start + 1 + length, QUANTITY_LETTERS[letter], unit)


def _pack_phrase(tokens: Sequence[Token], end: int, number: Decimal | None) -> _Phrase:
    """Return the phrase of a pack that ends at a position: `pack`, `pack of 10`, `VPE 10 Stk`."""
    if number is not None and number != 1:
        return _Phrase("unclear", end)
    size_at = end + int(end < len(tokens) and tokens[end].key in OF_WORDS)
    size = number_of(tokens[size_at]) if size_at < len(tokens) else None
    if size is None or tokens[size_at].kind == "sign" or _is_range(tokens, size_at + 1):
        return _Phrase("pack", end)
    _, length = _unit_at(tokens, size_at + 1)
    return _Phrase("quantity", size_at + 1 + length, size)


def _is_range(tokens: Sequence[Token], after_number: int) -> bool:
    """Return whether a number begins a range: `10+`, `10-99`."""
    following = [token.text for token in tokens[after_number : after_number + 2]]
    return following[:1] == ["+"] or (
        following[:1] in (["-"], ["–"]) and following[1:] != [] and following[1].isdigit()
    )


def _unit_at(tokens: Sequence[Token], start: int) -> tuple[str | None, int]:
    """Return the code of the unit at a position, and its number of tokens."""
    for length in range(_MAX_UNIT_WORDS, 0, -1):
        words = tokens[start : start + length]
        if len(words) == length and all(word.kind == "word" for word in words):
            text = " ".join(word.text for word in words)
            if words[0].key not in AFTER_QUANTITY_WORDS and (code := parse_unit(text)):
                return code, length
    return None, 0
