"""Reads and writes who receives notices."""

from typing import LiteralString
from uuid import UUID

from psycopg.errors import ForeignKeyViolation

from pricebook.db.database import Connection
from pricebook.db.keyset import Listing
from pricebook.db.list_pages import ListPage, as_structs, read_page
from pricebook.db.row_types import find_value, struct_row
from pricebook.db.sort_keys import Key
from pricebook.errors import NotFoundError
from pricebook.http.pagination import CursorPaging
from pricebook.notices.schemas import MailStatus, Recipient, RecipientChange, SentMail

SELECT_RECIPIENT: LiteralString = """
    SELECT user_id, username, role, email, kinds, recipient.created_at, recipient.updated_at
    FROM notice_recipients AS recipient JOIN users ON users.id = user_id
"""
RECIPIENTS = Listing(
    table="notice_recipients",
    keys=(Key("created_at", "timestamptz"), Key("user_id", "uuid")),
    details=SELECT_RECIPIENT + "WHERE user_id = page.k2",
)


async def list_recipients(conn: Connection, paging: CursorPaging) -> ListPage[Recipient]:
    """List a page of the users who receive notices, in the order in which they were chosen."""
    return await read_page(conn, RECIPIENTS, paging.window, as_structs(Recipient))


async def find_recipient(conn: Connection, user_id: UUID) -> Recipient | None:
    """Find what a user receives."""
    async with conn.cursor(row_factory=struct_row(Recipient)) as cursor:
        await cursor.execute(SELECT_RECIPIENT + "WHERE user_id = %s", [user_id])
        return await cursor.fetchone()


async def upsert_recipient(conn: Connection, user_id: UUID, change: RecipientChange) -> None:
    """Store which notices a user receives; raises NotFoundError."""
    try:
        await conn.execute(
            """
            INSERT INTO notice_recipients (user_id, email, kinds) VALUES (%s, %s, %s)
            ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, kinds = excluded.kinds
            """,
            [user_id, change.email, sorted(set(change.kinds))],
        )
    except ForeignKeyViolation:
        raise NotFoundError(f"There is no user {user_id}.") from None


async def delete_recipient(conn: Connection, user_id: UUID) -> bool:
    """Stop the notices of a user; return whether there were any."""
    cursor = await conn.execute("DELETE FROM notice_recipients WHERE user_id = %s", [user_id])
    return cursor.rowcount == 1


async def find_user_id(conn: Connection, username: str) -> UUID | None:
    """Find a user by name, in any case of letters."""
    return await find_value(
        conn, "SELECT id FROM users WHERE lower(username) = lower(%s)", [username]
    )


async def list_other_users(conn: Connection) -> list[tuple[UUID, str]]:
    """Return the ids and names of the active users who receive no notices, by name."""
    cursor = await conn.execute(
        """
        SELECT id, username FROM users
        WHERE is_active AND NOT EXISTS (SELECT FROM notice_recipients WHERE user_id = users.id)
        ORDER BY lower(username)
        """
    )
    return await cursor.fetchall()


async def list_mails(conn: Connection, limit: int) -> list[SentMail]:
    """Return the last mails, newest first; they are kept for 30 days."""
    async with conn.cursor(row_factory=struct_row(SentMail)) as cursor:
        await cursor.execute(
            """
            SELECT recipient, subject, state, attempts, error, created_at, sent_at, next_attempt_at
            FROM notice_mails ORDER BY created_at DESC, id DESC LIMIT %s
            """,
            [limit],
        )
        return await cursor.fetchall()


async def get_mail_status(conn: Connection) -> MailStatus:
    """Return the state of the mails; those that failed are counted for as long as they are kept."""
    async with conn.cursor(row_factory=struct_row(MailStatus)) as cursor:
        await cursor.execute(
            """
            SELECT (SELECT count(*) FROM notice_recipients) AS recipients,
                count(*) FILTER (WHERE state = 'queued') AS queued,
                count(*) FILTER (WHERE state = 'failed') AS failed,
                (array_agg(error ORDER BY created_at DESC) FILTER (WHERE error IS NOT NULL))[1]
                    AS last_error,
                (array_agg(recipient ORDER BY created_at DESC) FILTER (WHERE error IS NOT NULL))[1]
                    AS last_recipient
            FROM notice_mails WHERE state <> 'sent'
            """
        )
        (status,) = await cursor.fetchall()
    return status
