"""Tables side by side in one sheet: a header whose titles are repeated further right.

Each is read as a sheet of its own with the same rows. Texts that are alone in their row are about
all of them. Columns of different tables are never those of one article; those left of tables
without a name belong to each.
"""

from collections.abc import Collection, Generator, Iterable, Sequence
from contextlib import closing
from typing import NamedTuple

import msgspec

from pricebook.errors import PriceListError
from pricebook.pricelists.detection.blocks import is_named_header
from pricebook.pricelists.detection.column_content import filled_columns
from pricebook.pricelists.detection.column_names import column_index, column_letters
from pricebook.pricelists.detection.layout import NEW_LAYOUT_HINT
from pricebook.pricelists.detection.sheet_settings import request_of_sheet
from pricebook.pricelists.detection.side_tables import Sides, find_sides
from pricebook.pricelists.formats.struck_cells import StruckCells
from pricebook.pricelists.formats.table_file import DerivedTable, TableFile, read_sample
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.profile import DetectedProfile
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.side_check import SideCheck
from pricebook.pricelists.text import quote

# What a message proposes for tables that cannot be read together.
PLACE_BELOW = "put the tables below one another, or each on a sheet of its own"
_NAME_LISTS = ("key_columns", "characteristic_columns", "price_columns")


class SideFile(DerivedTable):
    """The columns of one of several tables side by side, as a sheet of their own.

    They have the letters of the first table.
    """

    def __init__(self, file: TableFile, sides: Sides, number: int, rows_total: int) -> None:
        super().__init__(file)
        self.sides = sides
        self._columns = sides.columns[number]
        self._is_first = number == 0
        self._left = [""] * sides.columns[0].start
        self._rows_total = rows_total
        self._struck_cells = file.struck_cells.of_columns(
            self._columns, len(self._left), sides.shared
        )

    @property
    def whole_sheet(self) -> str | None:
        """The sheet of the file."""
        return self._file.sheet

    @property
    def sheet(self) -> str:
        """The sheet of the file with the columns of this table."""
        place = _place(self._columns)
        return f"{self.whole_sheet}, {place}" if self.whole_sheet else place

    @property
    def rows_total(self) -> int:
        """The number of rows of the sheet."""
        return self._rows_total

    @property
    def hidden_columns(self) -> Sequence[int]:
        """The hidden columns of this table, by the letters of the first one."""
        shift = self._columns.start - len(self._left)
        hidden = self._file.hidden_columns
        shared = [index for index in hidden if index in self.sides.shared]
        return [*shared, *(index - shift for index in hidden if index in self._columns)]

    @property
    def struck_cells(self) -> StruckCells:
        """The struck-out cells of this table, by the letters of the first one."""
        return self._struck_cells

    def records(self) -> Generator[Record, None, None]:
        """Yield the records with the cells of this table."""
        start, stop, left = self._columns.start, self._columns.stop, self._left
        shared = len(self.sides.shared)
        with closing(self._file.records()) as records:
            for number, cells, malformed in records:
                if malformed:
                    yield number, cells if self._is_first else [], malformed
                    continue
                own = cells[start:stop]
                beside = cells[:shared] if shared else left
                if not any(map(str.strip, own)):
                    own = _text_of_all(cells[:stop] if self._is_first and not shared else cells)
                    beside = left
                yield number, [*beside, *own] if left else own, None


def with_sides(files: Sequence[TableFile], request: ReadRequest) -> list[TableFile]:
    """Return the files, each with tables side by side replaced by one file per table.

    Raises PriceListError if tables side by side cannot be read as one price list.
    """
    return [side for file in files for side in _sides_of(file, request)]


def sheet_of(file: TableFile) -> str:
    """Return the name of the sheet of a file, the same for tables side by side."""
    return (file.whole_sheet if isinstance(file, SideFile) else file.sheet) or ""


def request_of_file(file: TableFile, request: ReadRequest) -> ReadRequest:
    """Return the request with the options and the previous profile of the sheet of a file.

    Positions of columns in one of several tables side by side are those of the first one.

    Raises PriceListError if columns of different tables are named by position.
    """
    previous = request.previous_profile
    own = request_of_sheet(request, sheet_of(file), file.sheet)
    own = msgspec.structs.replace(own, hidden_columns=tuple(file.hidden_columns))
    if not isinstance(file, SideFile):
        return own
    names = _Positions(file.sides, sheet_of(file))
    known = own.previous_profile
    if known is not None and not (previous and previous.whole_sheets):
        known = names.of_profile(known)
    config = names.of_config(own.config)
    return msgspec.structs.replace(own, config=config, previous_profile=known)


