"""The settings as the command line finds them, with embedded servers where no others are given."""

import os
from collections.abc import Generator
from contextlib import contextmanager

import msgspec
from dotenv import dotenv_values

from pricebook import embedded, migrations
from pricebook.settings import Settings, read_settings


def find_settings(port: int | None = None, *, serves: bool = False) -> Settings:
    """Read the settings from the environment and `.env`; a port given on the command line wins."""
    given = {**dotenv_values(".env"), **os.environ}
    if port is not None:
        given["PORT"] = str(port)
    return read_settings(given, serves=serves)


@contextmanager
def connected(settings: Settings) -> Generator[Settings]:
    """Fill in the addresses of the embedded servers where no others are given.

    An embedded database is always brought to the newest schema: nobody else would.
    """
    if settings.database_url and settings.redis_url:
        yield settings
        return
    with embedded.servers(settings.home) as endpoints:
        if settings.database_url is None:
            migrations.upgrade(endpoints.database_url)
        yield with_endpoints(settings, endpoints)


def with_endpoints(settings: Settings, endpoints: embedded.Endpoints) -> Settings:
    """Put the addresses of the embedded servers where no others are given."""
    return msgspec.structs.replace(
        settings,
        database_url=settings.database_url or endpoints.database_url,
        redis_url=settings.redis_url or endpoints.redis_url,
    )
