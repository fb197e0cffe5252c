"""The fetch process: downloads one remote price list into a file and exits.

It has network access and reads the Google key file, but does not parse the price list: the parser
process does, which has neither.
"""

import signal
import sys
from pathlib import Path

import msgspec

from pricebook.errors import PricebookError
from pricebook.pricelists.formats.google_sheets import parse_spreadsheet_url
from pricebook.pricelists.isolation import frames
from pricebook.pricelists.isolation.frames import PriceListFailed, PriceListFetched
from pricebook.pricelists.schemas.read_request import (
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
    "sheets(properties(sheetId,title,sheetType,hidden),merges,rowGroups/range(startIndex,endIndex),"
    "data(rowMetadata(hiddenByFilter,hiddenByUser),"
    "columnMetadata(hiddenByFilter,hiddenByUser,pixelSize),"
    "rowData/values(effectiveValue/numberValue,formattedValue,"
    "effectiveFormat(numberFormat/type,textFormat/strikethrough))))"
)


def main() -> None:
    """Process the one request on standard input and send a frame."""
    set_parent_death_signal(int(sys.argv[1]), signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    if (payload := frames.receive(sys.stdin.buffer)) is None:
        return
    request = msgspec.msgpack.decode(payload, type=FetchRequest)
    try:
        with translate_temporary_disk_full():
            frame = PriceListFetched(fetch(request.source, request.limits, Path(request.folder)))
    except PricebookError as error:
        frame = PriceListFailed(type(error).__name__, error.message)
    frames.send(sys.stdout.buffer, msgspec.msgpack.encode(frame))


def fetch(source: GoogleSheetSource | HttpsSource, limits: ReadLimits, folder: Path) -> LocalSource:
    """Download a price list into a folder; return the file.

    Raises PriceListError if the source refuses it for good, SourceUnavailableError if a later
    attempt can succeed.
    """
    if isinstance(source, HttpsSource):
        return FileSource(str(download(source, limits, folder)))
    spreadsheet_id = parse_spreadsheet_url(source.url).spreadsheet_id
    path = folder / "spreadsheet.json"
    path.write_bytes(fetch_spreadsheet(source, spreadsheet_id, _FIELD_MASK, limits))
    return FetchedSheet(str(path), source.url)


if __name__ == "__main__":
    main()
