"""Tables side by side in one sheet: a header whose titles are repeated further right.

Each is read as a sheet of its own with the same rows. Texts that are alone in their row are about
all of them.
"""

from collections.abc import Generator, Sequence
from contextlib import closing

from pricebook.pricelists.detection.blocks import is_named_header
from pricebook.pricelists.detection.column_content import filled_columns
from pricebook.pricelists.detection.column_names import column_index, column_letters
from pricebook.pricelists.detection.notes import may_be_note
from pricebook.pricelists.detection.sheet_settings import request_of_sheet
from pricebook.pricelists.detection.side_tables import find_sides
from pricebook.pricelists.detection.title_discounts import TitleDiscount, read_title_discount
from pricebook.pricelists.detection.undiscounted import excludes_discounts
from pricebook.pricelists.formats.table_file import DerivedTable, TableFile, read_sample
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.read_request import ReadRequest


class SideFile(DerivedTable):
    """The columns of one of several tables side by side, as a sheet of their own."""

    def __init__(self, file: TableFile, columns: range, rows_total: int, *, is_first: bool) -> None:
        super().__init__(file)
        self._columns = columns
        self._rows_total = rows_total
        self._is_first = is_first

    @property
    def whole_sheet(self) -> str | None:
        """The sheet of the file."""
        return self._file.sheet

    @property
    def sheet(self) -> str:
        """The sheet of the file with the columns of this table."""
        first, last = (column_letters(index) for index in (self._columns[0], self._columns[-1]))
        place = f"columns {first} to {last}"
        return f"{self.whole_sheet}, {place}" if self.whole_sheet else place

    @property
    def rows_total(self) -> int:
        """The number of rows of the sheet."""
        return self._rows_total

    def records(self) -> Generator[Record, None, None]:
        """Yield the records with the cells of this table."""
        start, stop = self._columns.start, self._columns.stop
        with closing(self._file.records()) as records:
            for number, cells, malformed in records:
                if malformed:
                    yield number, cells if self._is_first else [], malformed
                    continue
                own = cells[start:stop]
                if not self._is_first and not any(map(str.strip, own)):
                    own = _text_of_all(cells)
                yield number, own, None


def with_sides(files: Sequence[TableFile], request: ReadRequest) -> list[TableFile]:
    """Return the files, each with tables side by side replaced by one file per table.

    Columns that are named by position are those of the whole sheet, which is then not split.
    """
    return [side for file in files for side in _sides_of(file, request)]


def sheet_of(file: TableFile) -> str:
    """Return the name of the sheet of a file, the same for tables side by side."""
    return (file.whole_sheet if isinstance(file, SideFile) else file.sheet) or ""


def _names_positions(request: ReadRequest) -> bool:
    config, previous = request.config, request.previous_profile
    names = [*config.column_mapping.values(), *(config.ignored_columns or ())]
    names += [*(config.key_columns or ()), *(config.characteristic_columns or ())]
    names += previous.columns.values() if previous else ()
    return config.header_row == 0 or any(column_index(name) is not None for name in names)


def _sides_of(file: TableFile, request: ReadRequest) -> Sequence[TableFile]:
    request = request_of_sheet(request, file.sheet or "")
    if _names_positions(request):
        return [file]
    sample = read_sample(file, request.config)
    sides = next((found for _, cells, _ in sample if (found := find_sides(cells))), None)
    rows_total = _count_rows(file, sides) if sides else 0
    if not (sides and rows_total):
        return [file]
    first, *others = sides
    return [
        SideFile(file, first, rows_total, is_first=True),
        *(SideFile(file, columns, rows_total, is_first=False) for columns in others),
    ]


def _count_rows(file: TableFile, sides: Sequence[range]) -> int:
    """Return the number of rows, 0 if some are not those of tables side by side."""
    check = _SideCheck(sides)
    number = 0
    with closing(file.records()) as records:
        for number, cells, malformed in records:  # noqa: B007 (the last one is returned)
            if not (malformed or check.fits(cells)):
                return 0
    return number


class _SideCheck:
    """Checks that the rows of a sheet are those of the same tables side by side.

    A text about prices in the first table only, beside further articles of another one, may be
    about either or both.
    """

    def __init__(self, sides: Sequence[range]) -> None:
        self._sides = tuple(sides)
        self._is_below_header = False
        self._is_in_doubt = False

    def fits(self, cells: Sequence[str]) -> bool:
        """Return whether the next row is one of the tables side by side."""
        filled = filled_columns(cells)
        if filled and filled[-1] >= self._sides[-1].stop:
            return False
        if is_named_header(cells):
            self._is_below_header, self._is_in_doubt = True, False
            return find_sides(cells) == self._sides
        is_of_others = bool(filled) and filled[-1] >= self._sides[0].stop
        if self._is_below_header and len(filled) == 1 and not is_of_others:
            self._is_in_doubt |= _is_about_prices(cells[filled[0]])
        return not (self._is_in_doubt and is_of_others)


def _is_about_prices(text: str) -> bool:
    states_discount = read_title_discount(text) != TitleDiscount() or excludes_discounts(text)
    return bool(states_discount) or may_be_note(text)


def _text_of_all(cells: Sequence[str]) -> list[str]:
    """Return the only text of a row, which is about all tables; nothing for other rows."""
    filled = filled_columns(cells)
    return [cells[filled[0]]] if len(filled) == 1 else []
