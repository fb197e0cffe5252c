"""Public queries: their order, their connections, and how these connections end."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from msgspec import Struct

from pricebook.db import fair_pool
from pricebook.db.database import Connection, Database
from pricebook.db.driver import prepared_queries
from pricebook.errors import DatabaseUnavailableError
from pricebook.settings import DatabaseDriver


class Value(Struct, frozen=True):
    """A row of a query for one value."""

    value: Any


SLEEP = "SELECT NULL AS value FROM pg_sleep(60)"


@pytest.fixture
async def pool(database_url: str, driver: DatabaseDriver) -> AsyncIterator[Database]:
    """A pool of two connections, one of them for public queries."""
    async with Database(database_url, pool_min=2, pool_max=2, driver=driver) as opened:
        yield opened


@pytest.fixture
async def fenced_pool(database_url: str) -> AsyncIterator[Database]:
    """The same with the connections that use psycopg below its cursors."""
    async with Database(database_url, pool_min=2, pool_max=2) as opened:
        yield opened


async def number(pool: Database, requested: int = 1) -> int:
    async with pool.read() as query_runner:
        (row,) = await query_runner.fetch(Value, "SELECT %s::int AS value", [requested])
    return row.value


async def terminate_other_sessions(conn: Connection) -> None:
    await conn.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )


async def wait_until_idle(pool: Database) -> None:
    async with asyncio.timeout(120):
        while pool.pool_metrics().available < 2:  # noqa: ASYNC110 (the pool has no event)
            await asyncio.sleep(0.01)


async def wait_until_sleeping(conn: Connection) -> None:
    """Wait until PostgreSQL executes SLEEP."""
    async with asyncio.timeout(120):
        while not await count_sleeping(conn):  # noqa: ASYNC110 (PostgreSQL sends no event)
            await asyncio.sleep(0.01)


async def count_sleeping(conn: Connection) -> int:
    cursor = await conn.execute(
        "SELECT FROM pg_stat_activity"
        " WHERE state = 'active' AND datname = current_database() AND query LIKE '%pg_sleep(60)%'"
        " AND pid <> pg_backend_pid()"
    )
    return cursor.rowcount


async def test_waiters_are_served_in_order(pool: Database) -> None:
    async def read(position: int) -> None:
        await number(pool)
        order_served.append(position)

    order_served: list[int] = []
    async with pool.read():
        pending = [asyncio.create_task(read(position)) for position in range(20)]
        await asyncio.sleep(0)
    await asyncio.gather(*pending)
    assert order_served == list(range(20))
    assert pool.pool_metrics().requests == 21


async def test_cancelled_waiter_passes_its_slot_on(pool: Database) -> None:
    for pause in (0, 0.05):
        async with pool.read():
            pending = [asyncio.create_task(number(pool, each)) for each in range(6)]
            await asyncio.sleep(pause)
            pending[2].cancel()
        pending[0].cancel()  # the slot is its own already
        results = await asyncio.gather(*pending, return_exceptions=True)
        assert [each for each in results if isinstance(each, int)] == [1, 3, 4, 5]
    await wait_until_idle(pool)


async def test_waiter_times_out_and_the_others_keep_waiting(
    database_url: str, driver: DatabaseDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricebook.db.database.POOL_TIMEOUT_SECONDS", 3)
    async with Database(database_url, pool_max=1, driver=driver) as database:
        async with database.read():
            first = asyncio.create_task(number(database))
            await asyncio.sleep(2)  # what the second one still waits then
            second = asyncio.create_task(number(database))
            with pytest.raises(DatabaseUnavailableError):
                await first
        assert await second == 1
        assert await number(database) == 1


async def test_every_waiter_times_out_in_its_turn(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All waiters share one timer, which has to be set again for each of them."""
    monkeypatch.setattr("pricebook.db.database.POOL_TIMEOUT_SECONDS", 0.2)
    async with Database(database_url, pool_max=1) as database, database.read():
        early_waiters: list[asyncio.Task[int]] = []
        for _ in range(3):
            early_waiters.append(asyncio.create_task(number(database)))
            await asyncio.sleep(0.05)
        async with asyncio.timeout(120):
            for waiter in early_waiters:
                with pytest.raises(DatabaseUnavailableError):
                    await waiter
            with pytest.raises(DatabaseUnavailableError):
                await number(database)


