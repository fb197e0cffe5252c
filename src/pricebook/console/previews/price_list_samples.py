"""The first rows of a price list: examples of its columns, and its table with their meaning."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from pricebook.console.page_texts import Texts
from pricebook.console.previews.sample_tables import (
    MAX_EXAMPLES,
    SampleTable,
    read_table,
    sample_table,
)
from pricebook.imports.preview_schemas import PreviewResult
from pricebook.pricelists.detection.column_names import (
    column_index,
    column_letters,
    title_reference,
)
from pricebook.pricelists.detection.tax_sample import TAX_TWIN
from pricebook.pricelists.isolation.frames import SheetSample
from pricebook.pricelists.row_tables import find_table, row_tables
from pricebook.pricelists.schemas.profile import convert_profile

MAX_COLUMNS = 100
MAX_COLUMNS_OF_SHEETS = 200
_MAX_CELL = 40
_NUMBER = re.compile(r"\d[\d.,' \u00a0]*")


class Column(Struct, frozen=True):
    """A column of the first rows: letters, header, and the field that is read from it, if any.

    `sheet` is set if it has a meaning in one of several sheets only. `example` has first cells,
    `row` is the first one of its table if that is a further one of the sheet.
    """

    letters: str
    header: str
    field: str
    reference: str
    sheet: str = ""
    example: str = ""
    row: int | None = None


class FoundTables:
    """How each table of a price list is read, from its stored profile."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        self._found, self._profile = found, convert_profile(found)
        self._tables = row_tables(self._profile) if self._profile else ()

    def of_sample(self, sheet: SheetSample) -> Mapping[str, Any]:
        """Return how the table is read that some rows are the first ones of."""
        table = find_table(self._tables, sheet.name, sheet.first_row)
        own = table.profile if table else None
        is_whole = own is None or own is self._profile
        return self._found if is_whole else msgspec.to_builtins(own)

    def columns_of_sample(self, sheet: SheetSample, columns: Sequence[Column]) -> list[Column]:
        """Return the columns of first rows with their meaning; `columns` are those of all."""
        if self._found.get("headers"):
            return _read_columns(self.of_sample(sheet), "")
        return [each for each in columns if each.sheet in {"", sheet.name}] or _plain_columns(sheet)


class Samples:
    """The first rows of each sheet of a price list; `names` are columns that it has."""

    def __init__(
        self, sheets: Sequence[SheetSample], found: Mapping[str, Any], names: Sequence[str] = ()
    ) -> None:
        self._found, read = found, FoundTables(found)
        self.tables: list[SampleTable] = [
            read_table(each, read.of_sample(each))
            if found.get("headers")
            else sample_table(each, names)
            for each in sheets
        ]

    def table_of(self, sheets: Sequence[str]) -> SampleTable | None:
        """Return the table of the first of some sheets, else that of the first sheet."""
        named = [each for each in self.tables if each.name in sheets]
        return next(iter([*named, *self.tables]), None)

    def price_of(self, cells: Sequence[str] | None) -> str:
        """Return the cell of the price of a row."""
        index = self._index(str(self._found.get("columns", {}).get("price", "")))
        return cells[index] if cells and index is not None and index < len(cells) else "1,234"

    def _index(self, reference: str) -> int | None:
        headers: Sequence[str] = self._found.get("headers", ())
        if list(headers).count(reference) == 1:
            return list(headers).index(reference)
        return column_index(reference)


def first_price(table: SampleTable | None, reference: str) -> str:
    """Return the first cell with a number of the column of the price, empty if it is not known."""
    column = table.find(reference) if table and reference else None
    return next(filter(_NUMBER.search, column.cells), "") if column else ""


def list_columns(
    result: PreviewResult | None, found: Mapping[str, Any], config: Mapping[str, Any]
) -> list[Column]:
    """Return the columns of the first rows with their meaning, as far as it is read or set.

    Sheets that differ have columns each, as many sheets as have 200 columns together.
    """
    if result is None:
        return []
    if not found.get("headers"):
        return _set_columns(result, config)
    columns: list[Column] = []
    tables = Samples(result.sheets, found).tables
    profiles: Mapping[str, Any] = found.get("sheet_profiles") or {"": found}
    order: Sequence[str] = found.get("sheets") or ()  # stored profiles are ordered by their names
    for sheet in dict.fromkeys([*(each for each in order if each in profiles), *profiles]):
        own = profiles[sheet]
        of_sheet = _placed_columns(_read_columns(own, sheet), own)
        if len(columns) + len(of_sheet) > MAX_COLUMNS_OF_SHEETS:
            break
        columns += _with_examples(of_sheet, [each for each in tables if sheet in {"", each.name}])
    return columns


