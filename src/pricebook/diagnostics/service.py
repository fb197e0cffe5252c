"""The state of the system, read without waiting for what does not respond."""

import asyncio
import platform
import shutil
import time
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace
from redis.asyncio import Redis
from redis.exceptions import RedisError

from pricebook import __version__
from pricebook.db import database as db
from pricebook.db.database import Database
from pricebook.db.resources import Resources
from pricebook.db.timeouts import within_timeout
from pricebook.diagnostics import repository, worker_state_repository
from pricebook.diagnostics.check_runner import CheckRunner
from pricebook.diagnostics.installation_checks import CheckContext, existing_folder
from pricebook.diagnostics.schemas import (
    MessageCounts,
    PeriodicRun,
    QueueState,
    RunningTask,
    RunningWorker,
    SystemPart,
    SystemState,
    UploadsDisk,
)
from pricebook.diagnostics.worker_state import ALIVE_SECONDS
from pricebook.errors import RedisUnavailableError
from pricebook.settings import Settings
from pricebook.tasks import history
from pricebook.tasks.queue import QueueClient
from pricebook.tasks.schemas import TaskQuery

SHOWN_TASKS = 20

Result = TypeVar("Result")


class SystemMonitor(Struct, frozen=True):
    """What the state of the system is read from."""

    settings: Settings
    database: Database
    redis: Redis
    queue: QueueClient
    migration_head: str
    checks: CheckRunner


@asynccontextmanager
async def open_monitor(resources: Resources, redis: Redis) -> AsyncGenerator[SystemMonitor]:
    """Yield a monitor of the open servers of this process."""
    settings, database = resources.settings, resources.database
    queue = QueueClient(redis, settings.redis_queue_name)

    @asynccontextmanager
    async def open_database() -> AsyncGenerator[Database]:
        yield database

    @asynccontextmanager
    async def open_queue() -> AsyncGenerator[QueueClient]:
        yield queue

    runner = CheckRunner(CheckContext(settings, open_database, open_queue))
    try:
        yield SystemMonitor(settings, database, redis, queue, resources.migration_head, runner)
    finally:
        await runner.close()


async def get_state(monitor: SystemMonitor) -> SystemState:
    """Return the state of the system after three seconds at the latest."""
    servers = asyncio.gather(
        _part(_read_postgres(monitor.database)),
        _part(_read_redis(monitor.redis)),
        within_timeout(_find_revision(monitor.database)),
        within_timeout(asyncio.to_thread(_measure_disk, monitor.settings.uploads)),
    )
    work = asyncio.gather(
        within_timeout(_list_workers(monitor.database)),
        within_timeout(_get_queue(monitor.database)),
        within_timeout(_count_messages(monitor.queue)),
        within_timeout(_list_runs(monitor.database)),
    )
    checks = await monitor.checks.report()
    database, redis, revision, uploads = await servers
    workers, queue, messages, runs = await work
    return SystemState(
        version=__version__,
        python_version=platform.python_version(),
        migration_head=monitor.migration_head,
        revision=revision,
        database=database,
        redis=redis,
        workers=workers,
        queue=queue,
        messages=messages,
        periodic_runs=runs,
        uploads=uploads,
        checks=checks,
        checked_at=datetime.now(UTC),
    )


async def _part(read_version: Coroutine[Any, Any, str]) -> SystemPart:
    """Return the state of a server from a probe that returns its name and version."""
    started = time.perf_counter()
    version = await within_timeout(read_version)
    if version is None:
        return SystemPart("down", None, None)
    return SystemPart("up", round((time.perf_counter() - started) * 1000, 1), version)


async def _read_postgres(database: Database) -> str:
    async with database.connection() as conn:
        return f"PostgreSQL {await repository.get_server_version(conn)}"


async def _read_redis(redis: Redis) -> str:
    """Return name and version of the server; raises RedisUnavailableError."""
    try:
        fields = await cast("Any", redis).info("server")
    except (RedisError, OSError) as error:
        raise RedisUnavailableError(f"Redis cannot be reached: {error}") from error
    if "valkey_version" in fields:
        return f"Valkey {fields['valkey_version']}"
    return f"Redis {fields.get('redis_version', '')}".strip()


async def _find_revision(database: Database) -> str | None:
    async with database.connection() as conn:
        return await db.find_revision(conn)


async def _list_workers(database: Database) -> list[RunningWorker]:
    async with database.connection() as conn:
        workers = await worker_state_repository.list_workers(conn)
    return [replace(each, is_alive=each.seconds_since_seen <= ALIVE_SECONDS) for each in workers]


async def _list_runs(database: Database) -> list[PeriodicRun]:
    async with database.connection() as conn:
        return await worker_state_repository.list_runs(conn)


async def _get_queue(database: Database) -> QueueState:
    status = await history.get_queue_status(database)
    query = TaskQuery(state="running", limit=SHOWN_TASKS)
    tasks = (await history.list_tasks(database, query)).data if status.running else []
    running = [
        RunningTask(each.id, each.supplier_name, each.stage, each.started_at) for each in tasks
    ]
    waiting = max(status.oldest_seconds, 0.0)
    return QueueState(status.queued, status.running, status.dead, waiting, running)


async def _count_messages(queue: QueueClient) -> MessageCounts:
    return MessageCounts(await queue.count(), await queue.count_rejected())


def _measure_disk(uploads: Path) -> UploadsDisk:
    """Return the size of the file system of a folder, or of the folder that it will be made in."""
    usage = shutil.disk_usage(existing_folder(uploads))
    return UploadsDisk(str(uploads), usage.total, usage.free)
