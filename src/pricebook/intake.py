"""From a task to its list: where the list is, how it is read, and the task's end with it."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

import msgspec

from pricebook.db import Database
from pricebook.errors import PriceListError
from pricebook.ingestion import service as ingestion
from pricebook.ingestion.import_schemas import ImportOrder, Progress
from pricebook.ingestion.places import Access, place_of
from pricebook.ingestion.process import Parsers
from pricebook.ingestion.schemas import FilePlace
from pricebook.ingestion.schemas import SourceConfig as Reading
from pricebook.products import service as products
from pricebook.resources import brakes_of, limits_of
from pricebook.settings import Settings
from pricebook.suppliers.schemas import SourceConfig
from pricebook.tasks.schemas import ClaimedTask, HeldList, TaskProgress

type_of_config = TypeVar("type_of_config", bound=msgspec.Struct)

Watcher = Callable[[TaskProgress], None]


class Intake(NamedTuple):
    """How a worker takes in the list of a task, and how it applies one that was held."""

    take_in: Callable[[ClaimedTask, Watcher], Awaitable[None]]
    apply: Callable[[HeldList], Awaitable[None]]


def intake_of(settings: Settings, database: Database, parsers: Parsers) -> Intake:
    """Put together what taking lists in needs.

    Taking in raises PriceListError, SourceUnavailableError, ParserKilledError,
    DatabaseUnavailableError, DatabaseBusyError, StorageFullError, LeaseLostError; applying
    NotFoundError, ConflictError, DatabaseUnavailableError, DatabaseBusyError.
    """

    async def take_in(task: ClaimedTask, watch: Watcher) -> None:
        def tell(step: Progress) -> None:
            read, total = step.rows_read, step.rows_total
            watch(TaskProgress(stage=step.stage, rows_read=read, rows_total=total))

        follow_up = _follow_up(create_products=task.create_products)
        await ingestion.take_in(database, parsers, _order(settings, task), tell, follow_up)

    async def apply(held: HeldList) -> None:
        follow_up = _follow_up(create_products=held.create_products)
        seconds = settings.import_lock_seconds
        await ingestion.apply_held(database, held.id, follow_up, seconds)

    return Intake(take_in, apply)


def _follow_up(*, create_products: bool) -> ingestion.FollowUp | None:
    return products.create_from_unmatched if create_products else None


def _order(settings: Settings, task: ClaimedTask) -> ImportOrder:
    if task.supplier_id is None:
        raise PriceListError(f"The supplier {task.supplier_name} was deleted meanwhile.")
    place = place_of(_known(task, SourceConfig), _access(settings))
    if isinstance(place, FilePlace):
        place = FilePlace(place.path, task.file_name)
    return ImportOrder(
        place=place,
        supplier_name=task.supplier_name,
        supplier_id=task.supplier_id,
        lease=task.lease,
        currency=settings.catalog_currency,
        config=_known(task, Reading),
        limits=limits_of(settings),
        brakes=brakes_of(settings),
        lock_seconds=settings.import_lock_seconds,
        new_layout=task.new_layout,
        requested_by=task.requested_by,
    )


def _known(task: ClaimedTask, kind: type[type_of_config]) -> type_of_config:
    said = task.source_config
    known = {name: said[name] for name in kind.__struct_fields__ if name in said}
    return msgspec.convert(known, kind)


def _access(settings: Settings) -> Access:
    return Access(
        uploads=settings.uploads,
        google_credentials_path=settings.google_credentials_path,
        google_api=settings.google_api_url,
        allow_private=settings.allow_private_urls,
    )
