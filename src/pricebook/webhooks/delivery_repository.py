"""The queue of each webhook, for workers: what is due, who attempts it, what came of it."""

from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, find_value, struct_row
from pricebook.webhooks.schemas import Attempt, DeliveryKind, Message, Outcome, WebhookLease

# Events that are searched at once for one of the types of a webhook.
SEARCHED_EVENTS = 10_000


class LeasedWebhook(Struct, frozen=True):
    """What a worker needs of a webhook that it has leased."""

    url: str
    secrets: list[bytes]
    name: str
    types: list[str]
    position: int
    failures: int
    is_due: bool


class _DueDelivery(Struct, frozen=True):
    id: UUID
    kind: DeliveryKind
    event_id: UUID
    type: str
    at: datetime
    data: dict[str, object]


class Failures(Struct, frozen=True):
    """The failed attempts of a webhook since its last success."""

    name: str
    count: int
    since: datetime
    now: datetime


async def list_due_webhooks(conn: Connection) -> list[UUID]:
    """Return the webhooks without a lease that have something to send now, longest due first."""
    statement: LiteralString = """
        SELECT id FROM webhooks AS webhook
        WHERE lease_expires_at <= now() AND (
            EXISTS (SELECT FROM webhook_deliveries
                WHERE webhook_id = webhook.id AND state = 'pending' AND kind <> 'event')
            OR is_active AND next_attempt_at <= now() AND (
                webhook.position < (SELECT position FROM last_event)
                OR EXISTS (SELECT FROM webhook_deliveries
                    WHERE webhook_id = webhook.id AND state = 'pending' AND kind = 'event')))
        ORDER BY next_attempt_at
    """
    return [row[0] for row in await (await conn.execute(statement)).fetchall()]


async def set_lease(conn: Connection, lease: WebhookLease, seconds: float) -> bool:
    """Lease a webhook; return whether no other worker has."""
    cursor = await conn.execute(
        """
        UPDATE webhooks
        SET lease_token = %s, lease_expires_at = now() + make_interval(secs => %s)
        WHERE id = %s AND lease_expires_at <= now()
        """,
        [lease.token, seconds, lease.webhook_id],
    )
    return cursor.rowcount == 1


async def renew_lease(
    conn: Connection, lease: WebhookLease, seconds: float
) -> LeasedWebhook | None:
    """Renew a lease and lock the webhook; return None when another worker has it, or it is gone."""
    statement: LiteralString = """
        UPDATE webhooks SET lease_expires_at = now() + make_interval(secs => %s)
        WHERE id = %s AND lease_token = %s
        RETURNING url, CASE WHEN former_secret_expires_at > now() THEN ARRAY[secret, former_secret]
                ELSE ARRAY[secret] END AS secrets,
            name, types, position, failures, is_active AND next_attempt_at <= now() AS is_due
    """
    async with conn.cursor(row_factory=struct_row(LeasedWebhook)) as cursor:
        await cursor.execute(statement, [seconds, lease.webhook_id, lease.token])
        return await cursor.fetchone()


async def release_lease(conn: Connection, lease: WebhookLease) -> None:
    """Release a lease, so that any worker may go on."""
    await conn.execute(
        """
        UPDATE webhooks SET lease_expires_at = '-infinity' WHERE id = %s AND lease_token = %s
        """,
        [lease.webhook_id, lease.token],
    )


async def find_requested(
    conn: Connection, lease: WebhookLease, webhook: LeasedWebhook
) -> Attempt | None:
    """Return the oldest test or event to be sent again."""
    statement: LiteralString = """
        SELECT delivery.id, kind, event_id, delivery.type, coalesce(event.at, delivery.created_at)
            AS at, coalesce(event.data, '{}') AS data
        FROM webhook_deliveries AS delivery LEFT JOIN events AS event ON event.id = event_id
        WHERE webhook_id = %s AND state = 'pending' AND kind <> 'event'
        ORDER BY delivery.created_at, delivery.id LIMIT 1
    """
    return await _find_attempt(conn, statement, lease, webhook)


async def find_pending(
    conn: Connection, lease: WebhookLease, webhook: LeasedWebhook
) -> Attempt | None:
    """Return the event that was taken from the feed and is not delivered yet."""
    statement: LiteralString = """
        SELECT delivery.id, kind, event_id, delivery.type, at, data
        FROM webhook_deliveries AS delivery JOIN events AS event ON event.id = event_id
        WHERE webhook_id = %s AND state = 'pending' AND kind = 'event'
        ORDER BY delivery.position LIMIT 1
    """
    return await _find_attempt(conn, statement, lease, webhook)


