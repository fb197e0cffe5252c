"""The queries of the public catalog: active products and categories."""

from collections.abc import AsyncGenerator, Iterable
from typing import LiteralString
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg import DataError

from pricebook.catalog.kept_plans import may_keep_plan
from pricebook.catalog.price_distribution import PriceDistribution
from pricebook.catalog.schemas import (
    CatalogCategory,
    CatalogFilter,
    CatalogProduct,
    CatalogProductDetail,
    CatalogQuery,
)
from pricebook.catalog.sort_orders import PRICE_COLUMNS
from pricebook.catalog.statements import (
    FilterStatistics,
    SortKey,
    Statement,
    count_statement,
    export_statement,
    page_statement,
)
from pricebook.db.database import Connection
from pricebook.db.driver.loaders import load_as_text
from pricebook.db.pooled_connection import QueryRunner
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.errors import UNKNOWN_CURSOR, validation_error
from pricebook.http.pagination import Paging
from pricebook.settings import CatalogPrices

EXPORT_ROWS = 1000


class ProductRow(Struct, frozen=True, gc=False):
    """A product as the catalog's statements return it; prices have up to six decimals.

    `sort_key` is null where the sort key is the name; an export has none. `total_count` is the
    number of matches, in statements that count them.
    """

    id: str
    internal_sku: str
    name: str
    category_id: str | None
    min_price: str | None
    max_price: str | None
    supplier_count: int
    sort_key: str | None = None
    total_count: int = 0


class MatchCount(Struct, frozen=True):
    """The number of products that match a filter."""

    total_count: int


class CategoryRow(Struct, frozen=True):
    """A category beside the number of all categories; nulls on a page beyond the last one."""

    total_count: int
    id: str | None
    name: str
    parent_id: str | None
    product_count: int


class ProductPage(Struct, frozen=True):
    """The products of a page with the sort keys of the first and the last one.

    `last` is None on the last page, `first` on an empty page.
    """

    products: list[CatalogProduct]
    first: SortKey | None
    last: SortKey | None


async def list_active(
    query_runner: QueryRunner, query: CatalogQuery, distribution: PriceDistribution | None = None
) -> tuple[int, ProductPage]:
    """Return a page of the active products that match all filters, and the number of matches.

    Raises ValidationError for a cursor with an invalid sort key.
    """
    rows = await _fetch(query_runner, page_statement(query), query, distribution)
    if rows:
        total_count = rows[0].total_count
    else:
        is_beyond_the_end = query.offset or query.after
        total_count = await count_active(query_runner, query) if is_beyond_the_end else 0
    return total_count, _product_page(rows, query)


async def list_page(
    query_runner: QueryRunner,
    query: CatalogQuery,
    statistics: FilterStatistics,
    distribution: PriceDistribution | None = None,
) -> ProductPage:
    """Return a page of a filter whose number of matches is known."""
    statement = page_statement(query, statistics)
    return _product_page(await _fetch(query_runner, statement, query, distribution), query)


async def count_active(query_runner: QueryRunner, query: CatalogFilter) -> int:
    """Return the number of active products that match all filters."""
    statement = count_statement(query)
    (count,) = await query_runner.fetch(MatchCount, statement.text, statement.values)
    return count.total_count


async def _fetch(
    query_runner: QueryRunner,
    statement: Statement,
    query: CatalogQuery,
    distribution: PriceDistribution | None,
) -> list[ProductRow]:
    keep_plan = may_keep_plan(query, distribution)
    try:
        return await query_runner.fetch(
            ProductRow, statement.text, statement.values, keep_plan=keep_plan
        )
    except DataError:
        if query.after is None:
            raise
        raise validation_error(UNKNOWN_CURSOR) from None


async def stream_products(
    conn: Connection, query: CatalogFilter
) -> AsyncGenerator[list[CatalogProduct]]:
    """Yield all matching products in batches; needs a transaction."""
    async with conn.cursor(name="export", row_factory=struct_row(ProductRow)) as cursor:
        load_as_text(cursor)
        statement = export_statement(query)
        await cursor.execute(statement.text, statement.values)
        while rows := await cursor.fetchmany(EXPORT_ROWS):
            yield _products(rows)


def _product_page(rows: list[ProductRow], query: CatalogQuery) -> ProductPage:
    shown = rows[: query.limit]
    first = _sort_key_of(rows[0]) if rows else None
    return ProductPage(
        _products(shown), first, _sort_key_of(shown[-1]) if len(rows) > query.limit else None
    )


def _sort_key_of(row: ProductRow) -> SortKey:
    return SortKey(row.name if row.sort_key is None else row.sort_key, row.id)


def _products(rows: Iterable[ProductRow]) -> list[CatalogProduct]:
    return [
        CatalogProduct(
            row.id,
            row.internal_sku,
            row.name,
            row.category_id,
            _format_price(row.min_price),
            _format_price(row.max_price),
            row.supplier_count,
        )
        for row in rows
    ]


def _format_price(price: str | None) -> str | None:
    """Return a price with two to six decimals, without zeros after the second one."""
    if price is None or price[-3:-2] == ".":
        return price
    if price[-5:-4] == ".":  # as most are stored
        return price.removesuffix("0").removesuffix("0")
    whole, _, decimals = price.partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}"


async def find_active(
    query_runner: QueryRunner, product_id: UUID, prices: CatalogPrices
) -> CatalogProductDetail | None:
    """Return an active product with its category's name."""
    columns = PRICE_COLUMNS[prices]
    statement: LiteralString = """
        SELECT product.id, internal_sku, product.name, category_id,
            {lowest} AS min_price, {highest} AS max_price,
            supplier_count, category.name AS category_name
        FROM products AS product
        LEFT JOIN categories AS category ON category.id = product.category_id
        WHERE product.id = %s AND status = 'active'
        """
    rows = await query_runner.fetch(
        CatalogProductDetail,
        statement.format(lowest=columns.lowest, highest=columns.highest),
        [product_id],
    )
    if not rows:
        return None
    (product,) = rows
    return msgspec.structs.replace(
        product,
        min_price=_format_price(product.min_price),
        max_price=_format_price(product.max_price),
    )


async def has_target_price_indexes(conn: Connection) -> bool:
    """Return whether target prices are indexed; all of their indexes are created together."""
    return await fetch_value(conn, "SELECT to_regclass('products_target_cheapest_idx') IS NOT NULL")


async def list_categories(
    query_runner: QueryRunner, paging: Paging
) -> tuple[int, list[CatalogCategory]]:
    """Return the number of categories, and a page of them with their numbers of active products."""
    rows = await query_runner.fetch(
        CategoryRow,
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
    return rows[0].total_count, [
        CatalogCategory(row.id, row.name, row.parent_id, row.product_count)
        for row in rows
        if row.id is not None
    ]
