"""The whole system under one supervisor: embedded servers, migrations, demo, API, worker."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection
from types import FrameType

import msgspec

from pricebook import db, demo, embedded, installation, migrations
from pricebook.auth import service as auth
from pricebook.auth.passwords import hash_password
from pricebook.auth.schemas import NewUser, Role
from pricebook.console import say
from pricebook.db import Database
from pricebook.errors import EmbeddedServerError, PricebookError
from pricebook.installation import FirstUser
from pricebook.migrations.lock_retries import LockRetries
from pricebook.settings import Settings

ROLES: tuple[Role, ...] = ("sales", "procurement", "admin")
API_START_SECONDS = 30.0
STOP_EXTRA_SECONDS = 10
POLL_SECONDS = 0.05

Lost = Callable[[], str | None]
Process = subprocess.Popen[bytes]


def run(settings: Settings, environment: Mapping[str, str], lost: Lost, *, with_demo: bool) -> None:
    """Run the system on connected settings until Ctrl-C or SIGTERM, then stop it.

    `environment` is handed on to the processes; `lost` tells which server has gone. Raises
    PricebookError when a part does not start, or ends by itself.
    """
    if settings.jwt_secret is None:
        secret = installation.keep_secret(settings.home)
        settings = msgspec.structs.replace(settings, jwt_secret=secret)
    settings = msgspec.structs.replace(settings, api_stop_delay_seconds=0)  # there is no proxy
    migrations.upgrade(settings.required_database_url, retries=LockRetries(show=say))
    users = asyncio.run(_prepare(settings, with_demo=with_demo))
    given = {**environment, **_for_a_person(settings).as_environment()}
    api, worker = _start("serve", given), _start("worker", given)
    try:
        _wait_for_api(settings, api)
        for user in users:
            say(f"user {user.username} password {user.password}")
        say(f"ready {settings.address}")
        _watch({"API": api, "worker": worker}, lost)
    finally:
        _stop(api, settings.api_stop_seconds + STOP_EXTRA_SECONDS)
        _stop(worker, settings.worker_stop_seconds + STOP_EXTRA_SECONDS)


def _for_a_person(settings: Settings) -> Settings:
    """Let the log be read at a terminal, if nothing else is said: few lines, without braces."""
    return msgspec.structs.replace(
        settings,
        log_format=settings.log_format or "text",
        log_requests=bool(settings.log_requests),
    )


def nothing_lost() -> str | None:
    """Stand for servers that others look after."""
    return None


def _start(command: str, environment: Mapping[str, str]) -> Process:
    return embedded.spawn([sys.executable, "-m", "pricebook.cli", command], {**environment})


def _watch(processes: Mapping[str, Process], lost: Lost) -> None:
    while True:
        if sentence := lost():
            raise EmbeddedServerError(sentence)
        for name, process in processes.items():
            if process.poll() is not None:
                code = process.returncode
                raise PricebookError(f"The {name} ended by itself with exit code {code}.")
        time.sleep(POLL_SECONDS)


def leave_on_signals() -> None:
    """Turn SIGTERM and Ctrl-C into KeyboardInterrupt, also where a shell had us ignore Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


async def _prepare(settings: Settings, *, with_demo: bool) -> list[FirstUser]:
    """Fill what is empty; return the first users whose passwords are still theirs."""
    async with Database(settings.required_database_url) as database:
        if with_demo:
            await _load_demo_once(settings, database)
        if not await auth.has_users(database):
            await _make_first_users(settings, database, ROLES if with_demo else ROLES[-1:])
        return [
            user
            for user in installation.find_first_users(settings.home)
            if await auth.has_password_hash(database, user.username, user.password_hash)
        ]


async def _load_demo_once(settings: Settings, database: Database) -> None:
    """Load the demo into a database that was never started; a start cut short repeats it."""
    async with database.connection() as conn:
        if await db.find_currency(conn) is not None:
            return
    if settings.catalog_currency != demo.CURRENCY:
        say(f"The demo is left out: its prices are in {demo.CURRENCY}.")
        return
    say("First start: taking in the price lists of the demo.")
    await demo.load(database, say)


async def _make_first_users(
    settings: Settings, database: Database, roles: tuple[Role, ...]
) -> None:
    """Make a user of each role, called like it, with a password that is kept for later starts."""
    passwords: dict[Role, str] = {role: installation.make_password() for role in roles}
    made = [
        FirstUser(role, role, password, hash_password(password, settings.bcrypt_cost))
        for role, password in passwords.items()
    ]
    installation.keep_first_users(settings.home, made)  # kept before they count
    await auth.add_users(
        database, [NewUser(user.username, user.role, user.password_hash) for user in made]
    )


def _wait_for_api(settings: Settings, api: Process) -> None:
    deadline = time.monotonic() + API_START_SECONDS
    while not is_ready(settings):
        if api.poll() is not None:
            raise PricebookError("The API did not start; its last lines above say why.")
        if time.monotonic() > deadline:
            raise PricebookError(f"The API was not ready after {API_START_SECONDS:.0f} seconds.")
        time.sleep(POLL_SECONDS)


def is_ready(settings: Settings) -> bool:
    """Tell whether an API with these settings may be given work."""
    connection = HTTPConnection(settings.reachable_host, settings.port, timeout=1)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200  # noqa: PLR2004 (HTTP's own number)
    except OSError:
        return False
    finally:
        connection.close()


def _stop(process: Process, seconds: float) -> None:
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
