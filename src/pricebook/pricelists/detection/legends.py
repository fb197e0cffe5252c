"""Legends: notes that define the units, price quantities and currencies of a column.

`100 szt. – cena za 100 sztuk` says what the cell `100 szt.` means, nothing about all prices.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from pricebook.pricelists.detection.currencies import currency_of_cell, sentence_currency
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.price_statements import read_statement
from pricebook.pricelists.detection.statement_tokens import tokenize
from pricebook.pricelists.detection.statement_words import NATIONS
from pricebook.pricelists.facts.quantities import parse_quantity
from pricebook.pricelists.schemas.read_config import Field

_MAX_LENGTH = 1000
_MAX_TERM_LENGTH = 20
# Between the definitions of a legend: signs, wide spaces, the end of a sentence, the next term.
_SEPARATOR = re.compile(
    r"([,;|•\n](?!\d)|\s{2,}|\.(?=\s[A-ZÀ-ÞŁŚŻŹĆА-ЯЁІЇЄҐ])|(?<!\d)\s(?=\S{1,8} =))"
)
_MARK = re.compile(r"[=:–—]| - ")
_QUOTES = "«»„“”\"'‹›"


def without_legends(
    notes: Sequence[Note], header: TableHeader, columns: Mapping[Field, int]
) -> list[Note]:
    """Return the notes without what they say about the cells of units and price quantities."""
    if columns.keys().isdisjoint({"unit", "price_quantity"}):
        return list(notes)
    index = columns.get("price_quantity")
    headers = [] if index is None else [header.cells[index].strip()]
    return [
        note._replace(text=without_legend(note.text, list(filter(None, headers)))) for note in notes
    ]


def without_legend(text: str, headers: Sequence[str]) -> str:
    """Return a note without the definitions of quantities and currencies.

    `headers` are those of the price quantity, which may be quoted with a cell: `« Prix par 100 »`.
    A definition counts if the term by itself is read as the same quantity or currency. Longer notes
    than 1000 characters are returned as they are.
    """
    if len(text) > _MAX_LENGTH:
        return text
    for header in headers:
        text = _without_header(text, header)
    parts = _SEPARATOR.split(text)
    return "".join("" if _is_definition(part) else part for part in parts)


def _without_header(text: str, header: str) -> str:
    """Return a note without a header that it defines, with a number that may follow.

    In a list of definitions, `RG = … · PE = …`, its whole definition is left out.
    """
    quantity = r"(?: [0-9.,]{1,10})?"
    quoted = rf"[{_QUOTES}] ?{re.escape(header)}{quantity} ?[{_QUOTES}] ?[=:–—]?"
    at_start = rf"^ ?{re.escape(header)}{quantity} ?[=:–—]"
    in_list = rf"(?<=[·•|]) ?{re.escape(header)} ?[=:–—][^·•|]*"
    return re.sub(rf"{quoted}|{at_start}|{in_list}", " ", text, flags=re.IGNORECASE)


def _is_definition(part: str) -> bool:
    """Return whether a part defines a term, as `100 szt. – cena za 100 sztuk`, `CHF – franc`."""
    pairs = list(pairwise(_MARK.split(part)))
    return any(_defines_quantity(*pair) or _defines_currency(*pair) for pair in pairs)


def _defines_quantity(term: str, definition: str) -> bool:
    """Return whether a term such as `100 szt.` is read as the quantity that defines it."""
    term = term.strip(" (")
    quantity = parse_quantity(term, ",") if len(term) <= _MAX_TERM_LENGTH else None
    return quantity is not None and (
        read_statement(definition).quantities == frozenset({quantity.number})
    )


def _defines_currency(term: str, definition: str) -> bool:
    """Return whether a currency is defined by nothing but its name: `USD – US dollars`."""
    words = [token for token in tokenize(definition) if token.kind == "word"]
    named = [sentence_currency(word.text, word.key, "") for word in words]
    is_name = all(codes or word.key in NATIONS for codes, word in zip(named, words, strict=True))
    common = currency_of_cell(term, "") or frozenset[str]()
    return is_name and any(codes & common for codes in named if codes)
