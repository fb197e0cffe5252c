from typing import Any, LiteralString
from uuid import UUID

from pricebook.catalog.schemas import (
    CatalogProduct,
    CatalogProductDetail,
    CatalogQuery,
    CategoryCount,
)
from pricebook.db import Connection, rows_as
from pricebook.web.paging import Paging

# One statement, so that the count and the page are of the same moment; the left join keeps the
# count on a page beyond the end.
PAGE: LiteralString = """
    SELECT counted.total_count, page.*
    FROM (SELECT count(*) AS total_count FROM products WHERE {conditions}) AS counted
    LEFT JOIN LATERAL (
        SELECT id, internal_sku, name, category_id,
            coalesce(min_price, 0.00) AS min_price, coalesce(max_price, 0.00) AS max_price,
            supplier_count
        FROM products
        WHERE {conditions}
        ORDER BY name, id
        LIMIT %s OFFSET %s
    ) AS page ON true
    ORDER BY page.name, page.id
"""


async def list_active(conn: Connection, query: CatalogQuery) -> tuple[int, list[CatalogProduct]]:
    """List a page of the active products that pass every filter, and count all that do."""
    rows = await (await conn.execute(*page_statement(query))).fetchall()
    return rows[0][0], [CatalogProduct(*row[1:]) for row in rows if row[1] is not None]


def page_statement(query: CatalogQuery) -> tuple[LiteralString, list[Any]]:
    """Return the statement that reads a page, and its values."""
    filters: list[tuple[LiteralString, Any]] = [
        ("category_id = %s", query.category_id),
        ("min_price >= %s", query.lowest),
        ("min_price <= %s", query.highest),
        *(("search_text LIKE search_pattern(%s)", word) for word in query.words),
    ]
    conditions: LiteralString = "status = 'active'"
    values: list[Any] = []
    for condition, value in filters:
        if value is not None:
            conditions += " AND " + condition
            values.append(value)
    statement = PAGE.format(conditions=conditions)
    return statement, [*values, *values, query.limit, query.offset]


async def find_active(conn: Connection, product_id: UUID) -> CatalogProductDetail | None:
    """Find one active product with its category's name."""
    async with conn.cursor(row_factory=rows_as(CatalogProductDetail)) as cursor:
        await cursor.execute(
            """
            SELECT product.id, internal_sku, product.name, category_id,
                coalesce(min_price, 0.00) AS min_price, coalesce(max_price, 0.00) AS max_price,
                supplier_count, category.name AS category_name
            FROM products AS product
            LEFT JOIN categories AS category ON category.id = product.category_id
            WHERE product.id = %s AND status = 'active'
            """,
            [product_id],
        )
        return await cursor.fetchone()


async def list_categories(conn: Connection, paging: Paging) -> tuple[int, list[CategoryCount]]:
    """List a page of the categories with the number of active products in each."""
    cursor = await conn.execute(
        """
        SELECT counted.total_count, page.*
        FROM (SELECT count(*) AS total_count FROM categories) AS counted
        LEFT JOIN LATERAL (
            SELECT category.id, category.name, category.parent_id,
                (SELECT count(*) FROM products
                 WHERE category_id = category.id AND status = 'active') AS product_count
            FROM categories AS category
            ORDER BY category.name, category.id
            LIMIT %(limit)s OFFSET %(offset)s
        ) AS page ON true
        ORDER BY page.name, page.id
        """,
        {"limit": paging.limit, "offset": paging.offset},
    )
    rows = await cursor.fetchall()
    return rows[0][0], [CategoryCount(*row[1:]) for row in rows if row[1] is not None]
