"""Whether PostgreSQL answers, on a connection of its own; and the end of connections that are dead.

A server that is frozen, or behind a network that drops every packet, closes nothing: whoever waits
for its answer would wait for ever.
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
    """Sends an empty query every half second and reports when no answer comes.

    A busy server that answers on other connections, as `heard_at` says, is not silent.
    `on_loss` is called when its connection is lost, with whether PostgreSQL was silent, and
    `on_answer` after each answer. A connection that cannot be made is no loss: PostgreSQL may have
    none to spare.
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
        self._on_answer = on_response
        self._connection: AsyncConnection[Any] | None = None
        self._task: asyncio.Task[None] | None = None
        self._warning = RecurringWarning("postgresql is unavailable", "postgresql is back")
        self.is_unresponsive = False

    def start(self) -> None:
        """Begin to send queries, in a task."""
        self._task = self._task or asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Send no more queries."""
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
                # A server that refuses connections is not silent: requests may try their own.
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
        """Wait for one answer; raises ConnectionTimeout when none comes."""
        with Deadline(connection, self._timeout_seconds, self._last_received_at):
            await connection.execute("SELECT")
        self.is_unresponsive = False
        self._warning.ended()
        self._on_answer()


class Deadline:
    """Shuts a connection down when its server has answered neither it nor, by `heard_at`, others.

    Leaving the context then raises ConnectionTimeout instead of the error of the connection.
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
            message = f"PostgreSQL has not answered within {self._seconds:g} seconds."
            raise ConnectionTimeout(message) from error

    def _start_timer(self, since: float) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_at(since + self._seconds, self._expire)

    def _expire(self) -> None:
        now = asyncio.get_running_loop().time()
        if has_unread_input(self._connection):  # it was this process that was late
            self._start_timer(now)
        elif self._last_received_at() > now - self._seconds:  # the server is busy, not silent
            self._start_timer(self._last_received_at())
        else:
            self._has_expired = True
            shut_down_socket(self._connection)


def shut_down_socket(connection: AsyncConnection[Any]) -> None:
    """End a connection without a word to the server: whoever waits gets an OperationalError now."""
    with suppress(OSError, OperationalError), _duplicate_socket(connection) as duplicate:
        duplicate.shutdown(socket.SHUT_RDWR)


def has_unread_input(connection: AsyncConnection[Any]) -> bool:
    """Return whether bytes from the server, or the end of the connection, wait to be read."""
    poll = select.poll()
    try:
        poll.register(connection.pgconn.socket, select.POLLIN)
    except OperationalError:  # libpq has closed it
        return True
    return bool(poll.poll(0))


def _duplicate_socket(connection: AsyncConnection[Any]) -> socket.socket:
    """Duplicate the socket: the original belongs to libpq, which closes it."""
    return socket.socket(fileno=os.dup(connection.pgconn.socket))
