"""The connection pool and transactions."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, LiteralString, Self

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.errors import InsufficientPrivilege, ReadOnlySqlTransaction, UndefinedTable

from pricebook.errors import (
    DatabaseNotReadyError,
    DatabaseRightsError,
    DatabaseUnavailableError,
)
from pricebook.export_slots import ExportSlots
from pricebook.heartbeat import Deadline
from pricebook.out_of_resources import unavailable_for
from pricebook.pool import Pool, PoolFigures, with_defaults
from pricebook.pooled import Reader, Row
from pricebook.public_reads import PublicReads
from pricebook.rows import PriceLoader

Connection = AsyncConnection[Row]

# PostgreSQL is lost when it has not answered the heartbeat for so long: where requests wait, and
# where a short stall must not end an import of minutes.
REQUEST_SECONDS = 2.0
WORK_SECONDS = 10.0
POOL_TIMEOUT_SECONDS = 3.0
LOCK_TIMEOUT = "2s"
# A process that stands still inside a transaction loses it, and with it the locks.
IDLE_TIMEOUT = "60s"
# Exports of the public, those of staff: each so much of the pool. Public reads and public exports
# together leave a quarter of it to staff.
EXPORTS_SHARE = 1 / 6
PUBLIC_SHARE = 0.75
# As many can be served before those who came last have waited too long; more are told at once.
WAITING_A_CONNECTION = 100
LISTENER = "pricebook listener"
HEARTBEAT_SECONDS = 1.0

UNREACHABLE = "The database cannot be reached or is too busy; try again in a moment."
FORBIDDEN = (
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
            heartbeat_seconds=REQUEST_SECONDS if statement_seconds else WORK_SECONDS,
            statement_seconds=statement_seconds,
            configure=_configure,
            min_size=pool_min,
            max_size=pool_max,
            timeout=POOL_TIMEOUT_SECONDS,
            max_waiting=pool_max * WAITING_A_CONNECTION,
        )
        exports = max(1, int(pool_max * EXPORTS_SHARE))
        self._public_exports = ExportSlots(exports)
        self._staff_exports = ExportSlots(exports)
        self._reads = PublicReads(
            self._pool,
            at_once=max(1, int(pool_max * PUBLIC_SHARE) - exports),
            waiting_at_once=pool_max * WAITING_A_CONNECTION,
            seconds=POOL_TIMEOUT_SECONDS,
        )

    async def __aenter__(self) -> Self:
        await self._pool.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._pool.close()

    def figures(self) -> PoolFigures:
        """Tell how the pool is used."""
        stats = self._pool.get_stats()
        return PoolFigures(
            size=stats["pool_size"],
            available=stats["pool_available"],
            max=stats["pool_max"],
            waiting=stats["requests_waiting"],
            wait_seconds=stats.get("requests_wait_ms", 0) / 1000,
            requests=stats.get("requests_num", 0) + self._reads.handed_on,
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
                await conn.use_plans("force_custom_plan")
                yield conn
            finally:
                await self._pool.putconn(conn)
        except psycopg.Error as error:
            _tell(error)
            raise

    @asynccontextmanager
    async def transaction(self, *, undo: bool = False) -> AsyncGenerator[Connection]:
        """Lend a connection inside one transaction: committed on leaving, or nothing is done.

        With `undo`, nothing is done in any case.
        """
        async with self.connection() as conn, conn.transaction(force_rollback=undo):
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

    def read(self) -> "PublicRead":
        """Lend a reader for what the public asks: to some at once, the others wait a moment.

        However many visitors come, a share of the pool is left for everybody else, and PostgreSQL
        is not asked for more at once than it does well. It may keep plans, which are half of what
        a page costs it. Raises DatabaseUnavailableError.
        """
        return PublicRead(self._reads)

    async def listen(self, channel: LiteralString) -> AsyncGenerator[bool]:
        """Tell what is notified on a channel: True when something was, False when nothing was.

        True comes first, once PostgreSQL has confirmed that it will tell, then at each
        notification; False about every second, after a round trip has shown that all is well. On
        a connection of its own. Raises DatabaseUnavailableError when that is lost.
        """
        try:
            async with await AsyncConnection.connect(
                with_defaults(self._url), autocommit=True, application_name=LISTENER
            ) as conn:
                with Deadline(conn, REQUEST_SECONDS):
                    await conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                yield True
                while True:
                    async for _ in conn.notifies(timeout=HEARTBEAT_SECONDS):
                        yield True
                    with Deadline(conn, REQUEST_SECONDS):
                        await conn.execute("SELECT")
                    yield False
        except psycopg.OperationalError as error:
            raise DatabaseUnavailableError(UNREACHABLE) from error

    @asynccontextmanager
    async def slow_read(self, caller: str | None = None) -> AsyncGenerator[Connection]:
        """Lend a connection inside a transaction that lasts as long as its reader takes.

        To staff, or to a caller of the public: each group has a share of the pool, a caller one
        connection. No reader may stand still for IDLE_TIMEOUT. Raises DatabaseUnavailableError,
        RateLimitExceededError.
        """
        slots = self._staff_exports if caller is None else self._public_exports
        with slots.slot(caller):
            async with self.transaction() as conn:
                yield conn


class PublicRead:
    """One read of the public: a context that lends a reader."""

    __slots__ = ("_conn", "_reads")

    def __init__(self, reads: PublicReads) -> None:
        self._reads = reads

    async def __aenter__(self) -> Reader:
        try:
            self._conn = await self._reads.take()
        except TimeoutError as error:
            raise DatabaseUnavailableError(UNREACHABLE) from error
        except psycopg.Error as error:
            _tell(error)
            raise
        return self._conn.reader

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        await self._reads.give_back(self._conn, is_sound=error is None)
        if isinstance(error, psycopg.Error):
            _tell(error)


async def _configure(conn: Connection) -> None:
    conn.adapters.register_loader("numeric", PriceLoader)
    # What is asked for lies in memory or on a disk without a head to move.
    await conn.execute("SET random_page_cost = 1.1")
    await conn.execute("SET TIME ZONE 'UTC'")
    await conn.execute(
        "SELECT set_config('idle_in_transaction_session_timeout', %s, false)", [IDLE_TIMEOUT]
    )


def _tell(error: psycopg.Error) -> None:
    """Raise what a caller is to be told of an error; anything else is a defect of ours."""
    match error:
        case psycopg.OperationalError():
            raise (unavailable_for(error) or DatabaseUnavailableError(UNREACHABLE)) from error
        case ReadOnlySqlTransaction():
            raise DatabaseUnavailableError(READ_ONLY) from error
        case InsufficientPrivilege():
            raise DatabaseRightsError(FORBIDDEN) from error
        case _:
            return


async def find_revision(conn: Connection) -> str | None:
    """Return the migration that the database is at, or None if it has never been migrated."""
    try:
        row = await _first(conn, "SELECT version_num FROM alembic_version")
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
    fixed = await find_currency(conn)
    if fixed != currency:
        raise DatabaseNotReadyError(
            f"CATALOG_CURRENCY is {currency}, but every price in this database is in {fixed}."
        )


async def find_currency(conn: Connection) -> str | None:
    """Return the currency of every price here, or None before the first start."""
    row = await _first(conn, "SELECT currency FROM catalog_settings")
    return row[0] if row else None


async def _first(conn: Connection, query: LiteralString) -> tuple[Any, ...] | None:
    return await (await conn.execute(query)).fetchone()
