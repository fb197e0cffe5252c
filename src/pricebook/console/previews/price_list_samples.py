"""The first rows of a price list: examples of its columns, and its table with their meaning."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from pricebook.console.page_texts import Texts
from pricebook.console.previews.sample_tables import SampleTable, read_table, sample_table
from pricebook.imports.preview_schemas import PreviewResult
from pricebook.pricelists.detection.column_names import column_index, column_letters
from pricebook.pricelists.isolation.frames import SheetSample

MAX_COLUMNS = 40
_MONEY = re.compile(r"\d[\d.,' ]*[.,]\d{2}\b")
_NUMBER = re.compile(r"\d[\d.,' \u00a0]*")


class Column(Struct, frozen=True):
    """A column of the first rows: letter, header, and the field that is read from it, if any."""

    letters: str
    header: str
    field: str
    reference: str


class Samples:
    """The first rows of each sheet of a price list; `names` are columns that it has."""

    def __init__(
        self, sheets: Sequence[SheetSample], found: Mapping[str, Any], names: Sequence[str] = ()
    ) -> None:
        self._found = found
        self.tables: list[SampleTable] = [
            read_table(each, found) if found.get("headers") else sample_table(each, names)
            for each in sheets
        ]
        self.price = self._first_price()

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

    def _first_price(self) -> str:
        reference = str(self._found.get("columns", {}).get("price", ""))
        for table in self.tables:
            column = table.find(reference) if reference else None
            if column and column.cells:
                return column.cells[0]
            for cells in table.rows:
                if price := next(filter(_MONEY.search, cells), ""):
                    return price
        return ""


def list_columns(
    result: PreviewResult | None, found: Mapping[str, Any], config: Mapping[str, Any]
) -> list[Column]:
    """Return the columns of the first rows with their meaning, as far as it is read or set."""
    if result is None:
        return []
    headers = list(found.get("headers", ()))
    if not headers:
        return _set_columns(result, config)
    fields = {reference: field for field, reference in found.get("columns", {}).items()}
    columns: list[Column] = []
    for index, header in enumerate(headers[:MAX_COLUMNS]):
        is_unique = bool(header) and headers.count(header) == 1
        reference = header if is_unique else f"column {column_letters(index)}"
        field = fields.get(reference, "")
        if not field and header in found.get("characteristic_columns", ()):
            field = "characteristic"
        columns.append(Column(column_letters(index), header, field, reference))
    return columns


def plain_columns(sheet: SheetSample) -> list[Column]:
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
    return [
        Column(each.letters, each.header, fields.get(each.letters, ""), each.reference)
        for each in table.columns[:MAX_COLUMNS]
    ]


def list_unread_choices(config: Mapping[str, Any], found: Mapping[str, Any], t: Texts) -> list[str]:
    """Return a sentence for each field whose column was set, and which is read otherwise."""
    facts: Mapping[str, Any] = found.get("price_facts", {})
    columns = _indices(found.get("columns", {}), found)
    sentences: list[str] = []
    for field, index in _indices(config.get("column_mapping", {}), found).items():
        is_set = facts.get(field, {}).get("origin") == "setting"
        if is_set or (columns.get(field) != index and not found.get("sheets")):
            label, column = t(f"previews.fields.{field}"), config["column_mapping"][field]
            sentences.append(t("previews.not_obeyed", field=label, column=column))
    return sentences if found else []


def _indices(references: Mapping[str, str], found: Mapping[str, Any]) -> dict[str, int | None]:
    headers = list(found.get("headers", ()))
    return {
        field: headers.index(column) if column in headers else column_index(column)
        for field, column in references.items()
    }


def read_as(cell: str, mark: str, t: Texts) -> str:
    """Return how a cell is read with a decimal mark."""
    number = _NUMBER.search(cell)
    text = number[0].strip() if number else cell
    other = "," if mark == "." else "."
    value = text.replace(other, "").replace(" ", "").replace("'", "").replace(mark, ".")
    return t("previews.read_as", cell=cell, value=value)
