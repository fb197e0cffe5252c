"""What the public sees: active products, their price range and their categories."""

from collections.abc import AsyncGenerator, Iterable
from typing import Any
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
)
from pricebook.catalog.statements import (
    FilterStatistics,
    SortKey,
    Statement,
    count_statement,
    export_statement,
    may_keep_plan,
    page_statement,
)
from pricebook.db.database import Connection
from pricebook.db.pooled_connection import QueryRunner
from pricebook.db.row_types import load_as_text
from pricebook.errors import query_issue, validation_error
from pricebook.http.pagination import Paging

EXPORT_ROWS = 1000


class ProductPage(Struct, frozen=True):
    """The products of a page, the place of the first one, and of the last if more are behind it."""

    products: list[CatalogProduct]
    first: SortKey | None
    last: SortKey | None


async def list_active(query_runner: QueryRunner, query: CatalogQuery) -> tuple[int, ProductPage]:
    """List a page of the active products that pass every filter, and count all that do.

    Raises ValidationError for a cursor that somebody made up.
    """
    rows = await _fetch(query_runner, page_statement(query), query)
    if rows:
        return rows[0][-1], _product_page(rows, query)
    beyond_the_end = query.offset or query.after
    return await count_active(query_runner, query) if beyond_the_end else 0, _product_page(
        rows, query
    )


async def list_page(
    query_runner: QueryRunner, query: CatalogQuery, statistics: FilterStatistics
) -> ProductPage:
    """List the same without the count, which is known already."""
    return _product_page(
        await _fetch(query_runner, page_statement(query, statistics), query), query
    )


async def count_active(query_runner: QueryRunner, query: CatalogFilter) -> int:
    """Count the active products that pass every filter."""
    statement = count_statement(query)
    ((total_count,),) = await query_runner.fetch(statement.text, statement.values)
    return total_count


async def _fetch(
    query_runner: QueryRunner, statement: Statement, query: CatalogQuery
) -> list[tuple[Any, ...]]:
    try:
        return await query_runner.fetch(
            statement.text, statement.values, keep_plan=may_keep_plan(query)
        )
    except DataError:
        if query.after is None:
            raise
        raise validation_error(query_issue("cursor", UNKNOWN_CURSOR)) from None


async def stream_products(
    conn: Connection, query: CatalogFilter
) -> AsyncGenerator[list[CatalogProduct]]:
    """Read all products that pass, some at a time; needs a transaction."""
    async with conn.cursor(name="export") as cursor:
        load_as_text(cursor)
        statement = export_statement(query)
        await cursor.execute(statement.text, statement.values)
        while rows := await cursor.fetchmany(EXPORT_ROWS):
            yield _products(rows)


def _product_page(rows: list[tuple[Any, ...]], query: CatalogQuery) -> ProductPage:
    shown = rows[: query.limit]
    first = _sort_key_of(rows[0]) if rows else None
    return ProductPage(
        _products(shown), first, _sort_key_of(shown[-1]) if len(rows) > query.limit else None
    )


def _sort_key_of(row: tuple[Any, ...]) -> SortKey:
    product_id, name, sort_key = row[0], row[2], row[7]
    return SortKey(name if sort_key is None else sort_key, product_id)


def _products(rows: Iterable[tuple[Any, ...]]) -> list[CatalogProduct]:
    return [
        CatalogProduct(
            product_id, sku, name, category_id, _format_price(low), _format_price(high), suppliers
        )
        for product_id, sku, name, category_id, low, high, suppliers, *_ in rows
    ]


def _format_price(price: str) -> str:
    """Show a price of four decimals with two, or as many as it needs."""
    return price.removesuffix("0").removesuffix("0")


async def find_active(query_runner: QueryRunner, product_id: UUID) -> CatalogProductDetail | None:
    """Find one active product with its category's name."""
    rows = await query_runner.fetch(
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


async def list_categories(
    query_runner: QueryRunner, paging: Paging
) -> tuple[int, list[CategoryCount]]:
    """List a page of the categories with the number of active products in each."""
    rows = await query_runner.fetch(
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
