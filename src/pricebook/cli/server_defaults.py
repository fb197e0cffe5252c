"""The settings of a command, with embedded servers where no others are configured."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec
from dotenv import dotenv_values

from pricebook import embedded
from pricebook.db import migrations
from pricebook.db.database import Database
from pricebook.db.resources import open_resources
from pricebook.settings import Settings, read_settings

ENV_FILE = ".env"

ResultT = TypeVar("ResultT")


def load_settings(port: int | None = None, *, for_server: bool = False) -> Settings:
    """Read the settings from the environment and `.env`; `port` overrides PORT."""
    environment = {**dotenv_values(ENV_FILE), **os.environ}
    if port is not None:
        environment["PORT"] = str(port)
    return read_settings(environment, for_server=for_server)


def describe_settings() -> str:
    """Return which settings a command uses, and where those of a running server are checked."""
    file = Path(ENV_FILE).resolve()
    source = f"environment and {file}" if file.exists() else f"environment, no {file}"
    return f"those of this command ({source}); the console's page System checks the running API's."


@contextmanager
def settings_with_servers(settings: Settings) -> Generator[Settings]:
    """Yield the settings with the URLs of embedded servers in place of those that are missing.

    The embedded servers run until the block ends. An embedded database is migrated to head.
    """
    if settings.database_url and settings.redis_url:
        yield settings
        return
    with embedded.servers(settings.home) as endpoints:
        if settings.database_url is None:
            migrations.upgrade(endpoints.database_url, catalog_prices=settings.catalog_prices)
        yield with_server_urls(settings, endpoints)


def with_server_urls(settings: Settings, endpoints: embedded.Endpoints) -> Settings:
    """Return the settings with these URLs in place of those that are missing."""
    return msgspec.structs.replace(
        settings,
        database_url=settings.database_url or endpoints.database_url,
        redis_url=settings.redis_url or endpoints.redis_url,
    )


def run_with_database(operation: Callable[[Database], Awaitable[ResultT]]) -> ResultT:
    """Run an operation on the configured or the embedded database and return its result."""

    async def open_and_run() -> ResultT:
        async with open_resources(settings) as resources:
            return await operation(resources.database)

    with settings_with_servers(load_settings()) as settings:
        return asyncio.run(open_and_run())
