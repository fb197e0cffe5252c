"""Articles in rows that the sheet hides, by a filter for instance: they may be on sale or not."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from pricebook.pricelists.decided_rows import ReadRow, option_of, without_article
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.open_tables import OpenTable
from pricebook.pricelists.row_reader import RowReader
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.price_list_rows import PriceListRow

# The fact of the option of that name.
_OPTION = "hidden_rows"
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

    def read(self, read: ReadRow, reader: RowReader, record: Record) -> PriceListRow:
        """Return the next record as a row: no article if it is hidden."""
        row = read(record)
        if not self._has(record[0]):
            return row
        section = reader.section
        return without_article(row, record, _PROBLEM, section, is_skipped=self.are_skipped)

    def _has(self, row_number: int) -> bool:
        number = row_number - self.rows_before
        index = bisect_left(self.numbers, number)
        return index < len(self.numbers) and self.numbers[index] == number


def hidden_rows(opened: OpenTable) -> HiddenRows | None:
    """Return the hidden rows of a sheet, None if it has none or they are read like the others."""
    option, numbers = option_of(opened, _OPTION), opened.file.hidden_rows
    if option == "read" or not numbers:
        return None
    return HiddenRows(numbers, opened.rows_before, are_skipped=option == "skip")
