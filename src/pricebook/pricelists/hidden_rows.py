"""Articles in rows that the sheet hides, by a filter for instance: they may be on sale or not."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.row_reader import RowReader
from pricebook.pricelists.row_rejection import rejected_row
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.price_list_rows import IgnoredRow, ItemRow, PriceListRow

# The fact of the option of that name.
HIDDEN_ROWS = "hidden_rows"
_PROBLEM = RowProblem(
    "hidden_row",
    "The sheet hides this row: set hidden_rows=read if the articles of hidden rows are on sale, "
    "hidden_rows=skip if they are not.",
)


class HiddenRows(NamedTuple):
    """The numbers of the hidden rows in their sheet, ascending, and the rows before the sheet.

    With `are_skipped`, the rows are left out, else their articles are rejected.
    """

    numbers: Sequence[int]
    rows_before: int
    are_skipped: bool

    def read(self, reader: RowReader, record: Record) -> PriceListRow:
        """Return the next record as a row: no article if it is hidden."""
        row = reader.read(record)
        if isinstance(row, IgnoredRow) or not self._has(record[0]):
            return row
        if self.are_skipped:
            return IgnoredRow(record[0])
        if isinstance(row, ItemRow):
            return rejected_row(record, _PROBLEM, row.supplier_sku, reader.section)
        return row

    def _has(self, row_number: int) -> bool:
        number = row_number - self.rows_before
        index = bisect_left(self.numbers, number)
        return index < len(self.numbers) and self.numbers[index] == number
