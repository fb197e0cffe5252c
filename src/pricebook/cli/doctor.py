"""The command that looks at everything this installation needs, and says what to do."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from pricebook.cli import output
from pricebook.cli.server_defaults import load_settings, settings_with_servers
from pricebook.db import database as db
from pricebook.db import migrations
from pricebook.db.database import Database
from pricebook.db.migrations import drift, rights
from pricebook.errors import DatabaseNotReadyError, PricebookError, SettingsError
from pricebook.pricelists.isolation import sandbox
from pricebook.services import open_redis
from pricebook.settings import Settings
from pricebook.tasks import history
from pricebook.tasks.queue import QueueClient

EXIT_UNHEALTHY = 1
MIN_POSTGRES_VERSION = 16
STALLED_QUEUE_SECONDS = 60


class CheckResult(NamedTuple):
    """What a check found: what is wrong, else that all is fine; and what is good to know."""

    summary: str
    problems: Sequence[str] = ()
    notes: Sequence[str] = ()


Check = Callable[[Settings], Awaitable[CheckResult]]


def doctor() -> None:
    """Check settings, servers, migrations and queue; say what to do."""
    configured = load_settings()
    with settings_with_servers(configured) as settings:
        healthy = asyncio.run(
            _run_checks(settings, external_database=configured.database_url is not None)
        )
    if not healthy:
        sys.exit(EXIT_UNHEALTHY)


async def _run_checks(settings: Settings, *, external_database: bool) -> bool:
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
    if external_database:
        checks["rights"] = _rights
    for name, check in checks.items():
        try:
            result = await check(settings)
        except PricebookError as error:
            result = CheckResult("", [error.message])
        _print_result(name, result)
        healthy = healthy and not result.problems
    return healthy


def _print_result(name: str, result: CheckResult) -> None:
    for problem in result.problems:
        output.print_line(f"wrong {name}: {problem}")
    if not result.problems:
        output.print_line(f"ok    {name}: {result.summary}")
    for note in result.notes:
        output.print_line(f"note  {name}: {note}")


async def _secret(settings: Settings) -> CheckResult:
    if settings.jwt_secret is None and (settings.home / "jwt_secret").exists():
        return CheckResult("made by `pricebook up` for this installation.")
    return CheckResult(f"JWT_SECRET has {len(settings.required_jwt_secret)} characters.")


async def _postgres(settings: Settings) -> CheckResult:
    async with Database(settings.required_database_url) as database, database.connection() as conn:
        version = conn.info.server_version // 10_000
    if version < MIN_POSTGRES_VERSION:
        raise DatabaseNotReadyError(
            f"It is version {version}: {MIN_POSTGRES_VERSION} or newer is needed."
        )
    return CheckResult(f"version {version} answers.")


async def _migrations(settings: Settings) -> CheckResult:
    head = migrations.head()
    async with Database(settings.required_database_url) as database, database.connection() as conn:
        await db.require_revision(conn, head)
        await db.require_currency(conn, settings.catalog_currency)
    return CheckResult(f"the database is at {head}, prices are in {settings.catalog_currency}.")


async def _schema(settings: Settings) -> CheckResult:
    url = settings.required_database_url
    async with Database(url) as database, database.connection() as conn:
        if await db.find_revision(conn) != migrations.head():
            raise DatabaseNotReadyError("It can be compared at the newest migration only.")
    problems, notes = drift.find_drift(url)
    return CheckResult("all is as the migrations make it.", problems, notes)


async def _rights(settings: Settings) -> CheckResult:
    role, is_superuser, is_owner = rights.find_connected_role(settings.required_database_url)
    summary = f"connected as {role}."
    if not (is_superuser or is_owner):
        return CheckResult(summary)
    power = "is a superuser" if is_superuser else "owns the tables"
    advice = f"let the API connect as {rights.API_ROLE}, the worker as {rights.WORKER_ROLE}"
    return CheckResult(summary, notes=[f"{role} {power}: {advice} (`pricebook roles` makes them)."])


async def _redis(settings: Settings) -> CheckResult:
    async with open_redis(settings) as redis:
        queue = QueueClient(redis, settings.redis_queue_name)
        count, rejected = await queue.count(), await queue.count_rejected()
    notes = [f"{rejected} rejected messages are in the list {queue.rejected_name}."]
    return CheckResult(
        f"it answers, {count} messages are in the queue {queue.name}.", notes=notes[: rejected > 0]
    )


async def _uploads(settings: Settings) -> CheckResult:
    folder = next(each for each in (settings.uploads, *settings.uploads.parents) if each.exists())
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SettingsError(
            f"Nothing can be written to {folder}: change its rights or UPLOADS_DIR."
        )
    return CheckResult(f"lists are kept in {settings.uploads}.")


async def _parser(_: Settings) -> CheckResult:
    """Say which parts of the sandbox the kernel lets us have; a missing one is no error."""
    active_restrictions = await asyncio.to_thread(sandbox.find_active_restrictions)
    missing = [
        description
        for part, description in sandbox.RESTRICTIONS.items()
        if part not in active_restrictions
    ]
    summary = (
        f"{len(active_restrictions)} of {len(sandbox.RESTRICTIONS)} parts of its sandbox are "
        "in force."
    )
    return CheckResult(summary, notes=[f"not in force: {description}." for description in missing])


async def _tasks(settings: Settings) -> CheckResult:
    async with Database(settings.required_database_url) as database:
        waiting = await history.get_queue_status(database)
    task_counts = f"{waiting.queued} wait, {waiting.running} run, {waiting.dead} are dead"
    if waiting.oldest_seconds > STALLED_QUEUE_SECONDS and not waiting.running:
        raise PricebookError(f"{task_counts}, and nobody works: start `pricebook worker`.")
    if waiting.dead:
        raise PricebookError(
            f"{task_counts}: see `pricebook tasks list --state dead`, then retry them."
        )
    return CheckResult(f"{task_counts}.")
