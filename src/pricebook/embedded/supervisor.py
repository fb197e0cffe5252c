"""One process owns the servers of a home; others use them while they run.

Three lock files settle who is who. `owner` is held by the owner and, since they inherit it, by the
servers: it is free exactly when none of them lives. `up` is held by a lasting owner from before it
waits for its turn. `users` is shared by those who use another process's servers; a passing owner
waits for them before it stops.
"""

import math
import subprocess
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import TextIO

import msgspec

from pricebook.embedded import locks, places, postgres, process, valkey
from pricebook.embedded.places import Places
from pricebook.embedded.server import Plan, Server
from pricebook.errors import EmbeddedServerError

_PATIENCE_SECONDS = 60
_PAUSE_SECONDS = 0.05


class Endpoints(msgspec.Struct, frozen=True):
    """Where the servers answer."""

    database_url: str
    redis_url: str


class Supervisor(msgspec.Struct, frozen=True):
    """The servers that this process owns."""

    endpoints: Endpoints
    servers: tuple[Server, ...]


@contextmanager
def servers(home: Path, *, own: bool = False, durable: bool = True) -> Generator[Endpoints]:
    """Use the servers of `home` while the block runs, starting them unless another process did.

    Those we started stop at the end, once no other process uses them. With `own` we insist on
    being the owner, as in `supervise`. EmbeddedServerError says what is in the way.
    """
    with ExitStack() as stack:
        if own:
            endpoints = stack.enter_context(supervise(home, durable=durable)).endpoints
        else:
            endpoints = stack.enter_context(_joined_or_owned(home, durable=durable))
        yield endpoints


@contextmanager
def supervise(home: Path, *, durable: bool = True) -> Generator[Supervisor]:
    """Own the servers of `home` while the block runs and stop them at its end, in use or not.

    A passing owner is waited for, up to a minute; EmbeddedServerError names one that stays, or
    another lasting one. Call it from a thread that lives as long as the servers.
    """
    with ExitStack() as stack:
        with _errors_in_one_sentence(home):
            here = places.prepare(home)
            stack.enter_context(_take_up(here))
            owner = stack.enter_context(take_owner(here))
        yield stack.enter_context(running(here, owner, durable=durable, patient=False))


@contextmanager
def _joined_or_owned(home: Path, *, durable: bool) -> Generator[Endpoints]:
    with ExitStack() as stack:
        with _errors_in_one_sentence(home):
            here = places.prepare(home)
            lock, endpoints = _join_or_take_owner(here)
            stack.enter_context(lock)
        if endpoints is None:
            supervisor = running(here, lock, durable=durable, patient=True)
            endpoints = stack.enter_context(supervisor).endpoints
        yield endpoints


@contextmanager
def running(here: Places, owner: TextIO, *, durable: bool, patient: bool) -> Generator[Supervisor]:
    """Run the servers as their owner while the block runs; if `patient`, wait for their users."""
    endpoints = Endpoints(database_url=postgres.url(here), redis_url=valkey.url(here))
    with ExitStack() as stack:
        with _errors_in_one_sentence(here.home):
            locks.sign(owner)
            here.endpoints.unlink(missing_ok=True)
            started = _start(stack, here, owner, durable=durable)
            stack.enter_context(_published(here, endpoints, patient=patient))
        yield Supervisor(endpoints=endpoints, servers=started)


def _start(
    stack: ExitStack, here: Places, owner: TextIO, *, durable: bool
) -> tuple[Server, Server]:
    # Only servers that we did not start can be there: ours would hold the owner's lock.
    process.await_vacant(here.postgres, "PostgreSQL")
    process.await_vacant(here.redis, "Valkey")
    stack.enter_context(places.socket_folder(here))
    valkey.make_data_once(here)
    cache = Server(_valkey_plan(here, durable=durable), owner)
    stack.callback(cache.stop)
    postgres.make_data_once(here, owner, durable=durable)
    database = Server(_postgres_plan(here, durable=durable), owner)
    stack.callback(database.stop)
    cache.await_ready()
    database.await_ready()
    return database, cache


