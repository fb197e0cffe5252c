"""Long steps of migrations, which others read and write beside.

They run outside of a transaction. If one is interrupted, the migration is repeated from its start:
each of its statements must be repeatable. The revision is recorded after them.
"""

from collections.abc import Generator
from contextlib import contextmanager

from pricebook.db.migrations import run_sql
from pricebook.db.migrations.lock_retries import LOCK_TIMEOUT_SECONDS, Attempt


@contextmanager
def autocommit() -> Generator[None]:
    """Commit the transaction of the migration, then each statement of a block by itself.

    Nobody queues behind these statements, so that they may wait for open transactions.
    """
    from alembic import op  # noqa: PLC0415 (only migrations import Alembic)

    context = op.get_context()
    attempt: Attempt = context.opts["attempt"]
    with context.autocommit_block():
        _set_lock_timeout(max(attempt.wait_seconds, LOCK_TIMEOUT_SECONDS))
        yield
        _set_lock_timeout(LOCK_TIMEOUT_SECONDS)


def create_index(name: str, definition: str, *, unique: bool = False) -> None:
    """Create an index `name` as `ON table (columns)` unless there is one.

    It waits for the transactions that are open, twice. One that was interrupted is invalid and is
    replaced.
    """
    from alembic import op  # noqa: PLC0415

    is_valid = (
        op.get_bind()
        .exec_driver_sql(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", (name,)
        )
        .scalar()
    )
    if is_valid:
        return
    if is_valid is False:
        run_sql(f"DROP INDEX CONCURRENTLY {name}")
    kind = "UNIQUE INDEX" if unique else "INDEX"
    run_sql(f"CREATE {kind} CONCURRENTLY {name} {definition}")


def create_partitioned_index(table: str, name: str, definition: str) -> None:
    """Create an index `table_name` as `(columns)`, of each partition and then of the table.

    The last step attaches those of the partitions, and makes that of a partition that is new
    meanwhile, which is empty.
    """
    from alembic import op  # noqa: PLC0415

    partitions = op.get_bind().exec_driver_sql(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", (table,)
    )
    for partition in partitions.scalars().all():
        create_index(f"{partition}_{name}", f"ON {partition} {definition}")
    run_sql(f"CREATE INDEX IF NOT EXISTS {table}_{name} ON {table} {definition}")


def _set_lock_timeout(seconds: float) -> None:
    run_sql(f"SET lock_timeout = '{int(seconds * 1000)}ms'")
