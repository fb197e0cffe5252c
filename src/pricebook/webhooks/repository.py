"""Reads and writes webhooks, and the list of their deliveries; never reads a secret."""

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from psycopg import sql
from psycopg.errors import UniqueViolation

from pricebook.db.database import Connection
from pricebook.db.fragments import all_of, equals
from pricebook.db.keyset import Listing
from pricebook.db.list_pages import ListPage, as_structs, read_page
from pricebook.db.row_types import fetch_value, find_value, struct_row
from pricebook.db.sort_keys import Key
from pricebook.errors import ConflictError
from pricebook.webhooks.schemas import (
    Delivery,
    DeliveryQuery,
    Message,
    NewWebhook,
    Webhook,
    WebhookHealth,
)

NAME_TAKEN = "There is a webhook of this name."

SELECT_WEBHOOK: LiteralString = """
    SELECT id, name, url, types, CASE WHEN disabled_at IS NOT NULL THEN 'disabled'
            WHEN NOT is_active THEN 'paused' WHEN failures > 0 THEN 'failing' ELSE 'active'
        END AS state,
        webhook.position, CASE WHEN types = '{}' THEN last_event.position - greatest(
                webhook.position,
                coalesce((SELECT min(position) - 1 FROM events), last_event.position))
            ELSE (SELECT count(*) FROM events
                WHERE events.position > webhook.position AND type = ANY (types)) END
            + (SELECT count(*) FROM webhook_deliveries WHERE webhook_id = webhook.id
                AND kind = 'event' AND webhook_deliveries.state = 'pending') AS waiting,
        failures, failing_since, CASE WHEN is_active AND failures > 0 THEN next_attempt_at END
            AS next_attempt_at,
        last_error, disabled_at, created_at, created_by
    FROM webhooks AS webhook CROSS JOIN last_event
"""
SELECT_DELIVERY: LiteralString = """
    SELECT id, webhook_id, kind, event_id, position, type, state, attempts, status, error,
        milliseconds, created_at, attempted_at
    FROM webhook_deliveries
"""
DELIVERY_KEYS = (
    Key("created_at", "timestamptz", is_descending=True),
    Key("id", "uuid", is_descending=True),
)


async def list_webhooks(conn: Connection) -> list[Webhook]:
    """Return all webhooks by their names."""
    async with conn.cursor(row_factory=struct_row(Webhook)) as cursor:
        await cursor.execute(SELECT_WEBHOOK + "ORDER BY lower(name)")
        return await cursor.fetchall()


async def list_health(conn: Connection) -> list[WebhookHealth]:
    """Return whether and since when each webhook fails, by name; a paused one does not."""
    async with conn.cursor(row_factory=struct_row(WebhookHealth)) as cursor:
        await cursor.execute(
            """
            SELECT name, failures, last_error, disabled_at IS NOT NULL AS is_disabled,
                CASE WHEN disabled_at IS NOT NULL OR is_active
                    THEN extract(epoch FROM now() - failing_since)::float8 END AS failing_seconds
            FROM webhooks ORDER BY lower(name)
            """
        )
        return await cursor.fetchall()


async def has_url(conn: Connection, webhook_id: UUID, url: str) -> bool:
    """Return whether a webhook has this address."""
    statement = "SELECT EXISTS (SELECT FROM webhooks WHERE id = %s AND url = %s)"
    return await fetch_value(conn, statement, [webhook_id, url])


async def find_webhook(
    conn: Connection, webhook_id: UUID, *, locks: bool = False
) -> Webhook | None:
    """Return a webhook; with `locks`, it is locked until the transaction ends."""
    lock: LiteralString = " FOR NO KEY UPDATE OF webhook" if locks else ""
    async with conn.cursor(row_factory=struct_row(Webhook)) as cursor:
        await cursor.execute(SELECT_WEBHOOK + "WHERE id = %s" + lock, [webhook_id])
        return await cursor.fetchone()


async def find_webhook_id(conn: Connection, name: str) -> UUID | None:
    """Return the id of the webhook of a name, in any case of letters."""
    return await find_value(conn, "SELECT id FROM webhooks WHERE lower(name) = lower(%s)", [name])


async def insert_webhook(
    conn: Connection, new: NewWebhook, secret: bytes, created_by: str, most: int
) -> UUID | None:
    """Insert a webhook; return its id, None when there are `most` already.

    It begins behind its position, without one with the next event. Raises ConflictError when its
    name is taken.
    """
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext('webhooks'))")
    if await fetch_value(conn, "SELECT count(*) FROM webhooks") >= most:
        return None
    try:
        return await fetch_value(
            conn,
            """
            INSERT INTO webhooks (name, url, types, secret, position, created_by)
            SELECT %s, %s, %s, %s, least(%s, last_event.position), %s FROM last_event
            RETURNING id
            """,
            [new.name, new.url, new.types, secret, new.after, created_by],
        )
    except UniqueViolation:
        raise ConflictError(NAME_TAKEN) from None


