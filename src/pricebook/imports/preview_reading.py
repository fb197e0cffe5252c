"""Reads and compares the price lists of previews in the worker; nothing is imported by it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple
from uuid import uuid4

import msgspec
import structlog

from pricebook.db.database import Connection, Database
from pricebook.errors import (
    DatabaseUnavailableError,
    LeaseLostError,
    PricebookError,
    PriceListError,
    PriceListIssue,
    StorageFullError,
)
from pricebook.imports import (
    preview_repository,
    preview_row_repository,
    staging_repository,
    unlike_price_repository,
)
from pricebook.imports.configuration import (
    safety_thresholds_of,
)
from pricebook.imports.exchange import list_used_rates, with_applied_rates
from pricebook.imports.left_out_rows import leave_out_rows
from pricebook.imports.merge import StagedImport, compare_staged_rows
from pricebook.imports.preview_basis import PreviewBasis, basis_of
from pricebook.imports.preview_schemas import ClaimedPreview, PreviewLease, PreviewResult
from pricebook.imports.preview_sources import PreviewContext, read_request, read_sample
from pricebook.imports.sheet_places import stage_sheets
from pricebook.imports.staging import add_cells, check_staged_rows
from pricebook.pricelists.first_rows import read_first_rows
from pricebook.pricelists.isolation.frames import SheetSample
from pricebook.pricelists.isolation.parser_pool import ParserPool, PriceListStream
from pricebook.pricelists.profile_sentence import describe_tables
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.rates.schemas import ExchangeRule
from pricebook.settings import Settings
from pricebook.suppliers.schemas import Supplier
from pricebook.system.async_tasks import wait_for_first
from pricebook.tasks.schemas import TaskLease

log = structlog.stdlib.get_logger(__name__)

# Queued previews are notified; only those of killed workers and delayed ones wait for a poll.
POLL_SECONDS = 5.0
PREVIEWS_AT_ONCE = 2
PROGRESS_SECONDS = 0.4
RETRY_SECONDS = 3.0
MAX_ATTEMPTS = 3
MAX_CHANGES = 1_000
MAX_REJECTED = 100
MAX_UNLIKE = 50


class _Progress:
    """The stage of a reading and the rows that it has read.

    Once `is_ended`, the preview is locked by the transaction that stores the result.
    """

    def __init__(self) -> None:
        self.stage = "reading"
        self.rows_read = 0
        self.rows_total: int | None = None
        self.is_ended = False


class _Reading(NamedTuple):
    """A preview, its supplier, the request to the parser, and with what it is read."""

    claimed: ClaimedPreview
    supplier: Supplier
    request: ReadRequest
    basis: PreviewBasis


def list_preview_work(
    settings: Settings, database: Database, parser_pool: ParserPool
) -> list[tuple[str, float, Callable[[], Awaitable[object]]]]:
    """Return what a worker does again and again for previews, with the seconds between."""
    reader = partial(read_queued, PreviewContext(settings, database, parser_pool))
    return [("import_previews", POLL_SECONDS, reader)] * PREVIEWS_AT_ONCE


async def read_queued(context: PreviewContext) -> None:
    """Read the previews that are due; raises DatabaseUnavailableError."""
    while True:
        seconds = context.settings.worker_lease_seconds
        async with context.database.connection() as conn:
            claimed = await preview_repository.claim_next(conn, str(uuid4()), seconds)
        if claimed is None:
            return
        await _read(context, claimed)


async def _read(context: PreviewContext, claimed: ClaimedPreview) -> None:
    """Read a preview and store how that ended; a cancellation queues it again and is raised."""
    lease, progress = claimed.lease, _Progress()
    if claimed.attempts > MAX_ATTEMPTS:
        sentence = f"Reading it was interrupted {MAX_ATTEMPTS} times."
        await _refuse(context, claimed, (PriceListIssue(sentence),), ())
        return
    try:
        await wait_for_first(
            _read_or_refuse(context, claimed, progress),
            _keep_lease(context, lease, progress),
        )
    except asyncio.CancelledError:
        with suppress(DatabaseUnavailableError, LeaseLostError):
            await _requeue(context.database, lease, 0)
        raise
    except LeaseLostError:
        log.info("preview was changed while it was read", preview_id=str(claimed.id))
    except (DatabaseUnavailableError, StorageFullError) as error:
        log.warning("preview waits", preview_id=str(claimed.id), reason=error.message)
        with suppress(LeaseLostError):
            await _requeue(context.database, lease, RETRY_SECONDS)
    except PricebookError as error:
        await _refuse(context, claimed, (PriceListIssue(error.message),), ())
    except Exception as error:  # a bug must not end the worker
        log.exception("preview failed because of a bug", preview_id=str(claimed.id))
        sentence = f"This is a bug in Pricebook: {type(error).__name__}."
        await _refuse(context, claimed, (PriceListIssue(sentence),), ())


async def _read_or_refuse(
    context: PreviewContext, claimed: ClaimedPreview, progress: _Progress
) -> None:
    """Read and compare a preview, or store why it is refused with its first rows."""
    basis = None
    try:
        supplier, request = await read_request(context, claimed)
        days, new_layout = context.settings.rate_max_age_days, claimed.new_layout
        basis = basis_of(claimed.config, supplier, days, new_layout=new_layout)
        reading = _Reading(claimed, supplier, request, basis)
        await _read_and_compare(context, reading, progress)
    except PriceListError as error:
        sample = await read_sample(context, claimed, error)
        await _refuse(context, claimed, error.issues, sample, basis)


async def _read_and_compare(
    context: PreviewContext, reading: _Reading, progress: _Progress
) -> None:
    claimed, supplier, request, basis = reading
    async with context.parser_pool.opened(request) as stream:
        progress.rows_total = stream.rows_total
        async with context.database.transaction() as conn:
            await staging_repository.create_staging(conn)
            await staging_repository.copy_rows(conn, _lines(stream, progress))
            progress.stage = "merging"
            await _store_progress(context, claimed.lease, progress)
            await stage_sheets(conn, stream.profile)
            settings = context.settings
            rule = ExchangeRule(settings.catalog_currency, settings.rate_max_age_days)
            await check_staged_rows(conn, supplier.id, rule)
            codes = request.config.left_out_codes
            await leave_out_rows(conn, supplier.id, codes, must_exist=False)
            await add_cells(conn, stream)
            sheets = await read_first_rows(stream)
            staged = StagedImport(
                lease=TaskLease(claimed.id, None),
                supplier=supplier,
                found=await with_applied_rates(conn, stream.profile, rule),
                mode=request.config.mode or "full",
                ignored=stream.rows_ignored,
                safety_thresholds=safety_thresholds_of(settings),
            )
            basis = msgspec.structs.replace(basis, rates=await list_used_rates(conn))
            result = await _compare(conn, staged, sheets)
            result = msgspec.structs.replace(result, basis=basis)
            found = msgspec.to_builtins(stream.profile)
            ignored = stream.rows_ignored
            progress.is_ended = True
            # Last, as they lock the preview, which a user may discard meanwhile.
            await preview_repository.set_ready(conn, claimed.lease, found, ignored, result)
            await preview_row_repository.insert_rows(conn, claimed.id)


async def _compare(
    conn: Connection, staged: StagedImport, sheets: tuple[SheetSample, ...]
) -> PreviewResult:
    """Return what importing the staged price list would do."""
    end, _, mode = await compare_staged_rows(conn, staged)
    changed = ["changed", "back", "quarantined"]
    doubtful = await preview_row_repository.list_rejected(conn, 1, "price_ambiguous")
    has_new = bool(end.counts.new)
    unlike = await unlike_price_repository.list_unlike_prices(conn, MAX_UNLIKE) if has_new else ()
    return PreviewResult(
        sheets=sheets,
        understood=tuple(
            describe_tables(staged.found, end.counts.accepted) if staged.found else ()
        ),
        counts=end.counts,
        row_error_counts=end.row_error_counts,
        average_price_change=end.average_price_change,
        reasons=tuple(end.errors) if end.state in {"held", "failed"} else (),
        fails=end.state == "failed",
        changes=tuple(await preview_row_repository.list_changes(conn, changed, MAX_CHANGES)),
        added=tuple(await preview_row_repository.list_changes(conn, ["new"], MAX_CHANGES)),
        absent=tuple(await preview_row_repository.list_changes(conn, ["absent"], MAX_CHANGES)),
        rejected=tuple(await preview_row_repository.list_rejected(conn, MAX_REJECTED)),
        ambiguous=next(iter(doubtful), None),
        unlike=tuple(unlike),
        mode=mode,
    )


async def _lines(stream: PriceListStream, progress: _Progress) -> AsyncGenerator[bytes]:
    async for chunk in stream.chunks():
        progress.rows_read = chunk.read
        yield chunk.lines


async def _refuse(
    context: PreviewContext,
    claimed: ClaimedPreview,
    issues: tuple[PriceListIssue, ...],
    sheets: tuple[SheetSample, ...],
    basis: PreviewBasis | None = None,
) -> None:
    with suppress(LeaseLostError):
        async with context.database.transaction() as conn:
            result = PreviewResult(issues=issues, sheets=sheets, basis=basis)
            await preview_repository.set_refused(conn, claimed.lease, result)


async def _requeue(database: Database, lease: PreviewLease, delay_seconds: float) -> None:
    async with database.connection() as conn:
        await preview_repository.set_requeued(conn, lease, delay_seconds)


async def _keep_lease(context: PreviewContext, lease: PreviewLease, progress: _Progress) -> None:
    """Renew the lease and store the progress until the reading ends; raises LeaseLostError."""
    while True:
        await asyncio.sleep(PROGRESS_SECONDS)
        if not progress.is_ended:
            await _store_progress(context, lease, progress)


async def _store_progress(
    context: PreviewContext, lease: PreviewLease, progress: _Progress
) -> None:
    values = (progress.stage, progress.rows_read, progress.rows_total)
    with suppress(DatabaseUnavailableError):
        async with context.database.connection() as conn:
            seconds = context.settings.worker_lease_seconds
            await preview_repository.renew_lease(conn, lease, seconds, values)
