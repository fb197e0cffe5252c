"""Downloads a remote file in a fetch process, so that the process that parses it has no network."""

from pathlib import Path

from pricebook.errors import ParserKilledError
from pricebook.pricelists.isolation.child_process import IsolatedProcess
from pricebook.pricelists.isolation.frames import PriceListFetched
from pricebook.pricelists.schemas.read_request import (
    FetchRequest,
    GoogleSheetSource,
    HttpsSource,
    LocalSource,
    ReadLimits,
)

_FETCH_MODULE = "pricebook.pricelists.isolation.fetch_process"
# Certificate authorities for https; only the fetch process needs them.
_CA_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


async def fetch(
    source: GoogleSheetSource | HttpsSource, limits: ReadLimits, folder: Path, deadline: float
) -> LocalSource:
    """Download a file into a folder; the deadline is on the clock of the event loop.

    Raises PriceListError if the source refuses it for good, SourceUnavailableError if a later
    attempt can succeed, ParserKilledError at the deadline.
    """
    fetch_process = IsolatedProcess.run_module(
        _FETCH_MODULE, folder=Path.cwd(), variables=_CA_VARIABLES
    )
    try:
        fetch_process.set_deadline(deadline, limits.seconds)
        fetch_process.send(FetchRequest(source=source, limits=limits, folder=str(folder)))
        frame = await fetch_process.receive()
    finally:
        fetch_process.kill()
    if not isinstance(frame, PriceListFetched):
        raise ParserKilledError("The fetch process sent an unexpected frame.")
    return frame.source
