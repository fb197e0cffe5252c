"""The times of the price changes in question: those of a filter, or of one import."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.prices.schemas import EARLIEST, PriceChangeFilter


class PriceImport(Struct, frozen=True):
    """An import that has changed prices: its supplier, its transaction and its end."""

    supplier_name: str
    begin: datetime
    end: datetime


class ChangeScope(NamedTuple):
    """The first time of the changes and the one before which they are.

    `written_at` is the transaction that wrote them; None: any.
    """

    begin: datetime
    end: datetime
    written_at: datetime | None


NOTHING = ChangeScope(EARLIEST, EARLIEST, EARLIEST)


async def find_import(conn: Connection, import_id: UUID) -> PriceImport | None:
    """Return an import that has changed prices; None if there is none, or it changed nothing."""
    async with conn.cursor(row_factory=struct_row(PriceImport)) as cursor:
        await cursor.execute(
            """
            SELECT supplier_name, changes_at AS begin, coalesce(completed_at, now()) AS end
            FROM ingestion_tasks WHERE id = %s AND changes_at IS NOT NULL
            """,
            [import_id],
        )
        return await cursor.fetchone()


async def find_scope(conn: Connection, criteria: PriceChangeFilter) -> ChangeScope:
    """Return the times of the changes that a filter is about."""
    if criteria.import_id is None:
        return ChangeScope(criteria.begin, criteria.end, None)
    found = await find_import(conn, criteria.import_id)
    if found is None:
        return NOTHING
    end = found.end + timedelta(microseconds=1)
    return ChangeScope(max(criteria.begin, found.begin), min(criteria.end, end), found.begin)
