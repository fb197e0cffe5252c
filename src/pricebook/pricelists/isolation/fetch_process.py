"""The fetching process: gets one list that is elsewhere into a file, and ends.

It has the network and may read Google's key file, but never looks into what it fetches: that is for
the parser process, which has neither.
"""

import signal
import sys
from pathlib import Path

import msgspec

from pricebook.errors import PricebookError
from pricebook.pricelists.formats.google_sheets import parse_spreadsheet_url
from pricebook.pricelists.isolation import frames
from pricebook.pricelists.isolation.frames import ListFailed, ListFetched
from pricebook.pricelists.schemas import (
    FetchedSheet,
    FetchRequest,
    FileSource,
    GoogleSheetSource,
    HttpsSource,
    LocalSource,
    ReadLimits,
)
from pricebook.pricelists.sources.google_client import fetch_spreadsheet
from pricebook.pricelists.sources.https import download
from pricebook.system.disk_errors import translate_temporary_disk_full
from pricebook.system.parent_death import set_parent_death_signal

_FIELD_MASK = (
    "sheets(properties(sheetId,title,sheetType,hidden),merges,"
    "data/rowData/values(effectiveValue/numberValue,formattedValue,effectiveFormat/numberFormat/type))"
)


def main() -> None:
    """Serve the one order on standard input."""
    set_parent_death_signal(int(sys.argv[1]), signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    if (payload := frames.receive(sys.stdin.buffer)) is None:
        return
    request = msgspec.msgpack.decode(payload, type=FetchRequest)
    try:
        with translate_temporary_disk_full():
            frame = ListFetched(fetch(request.source, request.limits, Path(request.folder)))
    except PricebookError as error:
        frame = ListFailed(type(error).__name__, error.message)
    frames.send(sys.stdout.buffer, msgspec.msgpack.encode(frame))


def fetch(source: GoogleSheetSource | HttpsSource, limits: ReadLimits, folder: Path) -> LocalSource:
    """Get a list into a folder.

    Raises PriceListError when there is none to be had, SourceUnavailableError when another try may
    get it.
    """
    if isinstance(source, HttpsSource):
        return FileSource(str(download(source, limits, folder)))
    spreadsheet_id = parse_spreadsheet_url(source.url).spreadsheet_id
    path = folder / "spreadsheet.json"
    path.write_bytes(fetch_spreadsheet(source, spreadsheet_id, _FIELD_MASK, limits))
    return FetchedSheet(str(path), source.url)


if __name__ == "__main__":
    main()
