"""Requests for an import: a sync, an upload, or the schedule. Each submits a task to the queue."""

import hashlib
from typing import NamedTuple
from uuid import UUID

import msgspec

from pricebook.auth.schemas import Caller
from pricebook.db.database import Connection, Database
from pricebook.errors import NotFoundError, ValidationError, body_issue, validation_error
from pricebook.http.rate_limit import RateLimit, RateLimitCounter, RateLimiter
from pricebook.imports import schedule_repository
from pricebook.imports.schemas import Schedule, SyncRequest, UploadOptions
from pricebook.imports.source_location import SOURCE_FIELDS
from pricebook.imports.upload_folder import Upload
from pricebook.imports.upload_limits import UploadStorage
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schedule import next_run_at
from pricebook.suppliers.schemas import SupplierSource
from pricebook.tasks import service as tasks
from pricebook.tasks.message import TaskMessage
from pricebook.tasks.queue import QueueClient
from pricebook.tasks.schemas import AcceptedTask, NewTask, Requester

MINUTE_SECONDS = 60


class SubmissionContext(msgspec.Struct, frozen=True):
    """The connections, limits and storage that requests for an import use; one for each process."""

    database: Database
    queue: QueueClient
    limiter: RateLimiter
    syncs_per_minute: int
    uploads_per_minute: int
    storage: UploadStorage
    max_bytes: int


class UploadedPriceList(NamedTuple):
    """A received file, its options, and the supplier that it belongs to."""

    supplier_id: UUID
    supplier_name: str
    options: UploadOptions
    upload: Upload
    file_name: str | None


async def count_sync_request(
    submission_context: SubmissionContext, caller: Caller
) -> dict[str, str]:
    """Count a sync request of this user; return the `RateLimit` header fields.

    Raises RateLimitExceededError, RedisUnavailableError.
    """
    limit = RateLimit("sync", submission_context.syncs_per_minute, MINUTE_SECONDS)
    return await submission_context.limiter.acquire_shared(RateLimitCounter(limit, str(caller.id)))


async def count_upload_request(
    submission_context: SubmissionContext, caller: Caller
) -> dict[str, str]:
    """Count an upload of this user; return the `RateLimit` header fields.

    Raises RateLimitExceededError, RedisUnavailableError.
    """
    limit = RateLimit("upload", submission_context.uploads_per_minute, MINUTE_SECONDS)
    return await submission_context.limiter.acquire_shared(RateLimitCounter(limit, str(caller.id)))


async def request_sync(
    submission_context: SubmissionContext, requester: Requester, sync_request: SyncRequest
) -> AcceptedTask:
    """Submit a task that fetches and imports a supplier's price list.

    A repeated request with the same idempotency key returns the task of the first one. Raises
    NotFoundError for an unknown supplier, ValidationError if it is inactive or has no source,
    ConflictError if the idempotency key was used for another request.
    """
    digest = _request_digest("sync", sync_request)
    async with submission_context.database.connection() as conn:
        earlier_task = await tasks.find_task_by_idempotency_key(conn, requester, digest)
    if earlier_task is not None:
        return earlier_task
    source = await get_active_source(submission_context.database, sync_request.supplier_id)
    if not any(source.source_config.get(location) for location in SOURCE_FIELDS):
        raise validation_error(
            body_issue(
                "supplier_id", "the supplier has no source: set spreadsheet_url, url or file_path"
            )
        )
    requester = msgspec.structs.replace(requester, reason=sync_request.reason)
    task = _sync_task(sync_request.supplier_id, source, requester, digest)
    return await tasks.submit_task(submission_context.database, submission_context.queue, task)


async def check_upload_preconditions(
    submission_context: SubmissionContext, supplier_id: UUID
) -> SupplierSource:
    """Return the supplier's source; check, before the body is read, that an upload is possible.

    Raises RedisUnavailableError, NotFoundError, ValidationError if the supplier is inactive.
    """
    await submission_context.queue.require_available()
    return await get_active_source(submission_context.database, supplier_id)


async def get_active_source(database: Database, supplier_id: UUID) -> SupplierSource:
    """Return the supplier's source; raise NotFoundError, or ValidationError if it is inactive."""
    async with database.connection() as conn:
        source = await suppliers.find_supplier_source(conn, supplier_id)
    if source is None:
        raise NotFoundError(f"There is no supplier {supplier_id}.")
    if not source.is_active:
        raise ValidationError(f"The supplier {source.name} is inactive.")
    return source


