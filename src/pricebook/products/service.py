import secrets
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from uuid import UUID

from pricebook import safe_csv
from pricebook.auth.schemas import Caller
from pricebook.categories import service as categories
from pricebook.db import Connection, Database
from pricebook.errors import ConflictError, ForbiddenError, NotFoundError, body_issue, refuse
from pricebook.products import repository
from pricebook.products.schemas import (
    EXPORT_HEADER,
    CreatedProduct,
    Match,
    NewProduct,
    ProductChange,
    ProductOrder,
    ProductStatus,
    StaffProduct,
    StaffProductDetail,
    StaffQuery,
)
from pricebook.products.sku import make_skus
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import ItemLink, Link, UnmatchedItem
from pricebook.web.paging import Page, page_of

BATCH = 5000
SALES_MAY_CHANGE = frozenset({"target_price"})


async def list_products(database: Database, query: StaffQuery) -> Page[StaffProduct]:
    """Return a page of the products that pass every filter, by name and id, with all items."""
    async with database.connection() as conn:
        total_count, products = await repository.list_products(conn, query)
    return page_of(query, total_count, products)


async def export_products(database: Database, query: StaffQuery) -> AsyncGenerator[str]:
    """Yield everything the filters match as comma-separated values, a line per supplier item."""
    text = safe_csv.lines([EXPORT_HEADER])
    async with database.slow_read() as conn, aclosing(repository.stream_rows(conn, query)) as found:
        async for rows in found:
            yield text + safe_csv.lines(rows)
            text = ""
    if text:
        yield text


async def get_product(database: Database, product_id: UUID) -> StaffProductDetail:
    """Return one product of any status with all its items, or raise NotFoundError."""
    async with database.connection() as conn:
        return await _get(conn, product_id)


async def create_product(database: Database, order: ProductOrder) -> CreatedProduct:
    """Make a product, linked to a supplier's item if one is named: both or neither.

    Raises ValidationError when the item is unknown or linked, the category unknown, the SKU taken.
    """
    async with database.short_transaction() as conn:
        if order.supplier_item_id is not None:
            await _require_free_item(conn, order.supplier_item_id)
        if not await categories.hold_category(conn, order.category_id):
            raise refuse(body_issue("category_id", "there is no such category"))
        product_id = await _insert(conn, order)
        if order.supplier_item_id is not None:
            await suppliers.set_product(conn, order.supplier_item_id, product_id)
        made = await _get(conn, product_id)
    return CreatedProduct(
        id=made.id,
        internal_sku=made.internal_sku,
        name=made.name,
        category_id=made.category_id,
        status=made.status,
        target_price=made.target_price,
        supplier_items=made.supplier_items,
        created_at=made.created_at,
    )


def require_right_to_change(caller: Caller, fields: Sequence[str]) -> None:
    """Raise ForbiddenError when somebody of sales is about to change more than target prices."""
    others = sorted(set(fields) & set(ProductChange.__struct_fields__) - SALES_MAY_CHANGE)
    if caller.role == "sales" and others:
        raise ForbiddenError(f"Sales may change the target price only, not {', '.join(others)}.")


async def change_product(
    database: Database, caller: Caller, product_id: UUID, change: ProductChange
) -> StaffProductDetail:
    """Change a product.

    Raises ForbiddenError when the caller may not change this, NotFoundError, ValidationError when
    the product is archived or the category unknown.
    """
    require_right_to_change(caller, tuple(change.given))
    async with database.short_transaction() as conn:
        held = await categories.hold_category(conn, change.given.get("category_id"))
        status = await repository.lock_product(conn, product_id)
        if status is None:
            raise _unknown(product_id)
        if status == "archived":
            raise refuse(body_issue("status", "the product is archived, which is final"))
        if not held:
            raise refuse(body_issue("category_id", "there is no such category"))
        await repository.set_product(conn, product_id, change)
        return await _get(conn, product_id)


