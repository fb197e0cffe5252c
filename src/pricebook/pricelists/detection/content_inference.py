"""Content inference: the column of a field without a header, by the content of the columns.

Only an unambiguous column is returned. Stock, weight, pack, year and barcode are numbers too; a
wrong price is worse than a refused price list.
"""

from collections.abc import Mapping, Sequence

from pricebook.pricelists.detection.column_content import (
    MIN_MATCHING_SHARE,
    ColumnContent,
    is_numeric,
)
from pricebook.pricelists.schemas.read_config import Field

_MIN_DISTINCT_SHARE = 0.5
_MIN_NUMERIC_CODE_LENGTH = 4


def infer_column(
    field: Field, contents: Mapping[int, ColumnContent]
) -> tuple[int | None, list[int]]:
    """Return the column of code, name or price by content, else None and the candidates."""
    if field == "price":
        return _price_column(contents)
    return _single_column(_code_columns(contents) if field == "sku" else _name_columns(contents))


def untitled_columns(
    field: Field, contents: Mapping[int, ColumnContent], titles: Sequence[str]
) -> list[int]:
    """Return the filled columns without a title that may have a field: texts for the name."""
    return [
        index
        for index, content in contents.items()
        if content.filled and not titles[index].strip()
        if field == "sku" or (field == "price") == is_numeric(content)
    ]


def _price_column(contents: Mapping[int, ColumnContent]) -> tuple[int | None, list[int]]:
    """Return the only money column if all other numeric columns are certainly quantities."""
    numbers = [index for index, content in contents.items() if is_numeric(content)]
    with_currency = [index for index in numbers if contents[index].names_currency]
    price_like = with_currency or [index for index in numbers if contents[index].kind == "money"]
    if len(price_like) != 1:
        return None, numbers
    price = contents[price_like[0]]
    other_numbers = (
        [] if with_currency else [contents[index] for index in numbers if index != price_like[0]]
    )
    if all(
        other.kind == "whole" and 2 * other.distinct <= price.distinct for other in other_numbers
    ):
        return price_like[0], []
    return None, numbers


def _code_columns(contents: Mapping[int, ColumnContent]) -> list[int]:
    """Return the columns of distinct values that are codes, else integers, else barcodes."""
    rows = max((content.filled for content in contents.values()), default=0)
    unique = {
        index: content
        for index, content in contents.items()
        if content.distinct == content.filled >= MIN_MATCHING_SHARE * rows
    }
    codes = [index for index, content in unique.items() if content.kind == "codes"]
    numeric_codes = [index for index, content in unique.items() if _is_numeric_code(content)]
    return codes or numeric_codes or [index for index in unique if unique[index].kind == "barcodes"]


def _is_numeric_code(content: ColumnContent) -> bool:
    return content.kind == "whole" and content.code_length >= _MIN_NUMERIC_CODE_LENGTH


def _name_columns(contents: Mapping[int, ColumnContent]) -> list[int]:
    """Return the columns of mostly distinct texts, else of mostly distinct words."""
    rows = max((content.filled for content in contents.values()), default=0)
    distinct_columns = {
        index: content.kind
        for index, content in contents.items()
        if content.distinct >= _MIN_DISTINCT_SHARE * rows
    }
    texts = [index for index, kind in distinct_columns.items() if kind == "texts"]
    return texts or [index for index, kind in distinct_columns.items() if kind == "words"]


def _single_column(columns: list[int]) -> tuple[int | None, list[int]]:
    return (columns[0], []) if len(columns) == 1 else (None, columns)
