"""Connections that wait for PostgreSQL cheaply, and what reads for the public on them."""

import asyncio
from collections.abc import Callable, Generator, Sequence
from functools import cached_property
from itertools import count
from typing import Any, Literal, LiteralString, TypeVar

from psycopg import AsyncConnection, DataError, OperationalError
from psycopg.abc import PQGen
from psycopg.adapt import Transformer
from psycopg.errors import InvalidSqlStatementName, QueryCanceled, error_from_result
from psycopg.generators import execute
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait

from pricebook.heartbeat import shut_down
from pricebook.rows import read_as_written

# Whether PostgreSQL may keep the plan of a prepared statement, or makes one for each set of values.
Plans = Literal["auto", "force_custom_plan"]
Row = tuple[Any, ...]

CANCEL_SECONDS = 5.0
# As many statements does a reader keep prepared before it begins anew.
PREPARED_STATEMENTS = 200
# A longer one searches for many words: there are endless kinds of them, each with a large plan.
MAX_PREPARED_LETTERS = 2048
DONE = {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}

returned = TypeVar("returned")


class PooledConnection(AsyncConnection[Row]):
    """A connection that knows how it plans, and watches its socket from one answer to the next.

    psycopg would begin and end to watch it, and set a timer, for each answer, which is a quarter of
    what a page costs it. A socket must not be watched when it is closed: its number is given to
    another one at once, which the event loop would then not watch.
    """

    plans: Plans = "auto"
    handed_on: int = 0
    # Whether it is to be used no more: PostgreSQL was lost since it was made.
    is_lost: bool = False
    # Since when PostgreSQL has sent nothing to who waits, on the clock of the event loop.
    waiting_since: float | None = None
    # When PostgreSQL last sent something to who waited, on the same clock.
    heard_at: float = float("-inf")
    _watched: int | None = None
    _answer: "asyncio.Future[None] | None" = None

    async def wait(
        self,
        gen: PQGen[returned],
        interval: float = 0.1,
        timeout: float | None = None,  # noqa: ASYNC109 (psycopg calls it so)
    ) -> returned:
        """Let a generator of psycopg go on whenever PostgreSQL has said something."""
        has_waited = False
        try:
            wanted = next(gen)
            while wanted is Wait.R and timeout is None:
                await self._hear()
                has_waited = True
                wanted = gen.send(Ready.R)
        except StopIteration as done:
            if self.pgconn.status == ConnStatus.BAD:  # libpq has closed the socket
                self._look_away()
            elif not has_waited:  # psycopg lets others go on where that happens all the time
                return await super().wait(_returning(done.value), interval, timeout)
            return done.value
        except OSError as error:
            self._look_away()
            raise OperationalError("The socket of the connection is closed.") from error
        except asyncio.CancelledError:
            self._look_away()
            await self._cancel(gen)
            raise
        except BaseException:
            self._look_away()
            raise
        self._look_away()
        return await super().wait(_resumed(gen, wanted), interval, timeout)

    async def use_plans(self, plans: Plans) -> None:
        """Let PostgreSQL keep plans, or not."""
        if self.plans != plans:
            await self.execute("SELECT set_config('plan_cache_mode', %s, false)", [plans])
            self.plans = plans

    @cached_property
    def reader(self) -> "Reader":
        """What reads for the public on this connection."""
        return Reader(self)

    def drop(self) -> None:
        """End the connection, whether the server answers or not: who waits gets an error now."""
        self.is_lost = True
        shut_down(self)

    async def close(self) -> None:
        """Close the connection."""
        self._look_away()
        await super().close()

    async def _hear(self) -> None:
        loop, socket = asyncio.get_running_loop(), self.pgconn.socket  # raises if it is closed
        if self._watched is None:
            loop.add_reader(socket, self._tell)
            self._watched = socket
        self._answer = loop.create_future()
        self.waiting_since = loop.time()
        try:
            await self._answer
            self.heard_at = loop.time()
        finally:
            self._answer = self.waiting_since = None

    def _tell(self) -> None:
        if self._answer is None:  # the server has closed it, or tells of itself
            self._look_away()
        elif not self._answer.done():
            self._answer.set_result(None)

    def _look_away(self) -> None:
        if self._watched is not None:
            asyncio.get_running_loop().remove_reader(self._watched)
            self._watched = None

    async def _cancel(self, gen: PQGen[Any]) -> None:
        """Have PostgreSQL stop what nobody waits for any more, or have nothing to do with it."""
        if self.is_lost:
            await self.close()
            return
        is_idle = False
        try:
            await self.cancel_safe(timeout=CANCEL_SECONDS)
            await super().wait(_resumed(gen, Wait.R), timeout=CANCEL_SECONDS)
            is_idle = True
        except QueryCanceled:
            is_idle = True
        except OperationalError:
            pass  # whoever gave up is told of that and of nothing else
        finally:
            if not is_idle:
                await self.close()


