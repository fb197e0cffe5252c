"""The rejected rows of a task as CSV lines, to be corrected and imported again.

The cells are under the headers that they came from, between helper columns
(`pricebook.pricelists.helper_columns`).
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pricebook.pricelists.helper_columns import LEADING_COLUMNS, TRAILING_COLUMNS
from pricebook.pricelists.open_tables import locate_row
from pricebook.pricelists.row_tables import row_tables, table_of_row
from pricebook.pricelists.schemas.profile import DetectedProfile


class RejectedRowLines:
    """Formats the rejected rows of one task."""

    def __init__(self, task_id: UUID, profile: DetectedProfile | None) -> None:
        self._task_id = str(task_id)
        self._profile = profile
        self._headers: Sequence[str] = profile.headers if profile else ()
        self._tables = row_tables(profile) if profile else []

    def header(self) -> list[str]:
        """Return the names of the columns."""
        return [*LEADING_COLUMNS, *self._headers, *TRAILING_COLUMNS]

    def row(self, row: Sequence[Any]) -> list[Any]:
        """Return the line of a row: its number, error type, cells, reason and section."""
        number, error_type, row_data, message, section = row
        sheet, number_in_sheet = self._place(number)
        cells: Sequence[Any] = row_data or ()
        if not isinstance(row_data, list | None):
            cells = self._cells_under_headers(number, row_data)
        width = len(self._headers)
        own = [*cells[:width], *[None] * (width - len(cells))]
        further = " | ".join(map(str, cells[width:])) or None
        return [
            *(number_in_sheet, sheet, *own),
            *(further, section, error_type, message, self._task_id),
        ]

    def omitted_rows(self, rows: int) -> list[Any]:
        """Return the line that counts the rejected rows that were not stored."""
        return self.row((None, "not_kept", None, f"{rows:,} more rows are not kept.", None))

    def _place(self, row_number: int | None) -> tuple[str | None, int | None]:
        """Return the sheet of a row and its number there."""
        if row_number is None or self._profile is None:
            return None, row_number
        return locate_row(self._profile, row_number)

    def _cells_under_headers(self, number: int | None, fields: Mapping[str, Any]) -> list[Any]:
        """Return the fields of a row in the order of the headers that named them."""
        cells: list[Any] = [None] * len(self._headers)
        columns = self._columns_of_row(number)
        for field, value in fields.items():
            column = columns.get(field)
            if column is None:
                cells.append(value)
            else:
                cells[column] = value
        return cells

    def _columns_of_row(self, number: int | None) -> Mapping[str, int]:
        """Return the columns of the fields of a row among those of the price list."""
        if number is None or not self._tables:
            return {}
        table = table_of_row(self._tables, number)
        named = table.profile.columns if table.profile else {}
        columns = dict(zip(table.headers, table.columns, strict=True))
        return {
            field: column
            for field, header in named.items()
            if (column := columns.get(header)) is not None
        }
