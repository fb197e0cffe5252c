"""The open sessions of a user, as admins see and end them."""

from uuid import UUID

from pricebook.audit import service as audit
from pricebook.audit.schemas import NewEntry
from pricebook.auth import session_repository, user_repository
from pricebook.auth.session_repository import OpenSession
from pricebook.auth.sessions import hash_token
from pricebook.db.database import Database
from pricebook.errors import NotFoundError

MAX_LISTED = 100


async def list_sessions(database: Database, user_id: UUID, present_token: str) -> list[OpenSession]:
    """Return the sessions of a user that have not ended, the last used first, MAX_LISTED at most.

    The session of `present_token` is marked as the present one.
    """
    async with database.connection() as conn:
        return await session_repository.list_open(
            conn, user_id, hash_token(present_token), MAX_LISTED
        )


async def end_session(database: Database, user_id: UUID, session_id: UUID) -> bool:
    """End a session of a user; return whether there was one. Raises NotFoundError."""
    async with database.short_transaction() as conn:
        user = await user_repository.find_user(conn, user_id)
        if user is None:
            raise NotFoundError(f"There is no user {user_id}.")
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
