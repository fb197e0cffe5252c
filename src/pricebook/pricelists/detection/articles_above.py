"""Rows above the header that look like articles, which would not be read."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    setting,
)
from pricebook.pricelists.detection.header_continuation import has_numeric_cell
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.read_config import ReadConfig

# A letterhead may have one such row: a date beside a customer number and a name.
_MIN_ARTICLES = 2


def articles_above_issues(
    records: Sequence[Record],
    header: TableHeader,
    config: ReadConfig,
    discount_rows: Collection[int] = (),
) -> Iterator[DetectionIssue]:
    """Yield the issue of articles above the header, unless `header_row` sets it.

    They have a text for the code and the name, and a number in the column of the price; the
    `discount_rows` of a table of discounts are none.
    """
    if config.header_row is not None:
        return
    articles = [
        number
        for number, cells, _ in records
        if number < header.first_row_number
        and number not in discount_rows
        and _is_article(cells, header)
    ]
    if len(articles) < _MIN_ARTICLES:
        return
    first, last = articles[0], articles[-1]
    yield DetectionIssue(
        f"Rows {first} to {last} above the header in row {header.row_number} look like articles, "
        "and would not be read; set header_row to the header above them, or "
        f"{setting('header_row', header.row_number)} if they are none.",
        "header_row",
        (str(header.row_number),),
    )


def _is_article(cells: Sequence[str], header: TableHeader) -> bool:
    codes, names, prices = (header.candidates[field] for field in ("sku", "name", "price"))
    is_named = all(not columns or any(_texts(cells, columns)) for columns in (codes, names))
    return is_named and has_numeric_cell(_texts(cells, prices))


def _texts(cells: Sequence[str], columns: Iterable[int]) -> list[str]:
    return [display_text(cells[index]).strip() for index in columns if index < len(cells)]
