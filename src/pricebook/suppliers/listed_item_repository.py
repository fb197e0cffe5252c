"""Reads the items of a supplier by their codes, each with its product."""

from typing import LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.fragments import all_of, compose, fragment
from pricebook.db.keyset import COUNT_LIMIT, SEARCH_COUNT_LIMIT, Listing
from pricebook.db.list_pages import ListPage, as_structs, map_rows, read_page
from pricebook.db.row_types import struct_row
from pricebook.db.sort_keys import Key
from pricebook.suppliers.item_search import HAS_WORD, by_index_of_words
from pricebook.suppliers.item_terms import TERM_COLUMNS, SupplierItemRow, with_decoded_terms
from pricebook.suppliers.listed_item_schemas import (
    ItemState,
    ListedItem,
    ListedItemQuery,
    ListedProduct,
)
from pricebook.suppliers.schemas import SupplierItem

DETAILS: LiteralString = """
    SELECT item.id, supplier_id, supplier.name AS supplier_name, supplier_sku, item.name,
        current_price, characteristics, last_ingested_at, absent_since, {terms},
        item.product_id, product.internal_sku, product.name AS product_name
    FROM supplier_items AS item
    JOIN suppliers AS supplier ON supplier.id = supplier_id
    LEFT JOIN products AS product ON product.id = item.product_id
    WHERE item.supplier_id = {supplier_id} AND deleting_since IS NULL AND {key}
"""
# HAS_WORD for one item after the other: texts in ASCII need no search_fold.
PROBE_WORD: LiteralString = """
    CASE WHEN octet_length(name || supplier_sku) = char_length(name || supplier_sku)
        THEN lower((name || ' ' || supplier_sku) COLLATE "C") LIKE search_pattern(%s)
        ELSE search_fold(name || ' ' || supplier_sku) LIKE search_pattern(%s) END
"""
# A common word is found after so many items, unless only items with later codes have it.
NEAR_LIMIT = 5_000
SORTED_CODES: LiteralString = "SELECT code FROM unnest(%s::text[]) AS code ORDER BY code LIMIT %s"
STATES: dict[ItemState, LiteralString] = {
    "linked": "product_id IS NOT NULL",
    "unmatched": "product_id IS NULL",
    "absent": "absent_since IS NOT NULL",
}
PRODUCT_FIELDS = ("product_id", "internal_sku", "product_name")


class ListedItemRow(SupplierItemRow, frozen=True):
    """An item and its product in one row."""

    product_id: UUID | None
    internal_sku: str
    product_name: str

    @property
    def listed(self) -> ListedItem:
        """The item and its product."""
        fields = with_decoded_terms(self)
        product_id, sku, name = (fields.pop(field) for field in PRODUCT_FIELDS)
        product = None if product_id is None else ListedProduct(product_id, sku, name)
        return ListedItem(SupplierItem(**fields), product)


async def list_items(
    conn: Connection, supplier_id: UUID, query: ListedItemQuery
) -> ListPage[ListedItem]:
    """Return a page of the items of a supplier by their codes.

    Words are searched among the unmatched and the linked ones, each by its own indexes.
    """
    if not query.words or query.state is not None or query.window.offset:
        return await _read_items(conn, supplier_id, query, query.state)
    # An item that is linked meanwhile is in both.
    unmatched = await _read_items(conn, supplier_id, query, "unmatched")
    linked = await _read_items(conn, supplier_id, query, "linked")
    return await _merge(conn, unmatched, linked, query.window.limit)


async def _merge(
    conn: Connection, one: ListPage[ListedItem], other: ListPage[ListedItem], limit: int
) -> ListPage[ListedItem]:
    """Return the first items of two pages, in the order of codes of the database."""
    listed = {
        row.item.supplier_sku: (row, position)
        for page in (one, other)
        for row, position in zip(page.rows, page.positions, strict=True)
    }
    cursor = await conn.execute(SORTED_CODES, [list(listed), limit])
    first = [listed[code] for (code,) in await cursor.fetchall()]
    return ListPage(
        one.total_count + other.total_count,
        one.is_exact and other.is_exact,
        [row for row, _ in first],
        [position for _, position in first],
    )


async def _read_items(
    conn: Connection, supplier_id: UUID, query: ListedItemQuery, state: ItemState | None
) -> ListPage[ListedItem]:
    listing = items_listing(supplier_id, query.words, state)
    found = await read_page(conn, listing, query.window, as_structs(ListedItemRow))
    return map_rows(found, lambda row: row.listed)


def items_listing(supplier_id: UUID, searched: tuple[str, ...], state: ItemState | None) -> Listing:
    """Return the list of the items of a supplier that have the words and the state."""
    in_state = [] if state is None else [fragment(STATES[state])]
    words = [fragment(HAS_WORD, each) for each in searched]
    probe = [fragment(PROBE_WORD, each, each) for each in searched]
    # Few items are absent: the words are compared with these.
    has_few = state == "absent"
    by_index = [by_index_of_words(supplier_id)] if words and not has_few else []
    return Listing(
        table="supplier_items",
        scope=all_of(fragment("supplier_id = %s", supplier_id), *in_state),
        conditions=all_of(*(probe if has_few else words)),
        unestimated=all_of(*by_index),
        probe=all_of(*probe),
        keys=(Key("supplier_sku", "text"),),
        details=compose(
            DETAILS,
            terms=TERM_COLUMNS,
            supplier_id=fragment("%s", supplier_id),
            key="supplier_sku = page.k1",
        ),
        near_limit=NEAR_LIMIT if searched else None,
        count_limit=SEARCH_COUNT_LIMIT if searched else COUNT_LIMIT,
    )


async def find_item(conn: Connection, supplier_id: UUID, item_id: UUID) -> ListedItem | None:
    """Find an item of a supplier and its product."""
    statement = compose(
        DETAILS,
        terms=TERM_COLUMNS,
        supplier_id=fragment("%s", supplier_id),
        key=fragment("item.id = %s", item_id),
    )
    async with conn.cursor(row_factory=struct_row(ListedItemRow)) as cursor:
        await cursor.execute(statement.text, statement.values)
        row = await cursor.fetchone()
    return row and row.listed
