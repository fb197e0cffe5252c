"""The health checks /live, /ready and /health."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, Literal, cast

import msgspec
from litestar import Response, Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.status_codes import HTTP_200_OK, HTTP_503_SERVICE_UNAVAILABLE
from redis.asyncio import Redis
from redis.exceptions import RedisError

from pricebook import __version__
from pricebook.db import database as db
from pricebook.db.database import Database
from pricebook.db.timeouts import with_timeout, within_timeout
from pricebook.errors import DatabaseNotReadyError
from pricebook.http.problems import documented_errors, documented_response

# Less than the timeout of public requests for a connection.
READY_TIMEOUT_SECONDS = 2.5

UP = {"status": "up", "latency_ms": 0.8}
DOWN = {"status": "down", "latency_ms": 1000.0}
HEALTHY = {
    "status": "healthy",
    "version": __version__,
    "parts": {"database": UP, "redis": UP},
    "pool": {"size": 5, "available": 4, "waiting": 0},
}
UNHEALTHY = HEALTHY | {"status": "unhealthy", "parts": {"database": DOWN, "redis": UP}}


class Status(msgspec.Struct, frozen=True):
    """One word on how the process is."""

    status: str


class Part(msgspec.Struct, frozen=True):
    """Whether something answers that the process needs, and after how many milliseconds."""

    status: Literal["up", "down"]
    latency_ms: float


class Parts(msgspec.Struct, frozen=True):
    """What the process needs."""

    database: Part
    redis: Part


class Pool(msgspec.Struct, frozen=True):
    """How many connections there are, how many of them are free, and how many callers wait."""

    size: int
    available: int
    waiting: int


class Health(msgspec.Struct, frozen=True):
    """How the process and its parts are."""

    status: Literal["healthy", "degraded", "unhealthy"]
    version: str
    parts: Parts
    pool: Pool


@get(
    "/live",
    summary="Is the process up?",
    description="Answers as long as the process runs.",
    responses=documented_response(Status, {"status": "alive"}),
)
async def live() -> Status:
    """Return without any check."""
    return Status("alive")


@get(
    "/ready",
    summary="May it be given work?",
    description="503 while the database is away or not at the migration head, and when stopping.",
    responses=documented_response(Status, {"status": "ready"}) | documented_errors(),
)
async def ready(state: State, database: NamedDependency[Database]) -> Status:
    """Raise DatabaseUnavailableError unless the database is at the migration head."""
    if state.is_stopping():
        raise DatabaseNotReadyError("This process is shutting down.")
    revision_check = _require_revision(database, state.migration_head)
    await with_timeout(revision_check, READY_TIMEOUT_SECONDS)
    return Status("ready")


@get(
    "/health",
    summary="How are its parts?",
    description="Degraded when only Redis is away; 503 when the database is. Takes a second at "
    "most: what has not answered by then is down.",
    responses=documented_response(Health, HEALTHY)
    | documented_response(Health, UNHEALTHY, status=HTTP_503_SERVICE_UNAVAILABLE),
)
async def health(state: State, database: NamedDependency[Database]) -> Response[Health]:
    """Check the database and Redis concurrently."""
    parts = Parts(
        *await asyncio.gather(_probe(_query_database(database)), _probe(_ping_redis(state.redis)))
    )
    pool_metrics = database.pool_metrics()
    pool = Pool(pool_metrics.size, pool_metrics.available, pool_metrics.waiting)
    report = Health(_overall_status(parts), __version__, parts, pool)
    unhealthy = report.status == "unhealthy"
    return Response(report, status_code=HTTP_503_SERVICE_UNAVAILABLE if unhealthy else HTTP_200_OK)


def _overall_status(parts: Parts) -> Literal["healthy", "degraded", "unhealthy"]:
    if parts.database.status == "down":
        return "unhealthy"
    return "healthy" if parts.redis.status == "up" else "degraded"


async def _probe(probe: Coroutine[Any, Any, bool]) -> Part:
    started_at = time.perf_counter()
    is_up = await within_timeout(probe)
    return Part("up" if is_up else "down", round((time.perf_counter() - started_at) * 1000, 1))


async def _require_revision(database: Database, head: str) -> None:
    """Check as public requests do, whose share of the pool may be exhausted."""
    async with database.read() as query_runner:
        await db.require_revision(query_runner.connection, head)


async def _query_database(database: Database) -> bool:
    async with database.connection() as conn:
        await db.find_revision(conn)
    return True


async def _ping_redis(redis: Redis) -> bool:
    try:
        await cast("Any", redis).ping()
    except (RedisError, OSError):
        return False
    return True


router = Router("/", route_handlers=[live, ready, health], tags=["Service"])
