"""The command `up`: embedded servers, migrations, demo data, API and worker in one process tree."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from types import FrameType

import msgspec

from pricebook import embedded
from pricebook.auth import service as auth
from pricebook.auth.account_schemas import NewUser
from pricebook.auth.passwords import generate_password, hash_password
from pricebook.auth.schemas import Role
from pricebook.cli import demo, installation
from pricebook.cli.installation import FirstUser
from pricebook.cli.output import print_line
from pricebook.cli.server_defaults import load_settings, with_server_urls
from pricebook.cli.supervision import ProcessMonitor, run_until_signal
from pricebook.db import database as db
from pricebook.db import migrations
from pricebook.db.database import Database
from pricebook.db.migrations.lock_retries import LockRetries
from pricebook.errors import PricebookError
from pricebook.server.listen_address import require_free_address
from pricebook.settings import Settings
from pricebook.system import parent_death

ROLES: tuple[Role, ...] = ("sales", "procurement", "admin")
API_START_SECONDS = 120.0
STOP_GRACE_SECONDS = 10
POLL_SECONDS = 0.05


def up(*, port: int | None = None, empty: bool = False) -> None:
    """Run the whole system on embedded servers until Ctrl-C or SIGTERM.

    Args:
        port: The port to listen on; the default is PORT, or 8000.
        empty: Start without demo data and create only the user admin.
    """
    settings = load_settings(port)
    raise_interrupt_on_signals()
    try:
        if settings.database_url and settings.redis_url:
            require_free_address(settings)
            run(settings, os.environ, (), with_demo=not empty)
            return
        embedded.require_not_running(settings.home)
        require_free_address(settings)
        with embedded.supervise(settings.home) as supervisor:
            connected_settings = with_server_urls(settings, supervisor.endpoints)
            run(connected_settings, os.environ, supervisor.servers, with_demo=not empty)
    except KeyboardInterrupt:
        return


class CommandProcess:
    """A command of Pricebook that runs as a child process."""

    def __init__(
        self,
        name: str,
        subcommand: str,
        environment: Mapping[str, str],
        may_restart: Callable[[], bool],
    ) -> None:
        self.name = name
        self.may_restart = may_restart
        self._argv = [sys.executable, "-m", "pricebook.cli", subcommand]
        self._environment = {**environment}
        self._process = embedded.spawn(self._argv, self._environment)

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def exit_reason(self) -> str | None:
        """Return the signal or exit code of the ended process; None while it runs."""
        code = self._process.poll()
        return None if code is None else embedded.describe_exit(code)

    def exit_message(self) -> str:
        """One sentence: why the process ended and where its log is."""
        return f"It stopped ({self.exit_reason()}); its log is the lines above."

    def is_ready(self) -> bool:
        """Return whether the process runs."""
        return self.exit_reason() is None

    def restart(self) -> None:
        """Start the process again after its end."""
        self._process = embedded.spawn(self._argv, self._environment)

    def run_maintenance(self) -> None:
        """Do nothing: the process logs to the terminal, so no log file has to be rotated."""

    def stop(self, seconds: float) -> None:
        """Send SIGTERM, and SIGKILL if the process has not exited within `seconds`."""
        self._process.terminate()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def run(
    settings: Settings,
    environment: Mapping[str, str],
    servers: Sequence[embedded.Server],
    *,
    with_demo: bool,
) -> None:
    """Run the system until Ctrl-C or SIGTERM, then stop it.

    The processes get `environment`. The servers, the API and the worker are restarted when they
    exit. Raises PricebookError if one of them does not start or exits again and again.
    """
    settings = _with_secrets(settings)
    migrations.upgrade(
        settings.required_database_url,
        retries=LockRetries(report=print_line),
        catalog_prices=settings.catalog_prices,
    )
    users = asyncio.run(_initialize(settings, with_demo=with_demo))
    require_free_address(settings)  # again: another process may use the port by now
    server_monitors = [ProcessMonitor(server) for server in servers]
    with _commands(settings, environment, server_monitors) as (api, worker):
        _wait_for_api(settings, api)
        for user in users:
            print_line(f"user {user.username} password {user.password}")
        print_line(f"ready {settings.address}")
        run_until_signal([*server_monitors, ProcessMonitor(api), ProcessMonitor(worker)])


def _with_secrets(settings: Settings) -> Settings:
    """Return the settings with both secrets; without a proxy, the API stops without a delay."""
    home = settings.home
    try:
        secret = settings.jwt_secret or installation.load_or_create_secret(home)
        key = settings.credentials_key or installation.load_or_create_secret(
            home, installation.CREDENTIALS_KEY_FILE
        )
    except OSError as error:
        raise PricebookError(f"{home} is not writable: {error}.") from error
    return msgspec.structs.replace(
        settings, jwt_secret=secret, credentials_key=key, api_stop_delay_seconds=0
    )


@contextmanager
def _commands(
    settings: Settings, environment: Mapping[str, str], servers: Sequence[ProcessMonitor]
) -> Generator[tuple[CommandProcess, CommandProcess]]:
    """Run the API and the worker until the block ends; kill the processes that they leave."""
    child_environment = {**environment, **_with_terminal_logging(settings).as_environment()}

    def may_restart() -> bool:
        return all(server.is_ready for server in servers)

    parent_death.become_subreaper()
    api = CommandProcess("The API", "serve", child_environment, may_restart)
    worker = CommandProcess("The worker", "worker", child_environment, may_restart)
    try:
        yield api, worker
    finally:
        api.stop(settings.api_stop_seconds + STOP_GRACE_SECONDS)
        worker.stop(settings.worker_stop_seconds + STOP_GRACE_SECONDS)
        parent_death.kill_orphans({server.pid for server in servers})


def _with_terminal_logging(settings: Settings) -> Settings:
    """Log text instead of JSON and no requests, unless the settings say otherwise."""
    return msgspec.structs.replace(
        settings,
        log_format=settings.log_format or "text",
        log_requests=bool(settings.log_requests),
    )


def raise_interrupt_on_signals() -> None:
    """Raise KeyboardInterrupt on SIGTERM and SIGINT, even if SIGINT was inherited as ignored."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _raise_keyboard_interrupt)


