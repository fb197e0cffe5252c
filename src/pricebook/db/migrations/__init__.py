"""The one chain of migrations, from an empty database to head.

Alembic, and SQLAlchemy with it, takes a third of the time in which a command starts: it is loaded
by those who migrate, and by none of the API's processes.
"""

# ruff: noqa: PLC0415

from pathlib import Path

from pricebook.db.migrations.lock_retries import LockRetries

VERSIONS = Path(__file__).with_name("versions")


def head() -> str:
    """Return the revision that this program needs."""
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py"))


def upgrade(database_url: str, revision: str = "head", retries: LockRetries | None = None) -> None:
    """Bring the database up to a revision in one transaction; does nothing if it is there.

    A statement that waits for a lock of another session gives up soon, so that those who queue
    behind it go on, and the transaction is tried again as `retries` says.

    Raises DatabaseUnavailableError when it does not answer, DatabaseBusyError when others hold
    their locks for too long, DatabaseNotReadyError when the revision, or the one that the database
    is at, is none of ours.
    """
    from pricebook.db.migrations import chain

    chain.upgrade(database_url, revision, retries or LockRetries())


def downgrade(database_url: str, revision: str, retries: LockRetries | None = None) -> None:
    """Take the database back to a revision (`base` is empty) in one transaction.

    Raises the errors of `upgrade`.
    """
    from pricebook.db.migrations import chain

    chain.downgrade(database_url, revision, retries or LockRetries())


def run_sql(statements: str) -> None:
    """Run SQL statements, separated by semicolons, inside a migration."""
    from alembic import op

    op.get_bind().exec_driver_sql(statements, execution_options={"no_parameters": True})
