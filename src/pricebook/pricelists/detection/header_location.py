"""Location of the header of a table: as configured, detected, or the most likely row."""

from collections.abc import Sequence

from pricebook.errors import PriceListError
from pricebook.pricelists.detection import layout
from pricebook.pricelists.detection.column_content import filled_columns
from pricebook.pricelists.detection.header_continuation import has_numeric_cell
from pricebook.pricelists.detection.header_row import (
    ExpectedColumns,
    TableHeader,
    empty_header,
    find_first_header,
    header_containing,
    header_ending_before,
    read_header,
    with_positions,
    without_positions,
)
from pricebook.pricelists.detection.header_texts import MAX_COLUMNS
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.profile import DetectedProfile
from pricebook.pricelists.schemas.read_config import ReadConfig

# A header below these rows is used only if header_row sets it.
HEADER_SEARCH_ROWS = 200
_MIN_COLUMNS = 3


def detect_header(
    records: Sequence[Record],
    config: ReadConfig,
    expected: ExpectedColumns,
    previous_profile: DetectedProfile | None,
    known_row: int = 0,
) -> TableHeader:
    """Return the header; columns that are expected by position do not change where it is.

    `known_row` is the number of a row of the header if that was found before.
    """
    titles = without_positions(expected)
    if known_row:
        index = next(i for i, (number, _, _) in enumerate(records) if number == known_row)
        header = header_containing(records, index, titles)
    else:
        header = _locate_header(records, config, titles, previous_profile)
    if len(header.cells) > MAX_COLUMNS:
        raise PriceListError(f"Row {header.row_number} has more than {MAX_COLUMNS:,} columns.")
    return with_positions(header, expected)


def _locate_header(
    records: Sequence[Record],
    config: ReadConfig,
    expected: ExpectedColumns,
    previous_profile: DetectedProfile | None,
) -> TableHeader:
    if not any(filled_columns(cells) for _, cells, _ in records):
        blank = f"The first {len(records)} rows of the price list are blank."
        empty = "The price list is empty."
        raise PriceListError(blank if len(records) >= HEADER_SEARCH_ROWS else empty)
    if config.header_row is not None:
        return _configured_header(records, config.header_row, expected)
    first = records[:HEADER_SEARCH_ROWS]
    configured = without_positions(ExpectedColumns(config.column_mapping, expected.currency))
    if layout.had_no_header(previous_profile):
        return find_first_header(first, configured) or empty_header(
            _headerless_width(records), expected
        )
    detected_header = find_first_header(first, expected) or (
        previous_profile and find_first_header(first, configured)
    )
    if detected_header:
        return detected_header
    index = _likeliest_header_row(first, expected)
    if index is None:
        return empty_header(_headerless_width(records), expected)
    return header_containing(records, index, expected)


def _configured_header(
    records: Sequence[Record], row: int, expected: ExpectedColumns
) -> TableHeader:
    if not row:
        return empty_header(_headerless_width(records), expected)
    end = sum(number <= row for number, _, _ in records)
    if end == len(records) and records[-1][0] < row:
        raise PriceListError(
            f"The price list has {records[-1][0]} rows, so header_row {row} does not exist."
        )
    return header_ending_before(records, end, expected)


def _likeliest_header_row(records: Sequence[Record], expected: ExpectedColumns) -> int | None:
    """Return the index of the most likely header row if no header is certain; None if none is.

    Most known words win, else the last row without a digit above the first item. Rows narrower than
    an item are used only if there are no others.
    """
    filled = {
        index: len(filled_columns(cells))
        for index, (_, cells, malformed) in enumerate(records)
        if not malformed
    }
    wide = [index for index, cells in filled.items() if cells >= _MIN_COLUMNS]
    known = {index: read_header([records[index]], expected).known for index in wide or filled}
    without_numbers = [index for index in known if not has_numeric_cell(records[index][1])]
    best = max(
        without_numbers or known, key=lambda index: (known[index], filled[index]), default=None
    )
    if not wide or (best is not None and known[best]):
        return best
    articles = (index for index in wide if _has_digit(records[index][1]))
    first_article = next(articles, len(records))
    above = [index for index in wide if index < first_article]
    return above[-1] if above else None


def _has_digit(cells: Sequence[str]) -> bool:
    return any(map(str.isdigit, "".join(cells)))


def _headerless_width(records: Sequence[Record]) -> int:
    """Return the number of columns of a table without a header."""
    filled = [columns for _, cells, _ in records if (columns := filled_columns(cells))]
    wide = [columns for columns in filled if len(columns) >= _MIN_COLUMNS]
    return 1 + max(columns[-1] for columns in wide or filled)