def _placed_columns(columns: Sequence[Column], found: Mapping[str, Any]) -> Sequence[Column]:
    """Return columns with their letters in the table that has them, if a sheet has several."""
    profile = convert_profile(found)
    tables = row_tables(profile) if profile and profile.tables else ()
    letters: dict[int, tuple[str, int | None]] = {}
    for number, table in enumerate(tables):
        row = table.first_row - table.rows_before if number else None
        for index, column in enumerate(table.columns):
            if column is not None:
                letters.setdefault(column, (column_letters(index), row))
    return [
        msgspec.structs.replace(each, letters=letters[index][0], row=letters[index][1])
        if index in letters
        else each
        for index, each in enumerate(columns)
    ]


def _with_examples(columns: Sequence[Column], tables: Sequence[SampleTable]) -> Iterator[Column]:
    """Yield columns with the first cells of the first table that has some below their title."""
    for each in columns:
        found = [table.find(each.reference) for table in tables]
        cells = next((one.cells for one in found if one and one.cells), list[str]())
        example = ", ".join(cell[:_MAX_CELL] for cell in dict.fromkeys(cells[:MAX_EXAMPLES]))
        yield msgspec.structs.replace(each, example=example)


def _read_columns(found: Mapping[str, Any], sheet: str) -> list[Column]:
    headers = list(found.get("headers", ()))
    fields = _meanings(found)
    columns: list[Column] = []
    for index, header in enumerate(headers[:MAX_COLUMNS]):
        reference = title_reference(headers, index)
        field = fields.get(reference, "")
        if not field and header in found.get("characteristic_columns", ()):
            field = "characteristic"
        columns.append(Column(column_letters(index), header, field, reference, sheet))
    return columns


def _meanings(found: Mapping[str, Any]) -> dict[str, str]:
    """Return by column what is read from it: a field, a price tier, the key, the other tax."""
    twin = found.get("price_facts", {}).get(TAX_TWIN)
    return {
        **dict.fromkeys([twin["value"]] if twin else [], TAX_TWIN),
        **dict.fromkeys(found.get("key_columns", ()), "key"),
        **dict.fromkeys(found.get("tier_columns", {}).values(), "tier"),
        **{reference: field for field, reference in found.get("columns", {}).items()},
    }


def _plain_columns(sheet: SheetSample) -> list[Column]:
    """Return the columns of a sheet without a meaning."""
    width = max((len(cells) for _, cells in sheet.rows), default=0)
    letters = map(column_letters, range(min(width, MAX_COLUMNS)))
    return [Column(each, "", "", f"column {each}") for each in letters]


def _set_columns(result: PreviewResult, config: Mapping[str, Any]) -> list[Column]:
    """Return the columns of a refused price list of one sheet, with the meaning that was set."""
    names = [name for issue in result.issues for name in issue.candidates]
    if len(result.sheets) != 1:
        return []
    table = sample_table(result.sheets[0], names)
    fields: dict[str, str] = {}
    for field, reference in config.get("column_mapping", {}).items():
        if column := table.find(reference):
            fields[column.letters] = field
    columns = [
        Column(each.letters, each.header, fields.get(each.letters, ""), each.reference)
        for each in table.columns[:MAX_COLUMNS]
    ]
    return list(_with_examples(columns, [table]))


def read_as(cell: str, mark: str, t: Texts) -> str:
    """Return how a cell is read with a decimal mark."""
    number = _NUMBER.search(cell)
    text = number[0].strip() if number else cell
    other = "," if mark == "." else "."
    value = text.replace(other, "").replace(" ", "").replace("'", "").replace(mark, ".")
    return t("previews.read_as", cell=cell, value=value)
