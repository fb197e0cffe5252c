"""Reads and writes the user accounts that admins manage."""

from typing import LiteralString
from uuid import UUID

from pricebook.auth.account_schemas import UserChange
from pricebook.auth.user_schemas import UserAccount, UserQuery
from pricebook.db.database import Connection
from pricebook.db.fragments import all_of, equals, fragment
from pricebook.db.keyset import Listing
from pricebook.db.list_pages import ListPage, as_structs, read_page
from pricebook.db.row_types import find_value, struct_row
from pricebook.db.sort_keys import Key

SELECT_USER: LiteralString = """
    SELECT account.id, username, role, is_active, sessions,
        greatest(last_used_at, last_login_at) AS last_seen_at,
        coalesce(failures, 0) AS failed_logins, last_failed_at AS last_failed_login_at,
        account.created_at, updated_at
    FROM users AS account
    LEFT JOIN failed_logins AS failed ON failed.user_id = account.id
    CROSS JOIN LATERAL (
        SELECT max(last_used_at) AS last_used_at, count(*) FILTER (WHERE expires_at > now()
            AND session.token_version = account.token_version AND is_active) AS sessions
        FROM console_sessions AS session WHERE user_id = account.id
    ) AS used
    CROSS JOIN LATERAL (
        SELECT max(last_login_at) AS last_login_at FROM login_networks WHERE user_id = account.id
    ) AS logged_in
"""


async def list_users(conn: Connection, query: UserQuery) -> ListPage[UserAccount]:
    """Return a page of the accounts by name."""
    filters = equals(role=query.role, is_active=query.is_active)
    if query.search:
        filters.append(fragment("strpos(lower(username), lower(%s)) > 0", query.search))
    listing = Listing(
        table="users",
        conditions=all_of(*filters),
        keys=(Key("lower(username)", "text"), Key("id", "uuid")),
        details=SELECT_USER + "WHERE account.id = page.k2",
    )
    return await read_page(conn, listing, query.window, as_structs(UserAccount))


async def find_user(conn: Connection, user_id: UUID) -> UserAccount | None:
    """Find an account by its id."""
    async with conn.cursor(row_factory=struct_row(UserAccount)) as cursor:
        await cursor.execute(SELECT_USER + "WHERE account.id = %s", [user_id])
        return await cursor.fetchone()


async def find_user_id(conn: Connection, username: str) -> UUID | None:
    """Find the id of an account by its name, in any case of letters."""
    return await find_value(
        conn, "SELECT id FROM users WHERE lower(username) = lower(%s)", [username]
    )


async def lock_active_admins(conn: Connection) -> list[UUID]:
    """Lock the accounts of all active admins until the transaction ends; return their ids."""
    cursor = await conn.execute(
        "SELECT id FROM users WHERE role = 'admin' AND is_active ORDER BY id FOR NO KEY UPDATE"
    )
    return [each for (each,) in await cursor.fetchall()]


async def set_user(conn: Connection, user_id: UUID, change: UserChange) -> None:
    """Update the fields of an account that are not None."""
    await conn.execute(
        """
        UPDATE users SET role = coalesce(%s::user_role, role),
            is_active = coalesce(%s, is_active), password_hash = coalesce(%s, password_hash)
        WHERE id = %s
        """,
        [change.role, change.is_active, change.password_hash, user_id],
    )


async def set_signed_out(conn: Connection, user_id: UUID) -> None:
    """Record a sign-out, which increments the token version."""
    await conn.execute(
        "UPDATE users SET signed_out_at = clock_timestamp() WHERE id = %s", [user_id]
    )
