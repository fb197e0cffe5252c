"""The rules of delivery: leases, order, what follows a success or a failure."""

from uuid import UUID, uuid4

import structlog

from pricebook.audit import service as audit
from pricebook.audit.schemas import NewEntry
from pricebook.db.database import Connection, Database
from pricebook.webhooks import delivery_repository as repository
from pricebook.webhooks.retries import GONE, MAX_FAILING, delay_after
from pricebook.webhooks.schemas import Attempt, Outcome, WebhookLease

log = structlog.stdlib.get_logger(__name__)

# Longer than an attempt takes; after that time another worker goes on for one that was killed.
LEASE_SECONDS = 30.0
KEEP_DAYS = 30
DELETED_AT_ONCE = 10_000


async def list_due_webhooks(database: Database) -> list[UUID]:
    """Return the webhooks that have something to send now, longest due first."""
    async with database.connection() as conn:
        return await repository.list_due_webhooks(conn)


async def lease_webhook(database: Database, webhook_id: UUID) -> WebhookLease | None:
    """Lease a webhook, so that no other worker sends to it; return None if one has leased it."""
    lease = WebhookLease(webhook_id, uuid4())
    async with database.short_transaction() as conn:
        return lease if await repository.set_lease(conn, lease, LEASE_SECONDS) else None


async def release_webhook(database: Database, lease: WebhookLease) -> None:
    """Release the lease of a webhook."""
    async with database.short_transaction() as conn:
        await repository.release_lease(conn, lease)


async def take_attempt(database: Database, lease: WebhookLease) -> Attempt | None:
    """Return what is to be sent next to a webhook; None if nothing is due or the lease is lost.

    Tests and events to be sent again come first. An event is stored as a delivery before its
    first attempt: a killed worker leaves it pending.
    """
    while True:
        async with database.short_transaction() as conn:
            webhook = await repository.renew_lease(conn, lease, LEASE_SECONDS)
            if webhook is None:
                return None
            attempt = await repository.find_requested(conn, lease, webhook)
            if attempt is not None or not webhook.is_due:
                return attempt
            attempt = await repository.find_pending(conn, lease, webhook)
            if attempt is not None:
                return attempt
            if not await repository.take_events(conn, lease, webhook):
                return None


async def record_outcome(
    database: Database, lease: WebhookLease, attempt: Attempt, outcome: Outcome
) -> None:
    """Store what came of an attempt, unless the lease is lost: then it is attempted again.

    After a failure of an event the webhook waits; after a day of failures, or when the receiver is
    gone, it is disabled.
    """
    async with database.short_transaction() as conn:
        webhook = await repository.renew_lease(conn, lease, LEASE_SECONDS)
        if webhook is None:
            return
        await repository.set_outcome(conn, attempt, outcome)
        if outcome.error is None:
            await repository.set_succeeded(conn, lease)
            if webhook.failures:
                log.info("webhook recovered", webhook=webhook.name, failures=webhook.failures)
        elif attempt.kind == "event":
            await _record_failure(conn, lease, outcome, outcome.error)


async def purge_deliveries(database: Database) -> None:
    """Delete the deliveries that are older than KEEP_DAYS."""
    deleted = DELETED_AT_ONCE
    while deleted == DELETED_AT_ONCE:
        async with database.transaction() as conn:
            deleted = await repository.delete_old_deliveries(conn, KEEP_DAYS, DELETED_AT_ONCE)


async def _record_failure(
    conn: Connection, lease: WebhookLease, outcome: Outcome, error: str
) -> None:
    failures = await repository.add_failure(conn, lease, error)
    if outcome.status != GONE and failures.now - failures.since < MAX_FAILING:
        delay = delay_after(failures.count, outcome.retry_after)
        await repository.set_next_attempt(conn, lease, delay)
        if failures.count == 1:
            log.warning("webhook fails", webhook=failures.name, reason=error)
        return
    await repository.set_disabled(conn, lease)
    entry = NewEntry(
        action="webhook.disabled",
        entity_type="webhook",
        entity_id=lease.webhook_id,
        entity_name=failures.name,
        after={"last_error": error, "failing_since": failures.since.isoformat()},
    )
    await audit.insert_entry(conn, entry)
    log.warning("webhook disabled", webhook=failures.name, reason=error)
