"""Alembic's environment: one connection, a transaction for each migration, one run at a time."""

import os
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, pool

from pricebook.db import migrations
from pricebook.db.migrations import target_price_indexes
from pricebook.db.migrations.lock_retries import Attempt
from pricebook.db.migrations.rights import RIGHTS_SQL
from pricebook.settings import CatalogPrices

LOCK_KEY = 7_423_665

# Passed by `chain`; the alembic command itself makes one attempt.
attempt: Attempt = context.config.attributes.get("attempt") or Attempt(os.environ["DATABASE_URL"])
# What the catalog shows as price; None leaves the indexes of target prices as they are.
prices: CatalogPrices | None = context.config.attributes.get("catalog_prices")


def record_revision(*, ctx: MigrationContext, heads: set[str], **_: Any) -> None:
    """Record the revision of a migration for error messages; grant the rights with the newest."""
    attempt.revision = next(iter(heads), None)
    if ctx.connection and attempt.revision == migrations.head():
        grant_rights(ctx.connection)


def grant_rights(connection: Connection) -> None:
    """Grant and revoke the rights of the roles of the API and the worker."""
    rights = RIGHTS_SQL.read_text("utf-8")
    connection.exec_driver_sql(rights, execution_options={"no_parameters": True})


def adapt_indexes(connection: Connection, *, with_target_prices: bool) -> None:
    """Create the missing indexes of target prices, or drop those that there are.

    CREATE INDEX IF NOT EXISTS would lock the table in any case.
    """
    for name, definition in target_price_indexes.DEFINITIONS.items():
        exists = connection.exec_driver_sql("SELECT to_regclass(%s) IS NOT NULL", (name,)).scalar()
        if exists and not with_target_prices:
            connection.exec_driver_sql(f"DROP INDEX {name}")
        elif with_target_prices and not exists:
            connection.exec_driver_sql(definition, execution_options={"no_parameters": True})


engine = create_engine("postgresql+psycopg://", creator=attempt.connect, poolclass=pool.NullPool)
with engine.connect() as connection:
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK_KEY})")  # until it disconnects
    connection.commit()
    context.configure(
        connection=connection,
        transaction_per_migration=True,
        attempt=attempt,  # for online.py
        on_version_apply=record_revision,  # pyright: ignore[reportArgumentType] (keywords)
    )
    attempt.revision = context.get_context().get_current_revision()
    context.run_migrations()
    connection.commit()
    if context.get_context().get_current_revision() == migrations.head():
        grant_rights(connection)
        connection.exec_driver_sql("SELECT extend_price_history()")
        if prices is not None:
            adapt_indexes(connection, with_target_prices=prices == "target")
    connection.commit()
