"""How Alembic is called to go up and down the chain."""

from collections.abc import Generator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy.exc import OperationalError

from pricebook.errors import DatabaseNotReadyError, DatabaseUnavailableError


def upgrade(database_url: str, revision: str) -> None:
    """Bring the database up to a revision."""
    with _errors_in_one_sentence():
        command.upgrade(_config(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Take the database back to a revision."""
    with _errors_in_one_sentence():
        command.downgrade(_config(database_url), revision)


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", "pricebook:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["database_url"] = database_url
    return config


@contextmanager
def _errors_in_one_sentence() -> Generator[None]:
    try:
        yield
    except OperationalError as error:
        raise DatabaseUnavailableError("The database cannot be reached to migrate it.") from error
    except CommandError as error:
        raise DatabaseNotReadyError(f"The database cannot be migrated: {error}.") from error
