"""A connection pool that drops its connections when PostgreSQL stops responding."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from weakref import WeakSet

import msgspec
from psycopg import AsyncConnection, OperationalError
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import InvalidParameterValue
from psycopg_pool import AsyncConnectionPool

from pricebook.db.heartbeat import Heartbeat, has_unread_input
from pricebook.db.pooled_connection import PooledConnection, Row

# Limits after which the client ends a half-open connection; DATABASE_URL may set others.
CLIENT_DEFAULTS = {
    "connect_timeout": "3",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
# The same for the server, which would keep the locks; ignored on Unix sockets.
SERVER_SETTINGS = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
CLIENT_CHECK_MILLISECONDS = "2000"
# psycopg_pool doubles its pauses between attempts; requests start new attempts when needed.
RECONNECT_SECONDS = 1.0
# A statement is aborted this long after its statement_timeout if PostgreSQL has not ended it.
STATEMENT_END_GRACE_SECONDS = 3.0

ConfigureConnection = Callable[[PooledConnection], Awaitable[None]]


class PoolMetrics(msgspec.Struct, frozen=True):
    """State of a pool: connections, waiting requests; and totals since it was opened."""

    size: int
    available: int
    max: int
    waiting: int
    wait_seconds: float
    requests: int
    timeouts: int


class Pool(AsyncConnectionPool[PooledConnection]):
    """Replaces all connections after PostgreSQL was lost; refuses requests while it is silent."""

    def __init__(
        self,
        url: str,
        *,
        heartbeat_seconds: float,
        statement_seconds: int,
        configure: ConfigureConnection,
        **options: Any,
    ) -> None:
        """Create a pool that is not open.

        `heartbeat_seconds` is the time after which a server without response counts as lost;
        `statement_seconds` limits each statement, 0: no limit.
        """
        conninfo = with_connection_defaults(url)
        super().__init__(
            conninfo,
            open=False,
            configure=self._configure_new_connection,
            reconnect_timeout=RECONNECT_SECONDS,
            kwargs={"autocommit": True},
            **options,
        )
        self._configure_connection = configure
        self._statement_seconds = statement_seconds
        self._open_connections: WeakSet[PooledConnection] = WeakSet()
        self._heartbeat = Heartbeat(
            conninfo,
            heartbeat_seconds,
            last_received_at=self._last_received_at,
            on_loss=self._replace_all,
            on_response=self._close_stalled,
        )

    async def close(self, timeout: float = 5.0) -> None:  # noqa: ASYNC109 (the signature of psycopg_pool)
        """Close the pool."""
        await self._heartbeat.stop()
        await super().close(timeout)

    async def getconn(self, timeout: float | None = None) -> PooledConnection:  # noqa: ASYNC109 (the same)
        """Return a connection that is not known to be lost; raises OperationalError."""
        while not self._heartbeat.is_unresponsive:
            conn = await super().getconn(timeout)
            if not (conn.is_lost or has_unread_input(conn)):  # idle servers send only their end
                return conn
            await conn.close()
            await self.putconn(conn)
        raise OperationalError("PostgreSQL does not respond to the heartbeat.")

    @asynccontextmanager
    async def statement_limit(
        self, conn: AsyncConnection[Row], seconds: int
    ) -> AsyncGenerator[None]:
        """Raise the limit of each statement on a connection of this pool, if it has one.

        PostgreSQL has the limit until the transaction ends.
        """
        if not (isinstance(conn, PooledConnection) and conn.statement_seconds):
            yield
            return
        await conn.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds}s"])
        conn.statement_seconds = seconds
        try:
            yield
        finally:
            conn.statement_seconds = self._statement_seconds

    async def _configure_new_connection(self, conn: PooledConnection) -> None:
        self._open_connections.add(conn)
        conn.statement_seconds = self._statement_seconds
        settings = SERVER_SETTINGS | {"statement_timeout": f"{self._statement_seconds}s"}
        await conn.execute(
            "SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[])"
            " AS setting (name, value)",
            [[*settings], [*settings.values()]],
        )
        with suppress(InvalidParameterValue):  # on systems that do not support the check
            await conn.execute(
                "SELECT set_config('client_connection_check_interval', %s, false)",
                [CLIENT_CHECK_MILLISECONDS],
            )
        await self._configure_connection(conn)
        if not self.closed:
            self._heartbeat.start()

    def _last_received_at(self) -> float:
        return max(
            (conn.last_received_at for conn in self._open_connections), default=float("-inf")
        )

    def _replace_all(self, is_unresponsive: bool) -> None:  # noqa: FBT001 (a callback)
        """Mark all connections as lost; abort them, too, while PostgreSQL is silent."""
        for conn in [*self._open_connections]:
            if is_unresponsive:
                conn.abort()
            else:
                conn.is_lost = True

    def _close_stalled(self) -> None:
        """Abort connections that got no response in time, while PostgreSQL responds on others."""
        now = asyncio.get_running_loop().time()
        for conn in [*self._open_connections]:
            if conn.statement_seconds and conn.waiting_since is not None:
                allowed_seconds = conn.statement_seconds + STATEMENT_END_GRACE_SECONDS
                if conn.waiting_since < now - allowed_seconds:
                    conn.abort()


def with_connection_defaults(url: str) -> str:
    """Return the address with the limits for half-open connections, unless it has its own."""
    configured = conninfo_to_dict(url)
    missing = {name: value for name, value in CLIENT_DEFAULTS.items() if name not in configured}
    return make_conninfo(url, **missing)
