"""The kinds of source a list may come from; a file's format is told by content, never by name.

A kind is one module here: it opens a `Source`.
"""

import re
import weakref
from pathlib import Path
from tempfile import TemporaryDirectory

from pricebook.errors import PriceListError
from pricebook.ingestion.parsers.csv import open_csv
from pricebook.ingestion.parsers.google_sheets import open_spreadsheet
from pricebook.ingestion.parsers.ods import OdsWorkbook
from pricebook.ingestion.parsers.package import Package
from pricebook.ingestion.parsers.source import Source
from pricebook.ingestion.parsers.web import download
from pricebook.ingestion.parsers.workbook import open_workbook
from pricebook.ingestion.parsers.xls import XlsWorkbook
from pricebook.ingestion.parsers.xlsx import XlsxWorkbook, main_part
from pricebook.ingestion.schemas import FilePlace, ListOrder, SheetPlace, WebPlace

_LONGEST_NAME = 60
_UNFIT_IN_NAMES = re.compile(r"[\0-\x1f/\x7f]+")
_START_BYTES = 1024
_MEBIBYTE = 1024 * 1024
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER_FORMATS = (
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3", "a database"),
)
_MARKUP = re.compile(rb"\s*<(?:!doctype|!--|\?xml|html|head|body|meta|table|svg)\b", re.IGNORECASE)
_JSON = re.compile(rb"\s*(?:\[\s*)?\{\s*\"")
_SAVE_IT = "save it as xlsx or CSV"


def open_source(order: ListOrder) -> Source:
    """Open a list where it is; a file in the format its content shows.

    Raises PriceListError if that is none we read or is over its limits, SourceUnavailableError if
    another try may get it.
    """
    place = order.place
    if isinstance(place, SheetPlace):
        return open_spreadsheet(place, order)
    if isinstance(place, WebPlace):
        return _open_fetched(place, order)
    return _open_file(_called(place, order), order)


def _called(place: FilePlace, order: ListOrder) -> Path:
    """Find a file under the name that its sender knows: a link in the folder of the order."""
    path = Path(place.path)
    name = _UNFIT_IN_NAMES.sub(" ", place.called or "").strip(". ")[-_LONGEST_NAME:]
    if not name or order.folder is None:
        return path
    link = Path(order.folder) / name
    link.symlink_to(path.absolute())
    return link


def _open_fetched(place: WebPlace, order: ListOrder) -> Source:
    """Fetch a list into a folder that lives as long as its source."""
    folder = TemporaryDirectory(prefix="pricebook-", dir=order.folder)
    try:
        source = _open_file(download(place, order.limits, Path(folder.name)), order)
    except BaseException:
        folder.cleanup()
        raise
    weakref.finalize(source, folder.cleanup)
    return source


def _open_file(path: Path, order: ListOrder) -> Source:
    start = _start_of(path, order.limits.mebibytes)
    if start.startswith(_ZIP):
        return _open_package(path, order)
    if start.startswith(_OLE2):
        with XlsWorkbook(path) as book:
            return open_workbook(book, order)
    for signature, said in _OTHER_FORMATS:
        if start.startswith(signature):
            raise PriceListError(f"{path.name} is {said}, not a price list; {_SAVE_IT}.")
    if _JSON.match(start.removeprefix(b"\xef\xbb\xbf")):
        raise PriceListError(f"{path.name} is JSON, not a price list; {_SAVE_IT}.")
    # Without the byte order marks and the NUL bytes of Unicode.
    if _MARKUP.match(start.lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\0", b"")):
        raise PriceListError(
            f"{path.name} is an HTML or XML page, whatever its name; open it in a spreadsheet "
            f"program and {_SAVE_IT}."
        )
    return open_csv(path, order)


def _start_of(path: Path, most_mebibytes: int) -> bytes:
    with path.open("rb") as file:
        start = file.read(_START_BYTES)
    if not start:
        raise PriceListError("The list is empty.")
    size = path.stat().st_size
    if size > most_mebibytes * _MEBIBYTE:
        raise PriceListError(
            f"{path.name} has {size / _MEBIBYTE:,.1f} MiB, at most {most_mebibytes:,} are read."
        )
    return start


def _open_package(path: Path, order: ListOrder) -> Source:
    with Package(path, order.limits) as package:
        if "content.xml" in package:
            return open_workbook(OdsWorkbook(package, order.limits), order)
        workbook = main_part(package)
        if workbook is None:
            raise PriceListError(f"{path.name} is a zip archive without a workbook; unpack it.")
        if not workbook.endswith(".xml"):
            raise PriceListError(f"{path.name} is a binary workbook (xlsb); save it as xlsx.")
        return open_workbook(XlsxWorkbook(package, workbook, order.limits), order)
