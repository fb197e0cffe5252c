"""The one chain of migrations, from an empty database to head.

Alembic, and SQLAlchemy with it, takes a third of the time in which a command starts: it is loaded
by those who migrate, and by none of the API's processes.
"""

# ruff: noqa: PLC0415

from pathlib import Path

VERSIONS = Path(__file__).with_name("versions")


def head() -> str:
    """Return the revision that this program needs."""
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py"))


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the database up to a revision in one transaction; does nothing if it is there.

    Raises DatabaseUnavailableError when it does not answer, DatabaseNotReadyError when the
    revision, or the one that the database is at, is none of ours.
    """
    from pricebook.migrations import chain

    chain.upgrade(database_url, revision)


def downgrade(database_url: str, revision: str) -> None:
    """Take the database back to a revision (`base` is empty) in one transaction.

    Raises the errors of `upgrade`.
    """
    from pricebook.migrations import chain

    chain.downgrade(database_url, revision)


def run_sql(statements: str) -> None:
    """Run SQL statements, separated by semicolons, inside a migration."""
    from alembic import op

    op.get_bind().exec_driver_sql(statements, execution_options={"no_parameters": True})
