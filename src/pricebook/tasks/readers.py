"""Who may read a task: admins, and whoever requested it."""

from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from pricebook.auth.roles import ADMIN_ROLES, describe
from pricebook.auth.schemas import Caller
from pricebook.errors import ForbiddenError
from pricebook.tasks import history

OWN_TASK = " Role procurement reads the tasks of its own uploads."


async def require_own_task(
    connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    """Raise ForbiddenError unless the caller is an admin or requested the task of the path.

    A guard, after `require_role`. The route refuses a malformed id.
    """
    caller: Caller = connection.user
    if caller.role in ADMIN_ROLES:
        return
    try:
        task_id = UUID(connection.path_params["task_id"])
    except ValueError:
        return
    database = connection.app.state.database
    if await history.find_requester_id(database, task_id) != caller.id:
        raise ForbiddenError(
            f"Role {caller.role} may read the tasks of its own uploads only: others need"
            f" {describe(ADMIN_ROLES)}."
        )
