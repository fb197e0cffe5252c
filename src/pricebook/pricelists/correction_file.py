"""A file with the corrected rows of a task, read back as rows of its price list.

It has the columns of the price list between helper columns (`helper_columns`), which are never read
as columns of the price list.
"""

from collections.abc import Generator, Sequence
from contextlib import closing
from itertools import chain
from typing import NamedTuple

from pricebook.errors import PriceListError
from pricebook.pricelists.detection.characteristics import column_title
from pricebook.pricelists.detection.sheets import find_sheets
from pricebook.pricelists.formats.table_file import DerivedTable, TableFile
from pricebook.pricelists.formula_guard import unguarded
from pricebook.pricelists.helper_columns import (
    LEADING_COLUMNS,
    TRAILING_COLUMNS,
    TRUNCATION_MARK,
)
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.read_request import CorrectionRequest
from pricebook.pricelists.text import quote

_DUPLICATE = "duplicate"
_MAX_ROW_NUMBER = 2**31 - 1


class _Line(NamedTuple):
    """A row of the file: its number there, the cells of the price list and the helper cells."""

    number: int
    cells: list[str]
    row_number: str
    sheet: str
    further: str
    section: str
    error_type: str
    error_message: str
    task_id: str


class CorrectionFile(DerivedTable):
    """The corrected rows of a price list.

    The number of a record is that of the row in the price list. After the columns of the price list
    it has the section that the row is in. Rows without cells of the price list and duplicates are
    left out.
    """

    def __init__(self, file: TableFile, corrections: CorrectionRequest, name: str) -> None:
        """Check the columns; raises PriceListError if they are not those of the task."""
        super().__init__(file)
        self._task_id = corrections.task_id
        self._profile = corrections.profile
        self._name = name
        with closing(file.records()) as records:
            self._check_header(next(records, (1, list[str](), None))[1])

    def records(self) -> Generator[Record, None, None]:
        """Yield the corrected rows.

        Raises PriceListError if a row has no row number, that of another row, or the id of another
        task.
        """
        numbers: set[int] = set()
        for line in self._lines():
            if line.error_type == _DUPLICATE or not any(map(str.strip, line.cells)):
                continue
            number = self._row_number(line)
            if number in numbers:
                raise PriceListError(
                    f"Row {line.number} of {self._name} has the row number of an earlier row; "
                    "leave one of them."
                )
            numbers.add(number)
            further = [line.further] if line.further.strip() else []
            yield number, [*line.cells, line.section, *further], _find_problem(line)

    def _lines(self) -> Generator[_Line, None, None]:
        first, end = len(LEADING_COLUMNS), len(LEADING_COLUMNS) + len(self._profile.headers)
        with closing(self._file.records()) as records:
            next(records, None)
            for number, cells, malformed in records:
                if malformed:
                    raise PriceListError(f"Row {number} of {self._name}: {malformed}")
                texts = list(map(_restored, cells))
                texts += [""] * (end + len(TRAILING_COLUMNS) - len(texts))
                line = _Line(
                    number,
                    texts[first:end],
                    *texts[:first],
                    *texts[end : end + len(TRAILING_COLUMNS)],
                )
                if line.task_id.strip() not in {"", self._task_id}:
                    raise self._other_task_error(line)
                yield line

    def _check_header(self, cells: Sequence[str]) -> None:
        headers = [column_title(_restored(cell)) for cell in cells]
        expected = [*LEADING_COLUMNS, *self._profile.headers, *TRAILING_COLUMNS]
        if headers == expected:
            return
        differing = [
            f"column {index}: {quote(header)} instead of {quote(title)}"
            for index, (header, title) in enumerate(
                zip(chain(headers, [""] * len(expected)), expected, strict=False), start=1
            )
            if header != title
        ]
        difference = differing[0] if differing else f"further column {quote(headers[-1])}"
        raise PriceListError(
            f"{self._name} has not the columns of the rejected rows of task {self._task_id} "
            f"({difference}): correct the cells of the file that "
            f"`pricebook tasks errors {self._task_id}` prints and leave its header."
        )

    def _other_task_error(self, line: _Line) -> PriceListError:
        return PriceListError(
            f"Row {line.number} of {self._name} is of task {quote(line.task_id)}, not of task "
            f"{self._task_id}; import it with --corrections {line.task_id.strip()}."
        )

    def _row_number(self, line: _Line) -> int:
        """Return the number of a row in the price list, counted over all of its sheets."""
        number = line.row_number.strip()
        if number.isascii() and number.isdigit() and 0 < int(number) <= _MAX_ROW_NUMBER:
            return int(number) + self._rows_before(line, int(number))
        raise PriceListError(
            f"Row {line.number} of {self._name} has {quote(number) if number else 'no number'} in "
            f"the column {LEADING_COLUMNS[0]}, which says what row of the price list it corrects; "
            "import further articles as a partial price list (--partial, mode=partial)."
        )

    def _rows_before(self, line: _Line, number: int) -> int:
        """Return the number of rows of the sheets before that of a row."""
        sheets, rows = self._profile.sheets, self._profile.sheet_rows
        if not sheets:
            return 0
        try:
            (name,) = find_sheets(sheets, [line.sheet], "price list")
        except PriceListError as error:
            raise PriceListError(
                f"Row {line.number} of {self._name} has {quote(line.sheet)} in the column "
                f"{LEADING_COLUMNS[1]}: {error.message}"
            ) from error
        index = sheets.index(name)
        if number > rows[index]:
            raise PriceListError(
                f"Row {line.number} of {self._name} has the number {number} in the column "
                f"{LEADING_COLUMNS[0]}; the sheet {quote(name)} has {rows[index]} rows."
            )
        return sum(rows[:index])


def _restored(cell: str) -> str:
    """Return a cell without the apostrophes of the formula guard."""
    return unguarded(cell) if type(cell) is str else cell


def _find_problem(line: _Line) -> str | None:
    """Return why a row cannot be read, whatever its cells are."""
    if line.further.strip():
        return (
            f"The cells {quote(line.further)} have no column: write them into the columns of the "
            f"price list and clear the column {quote(TRAILING_COLUMNS[0])}."
        )
    truncated = [cell for cell in line.cells if cell.endswith(TRUNCATION_MARK)]
    if not truncated:
        return None
    return (
        f"Only the first part of the cell {quote(truncated[0])} was stored: write its whole text, "
        f'without "{TRUNCATION_MARK.strip()}" at its end.'
    )
