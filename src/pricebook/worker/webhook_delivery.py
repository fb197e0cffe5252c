"""Sends what is due to webhooks, to all of them at once, to each in order."""

import asyncio
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import UUID

import structlog

from pricebook.db.database import Database
from pricebook.errors import DatabaseUnavailableError
from pricebook.pricelists.sources.public_addresses import PUBLIC_NETWORK, UNRESTRICTED_NETWORK
from pricebook.settings import Settings
from pricebook.webhooks import delivering
from pricebook.webhooks.schemas import WebhookLease
from pricebook.webhooks.sender import WebhookSender
from pricebook.webhooks.service import MAX_WEBHOOKS

log = structlog.stdlib.get_logger(__name__)

POLL_SECONDS = 1.0


class WebhookDelivery:
    """Runs a task for each webhook that has something to send; none waits for another."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._database = database
        self._network = UNRESTRICTED_NETWORK if settings.allow_private_urls else PUBLIC_NETWORK
        self._running: set[UUID] = set()

    async def run(self) -> None:
        """Send until cancelled."""
        tls = ssl.create_default_context()
        # DNS is slow where it fails: each webhook has its own thread for it.
        resolvers = ThreadPoolExecutor(MAX_WEBHOOKS, "webhook-dns")
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    with suppress(DatabaseUnavailableError):
                        await self._start_due(group, tls, resolvers)
                    await asyncio.sleep(POLL_SECONDS)
        finally:
            resolvers.shutdown(wait=False, cancel_futures=True)

    async def _start_due(
        self, group: asyncio.TaskGroup, tls: ssl.SSLContext, resolvers: ThreadPoolExecutor
    ) -> None:
        for webhook_id in await delivering.list_due_webhooks(self._database):
            if webhook_id not in self._running:
                sender = WebhookSender(tls, self._network, resolvers)
                self._running.add(webhook_id)
                group.create_task(self._run_webhook(webhook_id, sender))

    async def _run_webhook(self, webhook_id: UUID, sender: WebhookSender) -> None:
        try:
            lease = await delivering.lease_webhook(self._database, webhook_id)
            if lease is not None:
                await self._send_all(lease, sender)
        except DatabaseUnavailableError as error:
            log.warning("webhook waits for the database", reason=error.message)
        except Exception:  # a bug must not stop the other webhooks
            log.exception("webhook stopped because of a bug", webhook_id=str(webhook_id))
        finally:
            self._running.discard(webhook_id)
            await sender.close()

    async def _send_all(self, lease: WebhookLease, sender: WebhookSender) -> None:
        try:
            while attempt := await delivering.take_attempt(self._database, lease):
                outcome = await sender.send(attempt)
                await delivering.record_outcome(self._database, lease, attempt, outcome)
        finally:
            with suppress(DatabaseUnavailableError):
                await delivering.release_webhook(self._database, lease)