async def test_connection_returns_to_the_pool_after_max_handovers(
    pool: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fair_pool, "MAX_HANDOVERS", 3)
    assert await asyncio.gather(*(number(pool, each) for each in range(50))) == list(range(50))
    await wait_until_idle(pool)
    assert pool.pool_metrics().requests == 50
    # Of four reads in a row the first one takes the connection from the pool.
    assert pool._fair_pool.handovers == 50 - 13  # pyright: ignore[reportPrivateUsage]


async def test_cancelled_query_is_stopped_in_postgresql(pool: Database, conn: Connection) -> None:
    async def sleep() -> None:
        async with pool.read() as query_runner:
            await query_runner.fetch(Value, SLEEP)

    pending = asyncio.create_task(sleep())
    await wait_until_sleeping(conn)
    pending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pending
    assert await count_sleeping(conn) == 0
    assert await number(pool) == 1


async def test_connections_that_are_lost_are_replaced(pool: Database, conn: Connection) -> None:
    """New sockets get the numbers of closed ones, and have to be registered with the event loop."""

    async def sleep() -> None:
        async with pool.read() as query_runner:
            await query_runner.fetch(Value, SLEEP)

    for _ in range(10):
        await wait_until_idle(pool)
        pending = asyncio.create_task(sleep())
        async with pool.connection() as other:  # which is idle afterwards
            await other.execute("SELECT 1")
        await wait_until_sleeping(conn)
        await terminate_other_sessions(conn)
        with pytest.raises(DatabaseUnavailableError):
            await pending
        async with asyncio.timeout(120):
            while await number_or_none(pool) != 1:
                pass
    await wait_until_idle(pool)


async def number_or_none(pool: Database) -> int | None:
    try:
        return await number(pool)
    except DatabaseUnavailableError:
        return None


@pytest.mark.parametrize("is_waiting", [True, False])
async def test_socket_closed_by_the_server_is_unregistered(
    fenced_pool: Database, conn: Connection, *, is_waiting: bool
) -> None:
    """Its number is given to the next socket, which would not be registered."""
    async with fenced_pool.read() as query_runner:
        connection = query_runner.connection
        socket = connection.fileno()
        assert await query_runner.fetch(Value, "SELECT 1 AS value") == [Value(1)]
        query = query_runner.fetch(Value, SLEEP)
        if is_waiting:
            query = asyncio.create_task(query)
            await wait_until_sleeping(conn)
            await asyncio.to_thread(terminate_session, conn.info.dsn, connection)
        else:  # before the event loop can notice it
            terminate_session(conn.info.dsn, connection)
        with pytest.raises(psycopg.OperationalError):
            await query
        assert not asyncio.get_running_loop().remove_reader(socket)


async def test_socket_closed_by_the_client_is_unregistered(fenced_pool: Database) -> None:
    async with fenced_pool.connection() as conn:
        socket = conn.fileno()
        await conn.execute("SELECT 1")
        await conn.close()
        assert not asyncio.get_running_loop().remove_reader(socket)


async def test_socket_of_an_idle_connection_stays_registered(fenced_pool: Database) -> None:
    async with fenced_pool.connection() as conn:
        await conn.execute("SELECT 1")
        assert asyncio.get_running_loop().remove_reader(conn.fileno())
        await conn.close()


def terminate_session(dsn: str, connection: psycopg.AsyncConnection[Any]) -> None:
    with psycopg.connect(dsn) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])


