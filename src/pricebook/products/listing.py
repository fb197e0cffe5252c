"""The staff list of products: its sorts, its conditions, and what it shows of each product."""

from typing import LiteralString

import msgspec

from pricebook.categories.subtree import SUBTREE_IDS
from pricebook.db.fragments import Fragment, all_of, compose, equals, fragment
from pricebook.db.keyset import COUNT_LIMIT, SEARCH_COUNT_LIMIT, Listing
from pricebook.db.sort_keys import Key
from pricebook.products.list_filters import Sort, StaffProductFilter
from pricebook.products.search_filters import SearchFilter
from pricebook.suppliers.item_terms import TERM_COLUMNS

# One statement reads products and items, so that margin and prices belong to one snapshot: a row
# for each item, and one with nulls for a product without items.
PRODUCT_ITEMS: LiteralString = """
    SELECT product.id, internal_sku, product.name, category_id, status, target_price,
        min_price AS lowest_price, max_price AS highest_price, margin_percentage,
        price_change_percentage, price_changed_at, product.updated_at, gtin, mpn, brand,
        item.id AS item_id, item.supplier_id, supplier.name AS supplier_name, item.supplier_sku,
        item.name AS item_name, item.current_price, item.characteristics, item.last_ingested_at,
        item.absent_since, {terms}, product.created_at
    FROM products AS product
    LEFT JOIN supplier_items AS item ON item.product_id = product.id
    LEFT JOIN suppliers AS supplier ON supplier.id = item.supplier_id
    WHERE {condition}
"""
DETAILS_ORDER: LiteralString = (
    ", detail.absent_since IS NOT NULL, detail.current_price, detail.item_id"
)
HAS_ITEM_OF_SUPPLIER: LiteralString = """
    id IN (SELECT product_id FROM supplier_items
        WHERE supplier_id = %s AND product_id IS NOT NULL)
"""
# The same for one product after the other.
PROBE_ITEM_OF_SUPPLIER: LiteralString = """
    (SELECT true FROM supplier_items
        WHERE supplier_id = %s AND product_id = products.id LIMIT 1)
"""
# The same for many products, by a hash table of those of the supplier: `IS TRUE` keeps it from
# being a join, which would lose the order.
HASHED_ITEM_OF_SUPPLIER: LiteralString = """
    (id IN (SELECT product_id FROM supplier_items
        WHERE supplier_id = %s AND product_id IS NOT NULL)) IS TRUE
"""
# The other conditions, for the products of the hash table alone: an index has no more than the key.
IS_ONE_OF_THE_OTHERS: LiteralString = """
    (SELECT {conditions} FROM products AS product WHERE product.id = products.id)
"""

NAMED_COUNT_LIMIT = 30_000
# After so many products, those of a supplier are found faster by the hash table; later, if each of
# them has to be read for other conditions. Words are compared with each of them in either way.
NEAR_LIMIT = 2_000

_VALUES = {
    "name": Key("name", "text"),
    "margin": Key("margin_percentage", "numeric", is_nullable=True),
    "price_change": Key("price_change_percentage", "numeric", is_nullable=True),
    "updated": Key("updated_at", "timestamptz"),
}


def sort_keys(sort: Sort | None) -> tuple[Key, ...]:
    """Return the keys of a sort, the id last."""
    name = sort or "name"
    value = _VALUES[name.removeprefix("-")]
    is_descending = name.startswith("-")
    return (
        Key(value.expression, value.type, is_descending, value.is_nullable),
        Key("id", "uuid", is_descending),
    )


def _keys(query: StaffProductFilter) -> tuple[Key, ...]:
    """Return the keys of a list; products without a target price have no margin."""
    first, *rest = sort_keys(query.sort)
    is_always_null = query.is_priced is False and first.expression == "margin_percentage"
    return (msgspec.structs.replace(first, is_always_null=is_always_null), *rest)


