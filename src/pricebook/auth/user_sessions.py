"""The open sessions of a user, as admins see and end them."""

from uuid import UUID

from pricebook.audit import service as audit
from pricebook.audit.schemas import NewEntry
from pricebook.auth import session_repository
from pricebook.auth.roles import ADMIN_ROLES, describe
from pricebook.auth.schemas import Caller
from pricebook.auth.session_repository import OpenSession
from pricebook.auth.sessions import hash_token
from pricebook.auth.user_schemas import UserSession
from pricebook.auth.user_service import require_user
from pricebook.db.database import Database
from pricebook.errors import ForbiddenError, NotFoundError
from pricebook.http.pagination import Page, Paging, page_of

MAX_LISTED = 100


async def list_sessions(database: Database, user_id: UUID, present_token: str) -> list[OpenSession]:
    """Return the sessions of a user that have not ended, the last used first, MAX_LISTED at most.

    The session of `present_token` is marked as the present one.
    """
    async with database.connection() as conn:
        return await session_repository.list_open(
            conn, user_id, hash_token(present_token), MAX_LISTED
        )


async def read_page(
    database: Database, caller: Caller, user_id: UUID, query: Paging
) -> Page[UserSession]:
    """Return a page of the sessions of a user that have not ended, the last used first.

    Raises ForbiddenError for those of another user unless an admin requests them, NotFoundError.
    """
    _check_caller(caller, user_id)
    async with database.connection() as conn:
        user = await require_user(conn, user_id)
        found = await session_repository.list_open(conn, user_id, b"", query.limit, query.offset)
    sessions = [
        UserSession(each.id, each.started_at, each.last_used_at, each.expires_at) for each in found
    ]
    return page_of(query, user.sessions, sessions)


async def end_open_session(
    database: Database, caller: Caller, user_id: UUID, session_id: UUID
) -> None:
    """End a session of a user.

    Raises ForbiddenError for one of another user unless an admin requests it, NotFoundError
    without such an open session.
    """
    _check_caller(caller, user_id)
    if not await end_session(database, user_id, session_id):
        raise NotFoundError(f"User {user_id} has no open session {session_id}.")


async def end_session(database: Database, user_id: UUID, session_id: UUID) -> bool:
    """End a session of a user; return whether there was one. Raises NotFoundError."""
    async with database.short_transaction() as conn:
        user = await require_user(conn, user_id)
        if not await session_repository.delete_of_user(conn, user_id, session_id):
            return False
        entry = NewEntry(
            action="user.session_ended",
            entity_type="user",
            entity_id=user_id,
            entity_name=user.username,
        )
        await audit.insert_entry(conn, entry)
    return True


def _check_caller(caller: Caller, user_id: UUID) -> None:
    if user_id != caller.id and caller.role not in ADMIN_ROLES:
        raise ForbiddenError(
            f"Role {caller.role} may see and end its own sessions only; those of other users need"
            f" {describe(ADMIN_ROLES)}."
        )
