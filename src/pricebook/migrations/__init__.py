"""The one chain of migrations, from an empty database to head."""

from alembic import command, op
from alembic.config import Config
from alembic.script import ScriptDirectory


def _config(database_url: str | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "pricebook:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["database_url"] = database_url
    return config


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the database up to a revision in one transaction; does nothing if it is there."""
    command.upgrade(_config(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Take the database back to a revision (`base` is empty) in one transaction."""
    command.downgrade(_config(database_url), revision)


def head() -> str:
    """Return the revision that this program needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise LookupError("no migrations were shipped with this program")
    return revision


def run_sql(statements: str) -> None:
    """Run SQL statements, separated by semicolons, inside a migration."""
    op.get_bind().exec_driver_sql(statements, execution_options={"no_parameters": True})
