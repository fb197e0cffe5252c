"""Webhooks as admins see and change them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from pricebook.audit import service as audit
from pricebook.audit.schemas import NewEntry
from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.http.pagination import CursorPage, cursor_page_of
from pricebook.http.public_urls import require_public_url
from pricebook.webhooks import repository
from pricebook.webhooks.schemas import (
    Delivery,
    DeliveryQuery,
    Message,
    NewWebhook,
    Webhook,
    WebhookChange,
    WebhookHealth,
    WebhookWithSecret,
)
from pricebook.webhooks.signature import format_secret, generate_secret

# A worker sends to all of them at once: a slow receiver holds up no other.
MAX_WEBHOOKS = 100
LOGGED = ("name", "url", "types", "state", "position")

Fields = dict[str, Any]


async def list_webhooks(database: Database) -> list[Webhook]:
    """Return all webhooks by their names."""
    async with database.connection() as conn:
        return await repository.list_webhooks(conn)


async def list_health(database: Database) -> list[WebhookHealth]:
    """Return whether and since when each webhook fails, by name."""
    async with database.connection() as conn:
        return await repository.list_health(conn)


async def get_webhook(database: Database, webhook_id: UUID) -> Webhook:
    """Return a webhook; raises NotFoundError."""
    async with database.connection() as conn:
        return await _require(conn, webhook_id)


async def find_webhook_id(database: Database, name: str) -> UUID:
    """Return the id of the webhook of a name; raises NotFoundError."""
    async with database.connection() as conn:
        webhook_id = await repository.find_webhook_id(conn, name)
    if webhook_id is None:
        raise NotFoundError(f"There is no webhook {name}: `pricebook webhooks list` shows all.")
    return webhook_id


async def create_webhook(
    database: Database, new: NewWebhook, created_by: str, *, allows_private: bool
) -> WebhookWithSecret:
    """Create a webhook and return it with its secret.

    Raises ConflictError; ValidationError for an address in a private network, unless allowed.
    """
    await require_public_url(new.url, allows_private=allows_private)
    secret = generate_secret()
    async with database.short_transaction() as conn:
        webhook_id = await repository.insert_webhook(conn, new, secret, created_by, MAX_WEBHOOKS)
        if webhook_id is None:
            raise ConflictError(f"There are {MAX_WEBHOOKS} webhooks already: delete one first.")
        webhook = await _require(conn, webhook_id)
        await _log(conn, webhook, "created", {}, _fields(webhook))
    return _with_secret(webhook, secret)


async def change_webhook(
    database: Database, webhook_id: UUID, change: WebhookChange, *, allows_private: bool
) -> Webhook:
    """Change a webhook and return it.

    A new address and an activation end the wait after failures; a new position drops the event
    that waits. Raises NotFoundError, ConflictError; ValidationError for another address than the
    stored one in a private network, unless allowed.
    """
    values = change.given
    if change.url is not UNSET and not await _has_url(database, webhook_id, change.url):
        await require_public_url(change.url, allows_private=allows_private)
    after: int | None = values.pop("after", None)
    async with database.short_transaction() as conn:
        webhook = await _require(conn, webhook_id, locks=True)
        if values:
            await repository.set_webhook(conn, webhook_id, values)
        if after is not None:
            await repository.set_position(conn, webhook_id, after)
        if "url" in values or values.get("is_active"):
            await repository.set_active(conn, webhook_id)
        changed = await _require(conn, webhook_id)
        await _log(conn, changed, "updated", _fields(webhook), _fields(changed))
        return changed


async def replace_secret(database: Database, webhook_id: UUID) -> WebhookWithSecret:
    """Replace the secret of a webhook and return it with the new one; raises NotFoundError.

    Messages are signed with both for a day.
    """
    secret = generate_secret()
    async with database.short_transaction() as conn:
        webhook = await _require(conn, webhook_id, locks=True)
        await repository.set_webhook(conn, webhook_id, {"secret": secret})
        await _log(conn, webhook, "secret_replaced", {}, {})
    return _with_secret(webhook, secret)


async def delete_webhook(database: Database, webhook_id: UUID) -> None:
    """Delete a webhook with its deliveries; raises NotFoundError."""
    async with database.short_transaction() as conn:
        webhook = await _require(conn, webhook_id, locks=True)
        await repository.delete_webhook(conn, webhook_id)
        await _log(conn, webhook, "deleted", _fields(webhook), {})


async def list_deliveries(
    database: Database, webhook_id: UUID, query: DeliveryQuery
) -> CursorPage[Delivery]:
    """Return a page of the deliveries of a webhook, newest first; raises NotFoundError."""
    async with database.connection() as conn:
        await _require(conn, webhook_id)
        return cursor_page_of(query, await repository.list_deliveries(conn, webhook_id, query))


async def list_last_deliveries(database: Database) -> dict[UUID, Delivery]:
    """Return the newest delivery of each webhook that has one, by the id of the webhook."""
    async with database.connection() as conn:
        return {each.webhook_id: each for each in await repository.list_last_deliveries(conn)}


async def read_messages(database: Database, deliveries: Sequence[Delivery]) -> dict[UUID, Message]:
    """Return what was sent, or is to be, by the id of the delivery.

    Deliveries whose event is deleted by now are left out.
    """
    async with database.connection() as conn:
        events = await repository.list_messages(conn, [each.event_id for each in deliveries])
    tests = {
        each.event_id: Message(each.type, each.created_at, {})
        for each in deliveries
        if each.kind == "test"
    }
    known = events | tests
    return {each.id: known[each.event_id] for each in deliveries if each.event_id in known}


async def get_delivery(database: Database, delivery_id: UUID) -> Delivery:
    """Return a delivery; raises NotFoundError."""
    async with database.connection() as conn:
        return await _require_delivery(conn, delivery_id)


async def request_test(database: Database, webhook_id: UUID) -> Delivery:
    """Have a worker send a test, also to a webhook that is paused; raises NotFoundError."""
    async with database.short_transaction() as conn:
        webhook = await _require(conn, webhook_id)
        test = await _require_delivery(conn, await repository.insert_test(conn, webhook_id))
        await _log(conn, webhook, "tested", {}, {"delivery_id": str(test.id)})
        return test


async def request_resend(database: Database, delivery_id: UUID) -> Delivery:
    """Have a worker send an event again, once; raises NotFoundError.

    Raises ConflictError when the event is deleted by now, and for a test.
    """
    async with database.short_transaction() as conn:
        delivery = await _require_delivery(conn, delivery_id)
        resend_id = await repository.insert_resend(conn, delivery_id)
        if resend_id is None:
            raise ConflictError(f"Delivery {delivery_id} has no event that is kept: send a test.")
        webhook = await _require(conn, delivery.webhook_id)
        after = {"delivery_id": str(resend_id), "event_id": str(delivery.event_id)}
        await _log(conn, webhook, "resent", {}, after)
        return await _require_delivery(conn, resend_id)


def _with_secret(webhook: Webhook, secret: bytes) -> WebhookWithSecret:
    return WebhookWithSecret(**msgspec.structs.asdict(webhook), secret=format_secret(secret))


async def _has_url(database: Database, webhook_id: UUID, url: str) -> bool:
    async with database.connection() as conn:
        return await repository.has_url(conn, webhook_id, url)


async def _require(conn: Connection, webhook_id: UUID, *, locks: bool = False) -> Webhook:
    webhook = await repository.find_webhook(conn, webhook_id, locks=locks)
    if webhook is None:
        raise NotFoundError(f"There is no webhook {webhook_id}.")
    return webhook


async def _require_delivery(conn: Connection, delivery_id: UUID) -> Delivery:
    delivery = await repository.find_delivery(conn, delivery_id)
    if delivery is None:
        raise NotFoundError(f"There is no delivery {delivery_id}.")
    return delivery


async def _log(
    conn: Connection, webhook: Webhook, verb: str, before: Fields, after: Fields
) -> None:
    """Write a change or a request to the audit log: the fields that differ."""
    entry = NewEntry(
        action=f"webhook.{verb}",
        entity_type="webhook",
        entity_id=webhook.id,
        entity_name=webhook.name,
        before={name: value for name, value in before.items() if after.get(name) != value} or None,
        after={name: value for name, value in after.items() if before.get(name) != value} or None,
    )
    await audit.insert_entry(conn, entry)


def _fields(webhook: Webhook) -> Fields:
    """Return what the audit log has of a webhook; the parameters of an address may be secret."""
    address, mark, _ = webhook.url.partition("?")
    fields = {name: getattr(webhook, name) for name in LOGGED}
    return fields | {"url": f"{address}?***" if mark else address}
