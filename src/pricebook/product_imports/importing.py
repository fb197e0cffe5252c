"""Runs imports of own products: the worker those that are queued, a command its own."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from uuid import uuid4

import structlog

from pricebook.db.actor import acting_as, acting_for
from pricebook.db.database import Database
from pricebook.errors import (
    DatabaseUnavailableError,
    LeaseLostError,
    PricebookError,
    PriceListError,
    StorageFullError,
)
from pricebook.pricelists.isolation.parser_pool import ParserPool, TableStream
from pricebook.pricelists.schemas.read_request import FileSource
from pricebook.pricelists.schemas.table_rows import TableRequest
from pricebook.product_imports import repository, row_repository
from pricebook.product_imports.applying import apply_rows
from pricebook.product_imports.file_columns import (
    HELPER_TITLES,
    KEY_COLUMNS,
    TITLES,
    ParsedRow,
    check_columns,
    parse_row,
)
from pricebook.product_imports.import_context import ImportContext, import_context_of
from pricebook.product_imports.schemas import ClaimedImport, ImportLease, NewImport, ProductImport
from pricebook.product_imports.service import require_import
from pricebook.settings import Settings
from pricebook.system.async_tasks import wait_for_first

log = structlog.stdlib.get_logger(__name__)

LEASE_SECONDS = 30.0
RENEW_SECONDS = 5.0
RETRY_SECONDS = 5.0
# Attempts that were lost with their worker, or failed; waiting for a lock is no failure.
MAX_ATTEMPTS = 20


def create_product_importer(
    settings: Settings, database: Database, parser_pool: ParserPool
) -> Callable[[], Awaitable[None]]:
    """Return `run_queued` for these settings, this database and this parser pool."""
    return partial(run_queued, import_context_of(settings, database, parser_pool))


async def run_queued(context: ImportContext) -> None:
    """Run the queued imports, the oldest first; raises DatabaseUnavailableError."""
    while True:
        async with context.database.connection() as conn:
            claimed = await repository.claim_next(conn, str(uuid4()), LEASE_SECONDS)
        if claimed is None:
            return
        with acting_as(claimed.actor), acting_for(batch_id=claimed.id):
            await _run(context, claimed)


async def run_file(context: ImportContext, path: Path, new: NewImport) -> ProductImport:
    """Import a local file now, and return the import with its result.

    Raises PriceListError, ParserKilledError or StorageFullError if the file cannot be read, and
    DatabaseUnavailableError; the import is then stored as failed.
    """
    async with context.database.transaction() as conn:
        claimed = await repository.claim_inline(conn, new, str(uuid4()), LEASE_SECONDS)
    with acting_for(batch_id=claimed.id):
        try:
            await _import_with_lease(context, claimed, FileSource(str(path)))
        except PricebookError as error:
            await _end(context.database, claimed.lease, error.message)
            raise
    async with context.database.connection() as conn:
        return await require_import(conn, claimed.id)


async def _run(context: ImportContext, claimed: ClaimedImport) -> None:
    """Run an import and store how it ended; a cancellation queues it again and is raised."""
    lease = claimed.lease
    log.info("product import started", import_id=str(claimed.id))
    try:
        if claimed.attempts > MAX_ATTEMPTS:
            await _end(context.database, lease, f"It failed {MAX_ATTEMPTS} times.")
            return
        await _import_with_lease(context, claimed, _source(context, claimed))
        log.info("product import ended", import_id=str(claimed.id))
    except asyncio.CancelledError:
        with suppress(DatabaseUnavailableError, LeaseLostError):
            await _requeue(context.database, lease, 0, [])
        raise
    except LeaseLostError as error:
        log.warning("product import lost its lease", reason=error.message)
    except (DatabaseUnavailableError, StorageFullError) as error:
        log.warning("product import waits", reason=error.message)
        with suppress(LeaseLostError):
            await _requeue(context.database, lease, RETRY_SECONDS, [error.message])
    except PricebookError as error:
        await _end(context.database, lease, error.message)
    except Exception as error:  # a bug must not end the worker
        log.exception("product import failed because of a bug")
        await _end(context.database, lease, f"This is a bug in Pricebook: {type(error).__name__}.")


def _source(context: ImportContext, claimed: ClaimedImport) -> FileSource | None:
    """Return the uploaded file; None for the file of a command, which only that can read."""
    if claimed.file_path is None:
        return None
    return FileSource(str(context.uploads / claimed.file_path), claimed.file_name)


async def _import_with_lease(
    context: ImportContext, claimed: ClaimedImport, source: FileSource | None
) -> None:
    await wait_for_first(
        _import(context, claimed, source), _keep_lease(context.database, claimed.lease)
    )


async def _import(
    context: ImportContext, claimed: ClaimedImport, source: FileSource | None
) -> None:
    if claimed.columns is None:
        if source is None:
            raise PriceListError("The command was interrupted before the file was read.")
        await _store_rows(context, claimed, source)
    await apply_rows(context.database, claimed)
    async with context.database.transaction() as conn:
        await repository.set_end(conn, claimed.lease, None, [])


async def _store_rows(context: ImportContext, claimed: ClaimedImport, source: FileSource) -> None:
    """Store the rows of a file, all or none; raises PriceListError for one that is refused."""
    request = TableRequest(
        source=source,
        titles=TITLES,
        key_columns=KEY_COLUMNS,
        ignored_titles=HELPER_TITLES,
        number_column="target_price",
        currency=context.currency,
        sheet_name=claimed.sheet_name,
        limits=context.limits,
    )
    async with context.parser_pool.opened_table(request) as stream:
        check_columns(stream.columns)
        async with context.database.transaction() as conn:
            await row_repository.copy_rows(conn, claimed.id, _parsed_rows(stream))
            counts = await row_repository.reject_repeated_rows(conn, claimed.id)
            await repository.set_staged(conn, claimed.lease, stream.columns, counts)


async def _parsed_rows(stream: TableStream) -> AsyncGenerator[list[tuple[ParsedRow, list[str]]]]:
    async for rows in stream.chunks():
        yield [(parse_row(row, stream.columns), row.cells) for row in rows]


async def _keep_lease(database: Database, lease: ImportLease) -> None:
    """Renew the lease until the import ends; raises LeaseLostError."""
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        with suppress(DatabaseUnavailableError):
            async with database.connection() as conn:
                await repository.renew_lease(conn, lease, LEASE_SECONDS)


async def _requeue(
    database: Database, lease: ImportLease, delay_seconds: float, errors: list[str]
) -> None:
    async with database.connection() as conn:
        await repository.set_queued(conn, lease, delay_seconds, errors)


async def _end(database: Database, lease: ImportLease, reason: str) -> None:
    with suppress(LeaseLostError):
        async with database.transaction() as conn:
            await repository.set_end(conn, lease, "failed", [reason])