def _valkey_plan(here: Places, *, durable: bool) -> Plan:
    return Plan(
        program=valkey.server(here, durable=durable),
        folder=here.redis,
        answers=lambda: valkey.answers(valkey.url(here)),
        clear_left_over=lambda: None,
    )


def _postgres_plan(here: Places, *, durable: bool) -> Plan:
    return Plan(
        program=postgres.server(here, durable=durable),
        folder=here.postgres,
        answers=lambda: postgres.is_ready(here),
        clear_left_over=lambda: postgres.clear_left_over(here),
    )


@contextmanager
def _published(here: Places, endpoints: Endpoints, *, patient: bool) -> Generator[None]:
    """Let others join while the block runs; at its end wait for them if `patient`."""
    unfinished = here.endpoints.with_suffix(".new")
    unfinished.write_bytes(msgspec.json.encode(endpoints))
    unfinished.rename(here.endpoints)
    try:
        yield
    finally:
        users = locks.take(here.locks / "users", seconds=math.inf) if patient else None
        with users or nullcontext():
            here.endpoints.unlink(missing_ok=True)


def _join_or_take_owner(here: Places) -> tuple[TextIO, Endpoints | None]:
    """Return the lock as a user and where the servers answer, or the owner's lock and None."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if owner := locks.take(here.locks / "owner"):
            return owner, None
        if joined := _join(here):
            return joined
        time.sleep(_PAUSE_SECONDS)
    raise _still_held(here)


def _join(here: Places) -> tuple[TextIO, Endpoints] | None:
    with ExitStack() as stack:
        users = locks.take(here.locks / "users", shared=True)
        if users is None:
            return None
        stack.enter_context(users)
        try:
            endpoints = msgspec.json.decode(here.endpoints.read_bytes(), type=Endpoints)
        except FileNotFoundError:
            return None
        # The file of an owner that was killed tells of servers that are about to stop.
        if not (postgres.answers(endpoints.database_url) and valkey.answers(endpoints.redis_url)):
            return None
        stack.pop_all()
        return users, endpoints


def require_not_up(home: Path) -> None:
    """Raise EmbeddedServerError while a lasting owner has the servers of `home`."""
    path = home.expanduser().resolve() / "locks" / "up"
    with _errors_in_one_sentence(home):
        if not path.exists():
            return
        with locks.take(path) or nullcontext() as up:
            if up is None:
                raise _already_up(path)


def _take_up(here: Places) -> TextIO:
    path = here.locks / "up"
    if up := locks.take(path):
        locks.sign(up)
        return up
    raise _already_up(path)


def _already_up(path: Path) -> EmbeddedServerError:
    home = path.parent.parent
    return EmbeddedServerError(
        f"Pricebook is already up in {home}, as process {locks.signer(path)}."
    )


def take_owner(here: Places, seconds: float = _PATIENCE_SECONDS) -> TextIO:
    """Wait for the owner's lock; EmbeddedServerError names who does not let go of it."""
    if owner := locks.take(here.locks / "owner", seconds=seconds):
        return owner
    raise _still_held(here)


def _still_held(here: Places) -> EmbeddedServerError:
    holder = locks.signer(here.locks / "owner")
    left_over = process.processes_in(here.postgres) + process.processes_in(here.redis)
    if not Path(f"/proc/{holder}").exists() and left_over:
        holder = left_over[0]
    return EmbeddedServerError(
        f"Process {holder} does not let go of the embedded servers of {here.home}; "
        "stop it or try again later."
    )


@contextmanager
def _errors_in_one_sentence(home: Path) -> Generator[None]:
    try:
        yield
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedServerError(
            f"The embedded servers of {home} cannot start: {error}."
        ) from error
