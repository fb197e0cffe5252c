"""The chain of migrations, from an empty database to head.

Alembic and SQLAlchemy take a third of the start time of a command: only migrations import them.
"""

# ruff: noqa: PLC0415

from pathlib import Path

from pricebook.db.migrations.lock_retries import LockRetries
from pricebook.settings import CatalogPrices

VERSIONS = Path(__file__).with_name("versions")


def head() -> str:
    """Return the newest revision, which the programs need."""
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py"))


def upgrade(
    database_url: str,
    revision: str = "head",
    retries: LockRetries | None = None,
    *,
    catalog_prices: CatalogPrices | None = None,
) -> None:
    """Upgrade the database to a revision, a transaction each; does nothing at that revision.

    At head, the indexes of target prices are created or dropped as `catalog_prices` needs them.

    Statements have a short lock timeout, so that other sessions do not queue behind them for long;
    the migration is retried with the delays of `retries`, those before it are kept.

    Raises DatabaseUnavailableError when the database does not respond, DatabaseBusyError when
    locks are held for too long, DatabaseNotReadyError for an unknown revision.
    """
    from pricebook.db.migrations import chain

    chain.upgrade(database_url, revision, retries or LockRetries(), catalog_prices)


def downgrade(database_url: str, revision: str, retries: LockRetries | None = None) -> None:
    """Downgrade the database to a revision (`base`: empty), a transaction for each migration.

    Raises the errors of `upgrade`.
    """
    from pricebook.db.migrations import chain

    chain.downgrade(database_url, revision, retries or LockRetries())


def run_sql(statements: str) -> None:
    """Run SQL statements, separated by semicolons, inside a migration."""
    from alembic import op

    op.get_bind().exec_driver_sql(statements, execution_options={"no_parameters": True})
