"""Rejected rows whose cells are corrected by hand, submitted as the file of corrections.

The file is that of the rejected rows (`tasks/rejected_rows.py`) with other cells: one set of rules
checks and imports corrections, wherever they were typed.
"""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from pricebook.auth.schemas import Caller
from pricebook.errors import ConflictError
from pricebook.http import safe_csv
from pricebook.imports import service
from pricebook.imports.left_out_row_repository import LEFT_OUT
from pricebook.imports.schemas import UploadOptions
from pricebook.imports.service import SubmissionContext, UploadedPriceList
from pricebook.pricelists.helper_columns import LEADING_COLUMNS
from pricebook.pricelists.row_tables import row_tables, table_of_row
from pricebook.pricelists.schemas.profile import DetectedProfile, convert_profile
from pricebook.tasks.rejected_rows import RejectedRowLines
from pricebook.tasks.related_schemas import RejectedRow
from pricebook.tasks.schemas import AcceptedTask, Requester, Task

FILE_NAME = "corrected-rows.csv"
_DUPLICATE = "duplicate"
_FIRST = len(LEADING_COLUMNS)


class CellRow(Struct, frozen=True):
    """A rejected row as a person corrects it: its cells below the headers of the price list.

    `further` are the cells that have no header; cells can be typed in `columns`, those of the table
    that the row is in. The version changes with cells and reason. A row without a number, one that
    repeats another and one of a table that is not read cannot be corrected. A row that was left out
    can be imported as it is, too.
    """

    number: int | None
    place: str
    error_message: str
    cells: list[str]
    further: str
    version: str
    columns: frozenset[int]
    is_left_out: bool = False

    @property
    def is_editable(self) -> bool:
        """Whether it can be corrected."""
        return bool(self.columns)


class TypedRow(Struct, frozen=True):
    """What was typed into the cells of a row."""

    cells: list[str]
    further: str


class CellTable:
    """The rejected rows of a task as a table of cells."""

    def __init__(self, task: Task) -> None:
        self._profile: DetectedProfile | None = convert_profile(task.found)
        self._lines = RejectedRowLines(task.id, self._profile)
        self._tables = row_tables(self._profile) if self._profile else []
        self._end = _FIRST + len(self.headers)

    @property
    def headers(self) -> Sequence[str]:
        """The headers of the price list; none if they were not detected."""
        return self._profile.headers if self._profile else ()

    def row(self, row: RejectedRow) -> CellRow:
        """Return a stored row with its cells."""
        line = [_text(value) for value in self._line(row)]
        number, sheet = line[:_FIRST]
        version = hashlib.blake2b(msgspec.json.encode(line), digest_size=8).hexdigest()
        return CellRow(
            number=row.row_number,
            place=f"{sheet} {number}".strip() if self._has_sheets else number,
            error_message=row.error_message,
            cells=line[_FIRST : self._end],
            further=line[self._end],
            version=version,
            columns=self._columns(row),
            is_left_out=row.error_type == LEFT_OUT,
        )

    def file(self, corrected: Sequence[tuple[RejectedRow, TypedRow]]) -> str:
        """Return the file of corrections: the stored rows with the typed cells."""
        lines: list[list[object]] = [list(self._lines.header())]
        for row, typed in corrected:
            line = self._line(row)
            line[_FIRST : self._end + 1] = [*typed.cells, typed.further]
            lines.append(line)
        return safe_csv.lines(lines)

    @property
    def _has_sheets(self) -> bool:
        return self._profile is not None and len(self._profile.sheets) > 1

    def _columns(self, row: RejectedRow) -> frozenset[int]:
        """Return the columns in which a row can be corrected, none if it cannot."""
        if row.row_number is None or row.error_type == _DUPLICATE or not self._tables:
            return frozenset()
        table = table_of_row(self._tables, row.row_number)
        return frozenset(each for each in table.columns if each is not None and table.profile)

    def _line(self, row: RejectedRow) -> list[object]:
        fields = (row.row_number, row.error_type, row.row_data, row.error_message, row.section)
        return self._lines.row(fields)


def is_changed(row: CellRow, typed: TypedRow) -> bool:
    """Return whether a cell differs from the stored one, as a field of one line shows that."""
    stored = [*row.cells, row.further]
    return [_one_line(each) for each in stored] != [
        _one_line(each) for each in (*typed.cells, typed.further)
    ]


async def submit_corrections(
    submission_context: SubmissionContext,
    caller: Caller,
    requester: Requester,
    task: Task,
    text: str,
) -> AcceptedTask:
    """Submit a file of corrections of a task as an upload.

    Raises what an upload raises: ConflictError if the rows cannot be corrected any more,
    RateLimitExceededError, RedisUnavailableError, StorageFullError, ValidationError.
    """
    if task.supplier_id is None:
        raise ConflictError(f"The supplier {task.supplier_name} no longer exists.")
    await service.count_upload_request(submission_context, caller)
    source = await service.check_upload_preconditions(submission_context, task.supplier_id)
    options = UploadOptions(corrections=task.id, create_products=task.create_products)
    async with submission_context.storage.receive_upload(caller.id) as upload:
        await upload.write(text.encode())
        corrections = UploadedPriceList(task.supplier_id, source.name, options, upload, FILE_NAME)
        return await service.accept_upload(submission_context, requester, corrections)


def merge_typed(row: CellRow, typed: Mapping[int, str], further: str | None) -> TypedRow:
    """Return what was typed into a row; fields that were not sent have the stored cells."""
    cells = [typed.get(index, stored) for index, stored in enumerate(row.cells)]
    return TypedRow(cells, row.further if further is None else further)


def keep_unchanged(row: CellRow, typed: TypedRow) -> TypedRow:
    """Return what was typed, with the stored text of cells that only lost their line ends."""
    cells = [
        stored if _one_line(stored) == _one_line(cell) else cell
        for stored, cell in zip(row.cells, typed.cells, strict=True)
    ]
    is_same = _one_line(row.further) == _one_line(typed.further)
    return TypedRow(cells, row.further if is_same else typed.further)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _one_line(text: str) -> str:
    """Return a text as a field of one line has it."""
    return text.replace("\r", "").replace("\n", "")
