"""The staff list of products: its sorts, its conditions, and what it shows of each product."""

from typing import LiteralString

from pricebook.categories.subtree import SUBTREE_IDS
from pricebook.db.fragments import Fragment, all_of, equals, fragment
from pricebook.db.keyset import COUNT_LIMIT, SEARCH_COUNT_LIMIT, Key, Listing
from pricebook.products.list_filters import Sort, StaffProductFilter
from pricebook.products.search_filters import SearchFilter
from pricebook.suppliers.item_terms import TERM_COLUMNS

# One statement reads products and items, so that margin and prices belong to one snapshot: a row
# for each item, and one with nulls for a product without items.
PRODUCT_ITEMS: LiteralString = """
    SELECT product.id, internal_sku, product.name, category_id, status, target_price,
        min_price AS lowest_price, margin_percentage, price_change_percentage, price_changed_at,
        product.updated_at, gtin, mpn, brand, item.id AS item_id, item.supplier_id,
        supplier.name AS supplier_name, item.supplier_sku, item.name AS item_name,
        item.current_price, item.characteristics, item.last_ingested_at, item.absent_since,
        {terms}, product.created_at
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

NAMED_COUNT_LIMIT = 30_000

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


def products_listing(query: StaffProductFilter, search: SearchFilter | None = None) -> Listing:
    """Return the list of the products that pass the filters.

    What the index of the sort order has, too, is its scope.
    """
    status = equals(status=query.status)
    margin = _margin(query)
    by_name, by_margin = (query.sort or "name").endswith("name"), "margin" in (query.sort or "")
    scope = [*(status if by_name else []), *(margin if by_margin else [])]
    others = [
        *([] if by_name else status),
        *([] if by_margin else margin),
        *_target_price(query),
        *_category(query),
        *([search.condition] if search else []),
    ]
    return Listing(
        table="products",
        keys=sort_keys(query.sort),
        details=PRODUCT_ITEMS.format(terms=TERM_COLUMNS, condition="product.id = page.k2"),
        details_order=DETAILS_ORDER,
        scope=all_of(*scope),
        conditions=all_of(*others, *_of_supplier(HAS_ITEM_OF_SUPPLIER, query)),
        probe=all_of(*others, *_of_supplier(PROBE_ITEM_OF_SUPPLIER, query)),
        count_limit=_count_limit(query, search),
    )


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


def _target_price(query: StaffProductFilter) -> list[Fragment]:
    """Return the condition of a target price; without one there is no margin either."""
    if query.is_priced is None:
        return []
    if query.is_priced:
        return [fragment("target_price IS NOT NULL")]
    return [fragment("target_price IS NULL"), fragment("margin_percentage IS NULL")]


def _category(query: StaffProductFilter) -> list[Fragment]:
    if not query.include_subcategories:
        return equals(category_id=query.category_id)
    return [fragment(f"category_id = ANY ({SUBTREE_IDS})", query.category_id)]


def _of_supplier(text: LiteralString, query: StaffProductFilter) -> list[Fragment]:
    return [] if query.supplier_id is None else [fragment(text, query.supplier_id)]
