"""The price history lies in partitions of a month in UTC; old ones are dropped."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

import builders
from price_history import month, partitions, split_the_past
from pricebook.db.database import Connection, Database
from pricebook.db.migrations import rights
from pricebook.errors import DatabaseBusyError
from pricebook.prices import partition_repository
from pricebook.prices.retention import maintain_history


async def partition_of(conn: Connection, item_id: UUID, recorded_at: datetime) -> str:
    """Insert a price; return the partition that it is in."""
    cursor = await conn.execute(
        """
        INSERT INTO price_history (supplier_item_id, price, recorded_at) VALUES (%s, 1, %s)
        RETURNING tableoid::regclass::text
        """,
        [item_id, recorded_at],
    )
    row = await cursor.fetchone()
    assert row
    return row[0]


@pytest.fixture
async def worker_database(database_url: str) -> Any:
    async with Database(make_conninfo(database_url, user=rights.WORKER_ROLE)) as opened:
        yield opened


@pytest.fixture
async def item_id(conn: Connection) -> UUID:
    return await builders.item(conn, await builders.supplier(conn))


async def test_the_third_month_after_this_one_is_the_last(conn: Connection) -> None:
    found = await partitions(conn)
    names = [name for name, _, _ in found]
    assert names[0] == "price_history_past"
    assert names[-2:] == [f"{month(3):price_history_%Y_%m}", "price_history_future"]
    assert found[0][1] is None
    assert [begin for _, begin, _ in found[1:]] == [end for _, _, end in found[:-1]]
    assert found[-1][1:] == (month(4), None)
    assert await partition_repository.insert_partitions(conn) == 0


async def test_a_month_begins_at_midnight_utc(conn: Connection, item_id: UUID) -> None:
    await conn.execute("SET TIME ZONE 'Pacific/Auckland'")
    border = month(3)
    before = await partition_of(conn, item_id, border - timedelta(microseconds=1))
    assert before != f"{border:price_history_%Y_%m}"
    assert await partition_of(conn, item_id, border) == f"{border:price_history_%Y_%m}"


async def test_every_time_has_a_partition(conn: Connection, item_id: UUID) -> None:
    assert await partition_of(conn, item_id, month(-500)) == "price_history_past"
    assert await partition_of(conn, item_id, month(500)) == "price_history_future"


async def test_prices_of_the_future_partition_move_to_their_months(
    conn: Connection, item_id: UUID, worker_database: Database
) -> None:
    """As if nobody had created months for a year."""
    await conn.execute("DROP TABLE price_history_future")
    for name, begin, end in await partitions(conn):
        if begin is not None and end is not None:
            await conn.execute(f"DROP TABLE {name}".encode())
    ((_, _, end),) = await partitions(conn)
    await conn.execute(
        f"CREATE TABLE price_history_future PARTITION OF price_history"
        f" FOR VALUES FROM ('{end}') TO (MAXVALUE)".encode()
    )
    times = [month(number) for number in (2, 3, 9, 10)]
    for each in times:
        assert await partition_of(conn, item_id, each) == "price_history_future"
    await conn.execute("UPDATE price_history SET change_percent = 50 WHERE price = 1")

    async with worker_database.transaction() as worker:
        await worker.execute("SET LOCAL TIME ZONE 'Pacific/Auckland'")  # has summer time
        assert await partition_repository.insert_partitions(worker) == 9

    cursor = await conn.execute(
        """
        SELECT recorded_at, tableoid::regclass::text FROM price_history
        WHERE price = 1 ORDER BY recorded_at
        """
    )
    assert await cursor.fetchall() == [(at, f"{at:price_history_%Y_%m}") for at in times]
    assert (await partitions(conn))[-1][1] == month(11)
    cursor = await conn.execute("SELECT type FROM events WHERE type = 'price.jumped'")
    assert await cursor.fetchall() == []


async def test_old_months_are_dropped(
    conn: Connection, item_id: UUID, worker_database: Database
) -> None:
    await split_the_past(conn, 14)
    assert await partition_of(conn, item_id, month(-14)) == "price_history_past"
    assert await partition_of(conn, item_id, month(-13)) == f"{month(-13):price_history_%Y_%m}"
    await partition_of(conn, item_id, month(-12))
    assert await partition_repository.find_start(conn) is None

    await maintain_history(worker_database, 12)

    cursor = await conn.execute("SELECT recorded_at FROM price_history WHERE price = 1")
    assert await cursor.fetchall() == [(month(-12),)]
    assert await partition_repository.find_start(conn) == month(-12)
    names = [name for name, _, _ in await partitions(conn)]
    assert names[:2] == ["price_history_past", f"{month(-12):price_history_%Y_%m}"]
    await maintain_history(worker_database, 12)
    assert [name for name, _, _ in await partitions(conn)] == names


async def test_three_months_are_always_kept(
    conn: Connection, item_id: UUID, worker_database: Database
) -> None:
    await split_the_past(conn, 5)
    for number in range(-5, 0):
        await partition_of(conn, item_id, month(number))
    await maintain_history(worker_database, 1)
    cursor = await conn.execute("SELECT count(*) FROM price_history WHERE price = 1")
    assert await cursor.fetchone() == (3,)
    assert await partition_repository.find_start(conn) == month(-3)


async def test_nothing_waits_long_for_an_import(
    conn: Connection, item_id: UUID, worker_database: Database, database_url: str
) -> None:
    await split_the_past(conn, 14)
    await partition_of(conn, item_id, month(-14))
    with psycopg.connect(database_url) as importing:
        importing.execute("UPDATE supplier_items SET current_price = current_price + 1")
        with pytest.raises(DatabaseBusyError):
            await maintain_history(worker_database, 12)
    await maintain_history(worker_database, 12)
    assert await partition_repository.find_start(conn) == month(-12)


async def test_deleting_a_supplier_deletes_its_prices_of_all_months(
    conn: Connection, item_id: UUID, worker_database: Database
) -> None:
    kept_item = await builders.item(conn, await builders.supplier(conn))
    await split_the_past(conn, 14)
    for number in (-20, -12, 0, 2, 20):
        await partition_of(conn, item_id, month(number))
        await partition_of(conn, kept_item, month(number))
    cursor = await conn.execute(
        """
        UPDATE suppliers SET deleting_since = now(), is_active = false
        WHERE id = (SELECT supplier_id FROM supplier_items WHERE id = %s) RETURNING id
        """,
        [item_id],
    )
    async with worker_database.transaction() as worker:
        await worker.execute("SELECT delete_supplier_batch(%s, 100)", await cursor.fetchone())
    cursor = await conn.execute("SELECT supplier_item_id FROM price_history WHERE price = 1")
    assert await cursor.fetchall() == [(kept_item,)] * 5
