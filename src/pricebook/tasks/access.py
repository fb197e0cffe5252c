"""Which tasks a user may read."""

from uuid import UUID

from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.errors import ForbiddenError
from pricebook.tasks import history_repository


async def require_access(database: Database, caller: Caller, task_id: UUID) -> None:
    """Raise ForbiddenError unless the user is an admin or has requested the task."""
    if caller.role == "admin":
        return
    async with database.connection() as conn:
        requester_id = await history_repository.find_requester_id(conn, task_id)
    if requester_id != caller.id:
        raise ForbiddenError(
            f"Role {caller.role} may read the tasks that it requested itself only; others need "
            "role admin."
        )
