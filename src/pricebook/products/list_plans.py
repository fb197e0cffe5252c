"""Selects how the products of a supplier are found, by how many there are."""

from pricebook.db.database import Connection
from pricebook.db.fragments import fragment
from pricebook.db.keyset import Listing
from pricebook.db.list_pages import estimate_rows
from pricebook.db.sort_keys import Key
from pricebook.products.list_filters import StaffProductFilter
from pricebook.products.listing import products_listing, sort_keys
from pricebook.products.search_filters import SearchFilter

# The ids of so many products fit into a hash table in 8 MB: a work_mem of 4 MB, the default of
# PostgreSQL, twice. Of more, a page is soon found in any order.
MAX_HASHED = 150_000


async def plan_listing(
    conn: Connection, query: StaffProductFilter, search: SearchFilter | None = None
) -> Listing:
    """Return the list of the products that pass the filters, as it is read fastest."""
    if query.supplier_id is None:
        return products_listing(query, search)
    of_supplier = Listing(
        table="supplier_items",
        keys=(Key("product_id", "uuid"),),
        details="",
        conditions=fragment("supplier_id = %s AND product_id IS NOT NULL", query.supplier_id),
    )
    number = await estimate_rows(conn, of_supplier)
    has_hash_table = number <= MAX_HASHED
    if has_hash_table and search is not None:
        # Otherwise those with the words are fewer than those of the hash table, and read instead.
        with_words = Listing(
            table="products", keys=sort_keys(None), details="", conditions=search.condition
        )
        has_hash_table = await estimate_rows(conn, with_words) > number
    return products_listing(query, search, has_hash_table=has_hash_table)
