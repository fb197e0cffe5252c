"""Reads workbooks of Excel up to 2003: xls."""

import struct
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, Literal, Self

import xlrd
from xlrd.biffh import XLRDError, error_text_from_code
from xlrd.compdoc import CompDoc, CompDocError
from xlrd.sheet import Sheet as XlrdSheet

from pricebook.errors import PriceListError
from pricebook.pricelists.formats.number_cells import format_digits, format_number_cell
from pricebook.pricelists.formats.number_formats import NumberFormat, parse_number_format
from pricebook.pricelists.formats.ole2 import BrokenFileError, workbook_stream
from pricebook.pricelists.formats.row_spool import NumberedRows
from pricebook.pricelists.formats.struck_cells import NO_STRUCK_CELLS, StruckCells
from pricebook.pricelists.formats.workbook import MergedRange, Sheet
from pricebook.pricelists.text import quote

_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_CHUNK_BYTES = 1024 * 1024
_get_stream: Any = vars(CompDoc)["_get_stream"]


class XlsWorkbook:
    """An open xls workbook; its sheets are loaded one at a time."""

    format: Literal["xls"] = "xls"

    def __init__(self, path: Path) -> None:
        self._name = path.name
        if _has_encrypted_package(path):
            raise PriceListError(f"{path.name} has a password; save it without one.")
        with self._translate_damage_errors():
            self._book = _open_patiently(path)
        self._loaded: XlrdSheet | None = None
        self._formats: dict[int, NumberFormat | None] = {}
        names = [name.strip("\0") for name in self._book.sheet_names()]
        loaded = [self._load(name) for name in names]
        self.sheets = [
            Sheet(cells.name, cells.visibility != 0) for cells in loaded if cells.nrows > 0
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._book.release_resources()

    def rows(self, sheet: str) -> NumberedRows:
        """Yield the rows of a sheet; raises PriceListError if the file is damaged."""
        cells = self._load(sheet)
        for index in range(cells.nrows):
            with self._translate_damage_errors():
                row = self._row(cells, index)
            if any(row):
                yield index + 1, row

    def merged_ranges(self, sheet: str) -> Sequence[MergedRange]:
        """Return the merged ranges of a sheet."""
        ranges = self._load(sheet).merged_cells
        return [MergedRange(first + 1, column, end) for first, end, column, _ in ranges]

    def hidden_rows(self, sheet: str) -> Sequence[int]:
        """Return the numbers of the hidden rows of a sheet."""
        cells = self._load(sheet)
        return [
            index + 1
            for index, row in sorted(cells.rowinfo_map.items())
            if row.hidden and not row.outline_level and index < cells.nrows
        ]

    def hidden_columns(self, sheet: str) -> Sequence[int]:
        """Return the 0-based hidden columns of a sheet, also those without a width."""
        columns = self._load(sheet).colinfo_map
        return [index for index, each in sorted(columns.items()) if each.hidden or not each.width]

    def struck_cells(self, sheet: str) -> StruckCells:
        """Return the struck-out cells of a sheet; raises PriceListError if the file is damaged."""
        with self._translate_damage_errors():
            fonts = self._book.font_list
            styles = enumerate(self._book.xf_list)
            struck = {index for index, each in styles if fonts[each.font_index].struck_out}
            return self._cells_of_styles(self._load(sheet), struck) if struck else NO_STRUCK_CELLS

    def _cells_of_styles(self, cells: XlrdSheet, styles: Collection[int]) -> StruckCells:
        """Return the filled cells of some styles."""
        found = StruckCells()
        for index in range(cells.nrows):
            filled = (c for c, value in enumerate(cells.row_values(index)) if str(value).strip())
            found.add(index + 1, (c for c in filled if cells.cell_xf_index(index, c) in styles))
        return found

    def _load(self, sheet: str) -> XlrdSheet:
        if self._loaded is None or self._loaded.name != sheet:
            with self._translate_damage_errors():
                if self._loaded is not None:
                    self._book.unload_sheet(self._loaded.name)
                self._loaded = self._book.sheet_by_name(sheet)
        return self._loaded

    def _row(self, cells: XlrdSheet, index: int) -> list[str]:
        types, values = cells.row_types(index), cells.row_values(index)
        return [
            self._number(value, cells.cell_xf_index(index, column))
            if isinstance(value, float)
            else _text(kind, value)
            for column, (kind, value) in enumerate(zip(types, values, strict=True))
        ]

    def _number(self, value: float, style: int) -> str:
        if style not in self._formats:
            key = self._book.xf_list[style].format_key
            self._formats[style] = parse_number_format(self._book.format_map[key].format_str)
        is_1904 = self._book.datemode == 1
        return format_number_cell(format_digits(value), self._formats[style], is_1904=is_1904)

    @contextmanager
    def _translate_damage_errors(self) -> Generator[None]:
        """Convert the errors of xlrd to PriceListError; a damaged file can raise any exception."""
        try:
            with redirect_stdout(StringIO()):
                yield
        except (PriceListError, MemoryError):
            raise
        except XLRDError as error:
            raise PriceListError(
                f"{self._name} cannot be read: {_describe_error(error)}."
            ) from error
        except Exception as error:
            raise PriceListError(f"{self._name} is a damaged xls workbook.") from error


def _open_patiently(path: Path) -> xlrd.Book:
    """Open a workbook by xlrd; if that finds the OLE2 file broken, by its workbook stream alone."""
    try:
        return _open(filename=str(path))
    except XLRDError as error:
        if "compound document" not in str(error):
            raise
        broken: Exception = error
    except (CompDocError, AssertionError, IndexError, RecursionError, struct.error) as error:
        broken = error
    try:
        stream = workbook_stream(path.read_bytes())
    except BrokenFileError:
        raise broken from None
    return _open(file_contents=stream)


def _open(filename: str | None = None, file_contents: bytes | None = None) -> xlrd.Book:
    return xlrd.open_workbook(
        filename,
        logfile=StringIO(),
        file_contents=file_contents,
        formatting_info=True,
        on_demand=True,
        ragged_rows=True,
    )


def _text(kind: int, value: str | float) -> str:
    if kind == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if value else "FALSE"
    if kind == xlrd.XL_CELL_ERROR:
        return error_text_from_code.get(int(value), "#ERROR!")
    return str(value)


def _describe_error(error: XLRDError) -> str:
    message = str(error)
    if "encrypted" in message:
        return "it has a password; save it without one"
    if "compound document" in message:
        return "it holds no workbook"
    return f"xlrd reports {quote(message)}"


def _has_encrypted_package(path: Path) -> bool:
    """Return whether a file is an xlsx with a password, which is an OLE2 file like an xls."""
    overlap = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            if _ENCRYPTED_PACKAGE in overlap + chunk:
                return True
            overlap = chunk[-len(_ENCRYPTED_PACKAGE) :]
    return False


def _get_stream_without_cycles(document: Any, *arguments: Any, **keywords: Any) -> bytes:
    """Raise CompDocError for a cyclic chain of sectors, which xlrd would follow without end."""
    _, _, table, _, sector, *_ = arguments
    remaining = len(table)
    while 0 <= sector < len(table):
        sector, remaining = table[sector], remaining - 1
        if remaining < 0:
            raise CompDocError("a chain of sectors never ends")
    stream: bytes = _get_stream(document, *arguments, **keywords)
    return stream


setattr(CompDoc, "_get_stream", _get_stream_without_cycles)  # noqa: B010 (a private method of xlrd)
