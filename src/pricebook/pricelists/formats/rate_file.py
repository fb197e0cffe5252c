"""Reads the euro reference rates of the European Central Bank: XML or CSV, of a day or a history.

A zip archive that holds one such file is read as well: the bank offers the CSV only in one.
"""

import csv
import io
import re
import zlib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NoReturn
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import BadZipFile, ZipFile

from pricebook.errors import PriceListError
from pricebook.pricelists.formats import check_file_size
from pricebook.pricelists.schemas.read_request import ReadLimits
from pricebook.pricelists.schemas.reference_rates import ReferenceRate
from pricebook.pricelists.text import quote

BASE = "EUR"
_ZIP_SIGNATURE = b"PK\x03\x04"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MAX_RATES = 1_000_000
_MISSING = frozenset({"", "N/A"})
_CURRENCY = re.compile("[A-Z]{3}")
_RATE = re.compile(r"\d{1,12}(?:\.\d{1,12})?", re.ASCII)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

# Currency, day and rate as they are written.
_Entry = tuple[str, str, str]


def read_rate_file(path: Path, limits: ReadLimits) -> list[ReferenceRate]:
    """Return the rates of a file, at least one: units of each currency for one euro.

    Raises PriceListError if it is no such file, has a rate that cannot be read, two rates of one
    currency and day that differ, or exceeds a limit.
    """
    content = _read_content(path, limits)
    if content.startswith(b"<"):
        entries: Iterable[_Entry] = _xml_entries(content, path.name)
    elif content[:4].lower() == b"date":
        entries = _csv_entries(content, path.name)
    else:
        raise PriceListError(
            f"{path.name} is neither the XML nor the CSV file of the euro reference rates of the"
            " European Central Bank."
        )
    rates: dict[tuple[str, date], ReferenceRate] = {}
    for currency, day, rate in entries:
        read = _reference_rate(currency, day, rate, path.name)
        if rates.setdefault((currency, read.day), read) != read:
            raise PriceListError(f"{path.name} has two rates of {currency} on {read.day}.")
        if len(rates) > _MAX_RATES:
            raise PriceListError(f"{path.name} has more than {_MAX_RATES:,} exchange rates.")
    if not rates:
        raise PriceListError(f"{path.name} contains no exchange rates.")
    return list(rates.values())


def _read_content(path: Path, limits: ReadLimits) -> bytes:
    """Return the content of the file, or of the only file in the archive, without its start."""
    check_file_size(path.stat().st_size, limits, path.name)
    content = path.read_bytes()
    if content.startswith(_ZIP_SIGNATURE):
        content = _unpack(path, limits)
    return content.removeprefix(_BYTE_ORDER_MARK).lstrip()


def _unpack(path: Path, limits: ReadLimits) -> bytes:
    try:
        with ZipFile(path) as archive:
            if len(archive.filelist) != 1:
                raise PriceListError(
                    f"{path.name} is an archive of {len(archive.filelist)} files; expected one"
                    " file of exchange rates."
                )
            (member,) = archive.filelist
            check_file_size(member.file_size, limits, path.name)
            with archive.open(member) as file:
                return file.read(member.file_size)
    except (BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as error:
        raise PriceListError(f"{path.name} is damaged or cut off.") from error


def _xml_entries(content: bytes, name: str) -> list[_Entry]:
    entries: list[_Entry] = []
    days: list[str] = []

    def start(element: str, attributes: dict[str, str]) -> None:
        if element.rpartition(" ")[2] != "Cube":
            return
        if "time" in attributes:
            days.append(attributes["time"])
        if "currency" in attributes:
            if not days:
                raise PriceListError(f"{name} has exchange rates without a day.")
            entries.append((attributes["currency"], days[-1], attributes.get("rate", "")))

    def refuse_doctype(*_: object) -> NoReturn:
        raise PriceListError(f"{name} declares a document type, which is not read.")

    parser = ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse_doctype
    try:
        parser.Parse(content, True)  # noqa: FBT003 (a C function)
    except (ExpatError, ValueError, LookupError) as error:
        raise PriceListError(f"{name} is damaged or cut off: {error}.") from error
    return entries


def _csv_entries(content: bytes, name: str) -> Iterable[_Entry]:
    try:
        lines = csv.reader(io.StringIO(content.decode("ascii")), skipinitialspace=True)
        _, *currencies = [cell.strip() for cell in next(lines)]
        for day, *cells in filter(None, lines):
            if len(cells) != len(currencies):
                raise PriceListError(
                    f"{name} is damaged or cut off: the line of {quote(day)} has"
                    f" {len(cells) + 1} cells, the first line {len(currencies) + 1}."
                )
            for currency, cell in zip(currencies, cells, strict=True):
                rate = cell.strip()
                if currency and rate not in _MISSING:
                    yield currency, day.strip(), rate
    except (csv.Error, UnicodeDecodeError) as error:
        raise PriceListError(f"{name} is damaged or cut off.") from error


def _reference_rate(currency: str, day: str, rate: str, name: str) -> ReferenceRate:
    if not _CURRENCY.fullmatch(currency) or currency == BASE:
        raise PriceListError(f"{name} has a rate of {quote(currency)}, which is no currency code.")
    if not _RATE.fullmatch(rate) or not (number := Decimal(rate)):
        raise PriceListError(
            f"{name} has the rate {quote(rate)} of {currency} on {quote(day)}, which is no positive"
            " number."
        )
    return ReferenceRate(BASE, currency, _day(day, name), number)


def _day(text: str, name: str) -> date:
    """Return a date such as `2026-11-25`, or `25 November 2026` as in the CSV file of a day."""
    try:
        if _ISO_DATE.fullmatch(text):
            return date.fromisoformat(text)
        day, month, year = text.split(" ")
        return date(int(year), _MONTHS.index(month) + 1, int(day))
    except ValueError:
        raise PriceListError(f"{name} has the day {quote(text)}, which is no date.") from None
