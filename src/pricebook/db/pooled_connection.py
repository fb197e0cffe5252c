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

from pricebook.db.heartbeat import shut_down_socket
from pricebook.db.row_types import load_as_text

# Whether PostgreSQL may keep the plan of a prepared statement, or makes one for each set of values.
PlanCacheMode = Literal["auto", "force_custom_plan"]
Row = tuple[Any, ...]

CANCEL_TIMEOUT_SECONDS = 5.0
# As many statements does a reader keep prepared before it begins anew.
MAX_PREPARED_STATEMENTS = 200
# A longer one searches for many words: there are endless kinds of them, each with a large plan.
MAX_PREPARED_CHARACTERS = 2048
SUCCESS_STATUSES = {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}

result_type = TypeVar("result_type")


class PooledConnection(AsyncConnection[Row]):
    """A connection that knows how it plans, and watches its socket from one answer to the next.

    psycopg would begin and end to watch it, and set a timer, for each answer, which is a quarter of
    what a page costs it. A socket must not be watched when it is closed: its number is given to
    another one at once, which the event loop would then not watch.
    """

    plan_cache_mode: PlanCacheMode = "auto"
    handovers: int = 0
    # Whether it is to be used no more: PostgreSQL was lost since it was made.
    is_lost: bool = False
    # Since when PostgreSQL has sent nothing to who waits, on the clock of the event loop.
    waiting_since: float | None = None
    # When PostgreSQL last sent something to who waited, on the same clock.
    last_received_at: float = float("-inf")
    _watched_socket: int | None = None
    _readable: "asyncio.Future[None] | None" = None

    async def wait(
        self,
        gen: PQGen[result_type],
        interval: float = 0.1,
        timeout: float | None = None,  # noqa: ASYNC109 (psycopg calls it so)
    ) -> result_type:
        """Let a generator of psycopg go on whenever PostgreSQL has said something."""
        has_waited = False
        try:
            wait_state = next(gen)
            while wait_state is Wait.R and timeout is None:
                await self._wait_until_readable()
                has_waited = True
                wait_state = gen.send(Ready.R)
        except StopIteration as done:
            if self.pgconn.status == ConnStatus.BAD:  # libpq has closed the socket
                self._stop_watching()
            elif not has_waited:  # psycopg lets others go on where that happens all the time
                return await super().wait(_finished_generator(done.value), interval, timeout)
            return done.value
        except OSError as error:
            self._stop_watching()
            raise OperationalError("The socket of the connection is closed.") from error
        except asyncio.CancelledError:
            self._stop_watching()
            await self._cancel(gen)
            raise
        except BaseException:
            self._stop_watching()
            raise
        self._stop_watching()
        return await super().wait(_resume(gen, wait_state), interval, timeout)

    async def set_plan_cache_mode(self, plan_cache_mode: PlanCacheMode) -> None:
        """Let PostgreSQL keep plans, or not."""
        if self.plan_cache_mode != plan_cache_mode:
            await self.execute("SELECT set_config('plan_cache_mode', %s, false)", [plan_cache_mode])
            self.plan_cache_mode = plan_cache_mode

    @cached_property
    def query_runner(self) -> "QueryRunner":
        """What reads for the public on this connection."""
        return QueryRunner(self)

    def abort(self) -> None:
        """End the connection, whether the server answers or not: who waits gets an error now."""
        self.is_lost = True
        shut_down_socket(self)

    async def close(self) -> None:
        """Close the connection."""
        self._stop_watching()
        await super().close()

    async def _wait_until_readable(self) -> None:
        loop, socket = asyncio.get_running_loop(), self.pgconn.socket  # raises if it is closed
        if self._watched_socket is None:
            loop.add_reader(socket, self._on_readable)
            self._watched_socket = socket
        self._readable = loop.create_future()
        self.waiting_since = loop.time()
        try:
            await self._readable
            self.last_received_at = loop.time()
        finally:
            self._readable = self.waiting_since = None

    def _on_readable(self) -> None:
        if self._readable is None:  # the server has closed it, or tells of itself
            self._stop_watching()
        elif not self._readable.done():
            self._readable.set_result(None)

    def _stop_watching(self) -> None:
        if self._watched_socket is not None:
            asyncio.get_running_loop().remove_reader(self._watched_socket)
            self._watched_socket = None

    async def _cancel(self, gen: PQGen[Any]) -> None:
        """Have PostgreSQL stop what nobody waits for any more, or have nothing to do with it."""
        if self.is_lost:
            await self.close()
            return
        is_idle = False
        try:
            await self.cancel_safe(timeout=CANCEL_TIMEOUT_SECONDS)
            await super().wait(_resume(gen, Wait.R), timeout=CANCEL_TIMEOUT_SECONDS)
            is_idle = True
        except QueryCanceled:
            is_idle = True
        except OperationalError:
            pass  # whoever gave up is told of that and of nothing else
        finally:
            if not is_idle:
                await self.close()


