"""Opens the database of a process from its settings."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import msgspec

from pricebook.db import database as db
from pricebook.db import migrations
from pricebook.db.database import Database
from pricebook.db.server_checks import check_server, require_supported_version
from pricebook.errors import DatabaseNotReadyError, DatabaseUnavailableError
from pricebook.settings import Settings


class Resources(msgspec.Struct, frozen=True):
    """The settings and the database of a process."""

    settings: Settings
    database: Database
    migration_head: str


@asynccontextmanager
async def open_resources(
    settings: Settings, *, statement_seconds: int = 0
) -> AsyncGenerator[Resources]:
    """Open the connection pool, and check version, migration head and currency of the database.

    `statement_seconds` is the statement timeout, 0 is none. Raises SettingsError without
    DATABASE_URL, DatabaseUnavailableError with the reason if the database does not respond,
    DatabaseNotReadyError if it is too old, not at the migration head or has another currency.
    """
    head = migrations.head()
    pool = Database(
        settings.required_database_url,
        pool_min=settings.db_pool_min,
        pool_max=settings.db_pool_max,
        statement_seconds=statement_seconds,
        driver=settings.database_driver,
    )
    async with pool as database:
        try:
            await _check(database, head, settings.catalog_currency)
        except DatabaseNotReadyError:
            raise
        except DatabaseUnavailableError:
            await check_server(settings.required_database_url)
            # It responds: the first connection took longer than a request waits for one.
            await _check(database, head, settings.catalog_currency)
        yield Resources(settings=settings, database=database, migration_head=head)


async def _check(database: Database, head: str, currency: str) -> None:
    async with database.connection() as conn:
        require_supported_version(conn.info.server_version)
        await db.require_revision(conn, head)
        await db.require_currency(conn, currency)
