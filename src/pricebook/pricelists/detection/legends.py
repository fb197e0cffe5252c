"""Legends: notes that define the units and price quantities of a column.

`100 szt. – cena za 100 sztuk` says what the cell `100 szt.` means, nothing about all prices.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from pricebook.pricelists.detection.price_statements import read_statement
from pricebook.pricelists.facts.quantities import parse_quantity

_MAX_LENGTH = 1000
_MAX_TERM_LENGTH = 20
# Between the definitions of a legend: signs, wide spaces, the end of a sentence, the next term.
_SEPARATOR = re.compile(
    r"([,;|•\n](?!\d)|\s{2,}|\.(?=\s[A-ZÀ-ÞŁŚŻŹĆА-ЯЁІЇЄҐ])|(?<!\d)\s(?=\S{1,8} =))"
)
_MARK = re.compile(r"[=:–—]| - ")
_QUOTES = "«»„“”\"'‹›"


def without_legend(text: str, headers: Sequence[str]) -> str:
    """Return a note without the definitions of quantities, and without its defined terms.

    `headers` are those of the price quantity, which may be quoted with a cell: `« Prix par 100 »`.
    A definition counts if the term is read as the same quantity by itself. Longer notes than 1000
    characters are returned as they are.
    """
    if len(text) > _MAX_LENGTH:
        return text
    for header in headers:
        text = _without_header(text, header)
    parts = _SEPARATOR.split(text)
    return "".join("" if _is_definition(part) else part for part in parts)


def _without_header(text: str, header: str) -> str:
    """Return a note without a header that it defines, with a number that may follow."""
    quantity = r"(?: [0-9.,]{1,10})?"
    quoted = rf"[{_QUOTES}] ?{re.escape(header)}{quantity} ?[{_QUOTES}] ?[=:–—]?"
    at_start = rf"^ ?{re.escape(header)}{quantity} ?[=:–—]"
    return re.sub(rf"{quoted}|{at_start}", " ", text, flags=re.IGNORECASE)


def _is_definition(part: str) -> bool:
    """Return whether a part defines a quantity by itself, as `100 szt. – cena za 100 sztuk`."""
    texts = _MARK.split(part)
    return any(_defines_quantity(*pair) for pair in pairwise(texts))


def _defines_quantity(term: str, definition: str) -> bool:
    """Return whether a term such as `100 szt.` is read as the quantity that defines it."""
    term = term.strip(" (")
    quantity = parse_quantity(term, ",") if len(term) <= _MAX_TERM_LENGTH else None
    return quantity is not None and (
        read_statement(definition).quantities == frozenset({quantity.number})
    )