class QueryRunner:
    """Reads for the public on one connection, and learns statements and columns once.

    A cursor of psycopg learns the types of values and columns anew for each statement that is not
    the one before, which is another quarter of what a page costs it. Values go as the text that
    PostgreSQL reads; ids and prices come as the text that it writes.
    """

    def __init__(self, connection: PooledConnection) -> None:
        self.connection = connection
        self._statement_names: dict[str, bytes] = {}
        self._name_numbers = count()
        cursor = connection.cursor()
        load_as_text(cursor)
        self._transformer = Transformer(cursor)
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
        if keep_plan and len(statement) <= MAX_PREPARED_CHARACTERS:
            return await self._fetch_prepared(statement, texts)
        pgconn = self.connection.pgconn
        return await self._execute(pgconn.send_query_params, self._encode(statement), texts)

    async def _fetch_prepared(self, statement: str, texts: list[bytes]) -> list[Row]:
        send = self.connection.pgconn.send_query_prepared
        name = self._statement_names.get(statement) or await self._prepare(statement)
        try:
            return await self._execute(send, name, texts)
        except InvalidSqlStatementName:  # psycopg drops all of a connection after a rollback
            self._statement_names.clear()
        return await self._execute(send, await self._prepare(statement), texts)

    async def _prepare(self, statement: str) -> bytes:
        if len(self._statement_names) >= MAX_PREPARED_STATEMENTS:
            self._statement_names.clear()
            await self.connection.execute("DEALLOCATE ALL")
        name = b"read_%d" % next(self._name_numbers)
        await self._execute(self.connection.pgconn.send_prepare, name, self._encode(statement))
        self._statement_names[statement] = name
        return name

    def _encode(self, statement: str) -> bytes:
        return _with_numbered_placeholders(statement).encode(self._encoding)

    async def _execute(self, send: Callable[..., None], *arguments: object) -> list[Row]:
        pgconn = self.connection.pgconn
        result, *_ = await self.connection.wait(_send_and_receive(pgconn, send, *arguments))
        if result.status not in SUCCESS_STATUSES:
            raise error_from_result(result, self._encoding)
        self._transformer.set_pgresult(result)
        return self._transformer.load_rows(0, result.ntuples, tuple)


def _send_and_receive(
    pgconn: PGconn, send: Callable[..., None], *arguments: object
) -> PQGen[list[PGresult]]:
    send(*arguments)
    return (yield from execute(pgconn))


def _with_numbered_placeholders(statement: str) -> str:
    """Write a statement as PostgreSQL reads it: `$1` in place of the first `%s`."""
    first, *rest = statement.split("%s")
    return first + "".join(f"${number}{text}" for number, text in enumerate(rest, 1))


def _finished_generator(value: result_type) -> PQGen[result_type]:
    """Make a generator that has nothing to wait for."""
    yield from ()
    return value


def _resume(gen: PQGen[result_type], wait_state: Any) -> Generator[Any, Any, result_type]:
    """Make a generator of one that has begun already and waits for something."""
    try:
        while True:
            wait_state = gen.send((yield wait_state))
    except StopIteration as done:
        return done.value
