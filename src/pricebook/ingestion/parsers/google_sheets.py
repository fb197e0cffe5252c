"""Lists in Google spreadsheets, read as a whole in one request."""

import re
from collections.abc import Generator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from pricebook.errors import PriceListError, SourceUnavailableError
from pricebook.ingestion import detect
from pricebook.ingestion.currencies import WORD_OR_SIGN, meant_by
from pricebook.ingestion.normalise import shown, shown_list
from pricebook.ingestion.parsers.source import head_of
from pricebook.ingestion.parsers.typed import digits_of
from pricebook.ingestion.schemas import (
    FetchedSheet,
    Limits,
    ListOrder,
    Record,
    SourceConfig,
    TypedNumber,
)
from pricebook.ingestion.vocabulary import TAX_WORDS

_ADDRESS = re.compile(
    r"https://docs\.google\.com(?:/a/[^/]+)?/spreadsheets/(?:u/\d+/)?d/([\w-]{20,100})(?:[/?#].*)?",
    re.ASCII,
).fullmatch
_SHEET_ID = re.compile(r"[?&#]gid=(\d{1,10})(?![^&#])", re.ASCII)
# Kinds of number whose digits are not what they say: 0.125 is 12.5 %, 45292 is a day.
_NO_PLAIN_NUMBERS = frozenset({"DATE", "TIME", "DATE_TIME", "PERCENT"})
_SCIENTIFIC = re.compile(r"\d[eE][+-]?\d").search
_SIGNS = frozenset("-−–+()'’")


