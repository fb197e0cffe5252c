"""Reads the items of a supplier by their codes, each with its product."""

from typing import LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.fragments import all_of, compose, fragment
from pricebook.db.keyset import COUNT_LIMIT, SEARCH_COUNT_LIMIT, Key, Listing
from pricebook.db.list_pages import ListPage, as_structs, map_rows, read_page
from pricebook.db.row_types import struct_row
from pricebook.suppliers.item_search import HAS_WORD
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
# HAS_WORD without its index, which only unmatched items have: texts in ASCII need no search_fold.
PROBE_WORD: LiteralString = """
    CASE WHEN octet_length(name || supplier_sku) = char_length(name || supplier_sku)
        THEN lower((name || ' ' || supplier_sku) COLLATE "C") LIKE search_pattern(%s)
        ELSE search_fold(name || ' ' || supplier_sku) LIKE search_pattern(%s) END
"""
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
    """Return a page of the items of a supplier by their codes."""
    listing = items_listing(supplier_id, query)
    found = await read_page(conn, listing, query.window, as_structs(ListedItemRow))
    return map_rows(found, lambda row: row.listed)


def items_listing(supplier_id: UUID, query: ListedItemQuery) -> Listing:
    """Return the list of the items of a supplier that pass the filters."""
    states = [] if query.state is None else [fragment(STATES[query.state])]
    words = [
        fragment(HAS_WORD, each) if query.state == "unmatched" else fragment(PROBE_WORD, each, each)
        for each in query.words
    ]
    return Listing(
        table="supplier_items",
        scope=fragment("supplier_id = %s", supplier_id),
        conditions=all_of(*states, *words),
        keys=(Key("supplier_sku", "text"),),
        details=compose(
            DETAILS,
            terms=TERM_COLUMNS,
            supplier_id=fragment("%s", supplier_id),
            key="supplier_sku = page.k1",
        ),
        count_limit=SEARCH_COUNT_LIMIT if query.words else COUNT_LIMIT,
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
