"""The statements of the staff list and its export, with their filters."""

from typing import Any, LiteralString, NamedTuple

import msgspec

from pricebook.categories.subtree import (
    ALL_OF_SUBTREE,
    FIRST_OF_EACH_CATEGORY,
    FIRST_OF_SUBTREE,
    IN_SUBTREE,
    SCAN_IN_SUBTREE,
    subtree_scan_limit,
    with_subtree,
)
from pricebook.products.list_filters import StaffProductFilter
from pricebook.products.search_filters import SearchFilter
from pricebook.suppliers.item_terms import EXPORTED_TERM_COLUMNS, TERM_COLUMNS

# One statement reads products and items, so that margin and prices belong to one snapshot: a row
# for each item, and one with nulls for a product without items.
PAGE: LiteralString = """
    SELECT counted.total_count, page.*, item.id AS item_id, item.supplier_id,
        supplier.name AS supplier_name, item.supplier_sku, item.name AS item_name,
        item.current_price, item.characteristics, item.last_ingested_at, item.absent_since, {terms}
    FROM (SELECT {count} AS total_count) AS counted
    LEFT JOIN LATERAL (
        SELECT id, internal_sku, name, category_id, status, target_price, margin_percentage, gtin,
            mpn, brand
        FROM products
        WHERE {page_conditions}
        ORDER BY name, id
        LIMIT %s OFFSET %s
    ) AS page ON true
    LEFT JOIN supplier_items AS item ON item.product_id = page.id
    LEFT JOIN suppliers AS supplier ON supplier.id = item.supplier_id
    ORDER BY page.name, page.id, item.absent_since IS NOT NULL, item.current_price, item.id
"""

COUNT_OF_ALL: LiteralString = "(SELECT count(*) FROM products WHERE {conditions})"

# The matches of a search are read once, by its index, for count and page. If they are more than
# the limit, the page is read in the order of names, where it ends soon, and they are counted.
MAX_SORTED = 60_000
FOUND: LiteralString = """
    WITH found AS MATERIALIZED (
        SELECT id, name FROM products WHERE {conditions} LIMIT %s
    ), found_count AS MATERIALIZED (
        SELECT count(*) FROM found
    ), matches AS MATERIALIZED (
        (SELECT id FROM found WHERE (SELECT count FROM found_count) <= %s
        ORDER BY name, id LIMIT %s OFFSET %s)
        UNION ALL
        (SELECT id FROM products WHERE (SELECT count FROM found_count) > %s AND {conditions}
        ORDER BY name, id LIMIT %s OFFSET %s)
    )
"""
COUNT_OF_FOUND: LiteralString = """
    CASE WHEN (SELECT count FROM found_count) <= %s THEN (SELECT count FROM found_count)
        ELSE (SELECT count(*) FROM products WHERE {conditions}) END
"""

EXPORT: LiteralString = """
    SELECT product.id, internal_sku, product.name, category_id, status, target_price,
        margin_percentage, item.id, item.supplier_id, supplier.name, item.supplier_sku, item.name,
        item.current_price, item.characteristics::text, item.last_ingested_at, item.absent_since,
        {terms}, gtin, mpn, brand
    FROM (
        SELECT id, internal_sku, name, category_id, status, target_price, margin_percentage, gtin,
            mpn, brand
        FROM products
        WHERE {conditions}
        ORDER BY name, id
    ) AS product
    LEFT JOIN supplier_items AS item ON item.product_id = product.id
    LEFT JOIN suppliers AS supplier ON supplier.id = item.supplier_id
    ORDER BY product.name, product.id, item.absent_since IS NOT NULL, item.current_price, item.id
"""

FILE: LiteralString = """
    SELECT internal_sku, name, path.names AS category, status, target_price, gtin, mpn, brand,
        linked.links
    FROM (SELECT * FROM products WHERE {conditions}) AS product
    LEFT JOIN LATERAL (
        WITH RECURSIVE upwards AS (
            SELECT parent_id, ARRAY[category.name::text] AS names
            FROM categories AS category WHERE category.id = product.category_id
            UNION ALL
            SELECT above.parent_id, above.name || upwards.names
            FROM upwards JOIN categories AS above ON above.id = upwards.parent_id
        )
        SELECT names FROM upwards WHERE parent_id IS NULL
    ) AS path ON true
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(supplier.name, item.supplier_sku)
            ORDER BY supplier.name, item.supplier_sku) AS links
        FROM supplier_items AS item
        JOIN suppliers AS supplier ON supplier.id = supplier_id AND deleting_since IS NULL
        WHERE item.product_id = product.id
    ) AS linked
    ORDER BY product.name, product.id
"""

