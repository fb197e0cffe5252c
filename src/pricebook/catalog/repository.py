"""What the public sees: active products, their price range and their categories."""

from collections.abc import AsyncGenerator, Iterable
from functools import lru_cache
from typing import Any, LiteralString
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg import DataError

from pricebook.catalog.schemas import (
    UNKNOWN_CURSOR,
    CatalogFilter,
    CatalogProduct,
    CatalogProductDetail,
    CatalogQuery,
    CategoryCount,
    Sort,
)
from pricebook.db import Connection
from pricebook.errors import query_issue, refuse
from pricebook.pooled import Reader
from pricebook.rows import read_as_written
from pricebook.web.paging import Paging

# A word of this many letters is found by the trigrams of an index. A shorter one is looked for in
# every product; written as LIKE, the planner would take the whole index for it, and be slower.
INDEXED_LETTERS = 3
# The pattern is a query of its own, so that it is made once and not for each product.
LONG_WORD: LiteralString = "search_text LIKE (SELECT search_pattern(%s))"
SHORT_WORD: LiteralString = "strpos(search_text, btrim(search_fold(%s))) > 0"
# From here on it is cheaper to pass over the index alone and to read the products of the page.
FAR_OFFSET = 500
EXPORT_ROWS = 1000

# How each sort compares products, the id after it: the expression of an index, and its direction.
SORTS: dict[str, tuple[LiteralString, LiteralString]] = {
    "name": ("name", "ASC"),
    "-name": ("name", "DESC"),
    "price": ("coalesce(min_price, 'Infinity')", "ASC"),
    "-price": ("coalesce(min_price, '-Infinity')", "DESC"),
    "newest": ("created_at", "DESC"),
}
KEY_TYPES: dict[str, LiteralString] = {"name": "text", "price": "numeric", "newest": "timestamptz"}

COLUMNS: LiteralString = """
    id, internal_sku, products.name, category_id,
    coalesce(min_price, 0.0000) AS lowest, coalesce(max_price, 0.0000) AS highest, supplier_count
"""

# The count stands beside each row, so that it and the page are of the same moment.
COUNT: LiteralString = ", (SELECT count(*) FROM {source}) AS total_count"

# An index walk in the order of the page.
WALK: LiteralString = """
    SELECT {columns}, {sort_key} AS sort_key {count}
    FROM products
    WHERE {conditions} AND {position}
    ORDER BY {key} {direction}, id {direction}
    LIMIT %s OFFSET %s
"""
FAR_WALK: LiteralString = """
    SELECT {columns}, {sort_key} AS sort_key {count}
    FROM products JOIN (
        SELECT id FROM products
        WHERE {conditions} AND {position}
        ORDER BY {key} {direction}, id {direction}
        LIMIT %s OFFSET %s
    ) AS page USING (id)
    ORDER BY {key} {direction}, id {direction}
"""
# What words find is gathered once, for the count and for the page. A walk in the order of the page
# might pass by most of the catalog before it meets the word; so it might with a small category,
# which no index has in the order of prices or of age.
GATHERED: LiteralString = """
    WITH found AS MATERIALIZED (SELECT {key} AS key, id FROM products WHERE {conditions})
    SELECT {columns}, {sort_key} AS sort_key {count}
    FROM products JOIN (
        SELECT key, id FROM found
        WHERE {position}
        ORDER BY key {direction}, id {direction}
        LIMIT %s OFFSET %s
    ) AS hit USING (id)
    ORDER BY hit.key {direction}, id {direction}
"""


class Slice(Struct, frozen=True):
    """The products of a page, and what the last one was sorted by if there are more behind it."""

    products: list[CatalogProduct]
    next_key: str | None


async def list_active(reader: Reader, query: CatalogQuery) -> tuple[int, Slice]:
    """List a page of the active products that pass every filter, and count all that do.

    Raises ValidationError for a cursor that somebody made up.
    """
    rows = await _fetch(reader, *page_statement(query, counted=True), query)
    if rows:
        return rows[0][-1], _slice(rows, query)
    beyond_the_end = query.offset or query.after
    return await count_active(reader, query) if beyond_the_end else 0, _slice(rows, query)


async def list_page(reader: Reader, query: CatalogQuery) -> Slice:
    """List the same without the count, which somebody knows already."""
    return _slice(await _fetch(reader, *page_statement(query, counted=False), query), query)


async def count_active(reader: Reader, query: CatalogFilter) -> int:
    """Count the active products that pass every filter."""
    conditions, values = _conditions(query)
    statement: LiteralString = "SELECT count(*) FROM products WHERE {conditions}"
    ((total_count,),) = await reader.fetch(statement.format(conditions=conditions), values)
    return total_count


def is_gathered(query: CatalogFilter) -> bool:
    """Say whether all that passes is gathered before the page is made, which counts it, too."""
    in_a_category = query.category_id is not None and SORTS[query.sort][0] != "name"
    return in_a_category or _is_search(query)


def may_keep_plan(query: CatalogFilter) -> bool:
    """Say whether one plan is right for any values.

    It is not where one filter has to be weighed against another to know which index finds less, nor
    for a range of prices, which is wide or narrow.
    """
    has_range = query.min_price is not None or query.max_price is not None
    has_category = query.category_id is not None
    if is_gathered(query):
        return not has_range and has_category != _is_search(query)
    return has_category or not has_range


async def _fetch(
    reader: Reader, statement: LiteralString, values: list[Any], query: CatalogQuery
) -> list[tuple[Any, ...]]:
    try:
        return await reader.fetch(statement, values, keep_plan=may_keep_plan(query))
    except DataError:
        if query.after is None:
            raise
        raise refuse(query_issue("cursor", UNKNOWN_CURSOR)) from None


