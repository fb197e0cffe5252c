"""From a task to its list: where the list is, how it is read, and the task's end with it."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from pricebook.db import Database
from pricebook.errors import PriceListError
from pricebook.ingestion import service as ingestion
from pricebook.ingestion.import_schemas import ImportOrder, Progress
from pricebook.ingestion.process import Parsers
from pricebook.ingestion.schemas import FilePlace, Place, SheetPlace, SourceConfig, WebPlace
from pricebook.products import service as products
from pricebook.resources import brakes_of, limits_of
from pricebook.settings import Settings
from pricebook.tasks.schemas import ClaimedTask, TaskProgress

Watcher = Callable[[TaskProgress], None]
Intake = Callable[[ClaimedTask, Watcher], Awaitable[None]]


def intake_of(settings: Settings, database: Database, parsers: Parsers) -> Intake:
    """Make the function by which a worker takes in the list of a task.

    It raises PriceListError, SourceUnavailableError, ParserKilledError, DatabaseUnavailableError,
    LeaseLostError.
    """

    async def take_in(task: ClaimedTask, watch: Watcher) -> None:
        def tell(step: Progress) -> None:
            watch(
                TaskProgress(stage=step.stage, rows_read=step.rows_read, rows_total=step.rows_total)
            )

        follow_up = products.create_from_unmatched if task.create_products else None
        await ingestion.take_in(database, parsers, _order(settings, task), tell, follow_up)

    return take_in


def _order(settings: Settings, task: ClaimedTask) -> ImportOrder:
    if task.supplier_id is None:
        raise PriceListError(f"The supplier {task.supplier_name} was deleted meanwhile.")
    return ImportOrder(
        place=_place(settings, task),
        supplier_name=task.supplier_name,
        supplier_id=task.supplier_id,
        lease=task.lease,
        currency=settings.catalog_currency,
        config=_reading(task),
        limits=limits_of(settings),
        brakes=brakes_of(settings),
        new_layout=task.new_layout,
        requested_by=task.requested_by,
    )


def _reading(task: ClaimedTask) -> SourceConfig:
    said = task.source_config
    known = {name: said[name] for name in SourceConfig.__struct_fields__ if name in said}
    return msgspec.convert(known, SourceConfig)


def _place(settings: Settings, task: ClaimedTask) -> Place:
    match task.source_config:
        case {"file_path": str(file_path)}:
            return FilePlace(_file_in(settings.uploads, file_path))
        case {"spreadsheet_url": str(url)}:
            return SheetPlace(url)
        case {"url": str(url)}:
            return WebPlace(url)
        case _:
            raise PriceListError("No place of the list is given.")


def _file_in(uploads: Path, file_path: str) -> str:
    folder = uploads.resolve()
    path = (folder / file_path).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        raise PriceListError(f"There is no file {file_path} among the uploads.")
    return str(path)