async def match_item(database: Database, product_id: UUID, match: Match) -> StaffProductDetail:
    """Link an item to a product, or free it; doing it again changes nothing.

    What is impossible is refused after a look without locks, so that a crowd that wants one item
    does not queue for it. The item is locked before the product, here and everywhere. Raises
    NotFoundError, ValidationError for a link to an archived product and for an unlink of an item
    that is not this product's, ConflictError for a link of another product's item.
    """
    async with database.connection() as conn:
        _require_possible(
            product_id,
            match,
            await repository.find_status(conn, product_id),
            await suppliers.find_item(conn, match.supplier_item_id),
        )
    async with database.short_transaction() as conn:
        item = await suppliers.claim_item(conn, match.supplier_item_id)
        status = await repository.lock_product(conn, product_id)
        _require_possible(product_id, match, status, item)
        linked_to = product_id if match.action == "link" else None
        await suppliers.set_product(conn, match.supplier_item_id, linked_to)
        return await _get(conn, product_id)


def _require_possible(
    product_id: UUID, match: Match, status: ProductStatus | None, item: ItemLink | None
) -> None:
    if status is None:
        raise _unknown(product_id)
    if item is None:
        raise NotFoundError(f"There is no supplier item {match.supplier_item_id}.")
    if match.action == "unlink":
        if item.product_id != product_id:
            raise refuse(body_issue("supplier_item_id", "is no item of this product"))
    elif status == "archived":
        raise refuse(body_issue("action", "the product is archived, nothing is linked"))
    elif item.product_id not in {None, product_id}:
        raise ConflictError(f"The item is linked to product {item.product_id} already.")


async def create_from_unmatched(conn: Connection, supplier_id: UUID) -> int:
    """Make an active product of every item of a supplier that has none; return how many.

    Each product is in the category that the list names, made at the root when missing. Runs in
    the caller's transaction.
    """
    created = 0
    while items := await suppliers.claim_unmatched(conn, supplier_id, BATCH):
        await _create_linked(conn, items)
        created += len(items)
    return created


async def insert_free_skus(conn: Connection, products: Sequence[NewProduct]) -> dict[str, UUID]:
    """Make the products whose SKU is free; return the id of each by its SKU."""
    return await repository.insert_free_skus(conn, products)


async def _create_linked(conn: Connection, items: Sequence[UnmatchedItem]) -> None:
    names = sorted({item.category for item in items if item.category})
    known = await categories.ensure_categories(conn, names)
    waiting = list(items)
    while waiting:
        skus = _draw_skus(len(waiting))
        products = [
            NewProduct(sku, item.name, known.get(item.category or ""), "active")
            for sku, item in zip(skus, waiting, strict=True)
        ]
        made = await repository.insert_free_skus(conn, products)
        drawn = list(zip(skus, waiting, strict=True))
        links = [Link(item.id, made[sku]) for sku, item in drawn if sku in made]
        await suppliers.link_free_items(conn, links)
        waiting = [item for sku, item in drawn if sku not in made]


def _draw_skus(count: int) -> list[str]:
    return make_skus(count, time.time_ns() // 1_000_000, secrets.choice)


async def _insert(conn: Connection, order: ProductOrder) -> UUID:
    while True:
        sku = order.internal_sku or _draw_skus(1)[0]
        product = NewProduct(sku, order.name, order.category_id, order.status, order.target_price)
        made = await repository.insert_free_skus(conn, [product])
        if made:
            return made[sku]
        if order.internal_sku is not None:
            raise refuse(body_issue("internal_sku", "is taken"))


async def _require_free_item(conn: Connection, item_id: UUID) -> None:
    item = await suppliers.claim_item(conn, item_id)
    if item is None:
        raise refuse(body_issue("supplier_item_id", "there is no such item"))
    if item.product_id is not None:
        raise refuse(body_issue("supplier_item_id", "is linked to a product already"))


async def _get(conn: Connection, product_id: UUID) -> StaffProductDetail:
    product = await repository.find_product(conn, product_id)
    if product is None:
        raise _unknown(product_id)
    return product


def _unknown(product_id: UUID) -> NotFoundError:
    return NotFoundError(f"There is no product {product_id}.")