async def test_statements_that_psycopg_has_dropped_are_prepared_again(
    database_url: str, driver: DatabaseDriver
) -> None:
    async with Database(database_url, pool_max=1, driver=driver) as database:
        assert await number(database, 1) == 1
        async with database.connection() as conn:
            for _ in range(10):
                await conn.execute("SELECT 1 + 1")
            with pytest.raises(psycopg.errors.DivisionByZero):
                async with conn.transaction():
                    await conn.execute("SELECT 1 / 0")
            await conn.execute("SELECT 1")
        assert await number(database, 2) == 2
        assert await number(database, 3) == 3


async def test_number_of_prepared_statements_is_limited(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared_queries, "MAX_PREPARED_STATEMENTS", 3)
    async with Database(database_url, pool_max=1) as database, database.read() as query_runner:
        for _ in range(2):
            for number in range(8):
                statement: Any = f"SELECT {number} + %s::int AS value"
                assert await query_runner.fetch(Value, statement, [1]) == [Value(number + 1)]
        (prepared,) = await query_runner.fetch(
            Value, "SELECT count(*) AS value FROM pg_prepared_statements"
        )
        assert prepared.value <= 3


async def test_statements_of_psycopg_outlast_the_limit(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared_queries, "MAX_PREPARED_STATEMENTS", 3)
    async with Database(database_url, pool_max=1) as database:
        for start in (0, 10):
            async with database.read() as query_runner:
                for number in range(start, start + 8):
                    statement: Any = f"SELECT {number} + %s::int AS value"
                    assert await query_runner.fetch(Value, statement, [1]) == [Value(number + 1)]
            async with database.connection() as conn:
                for value in range(2):
                    cursor = await conn.execute("SELECT 1 + %s", [value], prepare=True)
                    assert await cursor.fetchall() == [(1 + value,)]


@pytest.mark.parametrize("keep_plan", [True, False])
async def test_text_values_are_never_truncated(pool: Database, *, keep_plan: bool) -> None:
    async with pool.read() as query_runner:
        for text in ("", "é%s$1'\\", "x" * 100_000):
            rows = await query_runner.fetch(
                Value, "SELECT %s::text AS value", [text], keep_plan=keep_plan
            )
            assert rows == [Value(text)]
    with pytest.raises(psycopg.DataError):
        async with pool.read() as query_runner:
            await query_runner.fetch(
                Value, "SELECT %s::text AS value", ["a\0b"], keep_plan=keep_plan
            )
    assert await number(pool) == 1


async def test_finished_generator_yields_to_the_event_loop(pool: Database) -> None:
    def finished_generator() -> Any:
        yield from ()

    async with pool.connection() as conn:
        other = asyncio.create_task(asyncio.sleep(0))
        ends_at = time.monotonic() + 5
        while not other.done() and time.monotonic() < ends_at:
            await conn.wait(finished_generator())
    assert other.done()


async def test_columns_that_are_not_the_fields_of_the_struct_raise_type_error(
    pool: Database,
) -> None:
    async with pool.read() as query_runner:
        with pytest.raises(TypeError, match="Value has"):
            await query_runner.fetch(Value, "SELECT 1 AS other")
    assert await number(pool) == 1


@pytest.mark.parametrize("keep_plan", [True, False])
async def test_only_kept_plans_are_prepared(
    database_url: str, driver: DatabaseDriver, *, keep_plan: bool
) -> None:
    async with (
        Database(database_url, pool_max=1, driver=driver) as database,
        database.read() as query_runner,
    ):
        await query_runner.fetch(Value, "SELECT %s::int AS value", [1], keep_plan=keep_plan)
        (prepared,) = await query_runner.fetch(
            Value,
            "SELECT count(*) AS value FROM pg_prepared_statements WHERE statement LIKE %s",
            ["SELECT $1::int%"],
            keep_plan=False,
        )
    assert prepared.value == int(keep_plan)
