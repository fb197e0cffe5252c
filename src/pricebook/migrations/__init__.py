"""The one chain of migrations, from an empty database to head."""

from collections.abc import Generator
from contextlib import contextmanager

from alembic import command, op
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy.exc import OperationalError

from pricebook.errors import DatabaseNotReadyError, DatabaseUnavailableError


def _config(database_url: str | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "pricebook:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["database_url"] = database_url
    return config


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the database up to a revision in one transaction; does nothing if it is there.

    Raises DatabaseUnavailableError when it does not answer, DatabaseNotReadyError when the
    revision, or the one that the database is at, is none of ours.
    """
    with _errors_in_one_sentence():
        command.upgrade(_config(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Take the database back to a revision (`base` is empty) in one transaction.

    Raises the errors of `upgrade`.
    """
    with _errors_in_one_sentence():
        command.downgrade(_config(database_url), revision)


@contextmanager
def _errors_in_one_sentence() -> Generator[None]:
    try:
        yield
    except OperationalError as error:
        raise DatabaseUnavailableError("The database cannot be reached to migrate it.") from error
    except CommandError as error:
        raise DatabaseNotReadyError(f"The database cannot be migrated: {error}.") from error


def head() -> str:
    """Return the revision that this program needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise LookupError("no migrations were shipped with this program")
    return revision


def run_sql(statements: str) -> None:
    """Run SQL statements, separated by semicolons, inside a migration."""
    op.get_bind().exec_driver_sql(statements, execution_options={"no_parameters": True})