ESTIMATE: LiteralString = "EXPLAIN (FORMAT JSON) SELECT FROM products WHERE {conditions}"
IDS: LiteralString = "SELECT id FROM products WHERE {conditions}"
COUNT: LiteralString = "SELECT count(*) FROM products WHERE {conditions}"

# The plan is that for all matches, of which no more than the limit are read.
RANKED_IDS: LiteralString = """
    WITH found AS MATERIALIZED (SELECT id, internal_sku, name FROM products WHERE {conditions}),
    first_found AS MATERIALIZED (SELECT * FROM found LIMIT %s)
    SELECT id FROM first_found
    ORDER BY id = ANY (%s) DESC, code_key(internal_sku) = code_key(%s) DESC,
        search_fold(name) = search_fold(%s) DESC, name, id
"""

# An array of ids, so that the planner starts from the supplier's items: its statistics do not show
# that the products of one supplier may be few, or far apart in the order of names.
HAS_ITEM_OF_SUPPLIER: LiteralString = """
    id = ANY (ARRAY(
        SELECT product_id FROM supplier_items WHERE supplier_id = %s AND product_id IS NOT NULL))
"""

# The page of a category with its subcategories is read from `matches`.
ON_PAGE: LiteralString = "id = ANY (ARRAY(SELECT id FROM matches))"


class Window(NamedTuple):
    """How many rows of a list are read, and how many before them are not."""

    limit: int
    offset: int


def staff_page_statement(
    query: StaffProductFilter,
    window: Window,
    search: SearchFilter | None = None,
    *,
    sorts_matches: bool = True,
) -> tuple[LiteralString, list[Any]]:
    """Return the statement that reads a page, and its values.

    With `sorts_matches` it is that for a search with up to MAX_SORTED matches, slower for more.
    """
    conditions, values = _conditions(query, search)
    if search is not None and sorts_matches and not query.include_subcategories:
        return _search_page_statement(window, conditions, values)
    count = COUNT_OF_ALL.format(conditions=conditions)
    page = [*window]
    if not query.include_subcategories:
        statement = PAGE.format(count=count, page_conditions=conditions, terms=TERM_COLUMNS)
        return statement, [*values, *values, *page]
    matches, match_values = _first_matches(query, window, conditions, values)
    statement = PAGE.format(count=count, page_conditions=ON_PAGE, terms=TERM_COLUMNS)
    return (
        with_subtree(f"WITH {matches} {statement}"),
        [query.category_id, *match_values, *values, *page],
    )


def _search_page_statement(
    window: Window, conditions: LiteralString, values: list[Any]
) -> tuple[LiteralString, list[Any]]:
    found = FOUND.format(conditions=conditions)
    count = COUNT_OF_FOUND.format(conditions=conditions)
    page = PAGE.format(count=count, page_conditions=ON_PAGE, terms=TERM_COLUMNS)
    found_values = [*values, MAX_SORTED + 1, MAX_SORTED, *window, MAX_SORTED, *values, *window]
    return found + page, [*found_values, MAX_SORTED, *values, window.limit, 0]


def staff_export_statement(
    query: StaffProductFilter, search: SearchFilter | None = None
) -> tuple[LiteralString, list[Any]]:
    """Return the statement that reads all products that pass the filters, and its values."""
    conditions, values = _conditions(query, search)
    statement = EXPORT.format(conditions=conditions, terms=EXPORTED_TERM_COLUMNS)
    return _of_products(query, statement, values)


def product_file_statement(
    query: StaffProductFilter, search: SearchFilter | None = None
) -> tuple[LiteralString, list[Any]]:
    """Return the statement that reads products as lines of a file, and its values."""
    conditions, values = _conditions(query, search)
    statement = FILE.format(conditions=conditions)
    return _of_products(query, statement, values)


