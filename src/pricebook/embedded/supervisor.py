"""Shares the embedded servers of a home between processes: one owns them, others use them.

Three lock files coordinate the processes. `owner` is held by the owning process and inherited by
the servers, so it is free exactly when none of them runs. `up` is held by a permanent owner
(`pricebook up`), also while it waits for `owner`. `users` is held in shared mode by the processes
that use the servers of another one; a temporary owner waits for them before it stops the servers.
"""

import math
import subprocess
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import TextIO

import msgspec

from pricebook.embedded import data_folders, postgres, server_process, valkey
from pricebook.embedded.data_folders import HomeFolders
from pricebook.embedded.restartable_server import Server, ServerSpec
from pricebook.errors import EmbeddedServerError
from pricebook.system import file_locks

_OWNER_TIMEOUT_SECONDS = 60
_POLL_SECONDS = 0.05


class Endpoints(msgspec.Struct, frozen=True):
    """The URLs of the servers."""

    database_url: str
    redis_url: str


class Supervisor(msgspec.Struct, frozen=True):
    """The servers that this process owns, with their URLs."""

    endpoints: Endpoints
    servers: tuple[Server, ...]


@contextmanager
def servers(home: Path, *, own: bool = False, durable: bool = True) -> Generator[Endpoints]:
    """Yield the URLs of the servers of `home`; start the servers unless another process has.

    Servers started here are stopped at the end of the block, once no other process uses them. With
    `own`, this process becomes the owner, as in `supervise`. Raises EmbeddedServerError if the
    servers cannot be started.
    """
    with ExitStack() as stack:
        if own:
            endpoints = stack.enter_context(supervise(home, durable=durable)).endpoints
        else:
            endpoints = stack.enter_context(_shared_or_owned(home, durable=durable))
        yield endpoints


@contextmanager
def supervise(home: Path, *, durable: bool = True) -> Generator[Supervisor]:
    """Own the servers of `home`; stop them at the end of the block, even if they are in use.

    Waits up to a minute for a temporary owner. Raises EmbeddedServerError with the process id of an
    owner that does not end. The calling thread must live as long as the servers.
    """
    with ExitStack() as stack:
        with _as_server_errors(home):
            folders = data_folders.prepare_home(home)
            stack.enter_context(_acquire_up_lock(folders))
            owner = stack.enter_context(acquire_owner_lock(folders))
        yield stack.enter_context(running(folders, owner, durable=durable, wait_for_users=False))


@contextmanager
def _shared_or_owned(home: Path, *, durable: bool) -> Generator[Endpoints]:
    with ExitStack() as stack:
        with _as_server_errors(home):
            folders = data_folders.prepare_home(home)
            lock, endpoints = _attach_or_acquire_owner(folders)
            stack.enter_context(lock)
        if endpoints is None:
            supervisor = running(folders, lock, durable=durable, wait_for_users=True)
            endpoints = stack.enter_context(supervisor).endpoints
        yield endpoints


@contextmanager
def running(
    folders: HomeFolders, owner: TextIO, *, durable: bool, wait_for_users: bool
) -> Generator[Supervisor]:
    """Run the servers until the block ends; with `wait_for_users`, until no process uses them."""
    endpoints = Endpoints(database_url=postgres.url(folders), redis_url=valkey.url(folders))
    with ExitStack() as stack:
        with _as_server_errors(folders.home):
            file_locks.write_pid(owner)
            folders.endpoints.unlink(missing_ok=True)
            started = _start_servers(stack, folders, owner, durable=durable)
            stack.enter_context(
                _publish_endpoints(folders, endpoints, wait_for_users=wait_for_users)
            )
        yield Supervisor(endpoints=endpoints, servers=started)


def _start_servers(
    stack: ExitStack, folders: HomeFolders, owner: TextIO, *, durable: bool
) -> tuple[Server, Server]:
    # Servers started by this package would hold the `owner` lock: only others can be running.
    server_process.wait_until_folder_unused(folders.postgres, "PostgreSQL")
    server_process.wait_until_folder_unused(folders.redis, "Valkey")
    stack.enter_context(data_folders.socket_folder(folders))
    valkey.initialize_data_folder(folders)
    cache = Server(_valkey_spec(folders, durable=durable), owner)
    stack.callback(cache.stop)
    postgres.initialize_data_folder(folders, owner, durable=durable)
    database = Server(_postgres_spec(folders, durable=durable), owner)
    stack.callback(database.stop)
    cache.wait_until_ready()
    database.wait_until_ready()
    return database, cache


