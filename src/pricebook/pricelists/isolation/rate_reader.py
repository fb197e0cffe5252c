"""Reads a file of exchange rates, local or at an https address, in a process without rights."""

import asyncio
from pathlib import Path

from pricebook.errors import ParserKilledError
from pricebook.pricelists.isolation import sandbox
from pricebook.pricelists.isolation.child_process import IsolatedProcess
from pricebook.pricelists.isolation.frames import RatesRead
from pricebook.pricelists.isolation.remote_files import fetch
from pricebook.pricelists.isolation.workspace import Workspace
from pricebook.pricelists.schemas.read_request import FileSource, HttpsSource, ReadLimits
from pricebook.pricelists.schemas.reference_rates import RateFileRequest, ReferenceRate
from pricebook.system.disk_errors import translate_temporary_disk_full

# Each rate since 1999 has about 8 MiB as XML.
RATE_FILE_LIMITS = ReadLimits(mebibytes=32, seconds=60)
_RATE_MODULE = "pricebook.pricelists.isolation.rate_process"


async def read_rates(
    source: FileSource | HttpsSource, limits: ReadLimits = RATE_FILE_LIMITS
) -> list[ReferenceRate]:
    """Return the exchange rates of a file, at least one.

    Raises PriceListError if it is no list of exchange rates, too large or refused by its source,
    SourceUnavailableError if the source does not respond, ParserKilledError if reading it takes too
    much time or memory, StorageFullError if the disk for temporary files is full.
    """
    deadline = asyncio.get_running_loop().time() + limits.seconds
    user = sandbox.unused_user_id()
    with translate_temporary_disk_full():
        workspace = Workspace(user)
    try:
        with workspace.input_folder() as folder:
            local = (
                await fetch(source, limits, folder, deadline)
                if isinstance(source, HttpsSource)
                else source
            )
            local = await asyncio.to_thread(workspace.copy_in, local, folder, limits)
            return await _parse(workspace, Path(local.path), limits, deadline)
    finally:
        workspace.remove()


async def _parse(
    workspace: Workspace, path: Path, limits: ReadLimits, deadline: float
) -> list[ReferenceRate]:
    user = str(workspace.user or "")
    process = IsolatedProcess.run_module(_RATE_MODULE, user, folder=workspace.path)
    try:
        process.set_deadline(deadline, limits.seconds)
        process.send(RateFileRequest(path=str(path), limits=limits))
        frame = await process.receive()
    finally:
        process.kill()
    if not isinstance(frame, RatesRead):
        raise ParserKilledError("The process that reads exchange rates sent an unexpected frame.")
    return frame.rates
