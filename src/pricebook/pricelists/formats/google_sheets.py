"""Reads a Google spreadsheet from the response of the Sheets API (`spreadsheets.get`)."""

import re
from collections.abc import Generator, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from pricebook.errors import PriceListError, SourceUnavailableError
from pricebook.pricelists.detection import sheets
from pricebook.pricelists.detection.currencies import WORD_OR_SIGN, currencies_of_word
from pricebook.pricelists.detection.sheet_settings import check_settings, request_of_sheet
from pricebook.pricelists.detection.vocabulary import TAX_WORDS
from pricebook.pricelists.formats.google_response import Cell, Merge, Spreadsheet, SpreadsheetSheet
from pricebook.pricelists.formats.number_cells import format_digits
from pricebook.pricelists.formats.struck_cells import StruckCells
from pricebook.pricelists.formats.table_file import OpenedTables, read_sample
from pricebook.pricelists.schemas.cells import DateCell, NumberCell, Record
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import FetchedSheet, ReadLimits, ReadRequest
from pricebook.pricelists.text import quote, quote_list

_SPREADSHEET_URL = re.compile(
    r"https://docs\.google\.com(?:/a/[^/]+)?/spreadsheets/(?:u/\d+/)?d/([\w-]{20,100})(?:[/?#].*)?",
    re.ASCII,
).fullmatch
_SHEET_ID_IN_URL = re.compile(r"[?&#]gid=(\d{1,10})(?![^&#])", re.ASCII)
# Number formats whose stored number is not what the sheet shows: 0.125 is 12.5 %, 45292 is a date.
_DATE_FORMATS = frozenset({"DATE", "TIME", "DATE_TIME"})
_NON_NUMERIC_FORMATS = _DATE_FORMATS | {"PERCENT"}
_SCIENTIFIC = re.compile(r"\d[eE][+-]?\d").search
_NUMBER_SIGNS = frozenset("-−–+()'’")


class GoogleSheetFile:
    """One sheet of a Google spreadsheet, held in memory."""

    format: Literal["google_sheets"] = "google_sheets"
    encoding = None
    delimiter = None

    def __init__(
        self, sheet: SpreadsheetSheet, rows: Sequence[Sequence[Cell]], currency: str
    ) -> None:
        self.sheet = sheet.title
        self.rows_total = len(rows)
        self.hidden_rows = sheet.hidden_rows
        self.hidden_columns = sheet.hidden_columns
        self.struck_cells = _struck_cells(rows)
        self._rows = rows
        self._currency = currency
        self._rows_read = 0

    @property
    def progress(self) -> float:
        """The fraction of the rows that the latest pass has read (0 to 1)."""
        return self._rows_read / self.rows_total if self.rows_total else 1.0

    def records(self) -> Generator[Record, None, None]:
        """Yield the rows of the sheet."""
        for number, cells in enumerate(self._rows, start=1):
            self._rows_read = number
            yield number, [_cell_text(cell, self._currency) for cell in cells], None


class SpreadsheetAddress(NamedTuple):
    """The ids of the spreadsheet and, if the URL names one, of its sheet (gid)."""

    spreadsheet_id: str
    sheet_id: int | None


def open_spreadsheet(source: FetchedSheet, request: ReadRequest) -> OpenedTables:
    """Open the configured sheets of a fetched spreadsheet, else that of its URL, else the best.

    Raises PriceListError if a sheet does not exist or exceeds a limit, or it is in doubt which
    sheets are the price list; SourceUnavailableError if the response is not a spreadsheet.
    """
    address = parse_spreadsheet_url(source.url)
    try:
        spreadsheet = msgspec.json.decode(Path(source.path).read_bytes(), type=Spreadsheet)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SourceUnavailableError(
            f"Google sent an invalid response for the spreadsheet {address.spreadsheet_id}."
        ) from error
    grids = {
        sheet.title: sheet for sheet in spreadsheet.sheets if sheet.properties.sheet_type == "GRID"
    }
    check_settings(request.config, list(grids), "spreadsheet")
    requested = _requested_sheets(grids, request.config, address.sheet_id)
    candidates = requested or [
        title for title, sheet in grids.items() if not sheet.properties.hidden
    ]
    files = {
        title: GoogleSheetFile(
            grids[title], _filled_rows(grids[title], request.limits), request.currency
        )
        for title in candidates
    }
    if not files:
        raise PriceListError("The spreadsheet has no visible sheet with cells.")
    selected = requested or sheets.choose_sheets(
        {
            title: read_sample(file, request_of_sheet(request, title).config)
            for title, file in files.items()
        },
        request,
    )
    if sum(files[title].rows_total for title in selected) > request.limits.rows:
        raise PriceListError(f"The price list has more than {request.limits.rows:,} rows.")
    unread = [
        title for title, sheet in grids.items() if title not in selected and _has_cells(sheet)
    ]
    # Whether these have goods is not known: their rows are not read.
    return OpenedTables([files[title] for title in selected], tuple(unread), {}, tuple(unread))