def estimate_statement(
    query: StaffProductFilter, search: SearchFilter
) -> tuple[LiteralString, list[Any]]:
    """Return the statement that estimates how many products pass, and its values.

    Subcategories are not among its filters.
    """
    plain = msgspec.structs.replace(query, category_id=None, include_subcategories=False)
    conditions, values = _conditions(plain, search)
    return ESTIMATE.format(conditions=conditions), values


def count_statement(
    query: StaffProductFilter, search: SearchFilter
) -> tuple[LiteralString, list[Any]]:
    """Return the statement that counts the products that pass, and its values."""
    conditions, values = _conditions(query, search)
    return _of_products(query, COUNT.format(conditions=conditions), values)


def ids_statement(
    query: StaffProductFilter, search: SearchFilter | None = None
) -> tuple[LiteralString, list[Any]]:
    """Return the statement that reads the ids of the products that pass, and its values."""
    conditions, values = _conditions(query, search)
    return _of_products(query, IDS.format(conditions=conditions), values)


def ranked_ids_statement(
    query: StaffProductFilter, search: SearchFilter, limit: int
) -> tuple[LiteralString, list[Any]]:
    """Return the statement that reads the ids of the products that pass, and its values.

    Those whose code or name is the whole search are first. If more than `limit` pass, it reads any.
    """
    conditions, values = _conditions(query, search)
    whole = " ".join(query.words)
    statement, values = _of_products(query, RANKED_IDS.format(conditions=conditions), values)
    return statement, [*values, limit, list(search.product_ids), whole, whole]


def _of_products(
    query: StaffProductFilter, statement: LiteralString, values: list[Any]
) -> tuple[LiteralString, list[Any]]:
    if not query.include_subcategories:
        return statement, values
    return with_subtree(statement), [query.category_id, *values]


def _conditions(
    query: StaffProductFilter, search: SearchFilter | None
) -> tuple[LiteralString, list[Any]]:
    filters: list[tuple[LiteralString, Any]] = [
        ("status = %s", query.status),
        ("margin_percentage >= %s", query.lowest_margin),
        ("margin_percentage <= %s", query.highest_margin),
        (HAS_ITEM_OF_SUPPLIER, query.supplier_id),
        ("category_id = %s", None if query.include_subcategories else query.category_id),
    ]
    conditions: LiteralString = IN_SUBTREE if query.include_subcategories else "true"
    values: list[Any] = []
    for condition, value in filters:
        if value is not None:
            conditions += " AND " + condition
            values.append(value)
    if search is not None:
        condition, search_values = search.conditions()
        conditions += " AND " + condition
        values += search_values
    return conditions, values


def _first_matches(
    query: StaffProductFilter, window: Window, conditions: LiteralString, values: list[Any]
) -> tuple[LiteralString, list[Any]]:
    """Return the CTE `matches`, which has the products up to the end of the page, and its values.

    `conditions` contains IN_SUBTREE, and `values` has the parameters of the other filters.
    """
    wanted = window.offset + window.limit
    is_filtered = bool(query.words) or any(
        each is not None for each in (query.min_margin, query.max_margin, query.supplier_id)
    )
    fallback = ALL_OF_SUBTREE if is_filtered else FIRST_OF_EACH_CATEGORY
    fallback_values = [wanted, *values] if is_filtered else [*values, wanted, wanted]
    parts: dict[str, LiteralString] = {
        "key": "name",
        "direction": "ASC",
        "scanned": "true",
        "conditions": conditions,
        "scan_conditions": conditions.replace(IN_SUBTREE, SCAN_IN_SUBTREE),
        "of_category": conditions.replace(IN_SUBTREE, "true"),
    }
    matches = FIRST_OF_SUBTREE.replace("{fallback}", fallback).format(**parts)
    # Each scanned product would be compared with each product of a supplier.
    limit = subtree_scan_limit(wanted) if query.supplier_id is None else 0
    scan_values = [limit, *values, wanted, wanted]
    return matches, [*scan_values, *fallback_values]
