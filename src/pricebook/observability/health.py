"""The health checks /live, /ready and /health."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Annotated, Any, Literal, cast

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
from pricebook.errors import DatabaseNotReadyError, DatabaseUnavailableError
from pricebook.http.field_types import doc
from pricebook.http.openapi import Success, documented

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


class ProcessStatus(msgspec.Struct, frozen=True):
    """The state of the process."""

    status: Annotated[str, doc("`alive` or `ready`.")]


class HealthPart(msgspec.Struct, frozen=True):
    """The state of one service that the process depends on."""

    status: Annotated[Literal["up", "down"], doc("Whether it responded in time.")]
    latency_ms: Annotated[float, doc("Time until the response or the timeout, in milliseconds.")]


class HealthParts(msgspec.Struct, frozen=True):
    """The services that the process depends on."""

    database: Annotated[HealthPart, doc("State of PostgreSQL.")]
    redis: Annotated[HealthPart, doc("State of Redis, the queue.")]


class PoolUsage(msgspec.Struct, frozen=True):
    """The use of the process's connection pool."""

    size: Annotated[int, doc("Open connections to PostgreSQL.")]
    available: Annotated[int, doc("Open connections that are idle.")]
    waiting: Annotated[int, doc("Requests that wait for a connection.")]


class Health(msgspec.Struct, frozen=True):
    """The state of the process and of the services that it depends on."""

    status: Annotated[
        Literal["healthy", "degraded", "unhealthy"],
        doc("`degraded` without Redis, `unhealthy` without PostgreSQL."),
    ]
    version: Annotated[str, doc("Version of Pricebook.")]
    parts: Annotated[HealthParts, doc("State of each service.")]
    pool: Annotated[PoolUsage, doc("Use of the connection pool.")]


@get(
    "/live",
    summary="Check that the process runs",
    description="Responds as long as the process runs; reads neither database nor queue.",
    opt=documented(Success(kind=ProcessStatus, example={"status": "alive"})),
)
async def check_live() -> ProcessStatus:
    """Return without any check."""
    return ProcessStatus("alive")


@get(
    "/ready",
    summary="Check that the process can serve requests",
    description="503 while the database does not respond or is not at the migration head, and while"
    " the process shuts down.",
    opt=documented(
        Success(kind=ProcessStatus, example={"status": "ready"}),
        errors=(DatabaseUnavailableError,),
    ),
)
async def check_ready(state: State, database: NamedDependency[Database]) -> ProcessStatus:
    """Raise DatabaseUnavailableError unless the database is at the migration head."""
    if state.is_stopping():
        raise DatabaseNotReadyError("This process is shutting down.")
    revision_check = _require_revision(database, state.migration_head)
    await with_timeout(revision_check, READY_TIMEOUT_SECONDS)
    return ProcessStatus("ready")


@get(
    "/health",
    summary="Get the state of the process, the database and the queue",
    description="`degraded` when only Redis does not respond; 503 when the database does not. A"
    " part that does not respond within a second is down.",
    opt=documented(
        Success(kind=Health, example=HEALTHY),
        Success(kind=Health, example=UNHEALTHY, status=HTTP_503_SERVICE_UNAVAILABLE),
    ),
)
async def get_health(state: State, database: NamedDependency[Database]) -> Response[Health]:
    """Check the database and Redis concurrently."""
    parts = HealthParts(
        *await asyncio.gather(_probe(_query_database(database)), _probe(_ping_redis(state.redis)))
    )
    pool_metrics = database.pool_metrics()
    pool = PoolUsage(pool_metrics.size, pool_metrics.available, pool_metrics.waiting)
    report = Health(_overall_status(parts), __version__, parts, pool)
    unhealthy = report.status == "unhealthy"
    return Response(report, status_code=HTTP_503_SERVICE_UNAVAILABLE if unhealthy else HTTP_200_OK)


def _overall_status(parts: HealthParts) -> Literal["healthy", "degraded", "unhealthy"]:
    if parts.database.status == "down":
        return "unhealthy"
    return "healthy" if parts.redis.status == "up" else "degraded"


async def _probe(probe: Coroutine[Any, Any, bool]) -> HealthPart:
    started_at = time.perf_counter()
    is_up = await within_timeout(probe)
    return HealthPart(
        "up" if is_up else "down", round((time.perf_counter() - started_at) * 1000, 1)
    )


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


router = Router("/", route_handlers=[check_live, check_ready, get_health], tags=["Service"])
