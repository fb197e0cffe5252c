"""Detection of the header rows of a table and of the candidate columns of each field."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pricebook.pricelists.detection.column_content import numbers_columns
from pricebook.pricelists.detection.column_names import (
    column_index,
    find_columns,
    merge_header_rows,
)
from pricebook.pricelists.detection.header_continuation import (
    has_numeric_cell,
    is_lower_header_row,
    is_upper_header_row,
    may_be_header_row,
)
from pricebook.pricelists.detection.header_texts import MAX_COLUMNS, tier_quantity
from pricebook.pricelists.detection.header_words import (
    composed_field_ranks,
)
from pricebook.pricelists.detection.vocabulary import FIELD_WORDS
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.read_config import Field

_MAX_HEADER_ROWS = 3

# 0-based column to the rank of its header in the vocabulary, 0 the best.
RankedColumns = dict[int, int]


class ExpectedColumns(NamedTuple):
    """What options and the previous profile set: headers of fields, columns without a field.

    `configured` are the fields that options of this price list set. `currency` is the one that
    prices should be in, `vat_included` decides between net and gross prices, `today` between
    present and upcoming ones; None: not decided. `needs_code`: without it, other columns than a
    code identify an article.
    """

    mapping: Mapping[Field, str]
    currency: str
    ignored: Sequence[str] = ()
    vat_included: bool | None = None
    today: date | None = None
    price_quantity_is_set: bool = False
    needs_code: bool = True
    configured: frozenset[Field] = frozenset()


class TableHeader(NamedTuple):
    """Header rows merged into one: the 1-based number of the last row and the merged cells.

    `candidates` are the possible columns of each field, `known` is the number of fields with a
    matching header, `header_rows` are the original rows. `tiers` are the columns of prices from a
    quantity on, `ignored` those that hold no field. `parts` are the cells that each of the merged
    cells consists of. The sheet `hides` columns; `hidden` are those of them that are left out, with
    the fields that their headers name.
    """

    row_number: int
    cells: Sequence[str]
    candidates: Mapping[Field, RankedColumns]
    known: int
    header_rows: tuple[Sequence[str], ...]
    tiers: Mapping[int, Decimal] = {}
    ignored: frozenset[int] = frozenset()
    parts: Sequence[Sequence[str]] = ()
    hides: frozenset[int] = frozenset()
    hidden: Mapping[int, frozenset[Field]] = {}

    @property
    def is_table_header(self) -> bool:
        """Return whether the header names a price and a code or name, which letterheads do not."""
        by_field = self.candidates
        has_price = by_field["price"] or len(self.tiers) > 1
        return self.known > 1 and bool(has_price and (by_field["sku"] or by_field["name"]))

    @property
    def first_row_number(self) -> int:
        """The 1-based number of the first header row; 1 without a header."""
        return max(1, self.row_number - max(0, len(self.header_rows) - 1))


def read_header(rows: Sequence[Record], expected: ExpectedColumns) -> TableHeader:
    """Return the header of these rows; a field of `expected.mapping` has that column only."""
    header_rows = tuple(cells[: MAX_COLUMNS + 1] for _, cells, _ in rows)
    cells, parts = merge_header_rows(header_rows)
    candidates: dict[Field, RankedColumns] = {field: {} for field in FIELD_WORDS}
    for index, cell in enumerate(cells):
        for field, rank in composed_field_ranks(cell, parts[index], expected.currency).items():
            candidates[field][index] = rank
    ignored = {index for name in expected.ignored for index in find_columns(cells, name, parts)}
    for columns in candidates.values():
        for index in ignored:
            columns.pop(index, None)
    for field, name in expected.mapping.items():
        candidates[field] = dict.fromkeys(find_columns(cells, name, parts), 0)
    tiers = {
        index: quantity
        for index, cell in enumerate(cells)
        if index not in ignored and (quantity := tier_quantity(cell)) is not None
    }
    by_letter = {
        field for field, name in expected.mapping.items() if column_index(name) is not None
    }
    known = sum(bool(columns) for field, columns in candidates.items() if field not in by_letter)
    known += len(tiers) > 1
    return TableHeader(
        rows[-1][0], cells, candidates, known, header_rows, tiers, frozenset(ignored), parts
    )


def without_positions(expected: ExpectedColumns) -> ExpectedColumns:
    """Return the expected headers without columns such as `column C`, which name no header."""
    mapping = {
        field: name for field, name in expected.mapping.items() if column_index(name) is None
    }
    return expected._replace(mapping=mapping)


def with_positions(header: TableHeader, expected: ExpectedColumns) -> TableHeader:
    """Return a header whose candidates include expected columns such as `column C`."""
    candidates = {
        field: dict.fromkeys(find_columns(header.cells, name, header.parts), 0)
        for field, name in expected.mapping.items()
        if column_index(name) is not None
    }
    return header._replace(candidates={**header.candidates, **candidates})


def empty_header(width: int, expected: ExpectedColumns, row_number: int = 0) -> TableHeader:
    """Return the header of a price list without header rows; its columns have empty titles."""
    return read_header([(row_number, [""] * width, None)], expected)._replace(header_rows=())


def find_first_header(records: Sequence[Record], expected: ExpectedColumns) -> TableHeader | None:
    """Return the first table header with the rows above and below that belong to it."""
    for end in range(1, len(records) + 1):
        for first in range(end - 1, max(-1, end - 1 - _MAX_HEADER_ROWS), -1):
            if first < end - 1 and not may_be_header_row(records[first], records[first + 1]):
                break
            if read_header(records[first:end], expected).is_table_header:
                return _complete_header(records, first, end, expected)
    return None


def header_containing(
    records: Sequence[Record], index: int, expected: ExpectedColumns
) -> TableHeader:
    """Return the header that contains the row at an index."""
    return _complete_header(records, index, index + 1, expected)


def header_ending_before(
    records: Sequence[Record], end: int, expected: ExpectedColumns
) -> TableHeader:
    """Return the header that ends before an index, with the rows above that belong to it."""
    first = _extend_upwards(records, end - 1, end, expected)
    return _include_numbering_row(read_header(records[first:end], expected), records[end:])


def _complete_header(
    records: Sequence[Record], first: int, end: int, expected: ExpectedColumns
) -> TableHeader:
    first = _extend_upwards(records, first, end, expected)
    return _extend_downwards(records, first, end, expected)


def _extend_upwards(
    records: Sequence[Record], first: int, end: int, expected: ExpectedColumns
) -> int:
    while first and end - first < _MAX_HEADER_ROWS:
        header = read_header(records[first:end], expected)
        if not is_upper_header_row(
            records[first - 1], records[first], header.cells, expected.currency
        ):
            break
        first -= 1
    return first


def _extend_downwards(
    records: Sequence[Record], first: int, end: int, expected: ExpectedColumns
) -> TableHeader:
    header = read_header(records[first:end], expected)
    last = min(first + _MAX_HEADER_ROWS, len(records))
    numbering = _numbering_row(records, end, last)
    while end < last:
        articles = {*header.candidates["sku"], *header.candidates["name"]}
        is_lower = is_lower_header_row(records[end], header.cells, articles, expected.currency)
        if end >= numbering and not is_lower:
            break
        end += 1
        header = read_header(records[first:end], expected)
    return _include_numbering_row(header, records[end:])


def _include_numbering_row(header: TableHeader, below: Sequence[Record]) -> TableHeader:
    """Return the header with a following row that only numbers the columns, `1 | 2 | 3`."""
    if not below or not numbers_columns(below[0][1]):
        return header
    return header._replace(row_number=below[0][0], header_rows=(*header.header_rows, below[0][1]))


def _numbering_row(records: Sequence[Record], end: int, last: int) -> int:
    """Return the position of a row that numbers the columns, 0 without one below header rows."""
    for index, (_, cells, _) in enumerate(records[end : last + 1], start=end):
        if numbers_columns(cells):
            return index
        if has_numeric_cell(cells):
            break
    return 0
