"""The command line: reads the settings, parses, calls, and turns errors into exit codes.

The two commands that are about HTTP load what speaks it; it takes the others too long.
"""

# ruff: noqa: PLC0415

import os
import signal
import sys
from types import FrameType

import msgspec
from cyclopts import App, CycloptsError

from pricebook import __version__, embedded
from pricebook.cli import (
    doctor,
    import_command,
    inspect_command,
    output,
    supplier_commands,
    task_commands,
    up,
    user_commands,
)
from pricebook.cli.server_defaults import load_settings, settings_with_servers, with_server_urls
from pricebook.db import migrations
from pricebook.db.migrations import rights, schema
from pricebook.db.migrations.lock_retries import LockRetries
from pricebook.errors import PricebookError
from pricebook.observability.logs import configure_logging
from pricebook.server.listen_address import require_free_address
from pricebook.settings import Settings
from pricebook.worker import task_loop

EXIT_FAILURE = 1
EXIT_USAGE_ERROR = 2
EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143

app = App(
    name="pricebook",
    help="The price lists of many suppliers as one catalog.",
    version=__version__,
    exit_on_error=False,
    print_error=False,
)
app.command(user_commands.app)
app.command(supplier_commands.app)
app.command(task_commands.app)
app.command(doctor.doctor)
app.command(import_command.import_list, name="import")
app.command(inspect_command.inspect_lists, name="inspect")


def main() -> None:
    """Run the command; an error is one sentence on stderr, exit code 1 (2 for wrong usage)."""
    signal.signal(signal.SIGTERM, _exit_on_sigterm)
    try:
        app()
    except CycloptsError as error:
        output.print_error(f"{error} See `pricebook --help`.")
        sys.exit(EXIT_USAGE_ERROR)
    except PricebookError as error:
        output.print_error(error.message)
        sys.exit(EXIT_FAILURE)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except Exception as error:  # noqa: BLE001 (a defect of ours: no traceback for users even so)
        output.print_bug_report(error)
        sys.exit(EXIT_FAILURE)


def _exit_on_sigterm(_signal: int, _frame: FrameType | None) -> None:
    """End as an error would, so that temporary files are removed and other processes ended."""
    sys.exit(EXIT_TERMINATED)


@app.command(name="up")
def run_system(*, port: int | None = None, empty: bool = False) -> None:
    """Run the whole system on embedded servers until Ctrl-C or SIGTERM.

    Args:
        port: Where to listen; PORT, or 8000, if not given.
        empty: Leave the demo out; of its users, only admin is made.
    """
    settings = load_settings(port)
    up.raise_interrupt_on_signals()
    try:
        if settings.database_url and settings.redis_url:
            require_free_address(settings)
            up.run(settings, os.environ, (), with_demo=not empty)
            return
        embedded.require_not_running(settings.home)
        require_free_address(settings)
        with embedded.supervise(settings.home) as supervisor:
            connected_settings = with_server_urls(settings, supervisor.endpoints)
            up.run(connected_settings, os.environ, supervisor.servers, with_demo=not empty)
    except KeyboardInterrupt:
        return


@app.command
def serve(*, port: int | None = None) -> None:
    """Serve the API (the production process).

    Args:
        port: Where to listen; PORT, or 8000, if not given.
    """
    from pricebook.api import application

    with settings_with_servers(load_settings(port, for_server=True)) as settings:
        application.serve(settings)


@app.command(name="worker")
def work() -> None:
    """Take in the lists that were uploaded or are to be synced (the production process).

    Run as many as you like: each works on WORKER_TASKS lists at once.
    """
    with settings_with_servers(load_settings()) as settings:
        configure_logging(settings.log_level, settings.log_format or "json")
        task_loop.work(settings)


@app.command
def migrate(*, down_to: str | None = None, wait_seconds: int = 300) -> None:
    """Bring the database to the newest schema.

    While other sessions hold locks it steps back after a second and tries again, so that nobody
    waits behind it for longer.

    Args:
        down_to: Go back to this revision instead (base is empty); what it lacks is lost.
        wait_seconds: For how long it is tried again.
    """
    retries = LockRetries(wait_seconds, output.print_line)
    with settings_with_servers(load_settings()) as settings:
        if down_to is None:
            migrations.upgrade(settings.required_database_url, retries=retries)
        else:
            migrations.downgrade(settings.required_database_url, down_to, retries)
        output.print_line(f"The database is at migration {down_to or migrations.head()}.")


@app.command(name="roles")
def print_roles() -> None:
    """Print the SQL that makes the roles of the API and the worker, for an administrator."""
    output.print_line(rights.ROLES_SQL.read_text("utf-8"))


@app.command(name="schema")
def print_schema() -> None:
    """Print what the database's schema is made of, as `doctor` compares it."""
    with settings_with_servers(load_settings()) as settings:
        output.print_line(schema.schema_as_json(schema.read_schema(settings.required_database_url)))


@app.command
def openapi() -> None:
    """Print the OpenAPI document."""
    from pricebook.api import application
    from pricebook.http.openapi_document import build_document

    document = build_document(application.create_app(Settings()))
    output.print_line(msgspec.json.format(msgspec.json.encode(document)).decode())


if __name__ == "__main__":
    main()
