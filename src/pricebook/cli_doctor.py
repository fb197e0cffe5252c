"""The command that looks at everything this installation needs, and says what to do."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

from pricebook import console, db, migrations
from pricebook.connect import connected, find_settings
from pricebook.db import Database
from pricebook.errors import DatabaseNotReadyError, PricebookError, SettingsError
from pricebook.queue.carrier import TaskQueue
from pricebook.resources import open_redis
from pricebook.settings import Settings
from pricebook.tasks import service as tasks

ILL = 1
OLDEST_POSTGRES = 16
WAITING_SECONDS = 60

Check = Callable[[Settings], Awaitable[str]]


def doctor() -> None:
    """Check settings, servers, migrations and queue; say what to do."""
    with connected(find_settings()) as settings:
        healthy = asyncio.run(_look(settings))
    if not healthy:
        sys.exit(ILL)


async def _look(settings: Settings) -> bool:
    healthy = True
    checks: dict[str, Check] = {
        "secret": _secret,
        "PostgreSQL": _postgres,
        "migrations": _migrations,
        "Redis": _redis,
        "uploads": _uploads,
        "tasks": _tasks,
    }
    for name, check in checks.items():
        try:
            console.say(f"ok    {name}: {await check(settings)}")
        except PricebookError as error:
            console.say(f"wrong {name}: {error.message}")
            healthy = False
    return healthy


async def _secret(settings: Settings) -> str:
    if settings.jwt_secret is None and (settings.home / "jwt_secret").exists():
        return "made by `pricebook up` for this installation."
    return f"JWT_SECRET has {len(settings.required_jwt_secret)} characters."


async def _postgres(settings: Settings) -> str:
    async with Database(settings.required_database_url) as database, database.connection() as conn:
        version = conn.info.server_version // 10_000
    if version < OLDEST_POSTGRES:
        raise DatabaseNotReadyError(
            f"It is version {version}: {OLDEST_POSTGRES} or newer is needed."
        )
    return f"version {version} answers."


async def _migrations(settings: Settings) -> str:
    head = migrations.head()
    async with Database(settings.required_database_url) as database, database.connection() as conn:
        await db.require_revision(conn, head)
        await db.require_currency(conn, settings.catalog_currency)
    return f"the database is at {head}, prices are in {settings.catalog_currency}."


async def _redis(settings: Settings) -> str:
    async with open_redis(settings) as redis:
        count = await TaskQueue(redis, settings.redis_queue_name).count()
    return f"it answers, {count} messages are in the queue {settings.redis_queue_name}."


async def _uploads(settings: Settings) -> str:
    folder = next(each for each in (settings.uploads, *settings.uploads.parents) if each.exists())
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SettingsError(
            f"Nothing can be written to {folder}: change its rights or UPLOADS_DIR."
        )
    return f"lists are kept in {settings.uploads}."


async def _tasks(settings: Settings) -> str:
    async with Database(settings.required_database_url) as database:
        waiting = await tasks.count_waiting(database)
    told = f"{waiting.queued} wait, {waiting.running} run, {waiting.dead} are dead"
    if waiting.oldest_seconds > WAITING_SECONDS and not waiting.running:
        raise PricebookError(f"{told}, and nobody works: start `pricebook worker`.")
    if waiting.dead:
        raise PricebookError(f"{told}: see `pricebook tasks list --state dead`, then retry them.")
    return f"{told}."
