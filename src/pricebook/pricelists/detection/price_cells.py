"""What price cells say beside their number: `119 incl. VAT`, the number format `0.00 "€/100"`."""

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.currencies import WORD_OR_SIGN, currencies_of_word
from pricebook.pricelists.detection.price_statements import PriceStatement, read_header_statement
from pricebook.pricelists.detection.vocabulary import PIECE_UNIT_WORDS, TAX_WORDS
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.schemas.cells import NumberCell
from pricebook.pricelists.text import quote
from pricebook.pricelists.unit_cells import split_unit

# Of the cells with a number that make a statement about all prices.
_MIN_SHARE = 0.5
_NUMBER = re.compile(r"[0-9](?:[0-9., ']*[0-9])?")
_LETTER_OR_SLASH = re.compile(r"[^\W\d_]|/").search
# Words of one letter may be units: a tonne, a cent.
_KNOWN_WORDS = frozenset(word for word in comparison_keys(PIECE_UNIT_WORDS) if len(word) > 1)
_PLAIN_WORDS = _KNOWN_WORDS | comparison_keys(TAX_WORDS)


class CellStatement(NamedTuple):
    """What the cells of a price column say, and how a message names them as a source."""

    statement: PriceStatement = PriceStatement()
    source: str = ""


def statement_of_cell(cell: str) -> PriceStatement:
    """Return what a price cell says beside its number."""
    text = display_text(cell)
    is_number = isinstance(cell, NumberCell)
    if (is_number and cell == text) or not _LETTER_OR_SLASH(text):
        return _NOTHING
    beside = _beside_number(cell)
    # A text with a second number is no price, but `12 €/100 m`.
    is_price = is_number or split_unit(text) or not any(map(str.isdigit, beside))
    return read_header_statement(beside) if is_price else _NOTHING


def statement_of_cells(cells: Sequence[str]) -> CellStatement:
    """Return what at least half of the cells say if no other one contradicts it."""
    numbers = [cell for cell in cells if any(map(str.isdigit, cell))]
    counts: Counter[PriceStatement] = Counter()
    examples: dict[PriceStatement, str] = {}
    for cell in numbers:
        found = statement_of_cell(cell)
        if found.quantities or found.is_per_pack or found.vat_included:
            # The currency and other words of a cell make no other statement.
            statement = found._replace(rest=(), beside_quantity="")
            counts[statement] += 1
            examples.setdefault(statement, display_text(cell))
    if len(counts) != 1:
        return CellStatement()
    ((statement, count),) = counts.items()
    if count < _MIN_SHARE * len(numbers):
        return CellStatement()
    return CellStatement(statement, f"cells such as {quote(examples[statement])}")


@lru_cache(maxsize=4096)
def has_unknown_words(text: str, currency: str) -> bool:
    """Return whether a displayed price has other words than currencies, taxes and pieces."""

    def without_currency(match: re.Match[str]) -> str:
        return " " if currencies_of_word(match[0], currency) else match[0]

    words = WORD_OR_SIGN.sub(without_currency, _NUMBER.sub(" ", text, count=1))
    return not _PLAIN_WORDS.issuperset(read_header_statement(words).rest)


def _beside_number(cell: str) -> str:
    """Return the displayed text of a cell without its number."""
    text = display_text(cell)
    if isinstance(cell, NumberCell):
        number = abs(Decimal(cell))
        for match in re.finditer(r"[0-9]+(?:\.[0-9]+)?", text):
            if Decimal(match[0]) == number:
                return f"{text[: match.start()]} {text[match.end() :]}"
    return _NUMBER.sub(" ", text, count=1)


_NOTHING = PriceStatement()
