"""The SQL of the lists of matching: suggestions and batches of decisions; and of auto-link."""

from datetime import datetime
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.fragments import all_of, compose, equals, fragment
from pricebook.db.keyset import COUNT_LIMIT, SEARCH_COUNT_LIMIT, Key, Listing
from pricebook.db.list_pages import ListPage, as_structs, group_rows, read_page
from pricebook.db.row_types import fetch_value
from pricebook.matching.schemas import (
    Band,
    MatchFilter,
    MatchItem,
    MatchQuery,
    SuggestedMatch,
    SuggestedProduct,
)
from pricebook.suppliers.item_search import SUPPLIER_STAYS, ItemSearch, find_items

KEYS = (
    Key("best_band", "match_band"),
    Key("(-best_score)", "float8"),
    Key("supplier_item_id", "uuid"),
)
ORDER: LiteralString = "best_band, (-best_score), supplier_item_id"
DETAILS: LiteralString = """
    SELECT item.id, item.supplier_id, supplier.name AS supplier_name, item.supplier_sku, item.name,
        item.current_price, item.absent_since, product.id AS product_id, product.internal_sku,
        product.name AS product_name, product.target_price, suggestion.score, suggestion.band,
        suggestion.reasons, suggestion.objections, suggestion.place
    FROM supplier_items AS item
    JOIN suppliers AS supplier ON supplier.id = item.supplier_id
    JOIN match_suggestions AS suggestion ON suggestion.supplier_item_id = item.id
    JOIN products AS product ON product.id = suggestion.product_id
    WHERE item.id = page.k3
"""
ITEM_PASSES: LiteralString = """
    supplier_item_id IN (SELECT id FROM supplier_items WHERE product_id IS NULL AND {words})
"""
# The same for one item after the other.
PROBE_ITEM: LiteralString = """
    (SELECT {words} FROM supplier_items WHERE id = supplier_item_id)
"""


class MatchRow(Struct, frozen=True):
    """An item and one of its suggestions."""

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
    place: int

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


async def list_matches(conn: Connection, query: MatchQuery) -> ListPage[SuggestedMatch]:
    """Return a page of the items with their suggestions, the best first."""
    listing = matches_listing(query, await find_items(conn, query.words))
    found = await read_page(conn, listing, query.window, as_structs(MatchRow))
    return group_rows(
        found, lambda rows: SuggestedMatch(rows[0].item(), [row.suggestion() for row in rows])
    )


def matches_listing(wanted: MatchFilter, search: ItemSearch) -> Listing:
    """Return the list of the items that pass the filters."""
    only_one = equals(suggestions=1 if wanted.only_one else None)
    has_words = bool(wanted.words)
    found = [compose(ITEM_PASSES, words=search.condition)] if has_words else []
    probed = [compose(PROBE_ITEM, words=search.condition)] if has_words else []
    return Listing(
        table="match_items",
        scope=all_of(
            fragment("suggestions > 0"),
            *equals(supplier_id=wanted.supplier_id, best_band=wanted.band),
        ),
        conditions=all_of(*only_one, *found),
        unestimated=fragment(SUPPLIER_STAYS),
        probe=all_of(*only_one, *probed, fragment(SUPPLIER_STAYS)),
        keys=KEYS,
        details=DETAILS,
        details_order=", detail.place",
        count_limit=SEARCH_COUNT_LIMIT if wanted.words else COUNT_LIMIT,
    )


async def count_matches(conn: Connection, wanted: MatchFilter) -> int:
    """Return the number of items that pass the filters."""
    statement = compose(
        "SELECT count(*) FROM match_items WHERE {conditions}",
        conditions=matches_listing(wanted, await find_items(conn, wanted.words)).all_conditions,
    )
    return await fetch_value(conn, statement.text, statement.values)


async def list_best_pairs(
    conn: Connection, wanted: MatchFilter, limit: int
) -> list[tuple[UUID, UUID]]:
    """Return item and product of the best suggestion of each item that passes the filters."""
    template: LiteralString = """
        SELECT supplier_item_id, best.product_id
        FROM match_items
        CROSS JOIN LATERAL (
            SELECT product_id FROM match_suggestions AS suggestion
            WHERE suggestion.supplier_item_id = match_items.supplier_item_id
            ORDER BY place LIMIT 1
        ) AS best
        WHERE {conditions}
        ORDER BY {order}
        LIMIT {limit}
    """
    statement = compose(
        template,
        conditions=matches_listing(wanted, await find_items(conn, wanted.words)).all_conditions,
        order=ORDER,
        limit=fragment("%s", limit),
    )
    cursor = await conn.execute(statement.text, statement.values)
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
