"""CHANGING_ROUTES with the requests that are about webhooks."""

from uuid import UUID

from audit.changing_requests import CHANGING_ROUTES, ChangingRequest, request_for
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value

__all__ = ["CHANGING_ROUTES"]


async def webhook(conn: Connection) -> UUID:
    return await fetch_value(
        conn,
        """
        INSERT INTO webhooks (name, url, types, secret, position, created_by)
        VALUES ('ERP', 'https://erp.example', '{}', repeat('k', 32)::bytea, 0, 'anna') RETURNING id
        """,
    )


@request_for("POST", "/webhooks")
async def _(_conn: Connection) -> ChangingRequest:
    body = {"name": "ERP", "url": "https://erp.example"}
    return ChangingRequest(path="/webhooks", actions={"webhook.created"}, json=body)


@request_for("PATCH", "/webhooks/{id}")
async def _(conn: Connection) -> ChangingRequest:
    path = f"/webhooks/{await webhook(conn)}"
    return ChangingRequest(path=path, actions={"webhook.updated"}, json={"is_active": False})


@request_for("POST", "/webhooks/{id}/secret")
async def _(conn: Connection) -> ChangingRequest:
    path = f"/webhooks/{await webhook(conn)}/secret"
    return ChangingRequest(path=path, actions={"webhook.secret_replaced"})


@request_for("DELETE", "/webhooks/{id}")
async def _(conn: Connection) -> ChangingRequest:
    path = f"/webhooks/{await webhook(conn)}"
    return ChangingRequest(path=path, actions={"webhook.deleted"})


@request_for("POST", "/webhooks/{id}/test")
async def _(conn: Connection) -> ChangingRequest:
    path = f"/webhooks/{await webhook(conn)}/test"
    return ChangingRequest(path=path, actions={"webhook.tested"})


@request_for("POST", "/webhook-deliveries/{id}/resend")
async def _(conn: Connection) -> ChangingRequest:
    statement = """
        WITH event AS (INSERT INTO events (type, data) VALUES ('import.held', '{}') RETURNING id)
        INSERT INTO webhook_deliveries (webhook_id, kind, event_id, type)
        SELECT %s, 'event', id, 'import.held' FROM event RETURNING id
    """
    delivery_id = await fetch_value(conn, statement, [await webhook(conn)])
    path = f"/webhook-deliveries/{delivery_id}/resend"
    return ChangingRequest(path=path, actions={"webhook.resent"})