async def set_webhook(conn: Connection, webhook_id: UUID, values: dict[str, Any]) -> None:
    """Set columns of a webhook; raises ConflictError when its name is taken."""
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in values
    )
    statement = sql.SQL("UPDATE webhooks SET {} WHERE id = {}").format(
        assignments, sql.Placeholder("webhook_id")
    )
    try:
        await conn.execute(statement, {**values, "webhook_id": webhook_id})
    except UniqueViolation:
        raise ConflictError(NAME_TAKEN) from None


async def set_active(conn: Connection, webhook_id: UUID) -> None:
    """Forget the failures of a webhook, so that it is attempted at once."""
    await conn.execute(
        """
        UPDATE webhooks SET disabled_at = NULL, failures = 0, failing_since = NULL,
            last_error = NULL, next_attempt_at = now()
        WHERE id = %s
        """,
        [webhook_id],
    )


async def delete_webhook(conn: Connection, webhook_id: UUID) -> None:
    """Delete a webhook with its deliveries."""
    await conn.execute("DELETE FROM webhooks WHERE id = %s", [webhook_id])


async def set_position(conn: Connection, webhook_id: UUID, after: int) -> None:
    """Continue behind a position of the feed, at most its last one; drop the event that waits."""
    await conn.execute(
        """
        UPDATE webhooks SET position = least(%s, last_event.position) FROM last_event WHERE id = %s
        """,
        [after, webhook_id],
    )
    await conn.execute(
        """
        DELETE FROM webhook_deliveries
        WHERE webhook_id = %s AND state = 'pending' AND kind = 'event'
        """,
        [webhook_id],
    )


async def list_deliveries(
    conn: Connection, webhook_id: UUID, query: DeliveryQuery
) -> ListPage[Delivery]:
    """List a page of the deliveries of a webhook, newest first."""
    listing = Listing(
        table="webhook_deliveries",
        scope=all_of(*equals(webhook_id=webhook_id)),
        conditions=all_of(*equals(state=query.state)),
        keys=DELIVERY_KEYS,
        details=SELECT_DELIVERY + "WHERE id = page.k2",
    )
    return await read_page(conn, listing, query.window, as_structs(Delivery))


async def list_last_deliveries(conn: Connection) -> list[Delivery]:
    """Return the newest delivery of each webhook that has one."""
    statement: LiteralString = """
        SELECT last.id, webhook_id, kind, event_id, last.position, type, state, attempts, status,
            error, milliseconds, last.created_at, attempted_at
        FROM webhooks CROSS JOIN LATERAL (
            SELECT * FROM webhook_deliveries WHERE webhook_id = webhooks.id
            ORDER BY created_at DESC, id DESC LIMIT 1
        ) AS last
    """
    async with conn.cursor(row_factory=struct_row(Delivery)) as cursor:
        await cursor.execute(statement)
        return await cursor.fetchall()


async def find_delivery(conn: Connection, delivery_id: UUID) -> Delivery | None:
    """Return a delivery."""
    async with conn.cursor(row_factory=struct_row(Delivery)) as cursor:
        await cursor.execute(SELECT_DELIVERY + "WHERE id = %s", [delivery_id])
        return await cursor.fetchone()


async def list_messages(conn: Connection, event_ids: Sequence[UUID]) -> dict[UUID, Message]:
    """Return what is sent of these events, by their ids; those that are deleted by now are not."""
    cursor = await conn.execute(
        "SELECT id, type, at, data FROM events WHERE id = ANY (%s)", [list(event_ids)]
    )
    return {event_id: Message(*fields) for event_id, *fields in await cursor.fetchall()}


async def insert_test(conn: Connection, webhook_id: UUID) -> UUID:
    """Request a test of a webhook; return the id of the delivery."""
    statement: LiteralString = """
        INSERT INTO webhook_deliveries (webhook_id, kind, event_id, type)
        VALUES (%s, 'test', gen_random_uuid(), 'webhook.test') RETURNING id
    """
    return await fetch_value(conn, statement, [webhook_id])


async def insert_resend(conn: Connection, delivery_id: UUID) -> UUID | None:
    """Request that an event is sent again; return the id of the delivery.

    None when the event is deleted by now.
    """
    statement: LiteralString = """
        INSERT INTO webhook_deliveries (webhook_id, kind, event_id, position, type)
        SELECT webhook_id, 'resend', event_id, event.position, event.type
        FROM webhook_deliveries AS delivery JOIN events AS event ON event.id = event_id
        WHERE delivery.id = %s RETURNING id
    """
    return await find_value(conn, statement, [delivery_id])
