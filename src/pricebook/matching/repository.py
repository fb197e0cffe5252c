"""The SQL of the lists of matching: suggestions and batches of decisions; and of auto-link."""

from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any, LiteralString, cast
from uuid import UUID

from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.matching.schemas import (
    Band,
    MatchFilter,
    MatchItem,
    MatchPosition,
    MatchQuery,
    SuggestedMatch,
    SuggestedProduct,
)

PAGE: LiteralString = """
    SELECT examined.best_band, examined.best_score, item.id, item.supplier_id,
        supplier.name AS supplier_name, item.supplier_sku, item.name, item.current_price,
        item.absent_since, product.id AS product_id, product.internal_sku,
        product.name AS product_name, product.target_price, suggestion.score, suggestion.band,
        suggestion.reasons, suggestion.objections
    FROM (
        SELECT supplier_item_id, best_band, best_score FROM match_items
        WHERE {conditions} {after}
        ORDER BY best_band, (-best_score), supplier_item_id
        LIMIT %(limit)s
    ) AS examined
    JOIN supplier_items AS item ON item.id = examined.supplier_item_id
    JOIN suppliers AS supplier ON supplier.id = item.supplier_id
    JOIN match_suggestions AS suggestion USING (supplier_item_id)
    JOIN products AS product ON product.id = suggestion.product_id
    ORDER BY best_band, (-best_score), item.id, place
"""

# The expression must be that of the index on it; %(…)s is a name of a value.
WORD: LiteralString = """
                AND search_fold(name || ' ' || supplier_sku) LIKE search_pattern(%({name})s)"""


class MatchRow(Struct, frozen=True):
    """An item and one of its suggestions."""

    best_band: Band
    best_score: float
    id: UUID
    supplier_id: UUID
    supplier_name: str
    supplier_sku: str
    name: str
    current_price: Decimal
    absent_since: datetime | None
    product_id: UUID
    internal_sku: str
    product_name: str
    target_price: Decimal | None
    score: float
    band: Band
    reasons: list[str]
    objections: list[str]

    def item(self) -> MatchItem:
        """Return the item."""
        return MatchItem(
            self.id,
            self.supplier_id,
            self.supplier_name,
            self.supplier_sku,
            self.name,
            self.current_price,
            self.absent_since,
        )

    def suggestion(self) -> SuggestedProduct:
        """Return the suggestion."""
        return SuggestedProduct(
            self.product_id,
            self.internal_sku,
            self.product_name,
            self.target_price,
            self.score,
            self.band,
            self.reasons,
            self.objections,
        )

    def position(self) -> MatchPosition:
        """Return the place of the item in the list."""
        return MatchPosition(self.best_band, self.best_score, self.id)


async def list_matches(
    conn: Connection, query: MatchQuery
) -> tuple[int, list[tuple[MatchPosition, SuggestedMatch]]]:
    """Return the items of a page and the first of the next one, and the number that pass."""
    conditions, values = filter_conditions(query)
    total_count = await count_matches(conn, query)
    after: LiteralString = ""
    if query.after is not None:
        after = """AND (best_band, (-best_score), supplier_item_id)
            > (%(band_after)s::match_band, -%(score_after)s::float8, %(item_after)s::uuid)"""
        values |= {
            "band_after": query.after.band,
            "score_after": query.after.score,
            "item_after": query.after.supplier_item_id,
        }
    async with conn.cursor(row_factory=struct_row(MatchRow)) as cursor:
        await cursor.execute(
            PAGE.format(conditions=conditions, after=after), values | {"limit": query.limit + 1}
        )
        rows = await cursor.fetchall()
    matches = list[tuple[MatchPosition, SuggestedMatch]]()
    for _, item_rows in groupby(rows, key=attrgetter("id")):
        first, *others = item_rows
        suggestions = [row.suggestion() for row in (first, *others)]
        matches.append((first.position(), SuggestedMatch(first.item(), suggestions)))
    return total_count, matches


async def count_matches(conn: Connection, wanted: MatchFilter) -> int:
    """Return the number of items that pass the filters."""
    conditions, values = filter_conditions(wanted)
    statement: LiteralString = "SELECT count(*) FROM match_items WHERE {conditions}"
    return await fetch_value(conn, statement.format(conditions=conditions), values)


async def list_best_pairs(
    conn: Connection, wanted: MatchFilter, limit: int
) -> list[tuple[UUID, UUID]]:
    """Return item and product of the best suggestion of each item that passes the filters."""
    conditions, values = filter_conditions(wanted)
    statement: LiteralString = """
        SELECT supplier_item_id, best.product_id
        FROM match_items
        CROSS JOIN LATERAL (
            SELECT product_id FROM match_suggestions AS suggestion
            WHERE suggestion.supplier_item_id = match_items.supplier_item_id
            ORDER BY place LIMIT 1
        ) AS best
        WHERE {conditions}
        ORDER BY best_band, (-best_score), supplier_item_id
        LIMIT %(limit)s
    """
    cursor = await conn.execute(statement.format(conditions=conditions), values | {"limit": limit})
    return [(item_id, product_id) for item_id, product_id in await cursor.fetchall()]


async def list_unlike_items(conn: Connection, supplier_id: UUID) -> list[UUID]:
    """Return the examined items of a supplier to which no product is likely, the oldest first."""
    cursor = await conn.execute(
        """
        SELECT item.id
        FROM match_items AS examined JOIN supplier_items AS item ON item.id = supplier_item_id
        WHERE examined.supplier_id = %s AND (best_band IS NULL OR best_band = 'possible')
            AND product_id IS NULL AND absent_since IS NULL
        ORDER BY item.created_at, item.id
        """,
        [supplier_id],
    )
    return [item_id for (item_id,) in await cursor.fetchall()]


def filter_conditions(wanted: MatchFilter) -> tuple[LiteralString, dict[str, Any]]:
    """Return the conditions of the filters on match_items, and their values."""
    conditions: LiteralString = """suggestions > 0 AND supplier_id <> ALL (ARRAY(
        SELECT id FROM suppliers WHERE deleting_since IS NOT NULL))"""
    values: dict[str, Any] = {}
    if wanted.supplier_id is not None:
        conditions += " AND supplier_id = %(supplier)s"
        values["supplier"] = wanted.supplier_id
    if wanted.band is not None:
        conditions += " AND best_band = %(band)s::match_band"
        values["band"] = wanted.band
    if wanted.only_one:
        conditions += " AND suggestions = 1"
    if wanted.words:
        conditions += """ AND supplier_item_id IN (
            SELECT id FROM supplier_items WHERE product_id IS NULL"""
        for number, word in enumerate(wanted.words):
            name = f"word{number}"
            conditions += WORD.format(name=cast("LiteralString", name))
            values[name] = word
        conditions += ")"
    return conditions, values
