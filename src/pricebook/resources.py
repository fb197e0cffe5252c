"""Opens what a process needs from the settings, and closes it: the only wiring."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import msgspec

from pricebook import db, migrations
from pricebook.db import Database
from pricebook.settings import Settings


class Resources(msgspec.Struct, frozen=True):
    """What a running process holds open."""

    settings: Settings
    database: Database
    migration_head: str


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncGenerator[Resources]:
    """Open the pool, and refuse a database that this program does not fit.

    Raises SettingsError without a database, DatabaseUnavailableError when it does not answer,
    DatabaseNotReadyError when it is behind or in another currency.
    """
    head = migrations.head()
    pool = Database(
        settings.required_database_url,
        pool_min=settings.db_pool_min,
        pool_max=settings.db_pool_max,
    )
    async with pool as database:
        async with database.connection() as conn:
            await db.require_revision(conn, head)
            await db.require_currency(conn, settings.catalog_currency)
        yield Resources(settings=settings, database=database, migration_head=head)
