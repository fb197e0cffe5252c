"""Clients that send requests during faults and record the responses and accepted tasks."""

import asyncio
import time
from collections import Counter, defaultdict
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import httpx

from pricebook.settings import Settings

PRODUCT = "/api/v1/admin/products/{}"
SYNC_SECONDS = 6.5
ACCEPTED = 202


class ResponseLog:
    """The latencies and the failures of the requests, by kind."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._ended = float("inf")
        self._successful: dict[str, list[tuple[float, float]]] = defaultdict(list)
        self._failed: dict[str, Counter[str]] = defaultdict(Counter)
        self._last_failure = float("-inf")
        self.last_failure = "none"

    async def send(
        self, client: httpx.AsyncClient, kind: str, request: httpx.Request
    ) -> httpx.Response | None:
        """Send a request; return None for an error status or a broken connection."""
        sent_at = time.monotonic()
        try:
            response = await client.send(request)
        except httpx.HTTPError as error:
            self._add_failure(kind, type(error).__name__)
            return None
        now = time.monotonic()
        if response.is_success:
            self._successful[kind].append((now, now - sent_at))
            return response
        self._add_failure(kind, str(response.status_code))
        return None

    def _add_failure(self, kind: str, reason: str) -> None:
        self._failed[kind][reason] += 1
        if self._ended == float("inf"):
            self._last_failure, self.last_failure = time.monotonic(), f"{kind}, {reason}"

    @property
    def failures(self) -> int:
        """The number of failed requests."""
        return sum(each.total() for each in self._failed.values())

    def seconds_until_recovered(self, restored_at: float) -> float:
        """Return the seconds from `restored_at` to the last failed request."""
        return max(0.0, self._last_failure - restored_at)

    def end(self) -> None:
        """Ignore later responses: the clients are being stopped."""
        self._ended = time.monotonic()

    def summary(self, kind: str) -> str:
        """Return one line with the latencies and the failures of a kind."""
        successful = [each for each in self._successful[kind] if each[0] <= self._ended]
        moments = [self._started, *(moment for moment, _ in successful), self._ended]
        longest_gap = max(b - a for a, b in pairwise(moments))
        failed = ", ".join(f"{count} x {what}" for what, count in self._failed[kind].items())
        times = sorted(seconds * 1000 for _, seconds in successful) or [0.0]
        p50, p95, p99 = (times[len(times) * share // 100] for share in (50, 95, 99))
        return (
            f"{len(successful):,} responses, p50 {p50:.0f} p95 {p95:.0f} p99 {p99:.0f} ms;"
            f" failed: {failed or 'none'}; longest gap {longest_gap:.1f} s"
        )


class Clients:
    """Clients of all kinds on one API."""

    def __init__(self, settings: Settings, header: dict[str, str]) -> None:
        self.responses = ResponseLog()
        self.stop = asyncio.Event()
        self.accepted: list[UUID] = []
        self.lost_links = 0
        self.max_connections_used = 0
        self._chosen = Random(1)
        limits = httpx.Limits(max_connections=None)
        self.client = httpx.AsyncClient(
            base_url=settings.address, limits=limits, timeout=15, headers=header
        )

    async def link_and_unlink(self, product_id: UUID, item_id: UUID) -> None:
        """Link and unlink an item; check each time that an acknowledged change is visible."""
        linked = False
        while not self.stop.is_set():
            body = {"action": "unlink" if linked else "link", "supplier_item_id": str(item_id)}
            path = PRODUCT.format(product_id) + "/match"
            request = self.client.build_request("PATCH", path, json=body)
            done = await self.responses.send(self.client, "links", request)
            shown = await self._is_linked(product_id, item_id)
            if done is not None:
                self.lost_links += shown == linked
            linked = shown
            await self._pause(6)

    async def _is_linked(self, product_id: UUID, item_id: UUID) -> bool:
        """Return whether a product has the item; repeat the request until it succeeds."""
        while True:
            request = self.client.build_request("GET", PRODUCT.format(product_id))
            response = await self.responses.send(self.client, "products", request)
            if response is not None:
                items = response.json()["supplier_items"]
                return any(item["id"] == str(item_id) for item in items)
            await self._pause(1)

    async def sync(self, supplier_id: UUID, header: dict[str, str]) -> None:
        """Request syncs at the rate that a user may, and record the accepted tasks."""
        while not self.stop.is_set():
            body = {"supplier_id": str(supplier_id)}
            path = "/api/v1/admin/sync"
            request = self.client.build_request("POST", path, json=body, headers=header)
            response = await self.responses.send(self.client, "syncs", request)
            if response is not None and response.status_code == ACCEPTED:
                self.accepted.append(UUID(response.json()["task_id"]))
            await asyncio.sleep(SYNC_SECONDS)

    async def browse(self) -> None:
        """Request catalog pages that are not cached, ten times a second."""
        while not self.stop.is_set():
            price = self._chosen.randint(1, 1_000_000) / 10_000
            request = self.client.build_request("GET", f"/api/v1/catalog?min_price={price}&limit=5")
            await self.responses.send(self.client, "catalog", request)
            await asyncio.sleep(0.1)

    async def monitor_pool(self) -> None:
        """Record the highest number of used pool connections of an API process."""
        while not self.stop.is_set():
            request = self.client.build_request("GET", "/health")
            response = await self.responses.send(self.client, "health", request)
            if response is not None:
                pool: dict[str, Any] = response.json()["pool"]
                self.max_connections_used = max(
                    self.max_connections_used, pool["size"] - pool["available"]
                )
            await asyncio.sleep(0.2)

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(self._chosen.uniform(0, seconds))
