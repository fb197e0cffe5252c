"""The corrected rows of a task, read with the profile of that task."""

from collections.abc import Collection, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import msgspec

from pricebook.errors import PriceListError
from pricebook.pricelists import formats
from pricebook.pricelists.correction_file import CorrectionFile
from pricebook.pricelists.detection.stored_table import table_of_profile, with_section_column
from pricebook.pricelists.formats.table_file import TableFile
from pricebook.pricelists.helper_columns import HELPER_COLUMNS, is_header_of_rejected_rows
from pricebook.pricelists.open_tables import OpenTable, locate_row
from pricebook.pricelists.price_list import PriceList
from pricebook.pricelists.row_rejection import stored_cells
from pricebook.pricelists.schemas.price_list_rows import PriceListRow, RejectedRow
from pricebook.pricelists.schemas.profile import DetectedProfile, NumberProfile
from pricebook.pricelists.schemas.read_request import CorrectionRequest, FileSource, ReadRequest
from pricebook.pricelists.text import quote


class CorrectedRows(PriceList):
    """The corrected rows of a task, in the order of their file."""

    def __init__(self, opened: OpenTable, profile: DetectedProfile, request: ReadRequest) -> None:
        super().__init__([opened], profile, request)
        self._file = opened.file
        self._section_column = len(profile.headers)

    def rows(self) -> Iterator[PriceListRow]:
        """Yield the rows; a rejected one has the cells of the price list."""
        self._row_readers.clear()
        read_row = self._start_reader(self._tables[0]).read
        with closing(self._file.records()) as records:
            for row in map(read_row, records):
                yield self._placed(row) if isinstance(row, RejectedRow) else row

    def cells(self, row_numbers: Collection[int]) -> dict[int, list[str]]:
        """Return the cells of rows by row number, as a rejected row stores them."""
        with closing(self._file.records()) as records:
            return {
                number: self._own_cells(stored_cells(cells))
                for number, cells, _ in records
                if number in row_numbers
            }

    def _own_cells(self, cells: list[str]) -> list[str]:
        return [*cells[: self._section_column], *cells[self._section_column + 1 :]]

    def _placed(self, row: RejectedRow) -> RejectedRow:
        message = row.error_message
        if self.profile.sheets:
            sheet, number = locate_row(self.profile, row.row_number)
            message = f"Sheet {quote(sheet or '')}, row {number}: {message}"
        return msgspec.structs.replace(
            row, error_message=message, row_data=self._own_cells(row.row_data)
        )


def open_corrections(request: ReadRequest, corrections: CorrectionRequest) -> CorrectedRows:
    """Open a file of corrected rows.

    Raises PriceListError if the file has other columns than the rejected rows of the task.
    """
    limits = request.limits
    limits = msgspec.structs.replace(limits, columns=limits.columns + HELPER_COLUMNS)
    files = formats.open_tables(msgspec.structs.replace(request, limits=limits)).files
    file = CorrectionFile(files[0], corrections, file_name(request))
    table = table_of_profile(corrections.profile, request.config)
    separator = request.config.decimal_separator
    numbers_of_task = corrections.profile.numbers
    profile = msgspec.structs.replace(
        corrections.profile,
        format=file.format,
        encoding=file.encoding,
        delimiter=file.delimiter,
        numbers=NumberProfile(decimal_separator=separator) if separator else numbers_of_task,
        currency=table.basis.currency,
        basis=table.basis,
    )
    return CorrectedRows(OpenTable(file, with_section_column(table)), profile, request)


def refuse_rejected_rows(file: TableFile, name: str) -> None:
    """Raise PriceListError if a file that is read as a price list has rejected rows of a task."""
    with closing(file.records()) as records:
        rows = [cells for _, cells, _ in islice(records, 2)]
    if rows and is_header_of_rejected_rows(rows[0]):
        task_id = rows[1][-1].strip() if len(rows) > 1 and rows[1] else "TASK"
        raise PriceListError(
            f"{name} has the rejected rows of an import: import it with --corrections {task_id} "
            f"(upload field corrections={task_id})."
        )


def file_name(request: ReadRequest) -> str:
    """Return how a message names the file of a request."""
    return Path(request.source.path).name if isinstance(request.source, FileSource) else "The file"
