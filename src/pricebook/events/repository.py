"""Reads the feed of events, gives them their positions, and deletes old ones."""

from decimal import Decimal
from typing import LiteralString

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, find_value, struct_row
from pricebook.events.schemas import Event, EventQuery

PAGE: LiteralString = """
    SELECT position, id, type, at, data FROM events
    WHERE position > %(after)s {of_type}
    ORDER BY position LIMIT %(limit)s
"""
NEWEST: LiteralString = """
    SELECT position, id, type, at, data FROM events
    WHERE position IS NOT NULL {of_type}
    ORDER BY position DESC LIMIT %(limit)s
"""


async def list_events(conn: Connection, query: EventQuery) -> list[Event]:
    """Return the events behind a position, in their order."""
    return await _list_events(conn, PAGE, query)


async def list_newest_events(conn: Connection, query: EventQuery) -> list[Event]:
    """Return the newest events, in their order."""
    return (await _list_events(conn, NEWEST, query))[::-1]


async def _list_events(
    conn: Connection, statement: LiteralString, query: EventQuery
) -> list[Event]:
    of_type: LiteralString = "" if query.type is None else "AND type = %(type)s"
    async with conn.cursor(row_factory=struct_row(Event)) as cursor:
        await cursor.execute(
            statement.format(of_type=of_type),
            {"after": query.after, "limit": query.limit, "type": query.type},
        )
        return await cursor.fetchall()


async def get_last_position(conn: Connection) -> int:
    """Return the last position that was given."""
    return await fetch_value(conn, "SELECT position FROM last_event")


async def find_first_position(conn: Connection) -> int | None:
    """Return the position of the oldest event that is kept; None without any."""
    return await find_value(
        conn, "SELECT position FROM events WHERE position IS NOT NULL ORDER BY position LIMIT 1"
    )


async def place_events(conn: Connection, most: int) -> int:
    """Give up to so many committed events their positions; return how many."""
    return await fetch_value(conn, "SELECT place_events(%s)", [most])


async def set_thresholds(
    conn: Connection, price_jump_percent: float, margin_below_percent: float
) -> None:
    """Store the thresholds of events about prices, unless they are the stored ones."""
    await conn.execute(
        """
        UPDATE event_thresholds
        SET price_jump_percent = %(jump)s, margin_below_percent = %(margin)s
        WHERE (price_jump_percent, margin_below_percent) IS DISTINCT FROM (%(jump)s, %(margin)s)
        """,
        {"jump": Decimal(str(price_jump_percent)), "margin": Decimal(str(margin_below_percent))},
    )


async def delete_old_events(conn: Connection, days: int, most: int) -> int:
    """Delete up to so many placed events that are older than so many days; return how many."""
    cursor = await conn.execute(
        """
        DELETE FROM events WHERE id IN (
            SELECT id FROM (
                SELECT id, at FROM events WHERE position IS NOT NULL ORDER BY position LIMIT %s
            ) AS oldest
            WHERE at < now() - make_interval(days => %s))
        """,
        [most, days],
    )
    return cursor.rowcount