async def accept_upload(
    submission_context: SubmissionContext, requester: Requester, uploaded_list: UploadedPriceList
) -> AcceptedTask:
    """Store an uploaded file durably, then submit a task that imports it.

    A repeated request with the same idempotency key returns the task of the first one. Raises
    ValidationError for an empty file, ConflictError if the idempotency key was used for another
    request.
    """
    if not uploaded_list.upload.size:
        raise validation_error(body_issue("file", "is empty"))
    await uploaded_list.upload.finish()
    digest = _request_digest(
        f"upload {uploaded_list.supplier_id} {uploaded_list.upload.digest.hex()}",
        uploaded_list.options,
    )
    async with submission_context.database.connection() as conn:
        earlier_task = await tasks.find_task_by_idempotency_key(conn, requester, digest)
        if earlier_task is not None:
            return earlier_task
        corrections_of = await _find_corrected_task(conn, uploaded_list)
    await uploaded_list.upload.commit()
    return await tasks.submit_task(
        submission_context.database,
        submission_context.queue,
        NewTask(
            supplier_id=uploaded_list.supplier_id,
            supplier_name=uploaded_list.supplier_name,
            parser_type=uploaded_list.upload.parser_type,
            source_config={
                **uploaded_list.options.source_config,
                "file_path": uploaded_list.upload.location,
            },
            requester=msgspec.structs.replace(requester, reason=uploaded_list.options.reason),
            digest=digest,
            file_name=uploaded_list.file_name,
            create_products=uploaded_list.options.create_products,
            new_layout=uploaded_list.options.new_layout,
            corrections_of=corrections_of,
        ),
    )


async def _find_corrected_task(conn: Connection, uploaded_list: UploadedPriceList) -> UUID | None:
    """Return the id of the task that an uploaded file corrects, None for a price list.

    Raises ValidationError if the supplier has no such task, ConflictError if its rows cannot be
    corrected any more.
    """
    task_id = uploaded_list.options.corrections
    if task_id is None:
        return None
    try:
        task = await tasks.find_task_to_correct(conn, task_id)
    except NotFoundError as error:
        raise validation_error(body_issue("corrections", "there is no such task")) from error
    if task.supplier_id != uploaded_list.supplier_id:
        issue = f"is a task of {task.supplier_name}, not of {uploaded_list.supplier_name}"
        raise validation_error(body_issue("corrections", issue))
    return task.id


async def start_due_syncs(database: Database, queue: QueueClient) -> list[TaskMessage]:
    """Enqueue the syncs that are due and return their messages.

    Each run is enqueued once, whatever the number of workers. Several missed runs are enqueued as
    one. A supplier with an unfinished task is skipped until the next run.
    """
    async with database.connection() as conn:
        await schedule_repository.delete_obsolete_schedules(conn)
        due = await schedule_repository.list_due_schedules(conn)
    started = [await _start_sync(database, schedule) for schedule in due]
    messages = [message for message in started if message is not None]
    for message in messages:
        await queue.notify(message)
    return messages


async def _start_sync(database: Database, schedule: Schedule) -> TaskMessage | None:
    next_at = next_run_at(schedule.sync_every, schedule.at)
    async with database.transaction() as conn:
        if schedule.due_at is None:
            await schedule_repository.upsert_schedule(conn, schedule, next_at)
            return None
        if not await schedule_repository.set_next_run(conn, schedule, next_at):
            return None
        if await tasks.has_unfinished_task(conn, schedule.supplier_id):
            return None
        source = await suppliers.find_supplier_source(conn, schedule.supplier_id)
        if source is None:
            return None
        return await tasks.enqueue(conn, _sync_task(schedule.supplier_id, source, Requester(), b""))


def _sync_task(
    supplier_id: UUID, source: SupplierSource, requester: Requester, digest: bytes
) -> NewTask:
    return NewTask(
        supplier_id=supplier_id,
        supplier_name=source.name,
        parser_type=source.source_type,
        source_config=source.source_config,
        requester=requester,
        digest=digest,
    )


def _request_digest(kind: str, body: msgspec.Struct) -> bytes:
    """Return a SHA-256 of the request, so that a reused idempotency key is detected."""
    return hashlib.sha256(kind.encode() + b"\0" + msgspec.json.encode(body)).digest()