def _raise_keyboard_interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


async def _initialize(settings: Settings, *, with_demo: bool) -> list[FirstUser]:
    """Load the demo, create the first users; return those with an unchanged password."""
    async with Database(settings.required_database_url) as database:
        if with_demo:
            await _load_demo_into_new_database(settings, database)
        if not await auth.has_users(database):
            await _make_first_users(settings, database, ROLES if with_demo else ROLES[-1:])
        return [
            user
            for user in installation.load_first_users(settings.home)
            if await auth.has_password_hash(database, user.username, user.password_hash)
        ]


async def _load_demo_into_new_database(settings: Settings, database: Database) -> None:
    """Load the demo into a new database; an interrupted first start is repeated."""
    async with database.connection() as conn:
        if await db.find_currency(conn) is not None:
            return
    if settings.catalog_currency != demo.CURRENCY:
        print_line(f"The demo data is not loaded: its prices are in {demo.CURRENCY}.")
        return
    print_line("First start: importing the demo price lists.")
    await demo.load(database, print_line)


async def _make_first_users(
    settings: Settings, database: Database, roles: tuple[Role, ...]
) -> None:
    """Create a user for each role, named after it; store the passwords for later starts."""
    passwords: dict[Role, str] = {role: generate_password() for role in roles}
    new_users = [
        FirstUser(role, role, password, hash_password(password, settings.bcrypt_cost))
        for role, password in passwords.items()
    ]
    # First on the disk: a start that is interrupted here must not lose the passwords.
    installation.save_first_users(settings.home, new_users)
    await auth.add_users(
        database, [NewUser(user.username, user.role, user.password_hash) for user in new_users]
    )


def _wait_for_api(settings: Settings, api: CommandProcess) -> None:
    deadline = time.monotonic() + API_START_SECONDS
    while not is_ready(settings):
        if api.exit_reason():
            raise PricebookError("The API did not start; the reason is in its log lines above.")
        if time.monotonic() > deadline:
            raise PricebookError(f"The API was not ready after {API_START_SECONDS:.0f} seconds.")
        time.sleep(POLL_SECONDS)


def is_ready(settings: Settings) -> bool:
    """Return whether the API of these settings responds to GET /ready with 200."""
    connection = HTTPConnection(settings.reachable_host, settings.port, timeout=1)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200  # noqa: PLR2004 (HTTP status)
    except OSError:
        return False
    finally:
        connection.close()
