"""Receivers, and the part of a worker that sends to them, with its rights in production."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from psycopg.types.json import Json

from pricebook.db.actor import WORKER, acting_as
from pricebook.db.database import Connection, Database
from pricebook.events import service as events
from pricebook.settings import Settings
from pricebook.webhooks import service
from pricebook.webhooks.schemas import (
    Delivery,
    DeliveryQuery,
    NewWebhook,
    Webhook,
    WebhookWithSecret,
)
from pricebook.worker.webhook_delivery import WebhookDelivery
from pricelists.fake_web_server import write_certificate
from webhooks.receiver import WAIT_SECONDS, Receiver, listening
from worker_fixtures import worker_database, worker_settings

__all__ = ["worker_database", "worker_settings"]

Sending = Callable[..., AbstractAsyncContextManager[None]]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of the receivers, which is its own authority."""
    path = tmp_path_factory.mktemp("receiver") / "authority.pem"
    write_certificate(path)
    return path


@pytest.fixture(autouse=True)
def _trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture
def receiver(certificate: Path) -> Iterator[Receiver]:
    with listening(Receiver(), certificate) as opened:
        yield opened


@pytest.fixture
def second(certificate: Path) -> Iterator[Receiver]:
    with listening(Receiver(), certificate) as opened:
        yield opened


@pytest.fixture
def sending(worker_settings: Settings, worker_database: Database) -> Sending:
    """Send during a block, as a worker does; by default also to private addresses."""

    @asynccontextmanager
    async def run(*, allow_private: bool = True) -> AsyncGenerator[None]:
        settings = msgspec.structs.replace(worker_settings, allow_private_urls=allow_private)
        with acting_as(WORKER):
            running = asyncio.create_task(WebhookDelivery(settings, worker_database).run())
        try:
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    return run


class Hooks:
    """Webhooks, and the events that they are about."""

    def __init__(self, conn: Connection, database: Database) -> None:
        self._conn, self._database = conn, database

    async def add(self, url: str, name: str = "ERP", **fields: Any) -> WebhookWithSecret:
        new = NewWebhook(name=name, url=url, **fields)
        return await service.create_webhook(self._database, new, "anna", allows_private=True)

    async def happen(self, *numbers: int, event_type: str = "import.finished") -> None:
        """Write events with these numbers, and give them their positions."""
        for number in numbers:
            statement = "INSERT INTO events (type, data) VALUES (%s, %s)"
            await self._conn.execute(statement, [event_type, Json({"n": number})])
        await events.place_events(self._database)

    async def get(self, webhook: Webhook) -> Webhook:
        return await service.get_webhook(self._database, webhook.id)

    async def deliveries(self, webhook: Webhook) -> list[Delivery]:
        """Return the deliveries, the oldest first."""
        page = await service.list_deliveries(self._database, webhook.id, DeliveryQuery(limit=200))
        return page.data[::-1]

    async def wait(self, webhook: Webhook, condition: Callable[[Webhook], bool]) -> Webhook:
        """Wait until a condition holds for a webhook and return it."""
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                found = await self.get(webhook)
                if condition(found):
                    return found
                await asyncio.sleep(0.02)

    async def ended(self, delivery_id: UUID) -> Delivery:
        """Wait until a delivery is no longer pending and return it."""
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                found = await service.get_delivery(self._database, delivery_id)
                if found.state != "pending":
                    return found
                await asyncio.sleep(0.02)

    async def make_due(self, **ago: str) -> None:
        """Set the next attempts to now; `failing_since` is so long ago."""
        await self._conn.execute("UPDATE webhooks SET next_attempt_at = now()")
        for column, interval in ago.items():
            assert column == "failing_since"
            statement = "UPDATE webhooks SET failing_since = now() - %s::interval"
            await self._conn.execute(statement, [interval])


@pytest.fixture
def hooks(conn: Connection, database: Database) -> Hooks:
    return Hooks(conn, database)
