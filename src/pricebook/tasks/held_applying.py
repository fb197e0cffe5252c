"""Requests to apply a held price list, as a whole or without some of its articles."""

from uuid import UUID

from msgspec import Struct

from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError, body_issue, validation_error
from pricebook.pricelists.schemas.read_config import LeftOutCodes
from pricebook.tasks import held_repository
from pricebook.tasks.history import require_task
from pricebook.tasks.queue import QueueClient
from pricebook.tasks.schemas import AcceptedTask
from pricebook.tasks.service import accepted_task

FIELD = "left_out_codes"


class ApplyRequest(Struct, frozen=True, kw_only=True):
    """Who requests to apply a held price list, and the codes of articles that are left out."""

    name: str
    request_id: str | None = None
    left_out_codes: LeftOutCodes = []


async def request_apply(
    database: Database, queue: QueueClient, task_id: UUID, request: ApplyRequest
) -> AcceptedTask:
    """Request that a held price list is applied.

    Raises NotFoundError; ConflictError if it is not held, or was requested without these articles;
    ValidationError for a code that no valid row of it has.
    """
    async with database.short_transaction() as conn:
        if request.left_out_codes:
            await _leave_out(conn, task_id, request.left_out_codes)
        message = await held_repository.set_apply_requested(
            conn, task_id, request.name, request.request_id
        )
        if message is None:
            task = await require_task(conn, task_id)
            raise ConflictError(f"Task {task_id} is {task.state}, not held.")
    await queue.notify(message)
    return accepted_task(message)


async def _leave_out(conn: Connection, task_id: UUID, codes: LeftOutCodes) -> None:
    """Store the articles that a held price list is applied without."""
    task = await require_task(conn, task_id)
    if task.state != "held":
        raise ConflictError(f"Task {task_id} is {task.state}, not held.")
    if task.corrections_of is not None:
        issue = "corrections of single rows leave nothing out: refuse them"
        raise validation_error(body_issue(FIELD, issue))
    known = await held_repository.find_codes(conn, task_id, codes)
    unknown = next((code for code in codes if code not in known), None)
    if unknown is not None:
        issue = f"the price list has no article {unknown} that could be left out: compare its codes"
        raise validation_error(body_issue(FIELD, issue))
    if not await held_repository.set_left_out_codes(conn, task_id, codes):
        raise ConflictError(
            f"Task {task_id} is being applied already, with other articles left out or none."
        )
