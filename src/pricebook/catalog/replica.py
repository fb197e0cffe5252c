"""Which database a visitor's question goes to: the primary, or a standby that is as far."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar
from weakref import WeakKeyDictionary

import structlog
from msgspec import Struct

from pricebook.catalog import replication_repository as repository
from pricebook.catalog.replication_repository import WalPosition
from pricebook.catalog.response_cache import ResponseCache
from pricebook.db.database import Connection, Database
from pricebook.db.pooled_connection import QueryRunner
from pricebook.db.timeouts import with_timeout
from pricebook.errors import DatabaseRightsError, DatabaseUnavailableError

log = structlog.stdlib.get_logger(__name__)

# How long a standby may take for an answer before the primary is asked.
STANDBY_TIMEOUT_SECONDS = 3.0
RETRY_SECONDS = 1.0
# How often a standby that is used is looked at, and one that is behind at the least.
CHECK_SECONDS = 1.0
FIRST_DELAY_SECONDS = 0.005
# A standby that is behind for longer is given up and tried anew.
MAX_LAG_SECONDS = 10.0

WRONG_SERVER = "It is a standby of another server or history, or another database."
NOT_A_STANDBY = "It is no standby."
LAGGING = "It is behind the primary, or its replay is paused."

UNUSABLE_STANDBY_ERRORS = (DatabaseUnavailableError, DatabaseRightsError)
query_result = TypeVar("query_result")


class ReplayTarget(Struct, frozen=True):
    """A generation of the memory, and where the primary was after that had begun."""

    generation: int
    position: WalPosition


class ReadRouter:
    """Puts what visitors ask to a standby while that knows all that was told, or to the primary.

    A change that is told begins a generation of the memory, and so ends the use of the standby
    until that has replayed what the primary had by then.
    """

    def __init__(self, primary: Database, response_cache: ResponseCache) -> None:
        self._primary = primary
        self._response_cache = response_cache
        self._standby: Database | None = None
        self._replay_target: ReplayTarget | None = None
        self._replayed: WeakKeyDictionary[Connection, ReplayTarget] = WeakKeyDictionary()
        self._generation_started = asyncio.Event()
        self._standby_error: Exception | None = None
        self._is_standby_unavailable: bool | None = None

    async def query(
        self, query_function: Callable[[QueryRunner], Awaitable[query_result]]
    ) -> query_result:
        """Return what a database answers; raises DatabaseUnavailableError if the primary cannot."""
        standby, replay_target = self._standby, self._replay_target
        if standby and replay_target and self._is_current(replay_target):
            try:
                return await with_timeout(
                    self._query_standby(standby, replay_target, query_function),
                    STANDBY_TIMEOUT_SECONDS,
                )
            except UNUSABLE_STANDBY_ERRORS as error:
                self._stop_using(standby, error)
        async with self._primary.read() as query_runner:
            return await query_function(query_runner)

    def notify_generation(self) -> None:
        """Take note that a generation has begun."""
        self._generation_started.set()

    async def maintain_standby(self, make_standby: Callable[[], Database]) -> None:
        """Use a standby whenever it can be, until this is cancelled."""
        while True:
            try:
                async with make_standby() as standby:
                    await self._use_until_failure(standby)
            except UNUSABLE_STANDBY_ERRORS as error:
                self._warn_once(error)
            await asyncio.sleep(RETRY_SECONDS)

    def _is_current(self, replay_target: ReplayTarget) -> bool:
        return (
            replay_target.generation == self._response_cache.generation
            and self._response_cache.is_fresh
        )

    async def _query_standby(
        self,
        standby: Database,
        replay_target: ReplayTarget,
        query_function: Callable[[QueryRunner], Awaitable[query_result]],
    ) -> query_result:
        async with standby.read() as query_runner:
            # Each connection may lead to another server.
            conn = query_runner.connection
            if self._replayed.get(conn) != replay_target and not await self._has_replayed(
                conn, replay_target
            ):
                raise DatabaseUnavailableError(LAGGING)
            result = await query_function(query_runner)
            _require_standby(conn)
            return result

    def _stop_using(self, standby: Database, error: Exception) -> None:
        if self._standby is standby:
            self._standby = None
            self._standby_error = error
            self._generation_started.set()

    async def _use_until_failure(self, standby: Database) -> None:
        """Use a standby until it fails; raises the error."""
        self._standby_error = None
        try:
            while self._standby_error is None:
                await self._wait_for_replay(standby)
                self._start_using(standby)
                with suppress(TimeoutError):
                    async with asyncio.timeout(CHECK_SECONDS):
                        await self._generation_started.wait()
                self._generation_started.clear()
            raise self._standby_error
        finally:
            self._standby = None

    async def _wait_for_replay(self, standby: Database) -> None:
        """Return once a standby is past what is due; raises DatabaseUnavailableError after a while.

        Connected anew it may be another one.
        """
        started_at, delay = time.monotonic(), FIRST_DELAY_SECONDS
        while not await with_timeout(self._has_caught_up(standby), STANDBY_TIMEOUT_SECONDS):
            self._standby = None
            if time.monotonic() - started_at > MAX_LAG_SECONDS:
                raise DatabaseUnavailableError(LAGGING)
            await asyncio.sleep(delay)
            delay = min(2 * delay, CHECK_SECONDS)

    async def _has_caught_up(self, standby: Database) -> bool:
        replay_target = await self._find_replay_target()
        async with standby.connection() as conn:
            return await self._has_replayed(conn, replay_target)

    async def _find_replay_target(self) -> ReplayTarget:
        """Ask the primary once a generation, after its beginning: what was told lies behind."""
        generation = self._response_cache.generation
        if self._replay_target is None or self._replay_target.generation != generation:
            async with self._primary.connection() as conn:
                position = await repository.find_primary_position(conn)
            self._standby, self._replay_target = None, ReplayTarget(generation, position)
        return self._replay_target

    async def _has_replayed(self, conn: Connection, replay_target: ReplayTarget) -> bool:
        """Say whether a standby shows all that is due; raises DatabaseUnavailableError if unfit."""
        position = await repository.find_standby_position(conn)
        _require_standby(conn)
        if not position.is_same_history(replay_target.position):
            raise DatabaseUnavailableError(WRONG_SERVER)
        has_replayed = position.bytes >= replay_target.position.bytes
        if has_replayed:
            self._replayed[conn] = replay_target
        return has_replayed

    def _start_using(self, standby: Database) -> None:
        self._standby = standby
        if self._is_standby_unavailable is not False:
            self._is_standby_unavailable = False
            log.info("the catalog is read from the standby")

    def _warn_once(self, error: Exception) -> None:
        """Write a warning, once until the standby is used again."""
        if not self._is_standby_unavailable:
            self._is_standby_unavailable = True
            log.warning("the catalog is not read from the standby", error=_reason(error))


def _reason(error: Exception) -> str:
    return str(error.__cause__ or error)


def _require_standby(conn: Connection) -> None:
    if not repository.is_standby(conn):
        raise DatabaseUnavailableError(NOT_A_STANDBY)