async def take_events(conn: Connection, lease: WebhookLease, webhook: LeasedWebhook) -> bool:
    """Move a webhook on in the feed, and queue the next event of its types if one is near.

    Returns whether the webhook moved: if not, it has seen all events.
    """
    last = await fetch_value(conn, "SELECT position FROM last_event")
    until = min(last, webhook.position + SEARCHED_EVENTS)
    if until <= webhook.position:
        return False
    statement: LiteralString = """
        INSERT INTO webhook_deliveries (webhook_id, kind, event_id, position, type)
        SELECT %(webhook_id)s, 'event', id, position, type FROM events
        WHERE position > %(after)s AND position <= %(until)s
            AND (%(types)s::text[] = '{}' OR type = ANY (%(types)s))
        ORDER BY position LIMIT 1
        RETURNING position
    """
    taken = await find_value(
        conn,
        statement,
        {
            "webhook_id": lease.webhook_id,
            "after": webhook.position,
            "until": until,
            "types": webhook.types,
        },
    )
    await conn.execute(
        "UPDATE webhooks SET position = %s WHERE id = %s",
        [until if taken is None else taken, lease.webhook_id],
    )
    return True


async def set_outcome(conn: Connection, attempt: Attempt, outcome: Outcome) -> None:
    """Store what came of an attempt; only an event of the queue stays pending after a failure."""
    await conn.execute(
        """
        UPDATE webhook_deliveries SET attempts = attempts + 1, attempted_at = now(), status = %s,
            error = %s, milliseconds = %s,
            state = CASE WHEN %s::text IS NULL THEN 'delivered' WHEN kind = 'event' THEN 'pending'
                ELSE 'failed' END
        WHERE id = %s
        """,
        [outcome.status, outcome.error, outcome.milliseconds, outcome.error, attempt.delivery_id],
    )


async def set_succeeded(conn: Connection, lease: WebhookLease) -> None:
    """Forget the failures of a webhook."""
    await conn.execute(
        """
        UPDATE webhooks SET failures = 0, failing_since = NULL, last_error = NULL,
            next_attempt_at = now()
        WHERE id = %s
        """,
        [lease.webhook_id],
    )


async def add_failure(conn: Connection, lease: WebhookLease, error: str) -> Failures:
    """Count a failed attempt and return the failures since the last success."""
    statement: LiteralString = """
        UPDATE webhooks SET failures = failures + 1, last_error = %s,
            failing_since = coalesce(failing_since, now())
        WHERE id = %s
        RETURNING name, failures AS count, failing_since AS since, now() AS now
    """
    async with conn.cursor(row_factory=struct_row(Failures)) as cursor:
        await cursor.execute(statement, [error, lease.webhook_id])
        (failures,) = await cursor.fetchall()
        return failures


async def set_next_attempt(conn: Connection, lease: WebhookLease, delay: timedelta) -> None:
    """Set the time of the next attempt."""
    await conn.execute(
        "UPDATE webhooks SET next_attempt_at = now() + %s WHERE id = %s", [delay, lease.webhook_id]
    )


async def set_disabled(conn: Connection, lease: WebhookLease) -> None:
    """Disable a webhook; a trigger writes the event."""
    await conn.execute(
        "UPDATE webhooks SET is_active = false, disabled_at = now() WHERE id = %s",
        [lease.webhook_id],
    )


async def delete_old_deliveries(conn: Connection, days: int, most: int) -> int:
    """Delete up to so many deliveries that are older than so many days; return how many."""
    cursor = await conn.execute(
        """
        DELETE FROM webhook_deliveries WHERE id IN (
            SELECT id FROM webhook_deliveries
            WHERE created_at < now() - make_interval(days => %s) LIMIT %s)
        """,
        [days, most],
    )
    return cursor.rowcount


async def _find_attempt(
    conn: Connection, statement: LiteralString, lease: WebhookLease, webhook: LeasedWebhook
) -> Attempt | None:
    async with conn.cursor(row_factory=struct_row(_DueDelivery)) as cursor:
        await cursor.execute(statement, [lease.webhook_id])
        due = await cursor.fetchone()
    if due is None:
        return None
    message = Message(due.type, due.at, due.data)
    return Attempt(due.id, due.kind, due.event_id, webhook.url, webhook.secrets, message)