class Reader:
    """Reads for the public on one connection, and learns statements and columns once.

    A cursor of psycopg learns the types of values and columns anew for each statement that is not
    the one before, which is another quarter of what a page costs it. Values go as the text that
    PostgreSQL reads; ids and prices come as the text that it writes.
    """

    def __init__(self, connection: PooledConnection) -> None:
        self.connection = connection
        self._names: dict[str, bytes] = {}
        self._numbers = count()
        cursor = connection.cursor()
        read_as_written(cursor)
        self._types = Transformer(cursor)
        self._encoding = connection.info.encoding

    async def fetch(
        self, statement: LiteralString, values: Sequence[object] = (), *, keep_plan: bool = True
    ) -> list[Row]:
        """Return the rows of a statement; `%s` stands for each value.

        With `keep_plan`, PostgreSQL may use one plan for any values. Raises psycopg.Error.
        """
        texts = [str(value).encode(self._encoding) for value in values]
        if any(b"\0" in text for text in texts):  # PostgreSQL would be sent what is before it
            raise DataError("A text has a NUL character.")
        if keep_plan and len(statement) <= MAX_PREPARED_LETTERS:
            return await self._fetch_prepared(statement, texts)
        pgconn = self.connection.pgconn
        return await self._ask(pgconn.send_query_params, self._written(statement), texts)

    async def _fetch_prepared(self, statement: str, texts: list[bytes]) -> list[Row]:
        send = self.connection.pgconn.send_query_prepared
        name = self._names.get(statement) or await self._prepare(statement)
        try:
            return await self._ask(send, name, texts)
        except InvalidSqlStatementName:  # psycopg drops all of a connection after a rollback
            self._names.clear()
        return await self._ask(send, await self._prepare(statement), texts)

    async def _prepare(self, statement: str) -> bytes:
        if len(self._names) >= PREPARED_STATEMENTS:
            self._names.clear()
            await self.connection.execute("DEALLOCATE ALL")
        name = b"read_%d" % next(self._numbers)
        await self._ask(self.connection.pgconn.send_prepare, name, self._written(statement))
        self._names[statement] = name
        return name

    def _written(self, statement: str) -> bytes:
        return _numbered(statement).encode(self._encoding)

    async def _ask(self, send: Callable[..., None], *given: object) -> list[Row]:
        pgconn = self.connection.pgconn
        result, *_ = await self.connection.wait(_sent(pgconn, send, *given))
        if result.status not in DONE:
            raise error_from_result(result, self._encoding)
        self._types.set_pgresult(result)
        return self._types.load_rows(0, result.ntuples, tuple)


def _sent(pgconn: PGconn, send: Callable[..., None], *given: object) -> PQGen[list[PGresult]]:
    send(*given)
    return (yield from execute(pgconn))


def _numbered(statement: str) -> str:
    """Write a statement as PostgreSQL reads it: `$1` in place of the first `%s`."""
    first, *others = statement.split("%s")
    return first + "".join(f"${number}{text}" for number, text in enumerate(others, 1))


def _returning(value: returned) -> PQGen[returned]:
    """Make a generator that has nothing to wait for."""
    yield from ()
    return value


def _resumed(gen: PQGen[returned], wanted: Any) -> Generator[Any, Any, returned]:
    """Make a generator of one that has begun already and waits for something."""
    try:
        while True:
            wanted = gen.send((yield wanted))
    except StopIteration as done:
        return done.value
