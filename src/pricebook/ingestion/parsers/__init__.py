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
from pricebook.ingestion.parsers.source import Source
from pricebook.ingestion.parsers.web import download
from pricebook.ingestion.schemas import ListOrder, SheetPlace, WebPlace

_START_BYTES = 1024
_OTHER_FORMATS = (
    (b"PK\x03\x04", "a zip archive, as xlsx and ods workbooks are"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an xls workbook, or a workbook with a password"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3", "a database"),
)
_MARKUP = re.compile(rb"\s*<(?:!doctype|!--|\?xml|html|head|body|meta|table|svg)\b", re.IGNORECASE)


def open_source(order: ListOrder) -> Source:
    """Open a list where it is; a file in the format its first bytes show.

    Raises PriceListError if that is none we read, SourceUnavailableError if another try may get it.
    """
    place = order.place
    if isinstance(place, SheetPlace):
        return open_spreadsheet(place, order)
    if isinstance(place, WebPlace):
        return _open_fetched(place, order)
    return _open_file(Path(place.path), order)


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
    with path.open("rb") as file:
        start = file.read(_START_BYTES)
    if not start:
        raise PriceListError("The list is empty.")
    for signature, said in _OTHER_FORMATS:
        if start.startswith(signature):
            raise PriceListError(f"{path.name} is {said}, not a CSV list; save it as CSV.")
    # Without the byte order marks and the NUL bytes of Unicode.
    if _MARKUP.match(start.lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\0", b"")):
        raise PriceListError(f"{path.name} is an HTML or XML page, not a CSV list; save it as CSV.")
    return open_csv(path, order.config, order.currency)
