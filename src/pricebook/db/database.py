"""The connection pool and transactions."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import LiteralString, Self

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.errors import InsufficientPrivilege, ReadOnlySqlTransaction, UndefinedTable

from pricebook.db.actor import set_transaction_actor
from pricebook.db.driver.loaders import PriceLoader
from pricebook.db.driver.persistent_reader import PersistentReaderConnection
from pricebook.db.export_slots import ExportSlots
from pricebook.db.fair_pool import FairConnectionPool
from pricebook.db.heartbeat import Deadline
from pricebook.db.pool import Pool, PoolMetrics, with_connection_defaults
from pricebook.db.pooled_connection import PooledConnection, QueryRunner, Row
from pricebook.db.resource_errors import resource_error_for
from pricebook.db.row_types import find_value
from pricebook.errors import (
    DatabaseNotReadyError,
    DatabaseRightsError,
    DatabaseUnavailableError,
)
from pricebook.settings import DatabaseDriver

Connection = AsyncConnection[Row]

CONNECTION_CLASSES: dict[DatabaseDriver, type[PooledConnection]] = {
    "pricebook": PersistentReaderConnection,
    "stock": PooledConnection,
}

# PostgreSQL counts as unavailable when it has not responded to the heartbeat for this long, in the
# API and in the worker, where a short stall must not abort an import of minutes.
REQUEST_HEARTBEAT_TIMEOUT_SECONDS = 2.0
WORK_HEARTBEAT_TIMEOUT_SECONDS = 10.0
POOL_TIMEOUT_SECONDS = 3.0
LOCK_TIMEOUT = "2s"
# PostgreSQL ends transactions that are idle for longer, and releases their locks.
IDLE_IN_TRANSACTION_TIMEOUT = "60s"
# Share of the pool for public exports and, as much, for staff exports. Public queries and public
# exports together leave a quarter of the pool to staff.
EXPORT_POOL_SHARE = 1 / 6
PUBLIC_POOL_SHARE = 0.75
# Longer queues could not be served within the timeout: further requests get 503 at once.
MAX_WAITING_PER_CONNECTION = 100
LISTENER_APPLICATION_NAME = "pricebook listener"
LISTEN_CHECK_SECONDS = 1.0

UNREACHABLE = "The database cannot be reached or is too busy; try again in a moment."
INSUFFICIENT_RIGHTS = (
    "The role of DATABASE_URL may not do this: connect as the owner of the database, or run"
    " `pricebook migrate` as the owner, which grants what the API and the worker need."
)
READ_ONLY = "The database is read-only: it is a standby or accepts no writes now."

# Callers get DatabaseUnavailableError; psycopg and its pool would log each attempt.
logging.getLogger("psycopg").setLevel(logging.ERROR)


class Database:
    """A pool of connections to one PostgreSQL database."""

    def __init__(
        self,
        url: str,
        *,
        pool_min: int = 1,
        pool_max: int = 4,
        statement_seconds: int = 0,
        driver: DatabaseDriver = "pricebook",
    ) -> None:
        """Create a pool that is not open; `statement_seconds` limits each statement, 0 does not."""
        self._url = url
        self._pool = Pool(
            url,
            heartbeat_seconds=REQUEST_HEARTBEAT_TIMEOUT_SECONDS
            if statement_seconds
            else WORK_HEARTBEAT_TIMEOUT_SECONDS,
            statement_seconds=statement_seconds,
            configure=_configure,
            connection_class=CONNECTION_CLASSES[driver],
            min_size=pool_min,
            max_size=pool_max,
            timeout=POOL_TIMEOUT_SECONDS,
            max_waiting=pool_max * MAX_WAITING_PER_CONNECTION,
        )
        max_exports = max(1, int(pool_max * EXPORT_POOL_SHARE))
        self._public_exports = ExportSlots(max_exports)
        self._staff_exports = ExportSlots(max_exports)
        self._fair_pool = FairConnectionPool(
            self._pool,
            max_concurrent=max(1, int(pool_max * PUBLIC_POOL_SHARE) - max_exports),
            max_waiting=pool_max * MAX_WAITING_PER_CONNECTION,
            timeout_seconds=POOL_TIMEOUT_SECONDS,
        )

    async def __aenter__(self) -> Self:
        await self._pool.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._pool.close()

    def pool_metrics(self) -> PoolMetrics:
        """Return the metrics of the pool."""
        stats = self._pool.get_stats()
        return PoolMetrics(
            size=stats["pool_size"],
            available=stats["pool_available"],
            max=stats["pool_max"],
            waiting=stats["requests_waiting"],
            wait_seconds=stats.get("requests_wait_ms", 0) / 1000,
            requests=stats.get("requests_num", 0) + self._fair_pool.handovers,
            timeouts=stats.get("requests_errors", 0),
        )

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Connection]:
        """Yield a connection in autocommit mode.

        Each statement is planned for its values: the right plan for a filter depends on them.
        Raises DatabaseUnavailableError when no connection is free in time, the connection is lost,
        or a standby receives a write; DatabaseRightsError when the role lacks a right.
        """
        try:
            conn = await self._pool.getconn()
            try:
                await conn.set_plan_cache_mode("force_custom_plan")
                yield conn
            finally:
                await self._pool.putconn(conn)
        except psycopg.Error as error:
            _raise_database_error(error)
            raise

    @asynccontextmanager
    async def transaction(self, *, force_rollback: bool = False) -> AsyncGenerator[Connection]:
        """Yield a connection inside a transaction by the actor of the context.

        Committed at the end, rolled back on an error, with `force_rollback` always.
        """
        async with self.connection() as conn, conn.transaction(force_rollback=force_rollback):
            await set_transaction_actor(conn)
            yield conn

    @asynccontextmanager
    async def short_transaction(
        self, *, statement_seconds: int | None = None
    ) -> AsyncGenerator[Connection]:
        """Yield a connection inside a transaction with a short lock timeout.

        A request that needs a row locked by an import would otherwise hold its connection until the
        import ends. `statement_seconds` replaces the pool's limit. Raises DatabaseBusyError.
        """
        async with self.transaction() as conn:
            await conn.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            if statement_seconds is None:
                yield conn
            else:
                async with self._pool.statement_limit(conn, statement_seconds):
                    yield conn

    def read(self) -> "QueryRunnerContext":
        """Return a context that yields a runner of public queries, in the order of requests.

        The number of concurrent runners is limited, which leaves a share of the pool to staff.
        PostgreSQL may keep the plans of the queries, half of its time for a page. Raises
        DatabaseUnavailableError.
        """
        return QueryRunnerContext(self._fair_pool)

    async def listen(self, channel: LiteralString) -> AsyncGenerator[str | None]:
        """Yield the payload of each notification of a channel, None about every second without one.

        The first payload, an empty one, means that PostgreSQL has confirmed the LISTEN; each None
        follows a round trip, so that no notification is late. Uses a connection of its own. Raises
        DatabaseUnavailableError when it is lost.
        """
        try:
            async with await AsyncConnection.connect(
                with_connection_defaults(self._url),
                autocommit=True,
                application_name=LISTENER_APPLICATION_NAME,
            ) as conn:
                with Deadline(conn, REQUEST_HEARTBEAT_TIMEOUT_SECONDS):
                    await conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                yield ""
                while True:
                    async for notification in conn.notifies(timeout=LISTEN_CHECK_SECONDS):
                        yield notification.payload
                    with Deadline(conn, REQUEST_HEARTBEAT_TIMEOUT_SECONDS):
                        await conn.execute("SELECT")
                    yield None
        except psycopg.OperationalError as error:
            raise DatabaseUnavailableError(UNREACHABLE) from error

    @asynccontextmanager
    async def export_transaction(self, caller: str | None = None) -> AsyncGenerator[Connection]:
        """Yield a connection inside a transaction for an export, as long as the client reads it.

        `caller` is the address of a public client, which has one export at a time; None is staff.
        Each group has a share of the pool. A client that does not read for
        IDLE_IN_TRANSACTION_TIMEOUT loses the transaction. Raises DatabaseUnavailableError and
        RateLimitExceededError.
        """
        slots = self._staff_exports if caller is None else self._public_exports
        with slots.slot(caller):
            async with self.transaction() as conn:
                yield conn


class QueryRunnerContext:
    """A context that holds a pooled connection for public queries."""

    __slots__ = ("_conn", "_fair_pool")

    def __init__(self, fair_pool: FairConnectionPool) -> None:
        self._fair_pool = fair_pool

    async def __aenter__(self) -> QueryRunner:
        try:
            self._conn = await self._fair_pool.acquire()
        except TimeoutError as error:
            raise DatabaseUnavailableError(UNREACHABLE) from error
        except psycopg.Error as error:
            _raise_database_error(error)
            raise
        return self._conn.query_runner

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        await self._fair_pool.release(self._conn, is_usable=error is None)
        if isinstance(error, psycopg.Error):
            _raise_database_error(error)


async def _configure(conn: Connection) -> None:
    conn.adapters.register_loader("numeric", PriceLoader)
    # Data is in memory or on an SSD, where random reads cost as much as sequential ones.
    await conn.execute("SET random_page_cost = 1.1")
    await conn.execute("SET TIME ZONE 'UTC'")
    await conn.execute(
        "SELECT set_config('idle_in_transaction_session_timeout', %s, false)",
        [IDLE_IN_TRANSACTION_TIMEOUT],
    )


def _raise_database_error(error: psycopg.Error) -> None:
    """Raise the error for callers; returns for errors that are bugs."""
    match error:
        case psycopg.OperationalError():
            raise (resource_error_for(error) or DatabaseUnavailableError(UNREACHABLE)) from error
        case ReadOnlySqlTransaction():
            raise DatabaseUnavailableError(READ_ONLY) from error
        case InsufficientPrivilege():
            raise DatabaseRightsError(INSUFFICIENT_RIGHTS) from error
        case _:
            return


async def find_revision(conn: Connection) -> str | None:
    """Return the migration revision of the database, or None if it was never migrated."""
    try:
        return await find_value(conn, "SELECT version_num FROM alembic_version")
    except UndefinedTable:
        return None


async def require_revision(conn: Connection, head: str) -> None:
    """Raise DatabaseNotReadyError unless the database is at the migration head."""
    revision = await find_revision(conn)
    if revision != head:
        is_newer = revision is not None and revision > head
        advice = "use the newer release" if is_newer else "run `pricebook migrate`"
        raise DatabaseNotReadyError(
            f"The database is at migration {revision or 'none'}, this program needs {head}: "
            f"{advice}."
        )


async def require_currency(conn: Connection, currency: str) -> None:
    """Set the catalog's currency at the first start; raise DatabaseNotReadyError for another."""
    await conn.execute(
        "INSERT INTO catalog_settings (currency) VALUES (%s) ON CONFLICT DO NOTHING", [currency]
    )
    catalog_currency = await find_currency(conn)
    if catalog_currency != currency:
        raise DatabaseNotReadyError(
            f"CATALOG_CURRENCY is {currency}, but every price in this database is in "
            f"{catalog_currency}."
        )


async def find_currency(conn: Connection) -> str | None:
    """Return the currency of all prices, or None before the first start."""
    return await find_value(conn, "SELECT currency FROM catalog_settings")
