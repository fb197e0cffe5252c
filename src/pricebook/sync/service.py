import hashlib
from typing import NamedTuple
from uuid import UUID

import msgspec

from pricebook.auth.schemas import Caller
from pricebook.db import Database
from pricebook.errors import NotFoundError, ValidationError, body_issue, refuse
from pricebook.queue.carrier import TaskQueue
from pricebook.queue.message import TaskMessage
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schedule import next_time
from pricebook.suppliers.schemas import ListSource
from pricebook.sync import repository
from pricebook.sync.schemas import Schedule, SyncOrder, UploadOptions
from pricebook.sync.storage import UploadStorage
from pricebook.sync.uploads import Upload
from pricebook.tasks import service as tasks
from pricebook.tasks.schemas import AcceptedTask, Asker, NewTask
from pricebook.web.rate_limit import Counter, Limit, RateLimiter

MINUTE_SECONDS = 60
PLACES = ("spreadsheet_url", "url", "file_path")


class Inbox(msgspec.Struct, frozen=True):
    """What it takes to accept lists, open for as long as the API runs."""

    database: Database
    queue: TaskQueue
    limiter: RateLimiter
    syncs_per_minute: int
    uploads_per_minute: int
    storage: UploadStorage
    max_bytes: int


class SentList(NamedTuple):
    """A list as it was sent, and whose it is."""

    supplier_id: UUID
    supplier_name: str
    options: UploadOptions
    upload: Upload
    file_name: str | None


async def take_turn(inbox: Inbox, caller: Caller) -> dict[str, str]:
    """Count a sync of this user; return the header fields that tell how many are left.

    Raises RateLimitExceededError, RedisUnavailableError.
    """
    limit = Limit("sync", inbox.syncs_per_minute, MINUTE_SECONDS)
    return await inbox.limiter.take_shared(Counter(limit, str(caller.id)))


async def take_upload_turn(inbox: Inbox, caller: Caller) -> dict[str, str]:
    """Count an upload of this user; return the header fields that tell how many are left.

    Raises RateLimitExceededError, RedisUnavailableError.
    """
    limit = Limit("upload", inbox.uploads_per_minute, MINUTE_SECONDS)
    return await inbox.limiter.take_shared(Counter(limit, str(caller.id)))


async def request_sync(inbox: Inbox, asker: Asker, order: SyncOrder) -> AcceptedTask:
    """Let a supplier's list be fetched and taken in.

    Raises NotFoundError, ValidationError when the supplier is inactive or has no list to fetch,
    ConflictError when the asker's key came with another request.
    """
    digest = _digest("sync", order)
    async with inbox.database.connection() as conn:
        repeated = await tasks.find_repeated(conn, asker, digest)
    if repeated is not None:
        return repeated
    source = await get_active_source(inbox.database, order.supplier_id)
    if not any(source.source_config.get(place) for place in PLACES):
        raise refuse(body_issue("supplier_id", "the supplier has no list that can be fetched"))
    task = _sync_task(order.supplier_id, source, asker, digest)
    return await tasks.ask(inbox.database, inbox.queue, task)


async def require_upload(inbox: Inbox, supplier_id: UUID) -> ListSource:
    """Find out before a list is sent what would keep it from being accepted.

    Raises RedisUnavailableError, NotFoundError, ValidationError when the supplier is inactive.
    """
    await inbox.queue.require()
    return await get_active_source(inbox.database, supplier_id)


async def get_active_source(database: Database, supplier_id: UUID) -> ListSource:
    """Return where a supplier's list is; raises NotFoundError, ValidationError if inactive."""
    async with database.connection() as conn:
        source = await suppliers.find_list_source(conn, supplier_id)
    if source is None:
        raise NotFoundError(f"There is no supplier {supplier_id}.")
    if not source.is_active:
        raise ValidationError(f"The supplier {source.name} is inactive.")
    return source


async def accept_upload(inbox: Inbox, asker: Asker, sent: SentList) -> AcceptedTask:
    """Let an uploaded list be taken in; its file is kept before this returns.

    Raises ValidationError for an empty file, ConflictError when the asker's key came with another
    request.
    """
    if not sent.upload.size:
        raise refuse(body_issue("file", "is empty"))
    await sent.upload.finish()
    digest = _digest(f"upload {sent.supplier_id} {sent.upload.digest.hex()}", sent.options)
    async with inbox.database.connection() as conn:
        repeated = await tasks.find_repeated(conn, asker, digest)
    if repeated is not None:
        return repeated
    await sent.upload.keep()
    return await tasks.ask(
        inbox.database,
        inbox.queue,
        NewTask(
            supplier_id=sent.supplier_id,
            supplier_name=sent.supplier_name,
            parser_type=sent.upload.parser_type,
            source_config={**sent.options.source_config, "file_path": sent.upload.place},
            asker=asker,
            digest=digest,
            file_name=sent.file_name,
            create_products=sent.options.create_products,
            new_layout=sent.options.new_layout,
        ),
    )


async def start_due_syncs(database: Database, queue: TaskQueue) -> list[TaskMessage]:
    """Start the syncs whose time has come, each once however many workers look.

    Runs that were missed are made up for by one. A supplier whose last task has not ended is
    passed over.
    """
    async with database.connection() as conn:
        await repository.delete_ended(conn)
        due = await repository.list_due(conn)
    started = [await _start(database, schedule) for schedule in due]
    messages = [message for message in started if message is not None]
    for message in messages:
        await queue.tell(message)
    return messages


async def _start(database: Database, schedule: Schedule) -> TaskMessage | None:
    next_at = next_time(schedule.sync_every, schedule.at)
    async with database.transaction() as conn:
        if schedule.due_at is None:
            await repository.set_rule(conn, schedule, next_at)
            return None
        if not await repository.set_next(conn, schedule, next_at):
            return None
        if await tasks.has_unfinished(conn, schedule.supplier_id):
            return None
        source = await suppliers.find_list_source(conn, schedule.supplier_id)
        if source is None:
            return None
        return await tasks.enqueue(conn, _sync_task(schedule.supplier_id, source, Asker(), b""))


def _sync_task(supplier_id: UUID, source: ListSource, asker: Asker, digest: bytes) -> NewTask:
    return NewTask(
        supplier_id=supplier_id,
        supplier_name=source.name,
        parser_type=source.source_type,
        source_config=source.source_config,
        asker=asker,
        digest=digest,
    )


def _digest(what: str, said: msgspec.Struct) -> bytes:
    """Tell two requests apart by what they ask for."""
    return hashlib.sha256(what.encode() + b"\0" + msgspec.json.encode(said)).digest()