def page_statement(query: CatalogQuery, *, counted: bool) -> tuple[LiteralString, list[Any]]:
    """Return the statement that reads a page and one row more, and its values."""
    conditions, values = _conditions(query)
    gathered, after = is_gathered(query), query.after
    walk = GATHERED if gathered else FAR_WALK if query.offset >= FAR_OFFSET else WALK
    statement = _page_text(walk, conditions, query.sort, follows=after is not None, counted=counted)
    counting = values if counted and not gathered else []
    reached = [] if after is None else [after.key, after.product_id]
    return statement, [*counting, *values, *reached, query.limit + 1, query.offset]


@lru_cache(maxsize=1024)
def _page_text(
    walk: LiteralString, conditions: LiteralString, sort: Sort, *, follows: bool, counted: bool
) -> LiteralString:
    key, direction = SORTS[sort]
    source: LiteralString = "found" if walk is GATHERED else f"products WHERE {conditions}"
    return walk.format(
        columns=COLUMNS,
        sort_key="NULL" if key == "name" else f"{key}::text",
        key=key,
        direction=direction,
        conditions=conditions,
        position=_position(sort, "key" if walk is GATHERED else key) if follows else "true",
        count=COUNT.format(source=source) if counted else "",
    )


def export_statement(query: CatalogFilter) -> tuple[LiteralString, list[Any]]:
    """Return the statement that reads everything the filters match, and its values."""
    conditions, values = _conditions(query)
    key, direction = SORTS[query.sort]
    statement: LiteralString = "SELECT {columns} FROM products WHERE {conditions} ORDER BY {order}"
    order: LiteralString = f"{key} {direction}, id {direction}"
    return statement.format(columns=COLUMNS, conditions=conditions, order=order), values


async def stream_products(
    conn: Connection, query: CatalogFilter
) -> AsyncGenerator[list[CatalogProduct]]:
    """Read all products that pass, some at a time; needs a transaction."""
    async with conn.cursor(name="export") as cursor:
        read_as_written(cursor)
        await cursor.execute(*export_statement(query))
        while rows := await cursor.fetchmany(EXPORT_ROWS):
            yield _products(rows)


def _conditions(query: CatalogFilter) -> tuple[LiteralString, list[Any]]:
    filters: list[tuple[LiteralString, Any]] = [
        ("category_id = %s", query.category_id),
        ("min_price >= %s", query.lowest),
        ("min_price <= %s", query.highest),
        *((LONG_WORD if _is_indexed(word) else SHORT_WORD, word) for word in query.words),
    ]
    conditions: LiteralString = "status = 'active'"
    values: list[Any] = []
    for condition, value in filters:
        if value is not None:
            conditions += " AND " + condition
            values.append(value)
    return conditions, values


def _is_search(query: CatalogFilter) -> bool:
    return bool(query.words) and any(map(_is_indexed, query.words))


def _is_indexed(word: str) -> bool:
    return len(word) >= INDEXED_LETTERS


def _position(sort: Sort, key: LiteralString) -> LiteralString:
    """Return what stands behind a cursor."""
    _, direction = SORTS[sort]
    compared: LiteralString = ">" if direction == "ASC" else "<"
    kind = KEY_TYPES[sort.removeprefix("-")]
    return f"({key}, id) {compared} (%s::{kind}, %s::uuid)"


def _slice(rows: list[tuple[Any, ...]], query: CatalogQuery) -> Slice:
    shown = rows[: query.limit]
    if len(rows) <= query.limit:
        return Slice(_products(shown), None)
    name, sort_key = shown[-1][2], shown[-1][7]
    return Slice(_products(shown), name if sort_key is None else sort_key)


def _products(rows: Iterable[tuple[Any, ...]]) -> list[CatalogProduct]:
    return [
        CatalogProduct(product_id, sku, name, category_id, _shown(low), _shown(high), suppliers)
        for product_id, sku, name, category_id, low, high, suppliers, *_ in rows
    ]


def _shown(price: str) -> str:
    """Show a price of four decimals with two, or as many as it needs."""
    return price.removesuffix("0").removesuffix("0")


async def find_active(reader: Reader, product_id: UUID) -> CatalogProductDetail | None:
    """Find one active product with its category's name."""
    rows = await reader.fetch(
        """
        SELECT product.id, internal_sku, product.name, category_id,
            coalesce(min_price, 0.0000), coalesce(max_price, 0.0000), supplier_count,
            category.name
        FROM products AS product
        LEFT JOIN categories AS category ON category.id = product.category_id
        WHERE product.id = %s AND status = 'active'
        """,
        [product_id],
    )
    if not rows:
        return None
    (shown,) = _products(rows)
    return CatalogProductDetail(*msgspec.structs.astuple(shown), category_name=rows[0][7])


async def list_categories(reader: Reader, paging: Paging) -> tuple[int, list[CategoryCount]]:
    """List a page of the categories with the number of active products in each."""
    rows = await reader.fetch(
        """
        SELECT counted.total_count, page.*
        FROM (SELECT count(*) AS total_count FROM categories) AS counted
        LEFT JOIN LATERAL (
            SELECT category.id, category.name, category.parent_id,
                (SELECT count(*) FROM products
                 WHERE category_id = category.id AND status = 'active') AS product_count
            FROM categories AS category
            ORDER BY category.name, category.id
            LIMIT %s OFFSET %s
        ) AS page ON true
        ORDER BY page.name, page.id
        """,
        [paging.limit, paging.offset],
    )
    return rows[0][0], [CategoryCount(*row[1:]) for row in rows if row[1] is not None]
