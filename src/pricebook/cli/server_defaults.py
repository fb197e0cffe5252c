"""The settings as the command line finds them, with embedded servers where no others are given."""

import os
from collections.abc import Generator
from contextlib import contextmanager

import msgspec
from dotenv import dotenv_values

from pricebook import embedded
from pricebook.db import migrations
from pricebook.settings import Settings, read_settings


def load_settings(port: int | None = None, *, for_server: bool = False) -> Settings:
    """Read the settings from the environment and `.env`; a port given on the command line wins."""
    environment = {**dotenv_values(".env"), **os.environ}
    if port is not None:
        environment["PORT"] = str(port)
    return read_settings(environment, for_server=for_server)


@contextmanager
def settings_with_servers(settings: Settings) -> Generator[Settings]:
    """Fill in the addresses of the embedded servers where no others are given.

    An embedded database is always brought to the newest schema: nobody else would.
    """
    if settings.database_url and settings.redis_url:
        yield settings
        return
    with embedded.servers(settings.home) as endpoints:
        if settings.database_url is None:
            migrations.upgrade(endpoints.database_url)
        yield with_server_urls(settings, endpoints)


def with_server_urls(settings: Settings, endpoints: embedded.Endpoints) -> Settings:
    """Put the addresses of the embedded servers where no others are given."""
    return msgspec.structs.replace(
        settings,
        database_url=settings.database_url or endpoints.database_url,
        redis_url=settings.redis_url or endpoints.redis_url,
    )
