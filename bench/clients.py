"""Clients that work while parts of the system fail, and remember what they were promised."""

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


class Answers:
    """What was answered to requests of each kind: when, after how long, or how it was refused."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._ended = float("inf")
        self._answered: dict[str, list[tuple[float, float]]] = defaultdict(list)
        self._refused: dict[str, Counter[str]] = defaultdict(Counter)
        self._last_refused = float("-inf")

    async def ask(
        self, client: httpx.AsyncClient, kind: str, request: httpx.Request
    ) -> httpx.Response | None:
        """Send a request; None when it was refused or the connection broke."""
        begun = time.monotonic()
        try:
            answer = await client.send(request)
        except httpx.HTTPError as error:
            self._refuse(kind, type(error).__name__)
            return None
        now = time.monotonic()
        if answer.is_success:
            self._answered[kind].append((now, now - begun))
            return answer
        self._refuse(kind, str(answer.status_code))
        return None

    def _refuse(self, kind: str, why: str) -> None:
        self._refused[kind][why] += 1
        if self._ended == float("inf"):
            self._last_refused = time.monotonic()

    @property
    def refused(self) -> int:
        """How many requests were not answered well."""
        return sum(each.total() for each in self._refused.values())

    def seconds_until_right(self, back_at: float) -> float:
        """Return how long after a moment a request was refused for the last time."""
        return max(0.0, self._last_refused - back_at)

    def end(self) -> None:
        """Take no more notice: those who ask are on their way out."""
        self._ended = time.monotonic()

    def summed_up(self, kind: str) -> str:
        """Tell in one line what came of a kind."""
        answered = [each for each in self._answered[kind] if each[0] <= self._ended]
        moments = [self._begun, *(moment for moment, _ in answered), self._ended]
        silence = max(b - a for a, b in pairwise(moments))
        refused = ", ".join(f"{count} x {what}" for what, count in self._refused[kind].items())
        times = sorted(seconds * 1000 for _, seconds in answered) or [0.0]
        p50, p95, p99 = (times[len(times) * share // 100] for share in (50, 95, 99))
        return (
            f"{len(answered):,} answered, p50 {p50:.0f} p95 {p95:.0f} p99 {p99:.0f} ms;"
            f" refused: {refused or 'none'}; longest silence {silence:.1f} s"
        )


class Crowd:
    """Clients of all kinds, on one API."""

    def __init__(self, settings: Settings, header: dict[str, str]) -> None:
        self.answers = Answers()
        self.stop = asyncio.Event()
        self.accepted: list[UUID] = []
        self.lost_links = 0
        self.most_used = 0
        self._chosen = Random(1)
        limits = httpx.Limits(max_connections=None)
        self.client = httpx.AsyncClient(
            base_url=settings.address, limits=limits, timeout=15, headers=header
        )

    async def link_and_unlink(self, product_id: UUID, item_id: UUID) -> None:
        """Link an item and unlink it; look each time whether what was acknowledged is so."""
        linked = False
        while not self.stop.is_set():
            body = {"action": "unlink" if linked else "link", "supplier_item_id": str(item_id)}
            path = PRODUCT.format(product_id) + "/match"
            request = self.client.build_request("PATCH", path, json=body)
            done = await self.answers.ask(self.client, "links", request)
            shown = await self._is_linked(product_id, item_id)
            if done is not None:
                self.lost_links += shown == linked
            linked = shown
            await self._pause(6)

    async def _is_linked(self, product_id: UUID, item_id: UUID) -> bool:
        """Look at a product until it is shown."""
        while True:
            request = self.client.build_request("GET", PRODUCT.format(product_id))
            answer = await self.answers.ask(self.client, "products", request)
            if answer is not None:
                items = answer.json()["supplier_items"]
                return any(item["id"] == str(item_id) for item in items)
            await self._pause(1)

    async def sync(self, supplier_id: UUID, header: dict[str, str]) -> None:
        """Ask for syncs as often as a user may, and remember the tasks that were accepted."""
        while not self.stop.is_set():
            body = {"supplier_id": str(supplier_id)}
            path = "/api/v1/admin/sync"
            request = self.client.build_request("POST", path, json=body, headers=header)
            answer = await self.answers.ask(self.client, "syncs", request)
            if answer is not None and answer.status_code == ACCEPTED:
                self.accepted.append(UUID(answer.json()["task_id"]))
            await asyncio.sleep(SYNC_SECONDS)

    async def browse(self) -> None:
        """Ask the catalog ten times a second for what is not in its memory."""
        while not self.stop.is_set():
            price = self._chosen.randint(1, 1_000_000) / 10_000
            request = self.client.build_request("GET", f"/api/v1/catalog?min_price={price}&limit=5")
            await self.answers.ask(self.client, "catalog", request)
            await asyncio.sleep(0.1)

    async def watch_pool(self) -> None:
        """Remember the most connections of an API process that were in use."""
        while not self.stop.is_set():
            request = self.client.build_request("GET", "/health")
            answer = await self.answers.ask(self.client, "health", request)
            if answer is not None:
                pool: dict[str, Any] = answer.json()["pool"]
                self.most_used = max(self.most_used, pool["size"] - pool["available"])
            await asyncio.sleep(0.2)

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(self._chosen.uniform(0, seconds))
