"""Which database a visitor's question goes to: the primary, or a standby that is as far."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar
from weakref import WeakKeyDictionary

import structlog
from msgspec import Struct

from pricebook.catalog import position_repository as repository
from pricebook.catalog.cache import Memory
from pricebook.catalog.position_repository import Position
from pricebook.db import Connection, Database
from pricebook.errors import DatabaseRightsError, DatabaseUnavailableError
from pricebook.patience import with_timeout
from pricebook.pooled import Reader

log = structlog.stdlib.get_logger(__name__)

# How long a standby may take for an answer before the primary is asked.
PATIENCE_SECONDS = 3.0
RETRY_SECONDS = 1.0
# How often a standby that is used is looked at, and one that is behind at the least.
LOOK_SECONDS = 1.0
FIRST_PAUSE_SECONDS = 0.005
# A standby that is behind for longer is given up and tried anew.
BEHIND_SECONDS = 10.0

OTHER = "It is a standby of another server or history, or another database."
PROMOTED = "It is no standby."
BEHIND = "It is behind the primary, or its replay is paused."

UNFIT = (DatabaseUnavailableError, DatabaseRightsError)
answer = TypeVar("answer")


class Due(Struct, frozen=True):
    """A generation of the memory, and where the primary was after that had begun."""

    generation: int
    position: Position


class Reads:
    """Puts what visitors ask to a standby while that knows all that was told, or to the primary.

    A change that is told begins a generation of the memory, and so ends the use of the standby
    until that has replayed what the primary had by then.
    """

    def __init__(self, primary: Database, memory: Memory) -> None:
        self._primary = primary
        self._memory = memory
        self._standby: Database | None = None
        self._due: Due | None = None
        self._level: WeakKeyDictionary[Connection, Due] = WeakKeyDictionary()
        self._news = asyncio.Event()
        self._failure: Exception | None = None
        self._is_away: bool | None = None

    async def ask(self, question: Callable[[Reader], Awaitable[answer]]) -> answer:
        """Return what a database answers; raises DatabaseUnavailableError if the primary cannot."""
        standby, due = self._standby, self._due
        if standby and due and self._holds(due):
            try:
                return await with_timeout(
                    self._ask_standby(standby, due, question), PATIENCE_SECONDS
                )
            except UNFIT as error:
                self._give_up(standby, error)
        async with self._primary.read() as reader:
            return await question(reader)

    def tell(self) -> None:
        """Take note that a generation has begun."""
        self._news.set()

    async def follow(self, make_standby: Callable[[], Database]) -> None:
        """Use a standby whenever it can be, until this is cancelled."""
        while True:
            try:
                async with make_standby() as standby:
                    await self._use(standby)
            except UNFIT as error:
                self._complain(error)
            await asyncio.sleep(RETRY_SECONDS)

    def _holds(self, due: Due) -> bool:
        return due.generation == self._memory.generation and self._memory.is_trusted

    async def _ask_standby(
        self, standby: Database, due: Due, question: Callable[[Reader], Awaitable[answer]]
    ) -> answer:
        async with standby.read() as reader:
            # Each connection may lead to another server.
            conn = reader.connection
            if self._level.get(conn) != due and not await self._is_past(conn, due):
                raise DatabaseUnavailableError(BEHIND)
            answered = await question(reader)
            _require_standby(conn)
            return answered

    def _give_up(self, standby: Database, error: Exception) -> None:
        if self._standby is standby:
            self._standby = None
            self._failure = error
            self._news.set()

    async def _use(self, standby: Database) -> None:
        """Use a standby until it fails; raises the error."""
        self._failure = None
        try:
            while self._failure is None:
                await self._catch_up(standby)
                self._begin(standby)
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._news.wait()
                self._news.clear()
            raise self._failure
        finally:
            self._standby = None

    async def _catch_up(self, standby: Database) -> None:
        """Return once a standby is past what is due; raises DatabaseUnavailableError after a while.

        Connected anew it may be another one.
        """
        begun, pause = time.monotonic(), FIRST_PAUSE_SECONDS
        while not await with_timeout(self._is_level(standby), PATIENCE_SECONDS):
            self._standby = None
            if time.monotonic() - begun > BEHIND_SECONDS:
                raise DatabaseUnavailableError(BEHIND)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LOOK_SECONDS)

    async def _is_level(self, standby: Database) -> bool:
        due = await self._find_due()
        async with standby.connection() as conn:
            return await self._is_past(conn, due)

    async def _find_due(self) -> Due:
        """Ask the primary once a generation, after its beginning: what was told lies behind."""
        generation = self._memory.generation
        if self._due is None or self._due.generation != generation:
            async with self._primary.connection() as conn:
                position = await repository.find_primary_position(conn)
            self._standby, self._due = None, Due(generation, position)
        return self._due

    async def _is_past(self, conn: Connection, due: Due) -> bool:
        """Say whether a standby shows all that is due; raises DatabaseUnavailableError if unfit."""
        position = await repository.find_standby_position(conn)
        _require_standby(conn)
        if not position.is_of(due.position):
            raise DatabaseUnavailableError(OTHER)
        is_past = position.bytes >= due.position.bytes
        if is_past:
            self._level[conn] = due
        return is_past

    def _begin(self, standby: Database) -> None:
        self._standby = standby
        if self._is_away is not False:
            self._is_away = False
            log.info("the catalog is read from the standby")

    def _complain(self, error: Exception) -> None:
        """Write a warning, once until the standby is used again."""
        if not self._is_away:
            self._is_away = True
            log.warning("the catalog is not read from the standby", error=_reason(error))


def _reason(error: Exception) -> str:
    return str(error.__cause__ or error)


def _require_standby(conn: Connection) -> None:
    if not repository.is_standby(conn):
        raise DatabaseUnavailableError(PROMOTED)
