"""Detects a PostgreSQL that does not respond, by a heartbeat on a connection of its own.

A frozen server, or one behind a network that drops all packets, closes no connection: callers would
wait without end.
"""

import asyncio
import os
import select
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

import structlog
from psycopg import AsyncConnection, OperationalError
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import ConnectionTimeout

from pricebook.system.recurring_warning import RecurringWarning

APPLICATION_NAME = "pricebook heartbeat"
INTERVAL_SECONDS = 0.5

log = structlog.stdlib.get_logger(__name__)


class Heartbeat:
    """Sends an empty query every half second and reports missing responses.

    `last_received_at` returns when any other connection received a response, on the clock of the
    event loop: a busy server is not unresponsive. `on_loss` is called when the heartbeat's
    connection is lost, with whether PostgreSQL was unresponsive; `on_response` after each response.
    A refused connection is no loss: PostgreSQL may have reached max_connections.
    """

    def __init__(
        self,
        conninfo: str,
        timeout_seconds: float,
        *,
        last_received_at: Callable[[], float],
        on_loss: Callable[[bool], None],
        on_response: Callable[[], None],
    ) -> None:
        self._conninfo = conninfo
        self._timeout_seconds = timeout_seconds
        self._last_received_at = last_received_at
        self._on_loss = on_loss
        self._on_response = on_response
        self._connection: AsyncConnection[Any] | None = None
        self._task: asyncio.Task[None] | None = None
        self._warning = RecurringWarning("postgresql is unavailable", "postgresql is back")
        self.is_unresponsive = False

    def start(self) -> None:
        """Start the task that sends queries."""
        self._task = self._task or asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop the task."""
        if self._task is None:
            return
        if self._connection is not None:  # psycopg would wait for a silent server
            shut_down_socket(self._connection)
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._task = None

    async def _run(self) -> None:
        host = str(conninfo_to_dict(self._conninfo).get("host"))
        while True:
            try:
                await self._query_until_lost()
            except OperationalError as error:
                # A server that refuses connections responds: requests may open their own.
                self.is_unresponsive = self.is_unresponsive and isinstance(error, ConnectionTimeout)
                self._warning.occurred(error=str(error), host=host)
            await asyncio.sleep(INTERVAL_SECONDS)

    async def _query_until_lost(self) -> None:
        """Send queries until the connection is lost; raises OperationalError."""
        async with await AsyncConnection.connect(
            self._conninfo, autocommit=True, application_name=APPLICATION_NAME
        ) as self._connection:
            await self._query(self._connection)
            while True:
                await asyncio.sleep(INTERVAL_SECONDS)
                try:
                    await self._query(self._connection)
                except OperationalError as error:
                    self.is_unresponsive = isinstance(error, ConnectionTimeout)
                    self._on_loss(self.is_unresponsive)
                    raise

    async def _query(self, connection: AsyncConnection[Any]) -> None:
        """Run one query; raises ConnectionTimeout without a response."""
        with Deadline(connection, self._timeout_seconds, self._last_received_at):
            await connection.execute("SELECT")
        self.is_unresponsive = False
        self._warning.ended()
        self._on_response()


class Deadline:
    """Shuts a connection down when neither it nor any other one got a response in time.

    `last_received_at` returns the time of the last response on other connections. The context then
    raises ConnectionTimeout instead of the error of the connection.
    """

    def __init__(
        self,
        connection: AsyncConnection[Any],
        seconds: float,
        last_received_at: Callable[[], float] = lambda: float("-inf"),
    ) -> None:
        self._connection = connection
        self._seconds = seconds
        self._last_received_at = last_received_at
        self._has_expired = False

    def __enter__(self) -> Self:
        self._start_timer(asyncio.get_running_loop().time())
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._timer.cancel()
        if self._has_expired and isinstance(error, OperationalError):
            message = f"PostgreSQL has not responded within {self._seconds:g} seconds."
            raise ConnectionTimeout(message) from error

    def _start_timer(self, since: float) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_at(since + self._seconds, self._expire)

    def _expire(self) -> None:
        now = asyncio.get_running_loop().time()
        if has_unread_input(self._connection):  # this process was late, not the server
            self._start_timer(now)
        elif self._last_received_at() > now - self._seconds:  # the server is busy
            self._start_timer(self._last_received_at())
        else:
            self._has_expired = True
            shut_down_socket(self._connection)


def shut_down_socket(connection: AsyncConnection[Any]) -> None:
    """Shut the socket down without notice to the server; waiting callers get OperationalError."""
    with suppress(OSError, OperationalError), _duplicate_socket(connection) as duplicate:
        duplicate.shutdown(socket.SHUT_RDWR)


def has_unread_input(connection: AsyncConnection[Any]) -> bool:
    """Return whether the socket has unread bytes, or its end."""
    poll = select.poll()
    try:
        poll.register(connection.fileno(), select.POLLIN)
    except OperationalError:  # libpq has closed it
        return True
    return bool(poll.poll(0))


def _duplicate_socket(connection: AsyncConnection[Any]) -> socket.socket:
    """Duplicate the socket: libpq owns the original and closes it."""
    return socket.socket(fileno=os.dup(connection.fileno()))
