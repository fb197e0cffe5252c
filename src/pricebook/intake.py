"""From a task to its list: where the list is, how it is read, and the task's end with it."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec

from pricebook.db import Connection, Database
from pricebook.errors import PriceListError
from pricebook.ingestion import service as ingestion
from pricebook.ingestion.schemas import FilePlace, ImportOrder, Progress, SourceConfig
from pricebook.settings import Settings
from pricebook.tasks import service as tasks
from pricebook.tasks.schemas import ClaimedTask, TaskEnd, TaskProgress

Watcher = Callable[[TaskProgress], None]
Intake = Callable[[ClaimedTask, Watcher], Awaitable[None]]


def intake_of(settings: Settings, database: Database) -> Intake:
    """Make the function by which a worker takes in the list of a task.

    It raises PriceListError, SourceUnavailableError, ParserKilledError, DatabaseUnavailableError,
    LeaseLostError.
    """

    async def take_in(task: ClaimedTask, watch: Watcher) -> None:
        if task.supplier_id is None:
            raise PriceListError(f"The supplier {task.supplier_name} was deleted meanwhile.")

        async def end(conn: Connection, _supplier_id: UUID) -> int:
            await tasks.end_task(conn, task.lease, TaskEnd(state="succeeded"))
            return 0

        def tell(step: Progress) -> None:
            watch(TaskProgress(stage=step.stage))

        await ingestion.take_in(database, _order(settings, task), tell, end)

    return take_in


def _order(settings: Settings, task: ClaimedTask) -> ImportOrder:
    path = find_list(settings.uploads, str(task.source_config["file_path"]))
    return ImportOrder(
        place=FilePlace(str(path)),
        supplier_name=task.supplier_name,
        currency=settings.catalog_currency,
        config=_reading(task),
    )


def _reading(task: ClaimedTask) -> SourceConfig:
    known = {
        name: task.source_config[name]
        for name in SourceConfig.__struct_fields__
        if name in task.source_config
    }
    return msgspec.convert(known, SourceConfig)
