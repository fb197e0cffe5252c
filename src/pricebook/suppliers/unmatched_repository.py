"""The list of the items without a product, and its search."""

from datetime import datetime
from typing import LiteralString

from pricebook.db.database import Connection
from pricebook.db.fragments import all_of, equals, fragment
from pricebook.db.keyset import COUNT_LIMIT, SEARCH_COUNT_LIMIT, Listing
from pricebook.db.list_pages import ListPage, as_structs, map_rows, read_page
from pricebook.db.sort_keys import Key
from pricebook.suppliers.item_search import (
    SUPPLIER_STAYS,
    ItemSearch,
    by_index_of_words,
    find_items,
)
from pricebook.suppliers.item_terms import TERM_COLUMNS, SupplierItemRow, with_decoded_terms
from pricebook.suppliers.schemas import UnmatchedItem, UnmatchedItemQuery

DETAILS: LiteralString = """
    SELECT item.id, supplier_id, supplier.name AS supplier_name, supplier_sku, item.name,
        current_price, characteristics, last_ingested_at, absent_since, {terms}, item.created_at
    FROM supplier_items AS item JOIN suppliers AS supplier ON supplier.id = supplier_id
    WHERE item.id = page.k2
"""


class UnmatchedItemRow(SupplierItemRow, frozen=True):
    """An item without a product."""

    created_at: datetime


async def list_unmatched_items(
    conn: Connection, query: UnmatchedItemQuery
) -> ListPage[UnmatchedItem]:
    """Return a page of the items without a product, oldest first."""
    listing = unmatched_listing(query, await find_items(conn, query.words))
    found = await read_page(conn, listing, query.window, as_structs(UnmatchedItemRow))
    return map_rows(found, lambda row: UnmatchedItem(**with_decoded_terms(row)))


def unmatched_listing(query: UnmatchedItemQuery, search: ItemSearch) -> Listing:
    """Return the list of the items without a product that pass the filters."""
    of_supplier = equals(supplier_id=query.supplier_id)
    by_index = [by_index_of_words(query.supplier_id)] if query.words else []
    return Listing(
        table="supplier_items",
        scope=all_of(fragment("product_id IS NULL"), *of_supplier),
        conditions=search.condition,
        unestimated=all_of(*by_index, fragment(SUPPLIER_STAYS)),
        probe=all_of(search.probe, fragment(SUPPLIER_STAYS)),
        keys=(Key("created_at", "timestamptz"), Key("id", "uuid")),
        details=DETAILS.format(terms=TERM_COLUMNS),
        count_limit=SEARCH_COUNT_LIMIT if query.words else COUNT_LIMIT,
    )
