from typing import Any, LiteralString
from uuid import UUID

from psycopg.errors import UniqueViolation

from pricebook.auth.account_schemas import Account, LoginAccount, NewUser, UserChange, UserRow
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.errors import ConflictError, NotFoundError

SELECT_ACCOUNT: LiteralString = (
    "SELECT id, username, role, is_active, password_hash, token_version FROM users "
)
NETWORK_DAYS = 90
NETWORKS_PER_USER = 20


async def find_account(conn: Connection, username: str) -> Account | None:
    """Return an account by its user name in any case, None if it does not exist."""
    return await _fetch_account(
        conn, SELECT_ACCOUNT + "WHERE lower(username) = lower(%s)", username
    )


async def find_login(conn: Connection, username: str, network_hash: bytes) -> LoginAccount | None:
    """Return an account by its name, with the days since its last login from a network."""
    async with conn.cursor(row_factory=struct_row(LoginAccount)) as cursor:
        await cursor.execute(
            """
            SELECT id, username, role, is_active, password_hash, token_version, (
                SELECT extract(epoch FROM now() - last_login_at)::float8 / 86400
                FROM login_networks
                WHERE user_id = users.id AND network_hash = %s
                    AND last_login_at > now() - make_interval(days => %s)
            ) AS network_age_days, EXISTS (
                SELECT FROM failed_logins WHERE user_id = users.id AND failures > 0
            ) AS has_failures
            FROM users WHERE lower(username) = lower(%s)
            """,
            [network_hash, NETWORK_DAYS, username],
        )
        return await cursor.fetchone()


async def upsert_network(conn: Connection, user_id: UUID, network_hash: bytes) -> None:
    """Record a login from a network; delete all but the newest NETWORKS_PER_USER of a user."""
    await conn.execute(
        """
        INSERT INTO login_networks (user_id, network_hash) SELECT id, %s FROM users WHERE id = %s
        ON CONFLICT (user_id, network_hash) DO UPDATE SET last_login_at = now()
        """,
        [network_hash, user_id],
    )
    await conn.execute(
        """
        DELETE FROM login_networks
        WHERE user_id = %s AND network_hash IN (
            SELECT network_hash FROM login_networks WHERE user_id = %s
            ORDER BY last_login_at DESC OFFSET %s)
        """,
        [user_id, user_id, NETWORKS_PER_USER],
    )


async def find_account_by_id(conn: Connection, user_id: UUID) -> Account | None:
    """Return an account by id, None if it does not exist."""
    return await _fetch_account(conn, SELECT_ACCOUNT + "WHERE id = %s", user_id)


async def has_users(conn: Connection) -> bool:
    """Return whether an account exists."""
    return await fetch_value(conn, "SELECT EXISTS (SELECT FROM users)")


async def list_users(conn: Connection) -> list[UserRow]:
    """Return all accounts by name."""
    async with conn.cursor(row_factory=struct_row(UserRow)) as cursor:
        await cursor.execute(
            "SELECT id, username, role, is_active, created_at FROM users ORDER BY lower(username)"
        )
        return await cursor.fetchall()


async def insert_user(conn: Connection, user: NewUser) -> None:
    """Insert an account; raises ConflictError if the name is taken."""
    try:
        await conn.execute(
            "INSERT INTO users (username, role, password_hash) VALUES (%s, %s, %s)",
            [user.username, user.role, user.password_hash],
        )
    except UniqueViolation as error:
        raise ConflictError(f"A user named {user.username} already exists.") from error


async def update_user(conn: Connection, username: str, change: UserChange) -> None:
    """Update the fields of an account that are not None; raises NotFoundError."""
    cursor = await conn.execute(
        """
        UPDATE users SET role = coalesce(%s::user_role, role),
            is_active = coalesce(%s, is_active), password_hash = coalesce(%s, password_hash)
        WHERE lower(username) = lower(%s)
        """,
        [change.role, change.is_active, change.password_hash, username],
    )
    _require_one(cursor.rowcount, username)


async def delete_user(conn: Connection, username: str) -> None:
    """Delete an account; raises NotFoundError."""
    cursor = await conn.execute("DELETE FROM users WHERE lower(username) = lower(%s)", [username])
    _require_one(cursor.rowcount, username)


async def _fetch_account(conn: Connection, statement: LiteralString, key: Any) -> Account | None:
    async with conn.cursor(row_factory=struct_row(Account)) as cursor:
        await cursor.execute(statement, [key])
        return await cursor.fetchone()


def _require_one(rowcount: int, username: str) -> None:
    if rowcount == 0:
        raise NotFoundError(f"No user is named {username}.")