class _Value(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    number_value: float | None = None


class _NumberFormat(msgspec.Struct, frozen=True, gc=False):
    type: str = ""


class _Format(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    number_format: _NumberFormat = _NumberFormat()


class _Cell(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    effective_value: _Value = _Value()
    formatted_value: str = ""
    effective_format: _Format = _Format()


class _Row(msgspec.Struct):
    values: list[_Cell] = []


class _Grid(msgspec.Struct, rename="camel"):
    row_data: list[_Row] = []


class _Merge(msgspec.Struct, frozen=True, rename="camel"):
    """Cells shown as one, from the start up to before the end, counted from 0."""

    start_row_index: int = 0
    end_row_index: int = 0
    start_column_index: int = 0


class _Properties(msgspec.Struct, frozen=True, rename="camel"):
    title: str
    sheet_id: int = 0
    sheet_type: str = "GRID"
    hidden: bool = False


class _Sheet(msgspec.Struct):
    properties: _Properties
    merges: list[_Merge] = []
    data: list[_Grid] = []

    @property
    def title(self) -> str:
        """The name on the sheet's tab."""
        return self.properties.title


class _Spreadsheet(msgspec.Struct):
    sheets: list[_Sheet] = []


class SheetSource:
    """One sheet of a spreadsheet, in memory."""

    format: Literal["google_sheets"] = "google_sheets"
    encoding = None
    delimiter = None

    def __init__(self, sheet: str, rows: Sequence[Sequence[_Cell]], currency: str) -> None:
        self.sheet = sheet
        self.rows_total = len(rows)
        self._rows = rows
        self._currency = currency
        self._read = 0

    @property
    def progress(self) -> float:
        """The part of the rows that the latest pass has read."""
        return self._read / self.rows_total if self.rows_total else 1.0

    def records(self) -> Generator[Record, None, None]:
        """Read the sheet row by row."""
        for number, cells in enumerate(self._rows, start=1):
            self._read = number
            yield number, [_text_of(cell, self._currency) for cell in cells], None


class Address(NamedTuple):
    """Which spreadsheet an address names, and which of its sheets, if any."""

    spreadsheet_id: str
    sheet_id: int | None


def open_spreadsheet(place: FetchedSheet, order: ListOrder) -> SheetSource:
    """Take the sheet of a fetched spreadsheet that is named, that its address shows, or the best.

    Raises PriceListError when there is none to be had or it is over the limits,
    SourceUnavailableError when what was fetched is no spreadsheet.
    """
    address = address_of(place.url)
    try:
        spreadsheet = msgspec.json.decode(Path(place.path).read_bytes(), type=_Spreadsheet)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SourceUnavailableError(
            f"What came for the spreadsheet {address.spreadsheet_id} is no answer of Google Sheets."
        ) from error
    grids = [sheet for sheet in spreadsheet.sheets if sheet.properties.sheet_type == "GRID"]
    named = _named(grids, order.config, address.sheet_id)
    candidates = [named] if named else [sheet for sheet in grids if not sheet.properties.hidden]
    sources = {
        sheet.title: SheetSource(sheet.title, _rows_of(sheet, order.limits), order.currency)
        for sheet in candidates
    }
    if not sources:
        raise PriceListError("The spreadsheet has no sheet that could be a list.")
    samples = {title: head_of(source, order.config) for title, source in sources.items()}
    return sources[detect.choose_sheet(samples, order.config, order.currency)]


def address_of(url: str) -> Address:
    """Take the address of a spreadsheet apart; raises PriceListError if it is none."""
    match = _ADDRESS(url)
    if not match:
        raise PriceListError(
            f"{shown(url)} is not the address of a Google spreadsheet; it begins with "
            "https://docs.google.com/spreadsheets/d/ and the spreadsheet's id."
        )
    sheet_ids: list[str] = _SHEET_ID.findall(url)
    return Address(match[1], int(sheet_ids[-1]) if sheet_ids else None)


def _named(sheets: Sequence[_Sheet], config: SourceConfig, sheet_id: int | None) -> _Sheet | None:
    """Find the sheet by its name, else by its id in the address."""
    if config.sheet_name is not None:
        said, wanted = f"sheet {shown(config.sheet_name)}", config.sheet_name
        found = [sheet for sheet in sheets if sheet.title == wanted]
    elif sheet_id is not None:
        said = f"sheet with the gid {sheet_id} of its address"
        found = [sheet for sheet in sheets if sheet.properties.sheet_id == sheet_id]
    else:
        return None
    if not found:
        titles = shown_list(sheet.title for sheet in sheets)
        raise PriceListError(f"The spreadsheet has no {said}; its sheets are {titles}.")
    return found[0]


def _rows_of(sheet: _Sheet, limits: Limits) -> list[list[_Cell]]:
    """Cut a sheet to its filled part, in which merged cells are filled downwards."""
    rows = [row.values for grid in sheet.data[:1] for row in grid.row_data]
    widths = [_filled_width(row) for row in rows]
    while widths and not widths[-1]:
        widths.pop()
    width = max(widths, default=0)
    if len(widths) > limits.rows or width > limits.columns:
        raise PriceListError(
            f"The sheet {shown(sheet.title)} has {len(widths)} rows and {width} columns; "
            f"at most {limits.rows} and {limits.columns} are read."
        )
    filled = [row[:width] for row in rows[: len(widths)]]
    for merge in sheet.merges:
        _fill_down(filled, merge)
    return filled


def _filled_width(row: Sequence[_Cell]) -> int:
    return next((index for index in range(len(row), 0, -1) if row[index - 1].formatted_value), 0)


def _fill_down(rows: Sequence[list[_Cell]], merge: _Merge) -> None:
    """Repeat what several rows share; what several columns share stays a title."""
    column = merge.start_column_index
    merged = rows[merge.start_row_index : merge.end_row_index]
    if not merged or len(merged[0]) <= column:
        return
    for row in merged[1:]:
        row.extend([_Cell()] * (column + 1 - len(row)))
        row[column] = merged[0][column]


def _text_of(cell: _Cell, currency: str) -> str:
    """Take a number as it is, anything else as it is shown.

    A number that is shown with other words than of the catalog's currency goes on as shown: what
    these words mean for a price is told where texts are read.
    """
    value, as_shown = cell.effective_value.number_value, cell.formatted_value
    if value is None or cell.effective_format.number_format.type in _NO_PLAIN_NUMBERS:
        return as_shown
    digits = digits_of(value)
    if _SCIENTIFIC(as_shown):
        return TypedNumber(digits)
    return TypedNumber(digits, as_shown) if _is_bare(as_shown, currency) else as_shown


@lru_cache(maxsize=4096)
def _is_harmless(word: str, currency: str) -> bool:
    if word in _SIGNS or word.casefold() in TAX_WORDS:
        return True
    return currency in (meant_by(word, currency) or ())


def _is_bare(as_shown: str, currency: str) -> bool:
    words = WORD_OR_SIGN.findall(as_shown)
    return all(_is_harmless(word, currency) for word in words)
