"""CHANGING_ROUTES with the requests that are about webhooks and receivers of notices."""

from uuid import UUID

import builders
from audit.changing_requests import ChangingRequest, request_for
from audit.webhook_requests import CHANGING_ROUTES
from pricebook.db.database import Connection

__all__ = ["CHANGING_ROUTES"]


async def a_user(conn: Connection) -> UUID:
    """Return the user who sends the request, or another one for the request of an API key."""
    found = await (await conn.execute("SELECT id FROM users")).fetchone()
    return found[0] if found else await builders.user(conn, "bob")


@request_for("PUT", "/notice-recipients/{id}")
async def _(conn: Connection) -> ChangingRequest:
    return ChangingRequest(
        path=f"/notice-recipients/{await a_user(conn)}",
        actions={"notice_recipient.created"},
        json={"email": "anna@example.com", "kinds": ["held"]},
    )


@request_for("DELETE", "/notice-recipients/{id}")
async def _(conn: Connection) -> ChangingRequest:
    user_id = await a_user(conn)
    await conn.execute(
        "INSERT INTO notice_recipients (user_id, email, kinds) VALUES (%s, 'a@b.org', '{late}')",
        [user_id],
    )
    return ChangingRequest(
        path=f"/notice-recipients/{user_id}", actions={"notice_recipient.deleted"}
    )
