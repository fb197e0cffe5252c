"""Several sheets or tables as one price list: detection of each, numbers and places of rows.

The number of a row is its number in its sheet plus the rows of the sheets before it, so that it is
unique in the price list. Messages name the sheet and the row of the sheet.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from pricebook.errors import PriceListError
from pricebook.pricelists.column_matching import match_columns, order_by_headers
from pricebook.pricelists.detection import sheets
from pricebook.pricelists.detection import table as detect
from pricebook.pricelists.detection.column_names import column_letters, title_reference
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.sheet_differences import SheetTable, same_articles
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.formats.table_file import TableFile, read_sample
from pricebook.pricelists.open_blocks import TablePart, detect_parts, find_blocks
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.price_list_rows import PriceListRow, RejectedRow
from pricebook.pricelists.schemas.profile import ColumnKind, DetectedProfile
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.sides import PLACE_BELOW, SideFile, request_of_file, sheet_of
from pricebook.pricelists.text import quote

_MAX_DIFFERENT_SHEETS = 100


class OpenTable(NamedTuple):
    """A table file, the table that was detected in it, and the number of rows of those before.

    `request` has the options of its sheet, `differs` is set if sheets are no one price list.
    `parts` are set if it has several tables, of which `table` is the first.
    """

    file: TableFile
    table: DetectedTable
    request: ReadRequest
    rows_before: int = 0
    differs: bool = False
    parts: tuple[TablePart, ...] = ()

    @property
    def layouts(self) -> Sequence[TablePart]:
        """All of its tables."""
        return self.parts or [
            TablePart(1, range(0), self.table.header_row, self.table.headers, self.table)
        ]

    def has_row(self, row_number: int) -> bool:
        """Return whether it may have a row of the price list, by its number."""
        number, rows_total = row_number - self.rows_before, self.file.rows_total
        return number > 0 and (rows_total is None or number <= rows_total)

    def part_of_row(self, row_number: int) -> TablePart:
        """Return the table of a row of the price list; rows above all are of the first."""
        number = row_number - self.rows_before
        begun = [part for part in self.layouts if part.first_row <= number]
        return begun[-1] if begun else self.layouts[0]

    def records(self) -> Generator[Record, None, None]:
        """Yield the records with row numbers of the price list."""
        if not self.rows_before:
            return self.file.records()
        return self._shifted_records()

    def _shifted_records(self) -> Generator[Record, None, None]:
        rows_before = self.rows_before
        for number, cells, malformed in self.file.records():
            yield number + rows_before, cells, malformed


class Findings(NamedTuple):
    """What a file has below its sample: texts about prices, headers of other tables."""

    later_notes: Sequence[Note] = ()
    has_other_header: bool = False


def open_sheets(
    files: Sequence[TableFile], request: ReadRequest, findings: Sequence[Findings] = ()
) -> Sequence[OpenTable]:
    """Detect the tables of each file; several files are the sheets of one price list.

    `findings` are those of each file below its sample, once they are known.

    Raises PriceListError if a table is not found or in doubt, or if sheets differ.
    """
    requests = [request_of_file(file, request) for file in files]
    found = _detect_all(files, requests, findings or [Findings()] * len(files))
    samples = [each for each, _ in found]
    _check_one_price_list(files, samples, request)
    separators = {each.config.decimal_separator for each in requests}
    differs = len(separators) > 1 or any(sheets.differ(samples[0], each) for each in samples[1:])
    tables: list[OpenTable] = []
    rows_before = 0
    for file, own_request, (each, parts) in zip(files, requests, found, strict=True):
        tables.append(OpenTable(file, each.table, own_request, rows_before, differs, parts))
        rows_before += file.rows_total or 0
    return tables


def with_sheets(
    profiles: Sequence[DetectedProfile], tables: Sequence[OpenTable]
) -> DetectedProfile:
    """Return the profile of the first table completed by the others, if there are several.

    Raises PriceListError if more sheets differ than a profile can have.
    """
    profile = profiles[0]
    if len(tables) == 1:
        return profile
    if tables[0].differs and len(tables) > _MAX_DIFFERENT_SHEETS:
        raise PriceListError(
            f"The price list has {len(tables)} sheets whose columns or prices differ; at most "
            f"{_MAX_DIFFERENT_SHEETS} are read together, set fewer with sheet_names."
        )
    in_all = {
        field: name
        for field, name in profile.columns.items()
        if all(field in each.table.columns for each in tables)
    }
    sheet_names = tuple(each.file.sheet or "" for each in tables)
    whole_sheets = tuple(sheet_of(each.file) for each in tables)
    return msgspec.structs.replace(
        profile,
        columns=in_all,
        sheets=sheet_names,
        whole_sheets=() if whole_sheets == sheet_names else whole_sheets,
        sheet_rows=tuple(each.file.rows_total or 0 for each in tables),
        sheet_profiles={each.sheet or "": each for each in profiles} if tables[0].differs else {},
    )


def with_all_columns(profile: DetectedProfile, tables: Sequence[OpenTable]) -> DetectedProfile:
    """Return the profile of the first table with the columns of all tables, if there are several.

    Those of the first one come first; further ones without a header are named by their position. A
    kind that tables disagree about is None.
    """
    layouts = [part for each in tables for part in each.layouts]
    if len(layouts) == 1:
        return profile
    headers, kinds, hidden = list[str](), list[ColumnKind | None](), set[int]()
    titles: dict[str, None] = {}
    for part in layouts:
        own_kinds = part.table.kinds if part.table else [None] * len(part.headers)
        columns = match_columns(part.headers, headers)
        for index, (title, kind, column) in enumerate(
            zip(part.headers, own_kinds, columns, strict=True)
        ):
            if part.table and index in part.table.hidden_columns:
                hidden.add(len(headers) if column is None else column)
            if column is None:
                headers.append(title or f"column {column_letters(index)}")
                kinds.append(kind)
            elif kinds[column] != kind:
                kinds[column] = None
        titles.update(
            (title, None) for title, _ in (part.table.characteristics if part.table else ())
        )
    return msgspec.structs.replace(
        profile,
        headers=tuple(headers),
        kinds=tuple(kinds),
        characteristic_columns=tuple(titles),
        hidden_columns=tuple(title_reference(headers, index) for index in sorted(hidden)),
    )


def place_rows(
    rows: Iterable[PriceListRow], opened: OpenTable, profile: DetectedProfile
) -> Iterator[PriceListRow]:
    """Yield the rows of a sheet; rejected ones name it and have their cells under `headers`."""
    for row in rows:
        yield _placed(row, opened, profile) if isinstance(row, RejectedRow) else row


def order_cells(
    cells: list[str], row_number: int, opened: OpenTable, profile: DetectedProfile
) -> list[str]:
    """Return the cells of a row of a sheet in the order of `headers`."""
    if not (profile.sheets or profile.tables):
        return cells
    return order_by_headers(cells, opened.part_of_row(row_number).headers, profile.headers)


def locate_row(profile: DetectedProfile, row_number: int) -> tuple[str | None, int]:
    """Return the sheet of a row of a price list, and the number of the row in its sheet.

    The sheet is None if the price list has none.
    """
    for sheet, rows in zip(profile.sheets, profile.sheet_rows, strict=False):
        if row_number <= rows:
            return sheet, row_number
        row_number -= rows
    return profile.sheet, row_number


def _detect_all(
    files: Sequence[TableFile], requests: Sequence[ReadRequest], findings: Sequence[Findings]
) -> Sequence[tuple[SheetTable, tuple[TablePart, ...]]]:
    """Detect all tables; PriceListError names the sheet of each reason if there are several."""
    found: list[tuple[SheetTable, tuple[TablePart, ...]]] = []
    errors: dict[str, PriceListError] = {}
    names = list(dict.fromkeys(map(sheet_of, files)))
    for file, request, of_file in zip(files, requests, findings, strict=True):
        try:
            found.append(_detect_file(file, request, of_file))
        except PriceListError as error:
            if len(names) == 1:
                raise
            errors.setdefault(sheet_of(file), error)
    if errors:
        raise sheets.refused_sheets(errors, names)
    return found


def _check_one_price_list(
    files: Sequence[TableFile], found: Sequence[SheetTable], request: ReadRequest
) -> None:
    names = list(map(sheet_of, files))
    for name in dict.fromkeys(names):
        _check_sides([each for each, of in zip(found, names, strict=True) if of == name], request)
    named = [each._replace(name=name) for each, name in zip(found, names, strict=True)]
    sheets.check_one_price_list(named, request)


def _check_sides(sides: Sequence[SheetTable], request: ReadRequest) -> None:
    """Raise PriceListError if tables side by side differ; no option names one of them."""
    different = (each for other in sides[1:] if (each := sheets.differ(sides[0], other)))
    difference = next(different, "") or next(iter((same_articles(sides) or ())[1:]), "")
    if difference:
        raise PriceListError(
            f"Tables side by side are not one price list ({difference}): {PLACE_BELOW}."
        )
    config = msgspec.structs.replace(request.config, sheet_names=None, sheet_name=None)
    sheets.check_one_price_list(sides, msgspec.structs.replace(request, config=config))


def _detect_file(
    file: TableFile, request: ReadRequest, findings: Findings
) -> tuple[SheetTable, tuple[TablePart, ...]]:
    sample = read_sample(file, request.config)
    name = file.sheet or ""
    is_side = isinstance(file, SideFile)
    scans_all = findings.has_other_header or is_side
    blocks = find_blocks(file, sample, request, scans_all=scans_all)
    if len(blocks) > 1 or (blocks and is_side):
        parts = detect_parts(blocks, request, findings.later_notes)
        if first := parts[0].table:
            return SheetTable(name, first, blocks[0].sample), parts
    table = detect.detect_table(sample, request, findings.later_notes)
    return SheetTable(name, table, sample), ()


def _placed(row: RejectedRow, opened: OpenTable, profile: DetectedProfile) -> RejectedRow:
    message, number = row.error_message, row.row_number
    if profile.sheets:
        place = f"Sheet {quote(opened.file.sheet or '')}, row {number - opened.rows_before}"
        message = f"{place}: {message}"
    cells = order_cells(row.row_data, number, opened, profile)
    return msgspec.structs.replace(row, error_message=message, row_data=cells)