class _Positions:
    """Converts the positions of columns of the sheet to those of the first table."""

    def __init__(self, sides: Sides, sheet: str) -> None:
        self._sides = sides
        self._sheet = sheet

    def of_config(self, config: ReadConfig) -> ReadConfig:
        mapping = config.column_mapping
        names = [*mapping.values(), *(config.key_columns or ()), *(config.price_columns or ())]
        self._check(names, "name the columns of one table, which are those of each")
        lists = {name: self._names(getattr(config, name)) for name in _NAME_LISTS}
        kept = [name for name in config.ignored_columns or () if not self._is_left_out(name)]
        return msgspec.structs.replace(
            config,
            column_mapping={field: self._name(name) for field, name in mapping.items()},
            ignored_columns=self._names(kept) or None,
            **lists,
        )

    def of_profile(self, profile: DetectedProfile) -> DetectedProfile:
        names = [*profile.columns.values(), *profile.key_columns]
        self._check(names, f"so they were in the previous price list; {NEW_LAYOUT_HINT}")
        columns = {field: self._name(name) for field, name in profile.columns.items()}
        keys = tuple(map(self._name, profile.key_columns))
        return msgspec.structs.replace(profile, columns=columns, key_columns=keys)

    def _check(self, names: Iterable[str], remedy: str) -> None:
        """Raise PriceListError if positions are in different tables."""
        positions = {
            name: index
            for name in names
            if (index := column_index(name)) is not None and index not in self._sides.shared
        }
        tables = {self._sides.table_of(index) for index in positions.values()}
        if len(tables) > 1:
            named = " and ".join(column_letters(index) for index in sorted(positions.values()))
            raise PriceListError(
                f"The columns {named} are of different tables side by side in the "
                f"{_sheet(self._sheet)} ({_places(self._sides)}), so that an article would have "
                f"the code or the price of another one: {remedy}."
            )

    def _is_left_out(self, name: str) -> bool:
        """Return whether a name is the position of a column in no table: one that is ignored."""
        index = column_index(name)
        tables = (self._sides.shared, *self._sides.columns)
        return index is not None and not any(index in each for each in tables)

    def _names(self, names: Sequence[str] | None) -> list[str] | None:
        return None if names is None else list(dict.fromkeys(map(self._name, names)))

    def _name(self, name: str) -> str:
        index, columns = column_index(name), self._sides.columns
        if index is None or index in self._sides.shared:
            return name
        table = columns[self._sides.table_of(index)]
        return f"column {column_letters(index - table.start + columns[0].start)}"


def _sides_of(file: TableFile, request: ReadRequest) -> Sequence[TableFile]:
    config = request_of_sheet(request, file.sheet or "").config
    if config.header_row == 0:
        return [file]
    ignored = {
        index for name in config.ignored_columns or () if (index := column_index(name)) is not None
    }
    found = _first_sides(read_sample(file, config), ignored)
    if found is None:
        return [file]
    sides, is_first_header = found
    problem, rows_total = _check_rows(file, sides, ignored)
    if problem and is_first_header:
        raise PriceListError(
            f"The {_sheet(file.sheet)} has tables side by side ({_places(sides)}) that cannot be "
            f"read as one price list: {problem}; {PLACE_BELOW}, or set {_ignoring(sides)} to read "
            "the first one only."
        )
    if problem or not rows_total:
        return [file]
    return [SideFile(file, sides, number, rows_total) for number in range(len(sides.columns))]


def _first_sides(sample: Iterable[Record], ignored: Collection[int]) -> tuple[Sides, bool] | None:
    """Return the first tables side by side, and whether no other header is above them."""
    is_first = True
    for _, cells, malformed in sample:
        if malformed or not is_named_header(cells):
            continue
        if sides := find_sides(cells, ignored):
            return sides, is_first
        is_first = False
    return None


class _Checked(NamedTuple):
    """Why the rows of a sheet are not those of tables side by side, else their number."""

    problem: str
    rows_total: int


def _check_rows(file: TableFile, sides: Sides, ignored: Collection[int]) -> _Checked:
    if not sides.are_equal:
        return _Checked("their titles differ", 0)
    check = SideCheck(sides, ignored)
    number = 0
    with closing(file.records()) as records:
        for number, cells, malformed in records:
            if not malformed and (problem := check.problem(cells)):
                return _Checked(f"row {number} {problem}", 0)
    return _Checked("", number)


def _text_of_all(cells: Sequence[str]) -> list[str]:
    """Return the only text of a row, which is about all tables; nothing for other rows."""
    filled = filled_columns(cells)
    return [cells[filled[0]]] if len(filled) == 1 else []


def _sheet(name: str | None) -> str:
    return f"sheet {quote(name)}" if name else "price list"


def _place(columns: range) -> str:
    return f"columns {column_letters(columns[0])} to {column_letters(columns[-1])}"


def _places(sides: Sides) -> str:
    return " and ".join(map(_place, sides.columns))


def _ignoring(sides: Sides) -> str:
    """Return the setting by which the tables behind the first one are left out."""
    others = [f"column {column_letters(index)}" for each in sides.columns[1:] for index in each]
    return f"ignored_columns='{msgspec.json.encode(others).decode()}'"
