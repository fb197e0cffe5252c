"""Reads and writes the own products, with the items of all suppliers."""

from collections.abc import AsyncGenerator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any, LiteralString
from uuid import UUID

import msgspec
from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.keyset import Window
from pricebook.db.list_pages import (
    ListPage,
    as_structs,
    execute_after,
    group_rows,
    read_page,
)
from pricebook.db.row_types import fetch_value, find_value, struct_row
from pricebook.db.sort_keys import Position
from pricebook.products.list_filters import StaffProductFilter
from pricebook.products.list_plans import plan_listing
from pricebook.products.list_statements import count_statement, export_statement, ranked_statement
from pricebook.products.listing import PRODUCT_ITEMS
from pricebook.products.schemas import (
    NewProduct,
    ProductChange,
    ProductStatus,
    StaffProduct,
    StaffProductDetail,
)
from pricebook.products.search_filters import SearchFilter
from pricebook.suppliers.item_terms import (
    TERM_COLUMNS,
    decode_availability,
    decode_details,
)
from pricebook.suppliers.schemas import SupplierItem

EXPORT_ROWS = 1000
MARKS = ("gtin", "mpn", "brand")

PRODUCTS_BY_ID: LiteralString = (
    PRODUCT_ITEMS
    + """
    ORDER BY product.id, item.absent_since IS NOT NULL, item.current_price, item.id
"""
)


class ProductItemRow(Struct, frozen=True):
    """A product and one of its items; the item's columns are null for a product without items.

    Details and availability are JSON.
    """

    id: UUID
    internal_sku: str
    name: str
    category_id: UUID | None
    status: ProductStatus
    target_price: Decimal | None
    lowest_price: Decimal | None
    highest_price: Decimal | None
    margin_percentage: Decimal | None
    price_change_percentage: Decimal | None
    price_changed_at: datetime | None
    updated_at: datetime
    gtin: str | None
    mpn: str | None
    brand: str | None
    item_id: UUID | None
    supplier_id: UUID
    supplier_name: str
    supplier_sku: str
    item_name: str
    current_price: Decimal
    characteristics: dict[str, Any]
    last_ingested_at: datetime
    absent_since: datetime | None
    currency: str
    cost: Decimal
    exchange_rate: Decimal | None
    rate_date: date | None
    next_price: Decimal | None
    next_from: date | None
    price_outdated_since: datetime | None
    details: str | None
    availability: str | None
    created_at: datetime

    def item(self, item_id: UUID) -> SupplierItem:
        """Return the item."""
        return SupplierItem(
            id=item_id,
            supplier_id=self.supplier_id,
            supplier_name=self.supplier_name,
            supplier_sku=self.supplier_sku,
            name=self.item_name,
            current_price=self.current_price,
            characteristics=self.characteristics,
            last_ingested_at=self.last_ingested_at,
            absent_since=self.absent_since,
            currency=self.currency,
            cost=self.cost,
            exchange_rate=self.exchange_rate,
            rate_date=self.rate_date,
            next_price=self.next_price,
            next_from=self.next_from,
            price_outdated_since=self.price_outdated_since,
            details=decode_details(self.details),
            availability=decode_availability(self.availability),
        )


class RankedProduct(Struct, frozen=True):
    """A product that a search finds, with its rank, and whether it comes after a position."""

    rank: int
    name: str
    id: UUID
    is_after: bool


async def list_products(
    conn: Connection,
    query: StaffProductFilter,
    window: Window,
    search: SearchFilter | None = None,
) -> ListPage[StaffProduct]:
    """Return a window of the products that pass, with all items."""
    listing = await plan_listing(conn, query, search)
    return group_rows(await read_page(conn, listing, window, as_structs(ProductItemRow)), _product)


async def count_products(
    conn: Connection, query: StaffProductFilter, search: SearchFilter, limit: int
) -> int:
    """Return the number of the products that pass, at most `limit`."""
    statement = count_statement(query, search, limit)
    return await fetch_value(conn, statement.text, statement.values)


async def list_ranked(
    conn: Connection,
    query: StaffProductFilter,
    search: SearchFilter,
    limit: int,
    after: Position | None = None,
) -> list[RankedProduct]:
    """Return the products that pass, those that the whole search names first.

    If more than `limit` pass, any of them are returned. Raises ValidationError for invalid keys.
    """
    statement = ranked_statement(query, search, limit, after)
    cursor = await execute_after(conn, statement, after)
    return [RankedProduct(*row) for row in await cursor.fetchall()]


async def stream_rows(
    conn: Connection, query: StaffProductFilter, search: SearchFilter | None = None
) -> AsyncGenerator[list[tuple[Any, ...]]]:
    """Yield all products that pass the filters, with all items, in batches; needs a transaction."""
    async with conn.cursor(name="export") as cursor:
        statement = export_statement(query, search)
        await cursor.execute(statement.text, statement.values)
        while rows := await cursor.fetchmany(EXPORT_ROWS):
            yield rows


