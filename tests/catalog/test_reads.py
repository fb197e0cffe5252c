"""What reads for the public: in which order, on which connections, and what becomes of these."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from pricebook import pooled, public_reads
from pricebook.db import Connection, Database
from pricebook.errors import DatabaseUnavailableError


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Database]:
    """A pool of two connections, of which the public has one."""
    async with Database(database_url, pool_min=2, pool_max=2) as opened:
        yield opened


async def number(pool: Database, asked: int = 1) -> int:
    async with pool.read() as reader:
        ((answer,),) = await reader.fetch("SELECT %s::int", [asked])
    return answer


async def end_all_but(conn: Connection) -> None:
    await conn.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )


async def until_idle(pool: Database) -> None:
    async with asyncio.timeout(10):
        while pool.figures().available < 2:  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(0.01)


async def test_who_came_first_is_served_first(pool: Database) -> None:
    async def ask(place: int) -> None:
        await number(pool)
        served.append(place)

    served: list[int] = []
    async with pool.read():
        asking = [asyncio.create_task(ask(place)) for place in range(20)]
        await asyncio.sleep(0)
    await asyncio.gather(*asking)
    assert served == list(range(20))
    assert pool.figures().requests == 21


async def test_who_gives_up_while_waiting_leaves_the_turn_to_the_others(pool: Database) -> None:
    for pause in (0, 0.05):
        async with pool.read():
            asking = [asyncio.create_task(number(pool, each)) for each in range(6)]
            await asyncio.sleep(pause)
            asking[2].cancel()
        asking[0].cancel()  # the turn is its own already
        found = await asyncio.gather(*asking, return_exceptions=True)
        assert [each for each in found if isinstance(each, int)] == [1, 3, 4, 5]
    await until_idle(pool)


async def test_who_waits_too_long_is_told_and_the_others_wait_on(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricebook.db.POOL_TIMEOUT_SECONDS", 0.2)
    async with Database(database_url, pool_max=1) as database:
        async with database.read():
            first = asyncio.create_task(number(database))
            await asyncio.sleep(0.15)
            second = asyncio.create_task(number(database))
            with pytest.raises(DatabaseUnavailableError):
                await first
        assert await second == 1
        assert await number(database) == 1


async def test_a_connection_goes_back_to_the_pool_now_and_then(
    pool: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_reads, "HANDED_ON", 3)
    assert await asyncio.gather(*(number(pool, each) for each in range(50))) == list(range(50))
    await until_idle(pool)
    assert pool.figures().requests == 50


async def test_what_nobody_waits_for_is_stopped(pool: Database, conn: Connection) -> None:
    async def sleep() -> None:
        async with pool.read() as reader:
            await reader.fetch("SELECT pg_sleep(60)")

    asking = asyncio.create_task(sleep())
    await asyncio.sleep(0.2)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
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
        async with pool.read() as reader:
            await reader.fetch("SELECT pg_sleep(60)")

    for _ in range(10):
        await until_idle(pool)
        asking = asyncio.create_task(sleep())
        async with pool.connection() as other:  # one that is idle, too
            await other.execute("SELECT 1")
        await asyncio.sleep(0.05)
        await end_all_but(conn)
        with pytest.raises(DatabaseUnavailableError):
            await asking
        async with asyncio.timeout(10):
            while await outcome(pool) != 1:
                pass
    await until_idle(pool)


async def outcome(pool: Database) -> int | None:
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
    async with pool.read() as reader:
        socket = reader.connection.pgconn.socket
        assert await reader.fetch("SELECT 1") == [(1,)]
        asked = reader.fetch("SELECT pg_sleep(60)")
        if end == "by us":
            await reader.connection.close()
        elif end == "while it is idle":  # and before the event loop can have noticed
            end_at_once(conn.info.dsn, reader.connection)
        else:
            asked = asyncio.create_task(asked)
            await asyncio.sleep(0.1)
            await asyncio.to_thread(end_at_once, conn.info.dsn, reader.connection)
        with pytest.raises(psycopg.OperationalError):
            await asked
    assert not asyncio.get_running_loop().remove_reader(socket)


def end_at_once(dsn: str, connection: psycopg.AsyncConnection[Any]) -> None:
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


async def test_no_more_statements_are_kept_prepared_than_some(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooled, "PREPARED_STATEMENTS", 3)
    async with Database(database_url, pool_max=1) as database, database.read() as reader:
        for _ in range(2):
            for number in range(8):
                rows = await reader.fetch(f"SELECT {number} + %s::int", [1])  # pyright: ignore[reportArgumentType]
                assert rows == [(number + 1,)]
        ((kept,),) = await reader.fetch("SELECT count(*) FROM pg_prepared_statements")
        assert kept <= 3


@pytest.mark.parametrize("keep_plan", [True, False])
async def test_a_text_is_never_cut_off(pool: Database, *, keep_plan: bool) -> None:
    async with pool.read() as reader:
        for text in ("", "é%s$1'\\", "x" * 100_000):
            rows = await reader.fetch("SELECT %s::text", [text], keep_plan=keep_plan)
            assert rows == [(text,)]
    with pytest.raises(psycopg.DataError):
        async with pool.read() as reader:
            await reader.fetch("SELECT %s::text", ["a\0b"], keep_plan=keep_plan)
    assert await number(pool) == 1


async def test_who_has_nothing_to_wait_for_lets_others_go_on(pool: Database) -> None:
    def written_at_once() -> Any:
        yield from ()

    async with pool.connection() as conn:
        other = asyncio.create_task(asyncio.sleep(0))
        ends_at = time.monotonic() + 5
        while not other.done() and time.monotonic() < ends_at:
            await conn.wait(written_at_once())
    assert other.done()
