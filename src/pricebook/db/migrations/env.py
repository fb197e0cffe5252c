"""Alembic's environment: one connection, one transaction, one migration run at a time."""

import os
from typing import Any

from alembic import context
from sqlalchemy import create_engine, pool

from pricebook.db import migrations
from pricebook.db.migrations.lock_retries import Attempt
from pricebook.db.migrations.rights import RIGHTS_SQL

LOCK_KEY = 7_423_665

# Passed by `chain`; the alembic command itself makes one attempt.
attempt: Attempt = context.config.attributes.get("attempt") or Attempt(os.environ["DATABASE_URL"])


def record_revision(*, heads: set[str], **_: Any) -> None:
    """Record the revision that the transaction has reached, for error messages."""
    attempt.revision = next(iter(heads), None)


engine = create_engine("postgresql+psycopg://", creator=attempt.connect, poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        on_version_apply=record_revision,  # pyright: ignore[reportArgumentType] (keywords)
    )
    with context.begin_transaction():
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK_KEY})")
        attempt.revision = context.get_context().get_current_revision()
        context.run_migrations()
        if context.get_context().get_current_revision() == migrations.head():
            rights = RIGHTS_SQL.read_text("utf-8")
            connection.exec_driver_sql(rights, execution_options={"no_parameters": True})
