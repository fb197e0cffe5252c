"""The fetching process: gets one list that is elsewhere into a file, and ends.

It has the network and may read Google's key file, but never looks into what it fetches: that is for
the parser process, which has neither.
"""

import signal
import sys
from pathlib import Path

import msgspec

from pricebook.errors import PricebookError
from pricebook.full_disk import temporary_files_named
from pricebook.ingestion import frames
from pricebook.ingestion.frames import Fetched, Refused
from pricebook.ingestion.parsers.google_client import read_spreadsheet
from pricebook.ingestion.parsers.google_sheets import address_of
from pricebook.ingestion.parsers.web import download
from pricebook.ingestion.schemas import (
    FetchedSheet,
    FetchOrder,
    FilePlace,
    Limits,
    LocalPlace,
    SheetPlace,
    WebPlace,
)
from pricebook.lifeline import end_with

_FIELDS = (
    "sheets(properties(sheetId,title,sheetType,hidden),merges,"
    "data/rowData/values(effectiveValue/numberValue,formattedValue,effectiveFormat/numberFormat/type))"
)


def main() -> None:
    """Serve the one order on standard input."""
    end_with(int(sys.argv[1]), signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    if (payload := frames.receive(sys.stdin.buffer)) is None:
        return
    order = msgspec.msgpack.decode(payload, type=FetchOrder)
    try:
        with temporary_files_named():
            frame = Fetched(fetch(order.place, order.limits, Path(order.folder)))
    except PricebookError as error:
        frame = Refused(type(error).__name__, error.message)
    frames.send(sys.stdout.buffer, msgspec.msgpack.encode(frame))


def fetch(place: SheetPlace | WebPlace, limits: Limits, folder: Path) -> LocalPlace:
    """Get a list into a folder.

    Raises PriceListError when there is none to be had, SourceUnavailableError when another try may
    get it.
    """
    if isinstance(place, WebPlace):
        return FilePlace(str(download(place, limits, folder)))
    spreadsheet_id = address_of(place.url).spreadsheet_id
    path = folder / "spreadsheet.json"
    path.write_bytes(read_spreadsheet(place, spreadsheet_id, _FIELDS, limits))
    return FetchedSheet(str(path), place.url)


if __name__ == "__main__":
    main()
