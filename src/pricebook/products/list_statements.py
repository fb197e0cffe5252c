"""The statements of the export of products, of their file, and of the ranks of a search."""

from typing import LiteralString

from pricebook.db.fragments import Fragment, compose, fragment
from pricebook.db.search_words import code_expression
from pricebook.db.sort_keys import Position, order_by
from pricebook.products.list_filters import StaffProductFilter
from pricebook.products.listing import products_condition, sort_keys
from pricebook.products.search_filters import SearchFilter
from pricebook.suppliers.item_terms import EXPORTED_TERM_COLUMNS

EXPORT: LiteralString = """
    SELECT product.id, internal_sku, product.name, category_id, status, target_price,
        margin_percentage, item.id, item.supplier_id, supplier.name, item.supplier_sku, item.name,
        item.current_price, item.characteristics::text, item.last_ingested_at, item.absent_since,
        {terms}, gtin, mpn, brand
    FROM (
        SELECT * FROM products WHERE {conditions} ORDER BY {order}
    ) AS product
    LEFT JOIN supplier_items AS item ON item.product_id = product.id
    LEFT JOIN suppliers AS supplier ON supplier.id = item.supplier_id
    ORDER BY {product_order}, item.absent_since IS NOT NULL, item.current_price, item.id
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
    ORDER BY {product_order}
"""

IDS: LiteralString = "SELECT id FROM products WHERE {conditions}"
COUNT: LiteralString = """
    SELECT count(*) FROM (SELECT FROM products WHERE {conditions} LIMIT {limit}) AS counted
"""
# The plan is that for all matches, of which no more than the limit are read.
RANKED: LiteralString = """
    WITH found AS MATERIALIZED (
        SELECT id, internal_sku, name, search_text || ' ' || search_fold(coalesce(mpn, '')) AS text
        FROM products WHERE {conditions}
    ),
    first_found AS MATERIALIZED (SELECT * FROM found LIMIT {limit}),
    ranked AS (
        SELECT CASE WHEN id = ANY ({coded}) THEN 0
            WHEN code_key(internal_sku) = code_key({whole}) THEN 1
            WHEN search_fold(name) = search_fold({whole}) THEN 2
            WHEN text ~ {code_alone} THEN 3
            WHEN text ~ {code_begins} THEN 4 ELSE 5 END AS rank, name, id
        FROM first_found
    )
    SELECT rank, name, id, {is_after} AS is_after FROM ranked ORDER BY rank, name, id
"""

CODE_BEGINS, CODE_ENDS = "(^|[^[:alnum:]])", "($|[^[:alnum:]])"


def export_statement(query: StaffProductFilter, search: SearchFilter | None = None) -> Fragment:
    """Return the statement that reads all products that pass the filters, a row per item."""
    keys = sort_keys(query.sort)
    return compose(
        EXPORT,
        conditions=products_condition(query, search),
        order=order_by(keys),
        product_order=order_by(keys, "product"),
        terms=EXPORTED_TERM_COLUMNS,
    )


def product_file_statement(
    query: StaffProductFilter, search: SearchFilter | None = None
) -> Fragment:
    """Return the statement that reads products as lines of a file."""
    product_order = order_by(sort_keys(query.sort), "product")
    conditions = products_condition(query, search)
    return compose(FILE, conditions=conditions, product_order=product_order)


def count_statement(query: StaffProductFilter, search: SearchFilter, limit: int) -> Fragment:
    """Return the statement that counts the products that pass, up to a limit."""
    conditions = products_condition(query, search)
    return compose(COUNT, conditions=conditions, limit=fragment("%s", limit))


def ids_statement(query: StaffProductFilter, search: SearchFilter | None = None) -> Fragment:
    """Return the statement that reads the ids of the products that pass."""
    return compose(IDS, conditions=products_condition(query, search))


def ranked_statement(
    query: StaffProductFilter, search: SearchFilter, limit: int, after: Position | None
) -> Fragment:
    """Return the statement that reads rank, name and id of the products that pass.

    First are those that the whole search is a code of, then those whose SKU it is, then those whose
    name it is, then those whose name, SKU or MPN has it as a code of its own, or as the beginning
    of one. A fourth column says whether a row comes after rank, name and id in `after`. If more
    than `limit` pass, any of them are read.
    """
    whole = " ".join(query.words)
    code = code_expression(whole)
    is_after = fragment("true")
    if after is not None:
        is_after = fragment("(rank, name, id) > (%s::integer, %s::text, %s::uuid)", *after)
    return compose(
        RANKED,
        conditions=products_condition(query, search),
        limit=fragment("%s", limit),
        coded=fragment("%s::uuid[]", list(search.product_ids)),
        whole=fragment("%s", whole),
        code_alone=fragment("%s::text", code and f"{CODE_BEGINS}{code}{CODE_ENDS}"),
        code_begins=fragment("%s::text", code and f"{CODE_BEGINS}{code}"),
        is_after=is_after,
    )
