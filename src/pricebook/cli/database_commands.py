"""The commands for the database: `migrate`, `roles` and `schema`."""

import asyncio

from cyclopts import CycloptsError

from pricebook.cli import output
from pricebook.cli.server_defaults import load_settings, settings_with_servers
from pricebook.db import database as db
from pricebook.db import migrations
from pricebook.db.database import Database
from pricebook.db.migrations import rights, schema
from pricebook.db.migrations.lock_retries import LockRetries
from pricebook.db.server_checks import check_server


def migrate(*, down_to: str | None = None, check: bool = False, wait_seconds: int = 300) -> None:
    """Migrate the database to the newest schema, with the indexes that CATALOG_PRICES needs.

    A statement waits one second for a lock. Then the migration is rolled back and tried again, so
    that other sessions do not queue behind it.

    Args:
        down_to: Downgrade to this revision instead (`base` is an empty database). Data that the
            older schema has no place for is deleted.
        check: Change nothing; exit with 1 and a sentence if the database needs a migration. An
            embedded database is migrated by every command.
        wait_seconds: How many seconds to keep trying while other sessions hold locks.
    """
    if check and down_to is not None:
        raise CycloptsError(msg="Use either --check or --down-to.")
    retries = LockRetries(wait_seconds, output.print_line)
    with settings_with_servers(load_settings()) as settings:
        if check:
            asyncio.run(_require_head(settings.required_database_url))
        elif down_to is None:
            migrations.upgrade(
                settings.required_database_url,
                retries=retries,
                catalog_prices=settings.catalog_prices,
            )
        else:
            migrations.downgrade(settings.required_database_url, down_to, retries)
        output.print_line(f"The database is at migration {down_to or migrations.head()}.")


async def _require_head(database_url: str) -> None:
    """Raise DatabaseNotReadyError unless the database is at the newest migration."""
    await check_server(database_url)
    async with Database(database_url) as database, database.connection() as conn:
        await db.require_revision(conn, migrations.head())


def print_roles() -> None:
    """Print the SQL that creates the database roles of the API and the worker."""
    output.print_line(rights.ROLES_SQL.read_text("utf-8"))


def print_schema() -> None:
    """Print the schema of the database as JSON, in the form that `doctor` compares."""
    with settings_with_servers(load_settings()) as settings:
        output.print_line(schema.schema_as_json(schema.read_schema(settings.required_database_url)))
