"""Alembic's environment: one connection, one transaction, one migration run at a time."""

import os

import psycopg
from alembic import context
from sqlalchemy import create_engine, pool

from pricebook import migrations
from pricebook.migrations.rights import RIGHTS

LOCK_KEY = 7_423_665


def connect() -> psycopg.Connection:
    """Connect to the database of the caller, or to DATABASE_URL under the alembic command."""
    url = context.config.attributes.get("database_url") or os.environ["DATABASE_URL"]
    return psycopg.connect(url)


engine = create_engine("postgresql+psycopg://", creator=connect, poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK_KEY})")
        context.run_migrations()
        if context.get_context().get_current_revision() == migrations.head():
            rights = RIGHTS.read_text("utf-8")
            connection.exec_driver_sql(rights, execution_options={"no_parameters": True})
