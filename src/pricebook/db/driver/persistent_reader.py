import asyncio
from collections.abc import Generator
from functools import cached_property
from typing import Any, TypeVar

from psycopg import OperationalError
from psycopg.abc import PQGen
from psycopg.errors import QueryCanceled
from psycopg.pq import ConnStatus
from psycopg.waiting import Ready, Wait

from pricebook.db.driver.prepared_queries import PreparedQueryRunner
from pricebook.db.pooled_connection import PooledConnection

CANCEL_TIMEOUT_SECONDS = 5.0

result_type = TypeVar("result_type")


class PersistentReaderConnection(PooledConnection):
    """A connection whose socket stays registered with the event loop between responses.

    psycopg registers and unregisters the socket, and sets a timer, for each response, which is a
    quarter of the CPU time of a catalog page. The socket has to be unregistered before it is
    closed: the system gives its number to the next socket, which the event loop would not poll.
    """

    _registered_socket: int | None = None
    _readable: "asyncio.Future[None] | None" = None

    async def wait(
        self,
        gen: PQGen[result_type],
        interval: float = 0.1,
        timeout: float | None = None,  # noqa: ASYNC109 (the signature of psycopg)
    ) -> result_type:
        """Run a generator of psycopg, resuming it whenever the socket is readable."""
        has_waited = False
        try:
            wait_state = next(gen)
            while wait_state is Wait.R and timeout is None:
                await self._wait_until_readable()
                has_waited = True
                wait_state = gen.send(Ready.R)
        except StopIteration as done:
            if self.pgconn.status == ConnStatus.BAD:  # libpq has closed the socket
                self._unregister()
            elif not has_waited:  # psycopg runs the event loop once; a loop of these would block it
                return await super().wait(_finished_generator(done.value), interval, timeout)
            return done.value
        except OSError as error:
            self._unregister()
            raise OperationalError("The socket of the connection is closed.") from error
        except asyncio.CancelledError:
            self._unregister()
            await self._cancel(gen)
            raise
        except BaseException:
            self._unregister()
            raise
        self._unregister()
        return await super().wait(_resume(gen, wait_state), interval, timeout)

    @cached_property
    def query_runner(self) -> PreparedQueryRunner:
        """The runner of public queries on this connection."""
        return PreparedQueryRunner(self)

    async def close(self) -> None:
        """Close the connection."""
        self._unregister()
        await super().close()

    async def _wait_until_readable(self) -> None:
        loop, socket = asyncio.get_running_loop(), self.pgconn.socket  # raises if it is closed
        if self._registered_socket is None:
            loop.add_reader(socket, self._on_readable)
            self._registered_socket = socket
        self._readable = loop.create_future()
        self.waiting_since = loop.time()
        try:
            await self._readable
            self.last_received_at = loop.time()
        finally:
            self._readable = self.waiting_since = None

    def _on_readable(self) -> None:
        if self._readable is None:  # the server closed the connection or sent a notice
            self._unregister()
        elif not self._readable.done():
            self._readable.set_result(None)

    def _unregister(self) -> None:
        if self._registered_socket is not None:
            asyncio.get_running_loop().remove_reader(self._registered_socket)
            self._registered_socket = None

    async def _cancel(self, gen: PQGen[Any]) -> None:
        """Cancel the query in PostgreSQL; close the connection if that fails."""
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
            pass  # the caller gets the CancelledError
        finally:
            if not is_idle:
                await self.close()


def _finished_generator(value: result_type) -> PQGen[result_type]:
    """Make a generator that returns a value without waiting."""
    yield from ()
    return value


def _resume(gen: PQGen[result_type], wait_state: Any) -> Generator[Any, Any, result_type]:
    """Make a generator that continues one which already waits in a state."""
    try:
        while True:
            wait_state = gen.send((yield wait_state))
    except StopIteration as done:
        return done.value
