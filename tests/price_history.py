"""Prices of the past for tests: months as partitions, and items with recorded prices."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, LiteralString
from uuid import UUID

import builders
from pricebook.db.database import Connection

# The changes of each item are a day apart, the last one is of yesterday.
CHANGES_A_DAY_APART: LiteralString = """
    UPDATE price_history SET recorded_at = now() - make_interval(days => days::integer)
    FROM (
        SELECT id, count(*) OVER (
            PARTITION BY supplier_item_id ORDER BY recorded_at DESC) AS days
        FROM price_history
    ) AS change
    WHERE price_history.id = change.id
"""


def month(offset: int) -> datetime:
    """Return the beginning of a month, counted from the present one."""
    now = datetime.now(UTC)
    years, index = divmod(now.month - 1 + offset, 12)
    return datetime(now.year + years, index + 1, 1, tzinfo=UTC)


async def partitions(conn: Connection) -> list[tuple[Any, ...]]:
    cursor = await conn.execute("SELECT * FROM price_history_partitions()")
    return await cursor.fetchall()


async def split_the_past(conn: Connection, months: int) -> None:
    """Make a partition of each of the last months, as if Pricebook had run for so long."""
    past_end = (await partitions(conn))[0][2]
    await conn.execute("ALTER TABLE price_history DETACH PARTITION price_history_past")
    await conn.execute("ALTER TABLE price_history_past RENAME TO detached_prices")
    bounds = [month(number) for number in range(1 - months, 3)]
    bounds = [each for each in bounds if each <= past_end]
    await conn.execute(
        f"CREATE TABLE price_history_past PARTITION OF price_history"
        f" FOR VALUES FROM (MINVALUE) TO ('{bounds[0]}')".encode()
    )
    for begin, end in pairwise(bounds):
        await conn.execute(
            f"CREATE TABLE {begin:price_history_%Y_%m} PARTITION OF price_history"
            f" FOR VALUES FROM ('{begin}') TO ('{end}')".encode()
        )
    await conn.execute("INSERT INTO price_history SELECT * FROM detached_prices")
    await conn.execute("DROP TABLE detached_prices")


async def item_with_prices(
    conn: Connection, product_id: UUID | None, prices: Sequence[tuple[datetime, int]]
) -> UUID:
    """Insert an item of a new supplier that had these prices, the oldest first."""
    supplier_id = await builders.supplier(conn)
    item_id = await builders.item(conn, supplier_id, str(prices[-1][1]), product_id=product_id)
    await conn.execute(
        "UPDATE supplier_items SET created_at = %s WHERE id = %s", [prices[0][0], item_id]
    )
    await conn.execute("DELETE FROM price_history WHERE supplier_item_id = %s", [item_id])
    before = None
    for recorded_at, price in prices:
        await conn.execute(
            """
            INSERT INTO price_history (supplier_item_id, recorded_at, price, old_price)
            VALUES (%s, %s, %s, %s)
            """,
            [item_id, recorded_at, price, before],
        )
        before = price
    return item_id
