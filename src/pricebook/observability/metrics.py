"""The route /metrics for Prometheus, and the recording of this process's metrics."""

import asyncio
import hmac
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, cast

from litestar import Request, Response, Router, get
from litestar.datastructures import State
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import Metric

from pricebook.db.database import Database
from pricebook.errors import DatabaseUnavailableError, UnauthorizedError
from pricebook.http.openapi import Success, documented
from pricebook.observability.counters import GAUGE, Counters
from pricebook.observability.metric_families import families
from pricebook.system.async_tasks import in_background

FLUSH_INTERVAL_SECONDS = 1.0
EXAMPLE = 'pricebook_http_requests_total{method="GET",route="/api/v1/catalog",status="200"} 31.0'


class MetricSources(NamedTuple):
    """The sources of /metrics. `read_gauges` returns the metrics of the whole service."""

    counters: Counters
    database: Database
    cached_bytes: Callable[[], int]
    read_gauges: Callable[[], Awaitable[list[Metric]]]
    token: str | None

    def record(self) -> None:
        """Set the gauges of the pool and of the response cache of this process."""
        pool = self.database.pool_metrics()
        self.counters.set_gauge((GAUGE, "used"), pool.size - pool.available)
        self.counters.set_gauge((GAUGE, "idle"), pool.available)
        self.counters.set_gauge((GAUGE, "max"), pool.max)
        self.counters.set_gauge((GAUGE, "waiting"), pool.waiting)
        for name in ("wait_seconds", "requests", "timeouts"):
            self.counters.set_total(("pool", name), getattr(pool, name))
        self.counters.set_gauge((GAUGE, "cached_bytes"), self.cached_bytes())


@asynccontextmanager
async def recording_metrics(metrics: MetricSources) -> AsyncGenerator[None]:
    """Flush the counters of this process every second, and once more at the end."""

    async def record() -> None:
        while True:
            metrics.record()
            metrics.counters.flush()
            await asyncio.sleep(FLUSH_INTERVAL_SECONDS)

    try:
        async with in_background(record()):
            yield
    finally:
        metrics.record()
        metrics.counters.close()


class _StaticCollector(NamedTuple):
    collected_metrics: Iterable[Metric]

    def collect(self) -> Iterator[Metric]:
        return iter(self.collected_metrics)


@get(
    "/metrics",
    summary="Get metrics for Prometheus",
    description="Returns the metrics of all API processes of this machine in Prometheus text"
    " format. When METRICS_TOKEN is set, the request needs it as `Authorization: Bearer`.",
    opt=documented(
        Success(media_type="text/plain", example=EXAMPLE),
        errors=(UnauthorizedError, DatabaseUnavailableError),
    ),
)
async def get_metrics(request: Request[Any, Any, Any], state: State) -> Response[bytes]:
    """Return the metrics in the text format of Prometheus."""
    sources: MetricSources = state.metrics
    _require_token(request, sources.token)
    gauges = await sources.read_gauges()
    sources.record()
    collected = cast(
        "CollectorRegistry", _StaticCollector([*families(sources.counters.sums()), *gauges])
    )
    return Response(generate_latest(collected), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _require_token(request: Request[Any, Any, Any], token: str | None) -> None:
    authorization = request.headers.get("authorization", "")
    if token and not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        raise UnauthorizedError(
            "/metrics needs the token of METRICS_TOKEN as Authorization: Bearer."
        )


router = Router("/", route_handlers=[get_metrics], tags=["Service"])
