"""Routes public queries to the primary, or to a standby that has replayed all notified changes."""

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

# A query that the standby has not completed in this time runs on the primary.
STANDBY_TIMEOUT_SECONDS = 3.0
RETRY_SECONDS = 1.0
# Interval between checks of a standby in use; also the longest one for a lagging standby.
CHECK_SECONDS = 1.0
FIRST_DELAY_SECONDS = 0.005
# A standby that lags for longer is disconnected, and connected again.
MAX_LAG_SECONDS = 10.0

WRONG_SERVER = "The server is a standby of another server or timeline, or has another database."
NOT_A_STANDBY = "The server is not a standby."
LAGGING = "The standby lags behind the primary, or its replay is paused."

UNUSABLE_STANDBY_ERRORS = (DatabaseUnavailableError, DatabaseRightsError)
query_result = TypeVar("query_result")


class ReplayTarget(Struct, frozen=True):
    """A generation of the response cache, and a position of the primary after its start."""

    generation: int
    position: WalPosition


class ReadRouter:
    """Sends public queries to the standby while it has replayed all notified changes.

    Each notified change starts a generation of the response cache. The standby is used again once
    it has replayed the position that the primary had after the start of the generation.
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
        """Return the result of a query; raises DatabaseUnavailableError if the primary is down."""
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
        """Wake the standby check, because a generation of the response cache has started."""
        self._generation_started.set()

    async def maintain_standby(self, make_standby: Callable[[], Database]) -> None:
        """Connect to the standby, and reconnect after errors, until cancelled."""
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
            # Each connection may be to another server behind the same address.
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
        """Use a standby until it fails; raises that error."""
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
        """Wait until the standby has replayed the target; raises DatabaseUnavailableError.

        That is after MAX_LAG_SECONDS: a new connection may be to another standby.
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
        """Return a position of the primary after the start of the generation, queried once each."""
        generation = self._response_cache.generation
        if self._replay_target is None or self._replay_target.generation != generation:
            async with self._primary.connection() as conn:
                position = await repository.find_primary_position(conn)
            self._standby, self._replay_target = None, ReplayTarget(generation, position)
        return self._replay_target

    async def _has_replayed(self, conn: Connection, replay_target: ReplayTarget) -> bool:
        """Return whether a standby has replayed the target; raises DatabaseUnavailableError."""
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
        """Log a warning, once until the standby is used again."""
        if not self._is_standby_unavailable:
            self._is_standby_unavailable = True
            log.warning("the catalog is not read from the standby", error=_reason(error))


def _reason(error: Exception) -> str:
    return str(error.__cause__ or error)


def _require_standby(conn: Connection) -> None:
    if not repository.is_standby(conn):
        raise DatabaseUnavailableError(NOT_A_STANDBY)
