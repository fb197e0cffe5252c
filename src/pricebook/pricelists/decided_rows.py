"""Rows about whose articles the price list leaves open whether they are on sale.

An option decides: `read` takes them as articles, `skip` leaves them out; without it they are
rejected.
"""

from collections.abc import Callable

from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.open_tables import OpenTable
from pricebook.pricelists.row_rejection import rejected_row
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.price_list_rows import IgnoredRow, ItemRow, PriceListRow

ReadRow = Callable[[Record], PriceListRow]


def option_of(opened: OpenTable, name: str) -> str | None:
    """Return what the option of a name sets for a sheet, None if it is not set."""
    fact = opened.table.facts.get(name)
    return fact.value if fact else None


def without_article(
    row: PriceListRow, record: Record, problem: RowProblem, section: str | None, *, is_skipped: bool
) -> PriceListRow:
    """Return a row as it is read if it is no article on sale: rejected, or with `is_skipped` none.

    Titles, headers and rows that are rejected for another reason stay.
    """
    if isinstance(row, IgnoredRow):
        return row
    if is_skipped:
        return IgnoredRow(record[0])
    if isinstance(row, ItemRow):
        return rejected_row(record, problem, row.supplier_sku, section)
    return row
