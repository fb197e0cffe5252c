"""What reads for the public: in which order, on which connections, and what becomes of these."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from pricebook.db import fair_pool, pooled_connection
from pricebook.db.database import Connection, Database
from pricebook.errors import DatabaseUnavailableError


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Database]:
    """A pool of two connections, of which the public has one."""
    async with Database(database_url, pool_min=2, pool_max=2) as opened:
        yield opened


async def number(pool: Database, requested: int = 1) -> int:
    async with pool.read() as query_runner:
        ((answer,),) = await query_runner.fetch("SELECT %s::int", [requested])
    return answer


async def terminate_other_sessions(conn: Connection) -> None:
    await conn.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )


async def wait_until_idle(pool: Database) -> None:
    async with asyncio.timeout(10):
        while pool.pool_metrics().available < 2:  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(0.01)


async def test_waiters_are_served_in_order(pool: Database) -> None:
    async def ask(place: int) -> None:
        await number(pool)
        order_served.append(place)

    order_served: list[int] = []
    async with pool.read():
        pending = [asyncio.create_task(ask(place)) for place in range(20)]
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
        pending[0].cancel()  # the turn is its own already
        found = await asyncio.gather(*pending, return_exceptions=True)
        assert [each for each in found if isinstance(each, int)] == [1, 3, 4, 5]
    await wait_until_idle(pool)


async def test_waiter_times_out_and_the_others_keep_waiting(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricebook.db.database.POOL_TIMEOUT_SECONDS", 0.2)
    async with Database(database_url, pool_max=1) as database:
        async with database.read():
            first = asyncio.create_task(number(database))
            await asyncio.sleep(0.15)
            second = asyncio.create_task(number(database))
            with pytest.raises(DatabaseUnavailableError):
                await first
        assert await second == 1
        assert await number(database) == 1


async def test_connection_returns_to_the_pool_after_max_handovers(
    pool: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fair_pool, "MAX_HANDOVERS", 3)
    assert await asyncio.gather(*(number(pool, each) for each in range(50))) == list(range(50))
    await wait_until_idle(pool)
    assert pool.pool_metrics().requests == 50


async def test_cancelled_query_is_stopped_in_postgresql(pool: Database, conn: Connection) -> None:
    async def sleep() -> None:
        async with pool.read() as query_runner:
            await query_runner.fetch("SELECT pg_sleep(60)")

    pending = asyncio.create_task(sleep())
    await asyncio.sleep(0.2)
    pending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pending
    row = await (
        await conn.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE state = 'active' AND datname = current_database() AND query LIKE '%pg_sleep%'"
            " AND pid <> pg_backend_pid()"
        )
    ).fetchone()
    assert row == (0,)
    assert await number(pool) == 1


async def test_connections_that_are_lost_are_replaced(pool: Database, conn: Connection) -> None:
    """Sockets get the numbers of those that were closed: each time another one is to be watched."""

    async def sleep() -> None:
        async with pool.read() as query_runner:
            await query_runner.fetch("SELECT pg_sleep(60)")

    for _ in range(10):
        await wait_until_idle(pool)
        pending = asyncio.create_task(sleep())
        async with pool.connection() as other:  # one that is idle, too
            await other.execute("SELECT 1")
        await asyncio.sleep(0.05)
        await terminate_other_sessions(conn)
        with pytest.raises(DatabaseUnavailableError):
            await pending
        async with asyncio.timeout(10):
            while await number_or_none(pool) != 1:
                pass
    await wait_until_idle(pool)


async def number_or_none(pool: Database) -> int | None:
    try:
        return await number(pool)
    except DatabaseUnavailableError:
        return None


@pytest.mark.parametrize("end", ["while it waits", "while it is idle", "by us"])
async def test_a_socket_that_was_closed_is_no_longer_watched(
    pool: Database, conn: Connection, end: str
) -> None:
    """Its number is given to the next socket, which would then not be watched."""
    assert await number(pool) == 1
    async with pool.read() as query_runner:
        socket = query_runner.connection.pgconn.socket
        assert await query_runner.fetch("SELECT 1") == [(1,)]
        requested = query_runner.fetch("SELECT pg_sleep(60)")
        if end == "by us":
            await query_runner.connection.close()
        elif end == "while it is idle":  # and before the event loop can have noticed
            terminate_session(conn.info.dsn, query_runner.connection)
        else:
            requested = asyncio.create_task(requested)
            await asyncio.sleep(0.1)
            await asyncio.to_thread(terminate_session, conn.info.dsn, query_runner.connection)
        with pytest.raises(psycopg.OperationalError):
            await requested
    assert not asyncio.get_running_loop().remove_reader(socket)


def terminate_session(dsn: str, connection: psycopg.AsyncConnection[Any]) -> None:
    with psycopg.connect(dsn) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])


async def test_statements_that_psycopg_has_dropped_are_prepared_again(database_url: str) -> None:
    async with Database(database_url, pool_max=1) as database:
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
    monkeypatch.setattr(pooled_connection, "MAX_PREPARED_STATEMENTS", 3)
    async with Database(database_url, pool_max=1) as database, database.read() as query_runner:
        for _ in range(2):
            for number in range(8):
                rows = await query_runner.fetch(f"SELECT {number} + %s::int", [1])  # pyright: ignore[reportArgumentType]
                assert rows == [(number + 1,)]
        ((kept,),) = await query_runner.fetch("SELECT count(*) FROM pg_prepared_statements")
        assert kept <= 3


@pytest.mark.parametrize("keep_plan", [True, False])
async def test_a_text_is_never_cut_off(pool: Database, *, keep_plan: bool) -> None:
    async with pool.read() as query_runner:
        for text in ("", "é%s$1'\\", "x" * 100_000):
            rows = await query_runner.fetch("SELECT %s::text", [text], keep_plan=keep_plan)
            assert rows == [(text,)]
    with pytest.raises(psycopg.DataError):
        async with pool.read() as query_runner:
            await query_runner.fetch("SELECT %s::text", ["a\0b"], keep_plan=keep_plan)
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
