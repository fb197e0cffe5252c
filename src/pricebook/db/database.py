"""The connection pool and transactions."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, LiteralString, Self

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.errors import InsufficientPrivilege, ReadOnlySqlTransaction, UndefinedTable

from pricebook.db.export_slots import ExportSlots
from pricebook.db.fair_pool import FairConnectionPool
from pricebook.db.heartbeat import Deadline
from pricebook.db.pool import Pool, PoolMetrics, with_connection_defaults
from pricebook.db.pooled_connection import QueryRunner, Row
from pricebook.db.resource_errors import resource_error_for
from pricebook.db.row_types import PriceLoader
from pricebook.errors import (
    DatabaseNotReadyError,
    DatabaseRightsError,
    DatabaseUnavailableError,
)

Connection = AsyncConnection[Row]

# PostgreSQL is lost when it has not answered the heartbeat for so long: where requests wait, and
# where a short stall must not end an import of minutes.
REQUEST_HEARTBEAT_TIMEOUT_SECONDS = 2.0
WORK_HEARTBEAT_TIMEOUT_SECONDS = 10.0
POOL_TIMEOUT_SECONDS = 3.0
LOCK_TIMEOUT = "2s"
# A process that stands still inside a transaction loses it, and with it the locks.
IDLE_IN_TRANSACTION_TIMEOUT = "60s"
# Exports of the public, those of staff: each so much of the pool. Public reads and public exports
# together leave a quarter of it to staff.
EXPORT_POOL_SHARE = 1 / 6
PUBLIC_POOL_SHARE = 0.75
# As many can be served before those who came last have waited too long; more are told at once.
MAX_WAITING_PER_CONNECTION = 100
LISTENER_APPLICATION_NAME = "pricebook listener"
LISTEN_CHECK_SECONDS = 1.0

UNREACHABLE = "The database cannot be reached or is too busy; try again in a moment."
INSUFFICIENT_RIGHTS = (
    "The role of DATABASE_URL may not do this: connect as the owner of the database, or run"
    " `pricebook migrate` as the owner, which grants what the API and the worker need."
)
READ_ONLY = "The database takes no writes now, it is a standby or closed to them."

# Callers get a DatabaseUnavailableError; psycopg and its pool would log each attempt.
logging.getLogger("psycopg").setLevel(logging.ERROR)


class Database:
    """A pool of connections to one PostgreSQL database."""

    def __init__(
        self, url: str, *, pool_min: int = 1, pool_max: int = 4, statement_seconds: int = 0
    ) -> None:
        """Make a pool; with `statement_seconds`, no statement on it may take longer."""
        self._url = url
        self._pool = Pool(
            url,
            heartbeat_seconds=REQUEST_HEARTBEAT_TIMEOUT_SECONDS
            if statement_seconds
            else WORK_HEARTBEAT_TIMEOUT_SECONDS,
            statement_seconds=statement_seconds,
            configure=_configure,
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
        """Tell how the pool is used."""
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
        """Lend a connection on which every statement is a transaction of its own.

        Each is planned for its values: the right plan for a filter depends on them. Raises
        DatabaseUnavailableError when there is no connection in time, it is lost meanwhile, or it
        is to write on a standby.
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
        """Lend a connection inside one transaction: committed on leaving, or nothing is done.

        With `undo`, nothing is done in any case.
        """
        async with self.connection() as conn, conn.transaction(force_rollback=force_rollback):
            yield conn

    @asynccontextmanager
    async def short_transaction(self) -> AsyncGenerator[Connection]:
        """Lend a connection inside a transaction that waits for the locks of others a moment only.

        A request that met the locks of a long import would otherwise keep its connection as long
        as the import takes. Raises DatabaseUnavailableError instead.
        """
        async with self.transaction() as conn:
            await conn.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            yield conn

    def read(self) -> "QueryRunnerContext":
        """Lend a reader for what the public asks: to some at once, the others wait a moment.

        However many visitors come, a share of the pool is left for everybody else, and PostgreSQL
        is not asked for more at once than it does well. It may keep plans, which are half of what
        a page costs it. Raises DatabaseUnavailableError.
        """
        return QueryRunnerContext(self._fair_pool)

    async def listen(self, channel: LiteralString) -> AsyncGenerator[bool]:
        """Tell what is notified on a channel: True when something was, False when nothing was.

        True comes first, once PostgreSQL has confirmed that it will tell, then at each
        notification; False about every second, after a round trip has shown that all is well. On
        a connection of its own. Raises DatabaseUnavailableError when that is lost.
        """
        try:
            async with await AsyncConnection.connect(
                with_connection_defaults(self._url),
                autocommit=True,
                application_name=LISTENER_APPLICATION_NAME,
            ) as conn:
                with Deadline(conn, REQUEST_HEARTBEAT_TIMEOUT_SECONDS):
                    await conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                yield True
                while True:
                    async for _ in conn.notifies(timeout=LISTEN_CHECK_SECONDS):
                        yield True
                    with Deadline(conn, REQUEST_HEARTBEAT_TIMEOUT_SECONDS):
                        await conn.execute("SELECT")
                    yield False
        except psycopg.OperationalError as error:
            raise DatabaseUnavailableError(UNREACHABLE) from error

    @asynccontextmanager
    async def export_transaction(self, caller: str | None = None) -> AsyncGenerator[Connection]:
        """Lend a connection inside a transaction that lasts as long as its reader takes.

        To staff, or to a caller of the public: each group has a share of the pool, a caller one
        connection. No reader may stand still for IDLE_TIMEOUT. Raises DatabaseUnavailableError,
        RateLimitExceededError.
        """
        slots = self._staff_exports if caller is None else self._public_exports
        with slots.slot(caller):
            async with self.transaction() as conn:
                yield conn


class QueryRunnerContext:
    """One read of the public: a context that lends a reader."""

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
    # What is asked for lies in memory or on a disk without a head to move.
    await conn.execute("SET random_page_cost = 1.1")
    await conn.execute("SET TIME ZONE 'UTC'")
    await conn.execute(
        "SELECT set_config('idle_in_transaction_session_timeout', %s, false)",
        [IDLE_IN_TRANSACTION_TIMEOUT],
    )


def _raise_database_error(error: psycopg.Error) -> None:
    """Raise what a caller is to be told of an error; anything else is a defect of ours."""
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
    """Return the migration that the database is at, or None if it has never been migrated."""
    try:
        row = await _fetch_first_row(conn, "SELECT version_num FROM alembic_version")
    except UndefinedTable:
        return None
    return row[0] if row else None


async def require_revision(conn: Connection, head: str) -> None:
    """Raise DatabaseNotReadyError unless the database is at the migration head."""
    revision = await find_revision(conn)
    if revision != head:
        raise DatabaseNotReadyError(
            f"The database is at migration {revision or 'none'}, this program needs {head}: "
            "run `pricebook migrate`."
        )


async def require_currency(conn: Connection, currency: str) -> None:
    """Fix the catalog's currency at the first start; refuse another one afterwards."""
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
    """Return the currency of every price here, or None before the first start."""
    row = await _fetch_first_row(conn, "SELECT currency FROM catalog_settings")
    return row[0] if row else None


async def _fetch_first_row(conn: Connection, query: LiteralString) -> tuple[Any, ...] | None:
    return await (await conn.execute(query)).fetchone()