def parse_spreadsheet_url(url: str) -> SpreadsheetAddress:
    """Parse the URL of a Google spreadsheet; raises PriceListError if it is not one."""
    match = _SPREADSHEET_URL(url)
    if not match:
        raise PriceListError(
            f"{quote(url)} is not the address of a Google spreadsheet; such an address starts with "
            "https://docs.google.com/spreadsheets/d/ and the id of the spreadsheet."
        )
    sheet_ids: list[str] = _SHEET_ID_IN_URL.findall(url)
    return SpreadsheetAddress(match[1], int(sheet_ids[-1]) if sheet_ids else None)


def _requested_sheets(
    grids: Mapping[str, SpreadsheetSheet], config: ReadConfig, sheet_id: int | None
) -> Sequence[str]:
    """Return the configured sheets, else that of the id in the URL, else none.

    Raises PriceListError if a requested sheet does not exist.
    """
    if configured := sheets.configured_sheets(config):
        return sheets.find_sheets(list(grids), configured, "spreadsheet")
    if sheet_id is None:
        return ()
    titles = [title for title, sheet in grids.items() if sheet.properties.sheet_id == sheet_id]
    if not titles:
        raise PriceListError(
            f"The spreadsheet has no sheet with the gid {sheet_id} that its address names; its "
            f"sheets are {quote_list(grids)}."
        )
    return titles[:1]


def _has_cells(sheet: SpreadsheetSheet) -> bool:
    return any(_filled_width(row.values) for grid in sheet.data[:1] for row in grid.row_data)


def _filled_rows(sheet: SpreadsheetSheet, limits: ReadLimits) -> list[list[Cell]]:
    """Return the rows of a sheet without trailing blank rows and columns, merged cells filled down.

    Raises PriceListError if there are more rows or columns than the limits allow.
    """
    rows = [row.values for grid in sheet.data[:1] for row in grid.row_data]
    widths = [_filled_width(row) for row in rows]
    while widths and not widths[-1]:
        widths.pop()
    width = max(widths, default=0)
    if len(widths) > limits.rows or width > limits.columns:
        raise PriceListError(
            f"The sheet {quote(sheet.title)} has {len(widths):,} rows and {width:,} columns; "
            f"at most {limits.rows:,} rows and {limits.columns:,} columns are read."
        )
    filled_rows = [row[:width] for row in rows[: len(widths)]]
    for merge in sheet.merges:
        _fill_down(filled_rows, merge)
    return filled_rows


def _struck_cells(rows: Iterable[Sequence[Cell]]) -> StruckCells:
    found = StruckCells()
    for number, cells in enumerate(rows, start=1):
        struck = [
            column
            for column, cell in enumerate(cells)
            if cell.effective_format.text_format.strikethrough and cell.formatted_value.strip()
        ]
        if struck:
            found.add(number, struck)
    return found


def _filled_width(row: Sequence[Cell]) -> int:
    return next((index for index in range(len(row), 0, -1) if row[index - 1].formatted_value), 0)


def _fill_down(rows: Sequence[list[Cell]], merge: Merge) -> None:
    """Copy the value of a merged range into each of its rows, in its first column only.

    A range that spans columns is a title, so its other columns stay blank.
    """
    column = merge.start_column_index
    merged = rows[merge.start_row_index : merge.end_row_index]
    if not merged or len(merged[0]) <= column:
        return
    for row in merged[1:]:
        row.extend([Cell()] * (column + 1 - len(row)))
        row[column] = merged[0][column]


def _cell_text(cell: Cell, currency: str) -> str:
    """Return the text of a cell; a number as NumberCell, a date or time as DateCell.

    A number whose format shows words other than the catalog currency is returned as the formatted
    text, so that the price parser decides about these words.
    """
    value, formatted = cell.effective_value.number_value, cell.formatted_value
    kind = cell.effective_format.number_format.type
    if value is None or kind in _NON_NUMERIC_FORMATS:
        is_date = value is not None and kind in _DATE_FORMATS
        return DateCell(formatted) if is_date else formatted
    digits = format_digits(value)
    if _SCIENTIFIC(formatted):
        return NumberCell(digits)
    return NumberCell(digits, formatted) if _is_plain_number(formatted, currency) else formatted


@lru_cache(maxsize=4096)
def _is_ignorable_word(word: str, currency: str) -> bool:
    if word in _NUMBER_SIGNS or word.casefold() in TAX_WORDS:
        return True
    return currency in (currencies_of_word(word, currency) or ())


def _is_plain_number(formatted: str, currency: str) -> bool:
    words = WORD_OR_SIGN.findall(formatted)
    return all(_is_ignorable_word(word, currency) for word in words)
