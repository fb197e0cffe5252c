"""The SQL of the partitions of price_history; db/sql/price_history_partitions.sql has the rules."""

from datetime import datetime

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value


async def insert_partitions(conn: Connection) -> int:
    """Create the missing partitions of the coming months; return how many were missing.

    Raises DatabaseBusyError while imports run.
    """
    return await fetch_value(conn, "SELECT extend_price_history()")


async def drop_partitions(conn: Connection, kept_months: int) -> int:
    """Drop the months that ended so long ago; return how many partitions were dropped.

    Raises DatabaseBusyError while imports run.
    """
    return await fetch_value(conn, "SELECT drop_old_price_history(%s)", [kept_months])


async def find_start(conn: Connection) -> datetime | None:
    """Return the time since when every price is known; None if nothing was dropped."""
    return await fetch_value(conn, "SELECT price_history_since()")
