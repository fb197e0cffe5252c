"""What Prometheus is told: requests, the pool, kept answers; and what others add."""

import asyncio
import hmac
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple, cast

from litestar import Request, Response, Router, get
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import Metric

from pricebook.db import Database
from pricebook.errors import UnauthorizedError
from pricebook.web.metric_families import families
from pricebook.web.problems import can_fail
from pricebook.web.tally import NOW, Tally

TELL_SECONDS = 1.0
EXAMPLE = 'pricebook_http_requests_total{method="GET",route="/api/v1/catalog",status="200"} 31.0'
TEXT = ResponseSpec(
    str,
    media_type="text/plain",
    generate_examples=False,
    description="Found",
    examples=[Example(summary="A line", value=EXAMPLE)],
)


class Metrics(NamedTuple):
    """What metrics are made of: counts, the pool, kept answers, and what else is asked for."""

    tally: Tally
    database: Database
    kept_bytes: Callable[[], int]
    ask: Callable[[], Awaitable[list[Metric]]]
    token: str | None

    def tell(self) -> None:
        """Write down how this process is, for whichever process is asked."""
        pool = self.database.figures()
        self.tally.tell((NOW, "used"), pool.size - pool.available)
        self.tally.tell((NOW, "idle"), pool.available)
        self.tally.tell((NOW, "max"), pool.max)
        self.tally.tell((NOW, "waiting"), pool.waiting)
        for name in ("wait_seconds", "requests", "timeouts"):
            self.tally.tell(("pool", name), getattr(pool, name))
        self.tally.tell((NOW, "kept_bytes"), self.kept_bytes())


@asynccontextmanager
async def telling(metrics: Metrics) -> AsyncGenerator[None]:
    """Write down every second how this process is."""

    async def tell() -> None:
        while True:
            metrics.tell()
            await asyncio.sleep(TELL_SECONDS)

    task = asyncio.create_task(tell())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class _Collected(NamedTuple):
    found: Iterable[Metric]

    def collect(self) -> Iterator[Metric]:
        return iter(self.found)


@get(
    "/metrics",
    summary="Figures for Prometheus",
    description="Of all API processes of this machine. With METRICS_TOKEN only for its bearer.",
    responses={200: TEXT} | can_fail(UnauthorizedError),
)
async def metrics(request: Request[Any, Any, Any], state: State) -> Response[bytes]:
    """Tell how things are."""
    told: Metrics = state.metrics
    _require_token(request, told.token)
    asked = await told.ask()
    told.tell()
    collected = cast("CollectorRegistry", _Collected([*families(told.tally.sums()), *asked]))
    return Response(generate_latest(collected), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _require_token(request: Request[Any, Any, Any], token: str | None) -> None:
    given = request.headers.get("authorization", "")
    if token and not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise UnauthorizedError("Metrics need the token of METRICS_TOKEN.")


router = Router("/", route_handlers=[metrics], tags=["Service"])
