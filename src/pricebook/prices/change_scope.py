"""The times of the price changes in question: those of a filter, or of one import."""

from datetime import datetime, timedelta
from typing import LiteralString, NamedTuple
from uuid import UUID

from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.prices.schemas import EARLIEST, PriceChangeFilter


class PriceImport(Struct, frozen=True):
    """An import that has changed prices: its supplier, its transaction and its end.

    It is the first if no earlier import of the supplier is kept.
    """

    supplier_name: str
    begin: datetime
    end: datetime
    is_first: bool


class ChangeScope(NamedTuple):
    """The first time of the changes and the one before which they are.

    `written_at` is the transaction that wrote them; None: any. `few_of` is the supplier whose
    changes are read by its index and sorted; None: they are read in their order.
    """

    begin: datetime
    end: datetime
    written_at: datetime | None
    few_of: UUID | None = None


NOTHING = ChangeScope(EARLIEST, EARLIEST, EARLIEST)
# Of a supplier with more changes, a page is soon found in their order.
MAX_FEW = 10_000
# The supplier is no equality, and the order is that of the index, so that the index is used: where
# one supplier has most changes, those of another would be searched for among all.
_OF_SUPPLIER: LiteralString = """
    SELECT {columns} FROM price_history
    WHERE old_price IS NOT NULL AND {supplier} AND recorded_at >= %s AND recorded_at < %s
    ORDER BY supplier_id, recorded_at LIMIT %s
"""
_IS_SUPPLIER: LiteralString = "supplier_id >= %s AND supplier_id <= %s"
OF_SUPPLIER: LiteralString = _OF_SUPPLIER.format(columns="*", supplier=_IS_SUPPLIER)
# Changes that a release before migration 0057 has recorded have no supplier. They are counted, as
# EXISTS would ignore the order and with it the index: first prices have no supplier either, so that
# PostgreSQL expects many.
IS_FEW: LiteralString = """
    SELECT (SELECT count(*) FROM ({unknown}) AS unknown) = 0
        AND (SELECT count(*) FROM ({known}) AS known) <= %s
"""


async def find_import(conn: Connection, import_id: UUID) -> PriceImport | None:
    """Return an import that has changed prices; None if there is none, or it changed nothing."""
    async with conn.cursor(row_factory=struct_row(PriceImport)) as cursor:
        await cursor.execute(
            """
            SELECT supplier_name, changes_at AS begin, coalesce(completed_at, now()) AS end,
                NOT EXISTS (
                    SELECT FROM ingestion_tasks AS earlier
                    WHERE earlier.supplier_id = task.supplier_id
                        AND earlier.changes_at < task.changes_at
                ) AS is_first
            FROM ingestion_tasks AS task WHERE id = %s AND changes_at IS NOT NULL
            """,
            [import_id],
        )
        return await cursor.fetchone()


async def find_scope(conn: Connection, criteria: PriceChangeFilter) -> ChangeScope:
    """Return the times of the changes that a filter is about."""
    if criteria.import_id is None:
        scope = ChangeScope(criteria.begin, criteria.end, None)
        return await _with_few(conn, criteria, scope)
    found = await find_import(conn, criteria.import_id)
    if found is None:
        return NOTHING
    end = found.end + timedelta(microseconds=1)
    begin, end = max(criteria.begin, found.begin), min(criteria.end, end)
    return await _with_few(conn, criteria, ChangeScope(begin, end, found.begin))


async def _with_few(
    conn: Connection, criteria: PriceChangeFilter, scope: ChangeScope
) -> ChangeScope:
    """Return the times with the supplier of a filter, if it has few changes in them."""
    supplier_id = criteria.supplier_id
    if supplier_id is None or criteria.undone:
        return scope
    times = (scope.begin, scope.end)
    statement = IS_FEW.format(
        unknown=_OF_SUPPLIER.format(columns="", supplier="supplier_id IS NULL"),
        known=_OF_SUPPLIER.format(columns="", supplier=_IS_SUPPLIER),
    )
    values = [*times, 1, supplier_id, supplier_id, *times, MAX_FEW + 1, MAX_FEW]
    is_few = await fetch_value(conn, statement, values)
    return scope._replace(few_of=supplier_id if is_few else None)
