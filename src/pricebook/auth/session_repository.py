"""Reads and writes the sessions of the pages; a session is found by the hash of its token."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from msgspec import Struct

from pricebook.auth.schemas import Role
from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row


class SessionRow(Struct, frozen=True):
    """The user of a session, and whether a minute has passed since its use was recorded."""

    id: UUID
    username: str
    role: Role
    is_use_due: bool


class OpenSession(Struct, frozen=True):
    """A session that has not ended; `id` is a part of the hash of its token."""

    id: UUID
    started_at: datetime
    last_used_at: datetime
    expires_at: datetime
    is_present: bool


class SessionLifetime(Struct, frozen=True):
    """Hours after the last use, and days after the login, at which a session ends."""

    idle_hours: int
    max_days: int


SESSION_ID: LiteralString = "substring(encode(token_hash, 'hex') FOR 32)::uuid"


async def insert_session(
    conn: Connection, token_hash: bytes, user: tuple[UUID, int], lifetime: SessionLifetime
) -> None:
    """Insert a session of a user with the token version of its account."""
    await conn.execute(
        """
        INSERT INTO console_sessions (token_hash, user_id, token_version, expires_at)
        VALUES (%s, %s, %s, now() + make_interval(hours => %s))
        """,
        [token_hash, *user, lifetime.idle_hours],
    )


async def find_session(conn: Connection, token_hash: bytes) -> SessionRow | None:
    """Return a session that has not ended: its account is active and was not changed since."""
    async with conn.cursor(row_factory=struct_row(SessionRow)) as cursor:
        await cursor.execute(
            """
            SELECT account.id, username, role,
                last_used_at < now() - interval '1 minute' AS is_use_due
            FROM console_sessions AS session JOIN users AS account ON account.id = user_id
            WHERE token_hash = %s AND expires_at > now() AND is_active
                AND account.token_version = session.token_version
            """,
            [token_hash],
        )
        return await cursor.fetchone()


async def set_used(conn: Connection, token_hash: bytes, lifetime: SessionLifetime) -> None:
    """Record the use of a session, which postpones its end."""
    await conn.execute(
        """
        UPDATE console_sessions SET last_used_at = now(), expires_at = least(
            now() + make_interval(hours => %s), created_at + make_interval(days => %s))
        WHERE token_hash = %s
        """,
        [lifetime.idle_hours, lifetime.max_days, token_hash],
    )


async def delete_session(conn: Connection, token_hash: bytes) -> None:
    """Delete a session."""
    await conn.execute("DELETE FROM console_sessions WHERE token_hash = %s", [token_hash])


async def list_open(
    conn: Connection, user_id: UUID, present_hash: bytes, limit: int, offset: int = 0
) -> list[OpenSession]:
    """Return sessions of a user that have not ended, the last used first, behind so many."""
    statement: LiteralString = """
        SELECT {session_id} AS id, session.created_at AS started_at, last_used_at, expires_at,
            token_hash = %s AS is_present
        FROM console_sessions AS session JOIN users AS account ON account.id = user_id
        WHERE user_id = %s AND expires_at > now() AND is_active
            AND account.token_version = session.token_version
        ORDER BY last_used_at DESC, token_hash LIMIT %s OFFSET %s
    """
    async with conn.cursor(row_factory=struct_row(OpenSession)) as cursor:
        await cursor.execute(
            statement.format(session_id=SESSION_ID), [present_hash, user_id, limit, offset]
        )
        return await cursor.fetchall()


async def delete_of_user(conn: Connection, user_id: UUID, session_id: UUID) -> bool:
    """Delete a session of a user by its id; return whether there was one."""
    statement: LiteralString = (
        "DELETE FROM console_sessions WHERE user_id = %s AND {session_id} = %s"
    )
    cursor = await conn.execute(statement.format(session_id=SESSION_ID), [user_id, session_id])
    return cursor.rowcount > 0


async def delete_ended(conn: Connection) -> None:
    """Delete the sessions that have ended, those that another transaction locks later."""
    await conn.execute("""
        DELETE FROM console_sessions WHERE token_hash IN (
            SELECT token_hash FROM console_sessions WHERE expires_at <= now()
            ORDER BY expires_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
    """)


async def set_password(conn: Connection, user_id: UUID, password_hash: str) -> int:
    """Set the password of an account and return its token version, which ends all sessions."""
    cursor = await conn.execute(
        "UPDATE users SET password_hash = %s WHERE id = %s RETURNING token_version",
        [password_hash, user_id],
    )
    row = await cursor.fetchone()
    return row[0] if row else 0
