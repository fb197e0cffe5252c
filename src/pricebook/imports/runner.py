"""Runs the import of a task: builds the import request from the task and the settings."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

import msgspec

from pricebook.db.database import Database
from pricebook.errors import PriceListError
from pricebook.imports import importer
from pricebook.imports.configuration import (
    apply_options_of,
    parser_limits_of,
    safety_thresholds_of,
)
from pricebook.imports.importer_schemas import ImportRequest, Progress
from pricebook.imports.merge import AfterMerge
from pricebook.imports.preview_applying import import_preview
from pricebook.imports.source_credentials import with_credentials
from pricebook.imports.source_location import SourceAccess, resolve_source
from pricebook.matching import service as matching
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import FileSource
from pricebook.settings import Settings
from pricebook.suppliers.source_config import SourceConfig
from pricebook.tasks.held_tasks import TaskToApply
from pricebook.tasks.schemas import ClaimedTask, TaskProgress
from pricebook.undo import service as undo

ConfigT = TypeVar("ConfigT", bound=msgspec.Struct)

TaskProgressCallback = Callable[[TaskProgress], None]


class ImportRunner(NamedTuple):
    """The operations that the worker calls: import or undo a task, and apply a held price list."""

    run_import: Callable[[ClaimedTask, TaskProgressCallback], Awaitable[None]]
    apply: Callable[[TaskToApply], Awaitable[None]]


def create_import_runner(
    settings: Settings, database: Database, parser_pool: ParserPool
) -> ImportRunner:
    """Return an import runner for these settings, this database and this parser pool.

    `run_import` raises PriceListError, SourceUnavailableError, ParserKilledError,
    DatabaseUnavailableError, DatabaseBusyError, StorageFullError and LeaseLostError; `apply` raises
    NotFoundError, ConflictError, DatabaseUnavailableError and DatabaseBusyError.
    """

    async def run_import(task: ClaimedTask, on_progress: TaskProgressCallback) -> None:
        if task.undo_of is not None:
            await undo.run_undo(database, task, settings.import_lock_seconds)
            return

        def report_progress(progress: Progress) -> None:
            read, total = progress.rows_read, progress.rows_total
            on_progress(TaskProgress(stage=progress.stage, rows_read=read, rows_total=total))

        after_merge = _after_merge_step(create_products=task.create_products)
        if task.preview_id is not None:
            report_progress(Progress("merging", 1.0, 0, None))
        if await import_preview(database, task, apply_options_of(settings), after_merge):
            return
        request = await _import_request(database, settings, task)
        await importer.run_import(database, parser_pool, request, report_progress, after_merge)

    async def apply(held: TaskToApply) -> None:
        after_merge = _after_merge_step(create_products=held.create_products)
        options = apply_options_of(settings, may_hold=held.keeps_thresholds)
        await importer.apply_held(database, held.id, after_merge, options)

    return ImportRunner(run_import, apply)


def _after_merge_step(*, create_products: bool) -> AfterMerge | None:
    return matching.create_products_after_import if create_products else None


async def _import_request(
    database: Database, settings: Settings, task: ClaimedTask
) -> ImportRequest:
    if task.supplier_id is None:
        raise PriceListError(f"The supplier {task.supplier_name} was deleted.")
    source = resolve_source(_convert_config(task, SourceConfig), source_access_of(settings))
    if isinstance(source, FileSource):
        source = FileSource(source.path, task.file_name)
    source = await with_credentials(database, settings, source, task.supplier_id)
    return ImportRequest(
        source=source,
        supplier_name=task.supplier_name,
        supplier_id=task.supplier_id,
        lease=task.lease,
        currency=settings.catalog_currency,
        catalog_vat=settings.catalog_vat,
        config=_convert_config(task, ReadConfig),
        limits=parser_limits_of(settings),
        safety_thresholds=safety_thresholds_of(settings),
        lock_timeout_seconds=settings.import_lock_seconds,
        rate_max_age_days=settings.rate_max_age_days,
        new_layout=task.new_layout,
        requested_by=task.requested_by,
        corrections_of=task.corrections_of,
    )


def _convert_config(task: ClaimedTask, config_type: type[ConfigT]) -> ConfigT:
    stored_config = task.source_config
    fields = {
        name: stored_config[name] for name in config_type.__struct_fields__ if name in stored_config
    }
    return msgspec.convert(fields, config_type)


def source_access_of(settings: Settings) -> SourceAccess:
    """Return the folders, credentials and permissions by which sources are reached."""
    return SourceAccess(
        uploads=settings.uploads,
        google_credentials_path=settings.google_credentials_path,
        google_api=settings.google_api_url,
        allow_private=settings.allow_private_urls,
    )
