"""The corrected rows of a task, read with the profile of that task."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path

import msgspec

from pricebook.errors import PriceListError
from pricebook.pricelists import formats
from pricebook.pricelists.correction_file import CorrectionFile
from pricebook.pricelists.detection.sheet_settings import check_settings, request_of_sheet
from pricebook.pricelists.detection.stored_table import table_of_profile, with_section_column
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.formats.table_file import TableFile
from pricebook.pricelists.helper_columns import HELPER_COLUMNS, is_header_of_rejected_rows
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.open_tables import OpenTable, locate_row
from pricebook.pricelists.price_list import PriceList
from pricebook.pricelists.row_rejection import rejected_row, stored_cells
from pricebook.pricelists.row_tables import RowTable, row_tables, table_of_row
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.price_list_rows import PriceListRow, RejectedRow
from pricebook.pricelists.schemas.profile import DetectedProfile, NumberProfile
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import CorrectionRequest, FileSource, ReadRequest
from pricebook.pricelists.text import quote, quote_list

_ReadRow = Callable[[Record], PriceListRow]


class CorrectedRows(PriceList):
    """The corrected rows of a task, in the order of their file."""

    def __init__(self, opened: OpenTable, profile: DetectedProfile) -> None:
        super().__init__([opened], profile)
        self._opened = opened
        self._section_column = len(profile.headers)

    def rows(self) -> Iterator[PriceListRow]:
        """Yield the rows, each read as its table is; a rejected one has its stored cells."""
        self._row_readers.clear()
        tables = row_tables(self.profile)
        read = {table.first_row: self._reader_of(table) for table in tables}
        with closing(self._opened.file.records()) as records:
            for record in records:
                table = table_of_row(tables, record[0])
                row = read[table.first_row](self._own_record(record, table))
                yield self._placed(row, record) if isinstance(row, RejectedRow) else row

    def _reader_of(self, table: RowTable) -> _ReadRow:
        """Return the function that reads rows of a table, under the options of its sheet."""
        if table.profile is None:
            return partial(_rejected, RowProblem("malformed_row", table.refused))
        request = msgspec.structs.replace(
            request_of_sheet(self._opened.request, table.sheet), previous_profile=table.profile
        )
        opened = self._opened._replace(request=request)
        read_by = with_section_column(table_of_profile(table.profile, request.config))
        reader = self._start_reader(opened, read_by, _numbers(table.profile, request.config))

        def read(record: Record) -> PriceListRow:
            reader.names.forget()
            return reader.read(record)

        return read

    def _own_record(self, record: Record, table: RowTable) -> Record:
        """Return a row with the cells of its table; those in other columns are its problem."""
        number, cells, malformed = record
        problem = malformed or self._find_foreign_cell(cells, table)
        return number, table.own_cells(cells, self._section_column), problem

    def _find_foreign_cell(self, cells: list[str], table: RowTable) -> str | None:
        for column, cell in enumerate(cells[: self._section_column]):
            if cell.strip() and column not in table.columns:
                return (
                    f"The cell {quote(cell)} is in the column "
                    f"{quote(self.profile.headers[column])}, which the table of the row does not "
                    f"have; its columns are {quote_list(table.headers)}."
                )
        return None

    def cells(self, row_numbers: Collection[int]) -> dict[int, list[str]]:
        """Return the cells of rows by row number, as a rejected row stores them."""
        with closing(self._opened.file.records()) as records:
            return {
                number: self._own_cells(stored_cells(cells))
                for number, cells, _ in records
                if number in row_numbers
            }

    def _own_cells(self, cells: list[str]) -> list[str]:
        return [*cells[: self._section_column], *cells[self._section_column + 1 :]]

    def _placed(self, row: RejectedRow, record: Record) -> RejectedRow:
        message = row.error_message
        if self.profile.sheets:
            sheet, number = locate_row(self.profile, row.row_number)
            message = f"Sheet {quote(sheet or '')}, row {number}: {message}"
        return msgspec.structs.replace(
            row, error_message=message, row_data=self._own_cells(stored_cells(record[1]))
        )


def _rejected(problem: RowProblem, record: Record) -> RejectedRow:
    return rejected_row(record, problem, "")


def open_corrections(request: ReadRequest, corrections: CorrectionRequest) -> CorrectedRows:
    """Open a file of corrected rows.

    Raises PriceListError if the file has other columns than the rejected rows of the task.
    """
    limits = request.limits
    limits = msgspec.structs.replace(limits, columns=limits.columns + HELPER_COLUMNS)
    files = formats.open_tables(
        msgspec.structs.replace(
            request,
            limits=limits,
            config=msgspec.structs.replace(request.config, sheet_settings={}),
        )
    ).files
    file = CorrectionFile(files[0], corrections, file_name(request))
    stored = corrections.profile
    tables = row_tables(stored)
    check_settings(request.config, [each.sheet for each in tables], "price list")
    profile, table = _with_options(stored, request, tables[0])
    profile = msgspec.structs.replace(
        profile,
        format=file.format,
        encoding=file.encoding,
        delimiter=file.delimiter,
        sheet_profiles=dict(_sheet_profiles(stored, request, tables)),
    )
    return CorrectedRows(OpenTable(file, with_section_column(table), request), profile)


def _with_options(
    profile: DetectedProfile, request: ReadRequest, first: RowTable
) -> tuple[DetectedProfile, DetectedTable]:
    """Return a profile with what the options set about prices, and its first table."""
    config = request_of_sheet(request, first.sheet).config
    own = first.profile or profile
    table = table_of_profile(own, config)
    changed = msgspec.structs.replace(
        profile,
        numbers=_numbers(own, config),
        currency=table.basis.currency,
        basis=table.basis,
    )
    return changed, table


def _sheet_profiles(
    profile: DetectedProfile, request: ReadRequest, tables: Sequence[RowTable]
) -> Iterator[tuple[str, DetectedProfile]]:
    """Yield the profile of each sheet that has its own, with the options of the sheet."""
    for sheet, own in profile.sheet_profiles.items():
        first = next(each for each in tables if each.name == sheet)
        yield sheet, _with_options(own, request, first)[0]


def _numbers(profile: DetectedProfile, config: ReadConfig) -> NumberProfile:
    separator = config.decimal_separator
    return NumberProfile(decimal_separator=separator) if separator else profile.numbers


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
