"""Alembic's environment: one connection, one transaction, one migration run at a time."""

import os

import psycopg
from alembic import context
from sqlalchemy import create_engine, pool

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
