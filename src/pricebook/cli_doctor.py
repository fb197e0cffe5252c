"""The command that looks at everything this installation needs, and says what to do."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from pricebook import console, db, migrations
from pricebook.connect import connected, find_settings
from pricebook.db import Database
from pricebook.errors import DatabaseNotReadyError, PricebookError, SettingsError
from pricebook.ingestion import sandbox
from pricebook.migrations import drift, rights
from pricebook.queue.carrier import TaskQueue
from pricebook.resources import open_redis
from pricebook.settings import Settings
from pricebook.tasks import service as tasks

ILL = 1
OLDEST_POSTGRES = 16
WAITING_SECONDS = 60


class Findings(NamedTuple):
    """What a check found: what is wrong, else that all is fine; and what is good to know."""

    fine: str
    ills: Sequence[str] = ()
    notes: Sequence[str] = ()


Check = Callable[[Settings], Awaitable[Findings]]


def doctor() -> None:
    """Check settings, servers, migrations and queue; say what to do."""
    given = find_settings()
    with connected(given) as settings:
        healthy = asyncio.run(_look(settings, own_server=given.database_url is not None))
    if not healthy:
        sys.exit(ILL)


async def _look(settings: Settings, *, own_server: bool) -> bool:
    healthy = True
    checks: dict[str, Check] = {
        "secret": _secret,
        "PostgreSQL": _postgres,
        "migrations": _migrations,
        "schema": _schema,
        "Redis": _redis,
        "uploads": _uploads,
        "parser": _parser,
        "tasks": _tasks,
    }
    if own_server:
        checks["rights"] = _rights
    for name, check in checks.items():
        try:
            findings = await check(settings)
        except PricebookError as error:
            findings = Findings("", [error.message])
        _tell(name, findings)
        healthy = healthy and not findings.ills
    return healthy


def _tell(name: str, findings: Findings) -> None:
    for ill in findings.ills:
        console.say(f"wrong {name}: {ill}")
    if not findings.ills:
        console.say(f"ok    {name}: {findings.fine}")
    for note in findings.notes:
        console.say(f"note  {name}: {note}")


async def _secret(settings: Settings) -> Findings:
    if settings.jwt_secret is None and (settings.home / "jwt_secret").exists():
        return Findings("made by `pricebook up` for this installation.")
    return Findings(f"JWT_SECRET has {len(settings.required_jwt_secret)} characters.")


async def _postgres(settings: Settings) -> Findings:
    async with Database(settings.required_database_url) as database, database.connection() as conn:
        version = conn.info.server_version // 10_000
    if version < OLDEST_POSTGRES:
        raise DatabaseNotReadyError(
            f"It is version {version}: {OLDEST_POSTGRES} or newer is needed."
        )
    return Findings(f"version {version} answers.")


async def _migrations(settings: Settings) -> Findings:
    head = migrations.head()
    async with Database(settings.required_database_url) as database, database.connection() as conn:
        await db.require_revision(conn, head)
        await db.require_currency(conn, settings.catalog_currency)
    return Findings(f"the database is at {head}, prices are in {settings.catalog_currency}.")


async def _schema(settings: Settings) -> Findings:
    url = settings.required_database_url
    async with Database(url) as database, database.connection() as conn:
        if await db.find_revision(conn) != migrations.head():
            raise DatabaseNotReadyError("It can be compared at the newest migration only.")
    ills, notes = drift.find_drift(url)
    return Findings("all is as the migrations make it.", ills, notes)


async def _rights(settings: Settings) -> Findings:
    role, is_superuser, is_owner = rights.find_power(settings.required_database_url)
    fine = f"connected as {role}."
    if not (is_superuser or is_owner):
        return Findings(fine)
    power = "is a superuser" if is_superuser else "owns the tables"
    less = f"let the API connect as {rights.API}, the worker as {rights.WORKER}"
    return Findings(fine, notes=[f"{role} {power}: {less} (`pricebook roles` makes them)."])


async def _redis(settings: Settings) -> Findings:
    async with open_redis(settings) as redis:
        count = await TaskQueue(redis, settings.redis_queue_name).count()
    return Findings(f"it answers, {count} messages are in the queue {settings.redis_queue_name}.")


async def _uploads(settings: Settings) -> Findings:
    folder = next(each for each in (settings.uploads, *settings.uploads.parents) if each.exists())
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SettingsError(
            f"Nothing can be written to {folder}: change its rights or UPLOADS_DIR."
        )
    return Findings(f"lists are kept in {settings.uploads}.")


async def _parser(_: Settings) -> Findings:
    """Say which parts of the sandbox the kernel lets us have; a missing one is no error."""
    in_force = await asyncio.to_thread(sandbox.find_parts_in_force)
    missing = [what for part, what in sandbox.PARTS.items() if part not in in_force]
    fine = f"{len(in_force)} of {len(sandbox.PARTS)} parts of its sandbox are in force."
    return Findings(fine, notes=[f"not in force: {what}." for what in missing])


async def _tasks(settings: Settings) -> Findings:
    async with Database(settings.required_database_url) as database:
        waiting = await tasks.count_waiting(database)
    told = f"{waiting.queued} wait, {waiting.running} run, {waiting.dead} are dead"
    if waiting.oldest_seconds > WAITING_SECONDS and not waiting.running:
        raise PricebookError(f"{told}, and nobody works: start `pricebook worker`.")
    if waiting.dead:
        raise PricebookError(f"{told}: see `pricebook tasks list --state dead`, then retry them.")
    return Findings(f"{told}.")
