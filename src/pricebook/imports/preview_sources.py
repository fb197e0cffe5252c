"""The price list of a preview as the parser gets it: its file, fetched once, and its options."""

import asyncio
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import msgspec

from pricebook.db.database import Database
from pricebook.errors import PricebookError, PriceListError
from pricebook.imports import preview_repository
from pricebook.imports.configuration import parser_limits_of, stored_profile
from pricebook.imports.preview_basis import effective_config
from pricebook.imports.preview_schemas import ClaimedPreview
from pricebook.imports.runner import source_access_of
from pricebook.imports.source_credentials import with_credentials
from pricebook.imports.source_location import resolve_source
from pricebook.imports.upload_folder import UPLOAD_FOLDER, make_private
from pricebook.pricelists.isolation.frames import SheetSample
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.isolation.remote_files import fetch
from pricebook.pricelists.schemas.read_request import (
    FetchedSheet,
    FileSource,
    LocalSource,
    ReadRequest,
    SampleRequest,
)
from pricebook.settings import Settings
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import Supplier
from pricebook.suppliers.source_config import SourceConfig

SAMPLE_ROWS = 40


class PreviewContext(NamedTuple):
    """The settings, the database and the parser processes with which previews are read."""

    settings: Settings
    database: Database
    parser_pool: ParserPool


async def read_request(
    context: PreviewContext, claimed: ClaimedPreview
) -> tuple[Supplier, ReadRequest]:
    """Return the supplier and the request to the parser; fetches a remote price list first."""
    settings = context.settings
    async with context.database.connection() as conn:
        supplier = await suppliers.find_supplier(conn, claimed.supplier_id)
    if supplier is None:
        raise PriceListError(f"The supplier {claimed.supplier_name} no longer exists.")
    request = ReadRequest(
        source=await _local_source(context, claimed),
        currency=settings.catalog_currency,
        catalog_vat=settings.catalog_vat,
        config=effective_config(claimed.config, supplier),
        previous_profile=None if claimed.new_layout else stored_profile(supplier),
        limits=parser_limits_of(settings),
    )
    return supplier, request


async def _local_source(context: PreviewContext, claimed: ClaimedPreview) -> LocalSource:
    """Return the stored file of a preview; the first reading stores that of an address."""
    source, uploads = claimed.source, context.settings.uploads
    if "file_path" not in source:
        source = await _fetch(context, claimed)
    path = str(uploads / source["file_path"])
    if not await asyncio.to_thread(Path(path).is_file):
        raise PriceListError("The uploaded file is no longer kept; upload it again.")
    if "sheet_of" in source:
        return FetchedSheet(path, source["sheet_of"])
    return FileSource(path, claimed.file_name)


async def _fetch(context: PreviewContext, claimed: ClaimedPreview) -> dict[str, str]:
    """Download a remote price list into the uploads, so that each reading is of the same file."""
    settings = context.settings
    source = resolve_source(
        msgspec.convert(claimed.source, SourceConfig), source_access_of(settings)
    )
    source = await with_credentials(context.database, settings, source, claimed.supplier_id)
    if isinstance(source, FileSource):
        raise PriceListError("The price list has no address.")
    limits = parser_limits_of(settings)
    deadline = asyncio.get_running_loop().time() + limits.seconds
    name = f"{UPLOAD_FOLDER}/{claimed.created_by_id}.{uuid4()}"
    target = settings.uploads / name
    await asyncio.to_thread(make_private, target.parent)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=settings.uploads) as folder:
        fetched = await fetch(source, limits, Path(folder), deadline)
        await asyncio.to_thread(Path(fetched.path).rename, target)
    stored = {"file_path": name}
    if isinstance(fetched, FetchedSheet):
        stored["sheet_of"] = fetched.url
    async with context.database.connection() as conn:
        await preview_repository.set_source(conn, claimed.lease, stored)
    return {**claimed.source, **stored}


async def read_sample(
    context: PreviewContext, claimed: ClaimedPreview, error: PriceListError
) -> tuple[SheetSample, ...]:
    """Return the first rows of a refused price list; none if not even these can be read."""
    with suppress(PricebookError):
        async with context.database.connection() as conn:
            current = await preview_repository.find_preview(conn, claimed.id)
        if current is None or "file_path" not in current.source:
            return ()
        claimed = msgspec.structs.replace(claimed, source=current.source)
        _, request = await read_request(context, claimed)
        doubts = [each for each in error.issues if each.option in {"sheet_name", "sheet_names"}]
        # Beside other issues, the sheets that are read are known.
        names = [name for each in doubts for name in each.candidates]
        names = names if len(doubts) == len(error.issues) else []
        config = request.config
        if names:
            config = msgspec.structs.replace(config, sheet_name=None, sheet_names=names)
        sample = SampleRequest(
            source=request.source,
            currency=request.currency,
            config=config,
            limits=request.limits,
            sample_rows=SAMPLE_ROWS,
        )
        return tuple(await context.parser_pool.read_sample(sample))
    return ()
