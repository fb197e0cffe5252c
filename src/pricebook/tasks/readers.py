"""Who may read a task: admins, whoever requested it, and whoever requested what it undoes."""

from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from pricebook.auth.roles import ADMIN_ROLES, describe
from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.errors import ForbiddenError
from pricebook.tasks import history

OWN_TASK = (
    " Role procurement reads the tasks of its own uploads, and those that undo or correct them."
)


async def may_read(database: Database, caller: Caller, task_id: UUID) -> bool:
    """Return whether a caller is an admin, or requested a task or the one that it undoes."""
    return caller.role in ADMIN_ROLES or await history.concerns(database, task_id, caller.id)


async def require_own_task(
    connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    """Raise ForbiddenError unless the caller may read the task of the path.

    A guard, after `require_role`. The route refuses a malformed id.
    """
    caller: Caller = connection.user
    try:
        task_id = UUID(connection.path_params["task_id"])
    except ValueError:
        return
    if not await may_read(connection.app.state.database, caller, task_id):
        raise ForbiddenError(
            f"Role {caller.role} may read the tasks of its own uploads only: others need"
            f" {describe(ADMIN_ROLES)}."
        )