async def list_by_ids(conn: Connection, product_ids: Sequence[UUID]) -> dict[UUID, StaffProduct]:
    """Return those of these products that exist, with all items, in the given order."""
    if not product_ids:
        return {}
    rows = await _list_rows(conn, product_ids)
    found = {
        product_id: _product([*group]) for product_id, group in groupby(rows, attrgetter("id"))
    }
    return {each: found[each] for each in product_ids if each in found}


async def find_product(conn: Connection, product_id: UUID) -> StaffProductDetail | None:
    """Find one product of any status, with all its items."""
    rows = await _list_rows(conn, [product_id])
    if not rows:
        return None
    return StaffProductDetail(
        **msgspec.structs.asdict(_product(rows)), created_at=rows[0].created_at
    )


async def _list_rows(conn: Connection, product_ids: Sequence[UUID]) -> list[ProductItemRow]:
    statement = PRODUCTS_BY_ID.format(terms=TERM_COLUMNS, condition="product.id = ANY (%s)")
    async with conn.cursor(row_factory=struct_row(ProductItemRow)) as cursor:
        await cursor.execute(statement, [list(product_ids)])
        return await cursor.fetchall()


def _product(rows: Sequence[ProductItemRow]) -> StaffProduct:
    product = rows[0]
    return StaffProduct(
        id=product.id,
        internal_sku=product.internal_sku,
        name=product.name,
        category_id=product.category_id,
        status=product.status,
        target_price=product.target_price,
        gtin=product.gtin,
        mpn=product.mpn,
        brand=product.brand,
        supplier_items=[row.item(row.item_id) for row in rows if row.item_id is not None],
        lowest_price=product.lowest_price,
        highest_price=product.highest_price,
        margin_percentage=_percentage(product.margin_percentage),
        price_change_percentage=_percentage(product.price_change_percentage),
        price_changed_at=product.price_changed_at,
        updated_at=product.updated_at,
    )


def _percentage(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


async def find_status(conn: Connection, product_id: UUID) -> ProductStatus | None:
    """Find the status of a product."""
    return await find_value(conn, "SELECT status FROM products WHERE id = %s", [product_id])


async def lock_product(conn: Connection, product_id: UUID) -> ProductStatus | None:
    """Lock a product until the transaction ends; return its status, None without the product."""
    return await find_value(
        conn, "SELECT status FROM products WHERE id = %s FOR NO KEY UPDATE", [product_id]
    )


async def set_product(conn: Connection, product_id: UUID, change: ProductChange) -> None:
    """Update the given fields of a product."""
    given = change.given
    await conn.execute(
        """
        UPDATE products
        SET name = coalesce(%(name)s, name),
            status = coalesce(%(status)s, status),
            category_id = CASE WHEN %(sets_category)s THEN %(category)s ELSE category_id END,
            target_price = CASE WHEN %(sets_target)s THEN %(target)s ELSE target_price END,
            gtin = CASE WHEN %(sets_gtin)s THEN %(gtin)s ELSE gtin END,
            mpn = CASE WHEN %(sets_mpn)s THEN %(mpn)s ELSE mpn END,
            brand = CASE WHEN %(sets_brand)s THEN %(brand)s ELSE brand END
        WHERE id = %(id)s
        """,
        {
            "id": product_id,
            "name": given.get("name"),
            "status": given.get("status"),
            "sets_category": "category_id" in given,
            "category": given.get("category_id"),
            "sets_target": "target_price" in given,
            "target": given.get("target_price"),
            **{f"sets_{name}": name in given for name in MARKS},
            **{name: given.get(name) for name in MARKS},
        },
    )


async def insert_unless_sku_taken(
    conn: Connection, products: Sequence[NewProduct]
) -> dict[str, UUID]:
    """Insert the products whose SKU is free; return the id of each by its SKU."""
    cursor = await conn.execute(
        """
        INSERT INTO products
            (internal_sku, name, category_id, status, target_price, gtin, mpn, brand)
        SELECT * FROM unnest(%s::text[], %s::text[], %s::uuid[], %s::product_status[],
            %s::numeric[], %s::text[], %s::text[], %s::text[])
        ON CONFLICT (internal_sku) DO NOTHING
        RETURNING internal_sku, id
        """,
        [
            [product.internal_sku for product in products],
            [product.name for product in products],
            [product.category_id for product in products],
            [product.status for product in products],
            [product.target_price for product in products],
            [product.gtin for product in products],
            [product.mpn for product in products],
            [product.brand for product in products],
        ],
    )
    return dict(await cursor.fetchall())
