from uuid import UUID

from pricebook.db.database import Database
from pricebook.errors import NotFoundError
from pricebook.http.pagination import CursorPage, CursorPaging, cursor_page_of
from pricebook.notices import repository
from pricebook.notices.schemas import MailStatus, Recipient, RecipientChange, SentMail


async def list_recipients(database: Database, paging: CursorPaging) -> CursorPage[Recipient]:
    """Return a page of the users who receive notices."""
    async with database.connection() as conn:
        return cursor_page_of(paging, await repository.list_recipients(conn, paging))


async def set_recipient(database: Database, user_id: UUID, change: RecipientChange) -> Recipient:
    """Choose which notices a user receives, and where; raises NotFoundError."""
    async with database.short_transaction() as conn:
        await repository.upsert_recipient(conn, user_id, change)
        recipient = await repository.find_recipient(conn, user_id)
    if recipient is None:
        raise NotFoundError(f"There is no user {user_id}.")
    return recipient


async def get_recipient(database: Database, user_id: UUID) -> Recipient:
    """Return what a user receives; raises NotFoundError."""
    async with database.connection() as conn:
        recipient = await repository.find_recipient(conn, user_id)
    if recipient is None:
        raise NotFoundError(f"User {user_id} receives no notices.")
    return recipient


async def remove_recipient(database: Database, user_id: UUID) -> None:
    """Stop the notices of a user; raises NotFoundError."""
    async with database.short_transaction() as conn:
        if not await repository.delete_recipient(conn, user_id):
            raise NotFoundError(f"User {user_id} receives no notices.")


async def get_user_id(database: Database, username: str) -> UUID:
    """Return the id of a user; raises NotFoundError."""
    async with database.connection() as conn:
        user_id = await repository.find_user_id(conn, username)
    if user_id is None:
        raise NotFoundError(f"No user is named {username}.")
    return user_id


async def list_other_users(database: Database) -> list[tuple[UUID, str]]:
    """Return the ids and names of the active users who receive no notices, by name."""
    async with database.connection() as conn:
        return await repository.list_other_users(conn)


async def list_mails(database: Database, limit: int) -> list[SentMail]:
    """Return the last mails, newest first."""
    async with database.connection() as conn:
        return await repository.list_mails(conn, limit)


async def get_mail_status(database: Database) -> MailStatus:
    """Return how many mails wait or failed, and why."""
    async with database.connection() as conn:
        return await repository.get_mail_status(conn)
