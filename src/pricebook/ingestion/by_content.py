"""Which column holds which field where no header says it, by what the columns hold.

Only what is clear beyond doubt is told. Stock, weight, pack, year and barcode are numbers too, and
taking one of them for the price is the worst that can happen.
"""

from collections.abc import Mapping

from pricebook.ingestion.content import NEARLY_ALL, Content, is_number
from pricebook.ingestion.schemas import Field

_MOSTLY = 0.5
_SHORTEST_BARE_CODE = 4


def clear_choice(field: Field, contents: Mapping[int, Content]) -> tuple[int | None, list[int]]:
    """Choose the column of a field by content; else tell the columns between which it is in doubt.

    Of category and currency content tells nothing.
    """
    if field == "price":
        return _price_column(contents)
    return _only(_code_columns(contents) if field == "sku" else _name_columns(contents))


def _price_column(contents: Mapping[int, Content]) -> tuple[int | None, list[int]]:
    """Choose the one column of money beside which every other number is clearly a quantity."""
    numbers = [index for index, content in contents.items() if is_number(content)]
    named = [index for index in numbers if contents[index].names_currency]
    money = named or [index for index in numbers if contents[index].kind == "money"]
    if len(money) != 1:
        return None, numbers
    price = contents[money[0]]
    rivals = [] if named else [contents[index] for index in numbers if index != money[0]]
    if all(other.kind == "whole" and 2 * other.distinct <= price.distinct for other in rivals):
        return money[0], []
    return None, numbers


def _code_columns(contents: Mapping[int, Content]) -> list[int]:
    """List the unique columns that look most like codes: codes, bare numbers, then barcodes."""
    rows = max((content.filled for content in contents.values()), default=0)
    unique = {
        index: content
        for index, content in contents.items()
        if content.distinct == content.filled >= NEARLY_ALL * rows
    }
    codes = [index for index, content in unique.items() if content.kind == "codes"]
    bare = [index for index, content in unique.items() if _is_bare_code(content)]
    return codes or bare or [index for index in unique if unique[index].kind == "barcodes"]


def _is_bare_code(content: Content) -> bool:
    return content.kind == "whole" and content.code_length >= _SHORTEST_BARE_CODE


def _name_columns(contents: Mapping[int, Content]) -> list[int]:
    """List the columns of texts that are mostly different, else those of single words."""
    rows = max((content.filled for content in contents.values()), default=0)
    varied = {
        index: content.kind
        for index, content in contents.items()
        if content.distinct >= _MOSTLY * rows
    }
    texts = [index for index, kind in varied.items() if kind == "texts"]
    return texts or [index for index, kind in varied.items() if kind == "words"]


def _only(columns: list[int]) -> tuple[int | None, list[int]]:
    return (columns[0], []) if len(columns) == 1 else (None, columns)
