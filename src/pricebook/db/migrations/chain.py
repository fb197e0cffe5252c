"""Runs Alembic."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from psycopg import Error
from sqlalchemy.exc import OperationalError, PendingRollbackError

from pricebook.db.migrations.lock_retries import Attempt, LockRetries, run_with_retries
from pricebook.db.resource_errors import resource_error_for
from pricebook.errors import DatabaseNotReadyError, DatabaseUnavailableError
from pricebook.settings import CatalogPrices


def upgrade(
    database_url: str, revision: str, retries: LockRetries, catalog_prices: CatalogPrices | None
) -> None:
    """Upgrade the database to a revision, at head with the indexes for these prices."""

    def migrate(config: Config) -> None:
        config.attributes["catalog_prices"] = catalog_prices
        command.upgrade(config, revision)

    _run(database_url, retries, migrate)


def downgrade(database_url: str, revision: str, retries: LockRetries) -> None:
    """Downgrade the database to a revision."""
    _run(database_url, retries, lambda config: command.downgrade(config, revision))


def _run(database_url: str, retries: LockRetries, migrate: Callable[[Config], None]) -> None:
    def run(attempt: Attempt) -> None:
        with _migration_errors():
            migrate(_config(attempt))

    run_with_retries(database_url, retries, run)


def _config(attempt: Attempt) -> Config:
    config = Config()
    config.set_main_option("script_location", "pricebook:db/migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["attempt"] = attempt
    return config


@contextmanager
def _migration_errors() -> Generator[None]:
    try:
        yield
    except (Error, OperationalError, PendingRollbackError) as error:
        cause = error.orig if isinstance(error, OperationalError) else error
        resource_error = resource_error_for(cause) if isinstance(cause, Error) else None
        raise resource_error or DatabaseUnavailableError(
            "The database cannot be reached to migrate it."
        ) from error
    except CommandError as error:
        raise DatabaseNotReadyError(f"The database cannot be migrated: {error}.") from error