def products_listing(
    query: StaffProductFilter, search: SearchFilter | None = None, *, has_hash_table: bool = False
) -> Listing:
    """Return the list of the products that pass the filters.

    What the index of the sort order has, too, is its scope. With `has_hash_table`, the ids of the
    supplier's products fit into a hash table.
    """
    status = equals(status=query.status)
    margin, updates = _margin(query), _updates(query)
    sort = (query.sort or "name").removeprefix("-")
    by_name, by_margin, by_update = sort == "name", sort == "margin", sort == "updated"
    scope = [
        *(status if by_name else []),
        *(margin if by_margin else []),
        *(updates if by_update else []),
    ]
    others = [
        *([] if by_name else status),
        *([] if by_margin else margin),
        *([] if by_update else updates),
        *_has_target_price(query),
        *_category(query),
        *([search.condition] if search else []),
    ]
    unpriced = _lacks_target_price(query)
    # Of the products of a supplier, few lack a target price.
    is_hashed = has_hash_table and not unpriced
    return Listing(
        table="products",
        keys=_keys(query),
        details=PRODUCT_ITEMS.format(terms=TERM_COLUMNS, condition="product.id = page.k2"),
        details_order=DETAILS_ORDER,
        scope=all_of(*scope),
        conditions=all_of(*others, *_of_supplier(HAS_ITEM_OF_SUPPLIER, query)),
        unestimated=all_of(*unpriced),
        probe=all_of(*others, *unpriced, *_of_supplier(PROBE_ITEM_OF_SUPPLIER, query)),
        far_probe=_far_probe(query, others) if is_hashed else None,
        near_limit=NEAR_LIMIT if is_hashed and (search or not others) else None,
        count_limit=_count_limit(query, search),
    )


def _far_probe(query: StaffProductFilter, others: list[Fragment]) -> Fragment:
    rest = [compose(IS_ONE_OF_THE_OTHERS, conditions=all_of(*others))] if others else []
    return all_of(*_of_supplier(HASHED_ITEM_OF_SUPPLIER, query), *rest)


def _count_limit(query: StaffProductFilter, search: SearchFilter | None) -> int:
    """Return up to how many products are read, counted and sorted.

    The products of a word are side by side in the order of names, often far from its start.
    """
    if query.supplier_id is not None:
        return SEARCH_COUNT_LIMIT
    if search is None:
        return COUNT_LIMIT
    is_by_name = (query.sort or "name").endswith("name")
    return NAMED_COUNT_LIMIT if is_by_name else SEARCH_COUNT_LIMIT


def products_condition(query: StaffProductFilter, search: SearchFilter | None = None) -> Fragment:
    """Return the condition that a product passes the filters."""
    return products_listing(query, search).all_conditions


def _margin(query: StaffProductFilter) -> list[Fragment]:
    bounds = {">=": query.lowest_margin, "<=": query.highest_margin}
    texts: dict[str, LiteralString] = {
        ">=": "margin_percentage >= %s",
        "<=": "margin_percentage <= %s",
    }
    return [
        fragment(texts[operator], bound) for operator, bound in bounds.items() if bound is not None
    ]


def _updates(query: StaffProductFilter) -> list[Fragment]:
    since = query.earliest_update
    return [] if since is None else [fragment("updated_at >= %s", since)]


def _has_target_price(query: StaffProductFilter) -> list[Fragment]:
    """Return the condition of a target price; without one there is no margin either."""
    if query.is_priced is None:
        return []
    return [
        fragment("target_price IS NOT NULL" if query.is_priced else "margin_percentage IS NULL")
    ]


def _lacks_target_price(query: StaffProductFilter) -> list[Fragment]:
    """Return the condition of no target price, which most products without a margin pass."""
    return [fragment("target_price IS NULL")] if query.is_priced is False else []


def _category(query: StaffProductFilter) -> list[Fragment]:
    if not query.include_subcategories:
        return equals(category_id=query.category_id)
    return [fragment(f"category_id = ANY ({SUBTREE_IDS})", query.category_id)]


def _of_supplier(text: LiteralString, query: StaffProductFilter) -> list[Fragment]:
    return [] if query.supplier_id is None else [fragment(text, query.supplier_id)]
