"""Several columns that may have the supplier's code of an article: `Артикул` beside `Код`.

Which of them identifies an article is no matter of the better word: one may be the code of the
manufacturer. It is a choice if both have a code in each row, and not the same one.
"""

from collections.abc import Iterable, Mapping, Sequence

from pricebook.pricelists.detection.column_content import (
    MIN_MATCHING_SHARE,
    ColumnContent,
    content_at,
    display_text,
)
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.vocabulary import ID_SKU_RANK, PLU_WORDS
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.text import comparison_key

# Codes of the manufacturer and of tills; columns of the fields are never the code beside a better
# header.
_OTHER_CODES = comparison_keys(("model number", "model no", *PLU_WORDS))
_OTHER_FIELDS: tuple[Field, ...] = ("mpn", "gtin")
_MIN_CODES = 2
_MAX_CODE_LENGTH = 30


def rival_codes(
    header: TableHeader, contents: Sequence[ColumnContent], chosen: Mapping[Field, int]
) -> list[int]:
    """Return the columns that may have the code instead of the chosen one; none without a doubt."""
    if "sku" not in chosen or not _names_code(header, chosen["sku"]):
        return []
    most = max((each.filled for each in contents), default=0)
    code = content_at(contents, chosen["sku"])
    if not _has_codes(code, most):
        return []
    return [
        index
        for index in header.candidates["sku"]
        if index not in chosen.values()
        and _names_code(header, index)
        and _has_codes(rival := content_at(contents, index), most)
        and not _are_equal(code, rival)
    ]


def _names_code(header: TableHeader, index: int) -> bool:
    """Return whether a header names a code that may be that of the supplier."""
    is_other = any(index in header.candidates[field] for field in _OTHER_FIELDS)
    is_id = header.candidates["sku"][index] == ID_SKU_RANK
    return not (is_other or is_id or comparison_key(header.cells[index]) in _OTHER_CODES)


def _has_codes(content: ColumnContent, most: int) -> bool:
    """Return whether most rows have a code of their own; running row numbers are none."""
    codes = list(map(display_text, content.cells))
    numbers = [str(number) for number in range(1, len(codes) + 1)]
    is_filled = content.filled >= max(_MIN_CODES, MIN_MATCHING_SHARE * most)
    is_distinct = content.distinct >= MIN_MATCHING_SHARE * content.filled
    return is_filled and is_distinct and codes != numbers and _are_codes(codes)


def _are_codes(cells: Iterable[str]) -> bool:
    return all(len(cell) <= _MAX_CODE_LENGTH and len(cell.split()) == 1 for cell in cells)


def _are_equal(one: ColumnContent, other: ColumnContent) -> bool:
    """Return whether two columns have the same codes in most rows, of those that have both."""
    codes = dict(zip(one.rows, map(display_text, one.cells), strict=False))
    pairs = [
        (codes[row], display_text(cell))
        for row, cell in zip(other.rows, other.cells, strict=False)
        if row in codes
    ]
    return sum(a == b for a, b in pairs) >= MIN_MATCHING_SHARE * len(pairs)
