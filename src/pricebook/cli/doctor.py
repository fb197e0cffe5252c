"""The command that checks the installation and prints what to do about each problem."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from pricebook.cli import installation, output
from pricebook.cli.server_defaults import (
    describe_settings,
    load_settings,
    settings_with_servers,
)
from pricebook.db.database import Database
from pricebook.diagnostics.installation_checks import CHECKS, CheckContext
from pricebook.diagnostics.schemas import CheckResult
from pricebook.errors import PricebookError
from pricebook.services import open_redis
from pricebook.settings import Settings
from pricebook.tasks.queue import QueueClient

EXIT_UNHEALTHY = 1


def doctor() -> None:
    """Check settings, servers, migrations and queue, and print what to do about each problem."""
    configured = load_settings()
    output.print_line(f"note  settings: {describe_settings()}")
    with settings_with_servers(installation.with_credentials_key(configured)) as settings:
        healthy = asyncio.run(
            _run_checks(settings, external_database=configured.database_url is not None)
        )
    if not healthy:
        sys.exit(EXIT_UNHEALTHY)


async def _run_checks(settings: Settings, *, external_database: bool) -> bool:
    """Print the result of each check; one that needs another runs only after its success."""
    context = _context(settings)
    failed: set[str] = set()
    skipped: dict[str, list[str]] = {}
    for name, (check, needed) in CHECKS.items():
        if name == "rights" and not external_database:
            continue
        if needed in failed:
            failed.add(name)
            skipped.setdefault(needed, []).append(name)
            continue
        try:
            result = await check(context)
        except PricebookError as error:
            result = CheckResult("", [error.message])
        _print_result(name, result)
        if result.problems:
            failed.add(name)
    for needed, names in skipped.items():
        output.print_line(f"note  {', '.join(names)}: not checked without {needed}.")
    return not failed


def _print_result(name: str, result: CheckResult) -> None:
    for problem in result.problems:
        output.print_line(f"wrong {name}: {problem}")
    if not result.problems:
        output.print_line(f"ok    {name}: {result.summary}")
    for note in result.notes:
        output.print_line(f"note  {name}: {note}")


def _context(settings: Settings) -> CheckContext:
    """Return what opens the servers of the settings for each check."""

    @asynccontextmanager
    async def open_queue() -> AsyncGenerator[QueueClient]:
        async with open_redis(settings) as redis:
            yield QueueClient(redis, settings.redis_queue_name)

    return CheckContext(settings, lambda: Database(settings.required_database_url), open_queue)
