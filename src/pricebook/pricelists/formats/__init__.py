"""Opens a price list in its file format, which is detected from its content, never from its name.

Each format has a module here with a class that implements `TableFile`.
"""

import re
from pathlib import Path

from pricebook.errors import PriceListError
from pricebook.pricelists.detection.sheet_settings import check_settings
from pricebook.pricelists.formats.csv import open_csv
from pricebook.pricelists.formats.google_sheets import open_spreadsheet
from pricebook.pricelists.formats.ods import OdsWorkbook
from pricebook.pricelists.formats.table_file import OpenedTables
from pricebook.pricelists.formats.workbook import open_workbook
from pricebook.pricelists.formats.xls import XlsWorkbook
from pricebook.pricelists.formats.xlsx import XlsxWorkbook, workbook_part
from pricebook.pricelists.formats.zip_package import ZipPackage
from pricebook.pricelists.schemas.read_request import (
    FetchedSheet,
    FileSource,
    ReadLimits,
    ReadRequest,
)

_START_BYTES = 1024
_MEBIBYTE = 1024 * 1024
_ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
_OLE2_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNSUPPORTED_FORMATS = (
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3", "a database"),
)
_HTML_OR_XML = re.compile(
    rb"\s*<(?:!doctype|!--|\?xml|html|head|body|meta|table|svg)\b", re.IGNORECASE
)
_JSON_START = re.compile(rb"\s*(?:\[\s*)?\{\s*\"")
_SAVE_AS_HINT = "save it as xlsx or CSV"


def open_tables(request: ReadRequest) -> OpenedTables:
    """Open the tables of a price list from a local file in the format that its content shows.

    Raises PriceListError if the format is not supported or the file exceeds a limit.
    """
    if isinstance(request.source, FetchedSheet):
        return open_spreadsheet(request.source, request)
    if isinstance(request.source, FileSource):
        return _open_file(Path(request.source.path), request)
    raise TypeError("A remote price list must be fetched before it is opened.")


def check_file_size(size: int, limits: ReadLimits, name: str) -> None:
    """Raise PriceListError if a size in bytes exceeds the limit; the error names the file."""
    if size > limits.mebibytes * _MEBIBYTE:
        raise PriceListError(
            f"{name} has {size / _MEBIBYTE:,.1f} MiB; at most {limits.mebibytes:,} MiB are read."
        )


def _open_file(path: Path, request: ReadRequest) -> OpenedTables:
    start = _read_start(path, request.limits)
    if start.startswith(_ZIP_SIGNATURES):
        return _open_zip_package(path, request)
    if start.startswith(_OLE2_SIGNATURE):
        with XlsWorkbook(path) as book:
            return open_workbook(book, request)
    for signature, description in _UNSUPPORTED_FORMATS:
        if start.startswith(signature):
            raise PriceListError(
                f"{path.name} is {description}, not a price list; {_SAVE_AS_HINT}."
            )
    if _JSON_START.match(start.removeprefix(b"\xef\xbb\xbf")):
        raise PriceListError(f"{path.name} is JSON, not a price list; {_SAVE_AS_HINT}.")
    # The pattern is for ASCII: strip byte order marks and the NUL bytes of UTF-16.
    if _HTML_OR_XML.match(start.lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\0", b"")):
        raise PriceListError(
            f"{path.name} is an HTML or XML page; open it in a spreadsheet program and "
            f"{_SAVE_AS_HINT}."
        )
    check_settings(request.config, (), "text file")
    return OpenedTables([open_csv(path, request)])


def _read_start(path: Path, limits: ReadLimits) -> bytes:
    with path.open("rb") as file:
        start = file.read(_START_BYTES)
    if not start:
        raise PriceListError(f"{path.name} is empty.")
    check_file_size(path.stat().st_size, limits, path.name)
    return start


def _open_zip_package(path: Path, request: ReadRequest) -> OpenedTables:
    with ZipPackage(path, request.limits) as package:
        if "content.xml" in package:
            return open_workbook(OdsWorkbook(package, request.limits), request)
        workbook = workbook_part(package)
        if workbook is None:
            raise PriceListError(
                f"{path.name} is a zip archive without a workbook; send the price list unpacked."
            )
        if not workbook.endswith(".xml"):
            raise PriceListError(f"{path.name} is a binary workbook (xlsb); save it as xlsx.")
        return open_workbook(XlsxWorkbook(package, workbook, request.limits), request)