def _valkey_spec(folders: HomeFolders, *, durable: bool) -> ServerSpec:
    return ServerSpec(
        program=valkey.server(folders, durable=durable),
        folder=folders.redis,
        accepts_connections=lambda: valkey.accepts_connections(valkey.url(folders)),
        remove_stale_pid_file=lambda: None,
    )


def _postgres_spec(folders: HomeFolders, *, durable: bool) -> ServerSpec:
    return ServerSpec(
        program=postgres.server(folders, durable=durable),
        folder=folders.postgres,
        accepts_connections=lambda: postgres.is_ready(folders),
        remove_stale_pid_file=lambda: postgres.remove_stale_pid_file(folders),
    )


@contextmanager
def _publish_endpoints(
    folders: HomeFolders, endpoints: Endpoints, *, wait_for_users: bool
) -> Generator[None]:
    """Write the URLs for other processes; at the end, delete the file, after the users or not."""
    incomplete = folders.endpoints.with_suffix(".new")
    incomplete.write_bytes(msgspec.json.encode(endpoints))
    incomplete.rename(folders.endpoints)
    try:
        yield
    finally:
        users = (
            file_locks.acquire(folders.locks / "users", seconds=math.inf)
            if wait_for_users
            else None
        )
        with users or nullcontext():
            folders.endpoints.unlink(missing_ok=True)


def _attach_or_acquire_owner(folders: HomeFolders) -> tuple[TextIO, Endpoints | None]:
    """Return the `users` lock and the URLs, or the `owner` lock and None."""
    deadline = time.monotonic() + _OWNER_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if owner := file_locks.acquire(folders.locks / "owner"):
            return owner, None
        if attached := _attach(folders):
            return attached
        time.sleep(_POLL_SECONDS)
    raise _owner_timeout_error(folders)


def _attach(folders: HomeFolders) -> tuple[TextIO, Endpoints] | None:
    with ExitStack() as stack:
        users = file_locks.acquire(folders.locks / "users", shared=True)
        if users is None:
            return None
        stack.enter_context(users)
        try:
            endpoints = msgspec.json.decode(folders.endpoints.read_bytes(), type=Endpoints)
        except FileNotFoundError:
            return None
        # An owner that was killed leaves this file; its servers are about to stop.
        if not (
            postgres.accepts_connections(endpoints.database_url)
            and valkey.accepts_connections(endpoints.redis_url)
        ):
            return None
        stack.pop_all()
        return users, endpoints


def require_not_running(home: Path) -> None:
    """Raise EmbeddedServerError if a permanent owner runs the servers of `home`."""
    path = home.expanduser().resolve() / "locks" / "up"
    with _as_server_errors(home):
        if not path.exists():
            return
        with file_locks.acquire(path) or nullcontext() as up:
            if up is None:
                raise _already_up_error(path)


def _acquire_up_lock(folders: HomeFolders) -> TextIO:
    path = folders.locks / "up"
    if up := file_locks.acquire(path):
        file_locks.write_pid(up)
        return up
    raise _already_up_error(path)


def _already_up_error(path: Path) -> EmbeddedServerError:
    home = path.parent.parent
    return EmbeddedServerError(
        f"Pricebook is already up in {home}, as process {file_locks.read_pid(path)}."
    )


def acquire_owner_lock(folders: HomeFolders, seconds: float = _OWNER_TIMEOUT_SECONDS) -> TextIO:
    """Wait for the `owner` lock; raise EmbeddedServerError with the process that holds it."""
    if owner := file_locks.acquire(folders.locks / "owner", seconds=seconds):
        return owner
    raise _owner_timeout_error(folders)


def _owner_timeout_error(folders: HomeFolders) -> EmbeddedServerError:
    holder = file_locks.read_pid(folders.locks / "owner")
    orphans = server_process.processes_in(folders.postgres) + server_process.processes_in(
        folders.redis
    )
    if not Path(f"/proc/{holder}").exists() and orphans:
        holder = orphans[0]
    return EmbeddedServerError(
        f"Process {holder} still uses the embedded servers of {folders.home}; "
        "stop it or try again later."
    )


@contextmanager
def _as_server_errors(home: Path) -> Generator[None]:
    try:
        yield
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedServerError(
            f"The embedded servers of {home} cannot start: {error}."
        ) from error
