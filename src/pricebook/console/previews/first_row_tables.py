"""The first rows of each table of a preview, with code, name and price as the first columns."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from pricebook.console.previews.price_list_samples import Column, FoundTables
from pricebook.imports.preview_schemas import PreviewResult
from pricebook.pricelists.isolation.frames import SheetSample

_FIRST_FIELDS = ("sku", "name", "price")


class FirstRows(Struct, frozen=True):
    """The first rows of a table, and its columns as they are shown, with the index of each.

    `is_repeat`: a table above has the same columns, read alike. `struck` has by row the cells that
    are struck out in the sheet; the others are empty.
    """

    sheet: SheetSample
    columns: list[tuple[int, Column]]
    is_repeat: bool
    struck: dict[int, list[str]]


def list_first_rows(
    result: PreviewResult | None, found: Mapping[str, Any], columns: Sequence[Column]
) -> list[FirstRows]:
    """Return the tables with rows; `columns` are those of all sheets."""
    return list(_first_rows(result, found, columns)) if result else []


def _first_rows(
    result: PreviewResult, found: Mapping[str, Any], columns: Sequence[Column]
) -> Iterator[FirstRows]:
    known: set[tuple[tuple[str, str, str], ...]] = set()
    tables = FoundTables(found)
    for sheet in filter(lambda each: each.rows, result.sheets):
        own = tables.columns_of_sample(sheet, columns)
        meaning = tuple((each.letters, each.header, each.field) for each in own)
        is_read = any(each.field for each in own)
        is_repeat = is_read and meaning in known
        yield FirstRows(sheet, sorted(enumerate(own), key=_rank), is_repeat, dict(sheet.struck))
        known.add(meaning)


def _rank(column: tuple[int, Column]) -> int:
    """Return the order of a column: code, name and price stand first."""
    field = column[1].field
    return _FIRST_FIELDS.index(field) if field in _FIRST_FIELDS else len(_FIRST_FIELDS)
