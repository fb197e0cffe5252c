import secrets
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any
from uuid import UUID

from pricebook.auth.roles import EDITOR_ROLES, describe
from pricebook.auth.schemas import Caller
from pricebook.categories import service as categories
from pricebook.db.database import Connection, Database
from pricebook.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    body_issue,
    validation_error,
)
from pricebook.http import safe_csv
from pricebook.http.pagination import CursorPage, cursor_page_of
from pricebook.products import bulk_repository, repository, search
from pricebook.products.change_checks import require_no_other_change, require_values
from pricebook.products.export_columns import EXPORT_HEADER
from pricebook.products.list_filters import StaffProductFilter, StaffProductQuery
from pricebook.products.schemas import (
    CreatedProduct,
    CreateProductRequest,
    Match,
    NewProduct,
    ProductChange,
    ProductStatus,
    StaffProduct,
    StaffProductDetail,
)
from pricebook.products.sku import generate_skus
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import ItemLink, NewItemLink, UnmatchedItemText

CREATE_BATCH_ITEMS = 5000
SALES_EDITABLE_FIELDS = frozenset({"target_price"})


async def list_products(database: Database, query: StaffProductQuery) -> CursorPage[StaffProduct]:
    """Return a page of the products that pass every filter, with all items.

    By default they are by name and id, and those that a search names come first.
    """
    async with database.connection() as conn:
        if query.words:
            found = await search.list_products(conn, query)
        else:
            found = await repository.list_products(conn, query, query.window)
    return cursor_page_of(query, found)


async def export_products(database: Database, query: StaffProductFilter) -> AsyncGenerator[str]:
    """Yield the products that pass the filters as CSV, a line per supplier item."""
    text = safe_csv.lines([EXPORT_HEADER])
    async with (
        database.export_transaction() as conn,
        aclosing(
            repository.stream_rows(conn, query, await search.export_filter(conn, query))
        ) as row_batches,
    ):
        async for rows in row_batches:
            yield text + safe_csv.lines(rows)
            text = ""
    if text:
        yield text


async def get_product(database: Database, product_id: UUID) -> StaffProductDetail:
    """Return one product of any status with all its items; raises NotFoundError."""
    async with database.connection() as conn:
        return await _get(conn, product_id)


async def create_product(database: Database, new_product: CreateProductRequest) -> CreatedProduct:
    """Create a product and link the supplier item that is named: both or neither.

    Raises ValidationError when the item is unknown or linked, the category unknown, the SKU taken.
    """
    async with database.short_transaction() as conn:
        if new_product.supplier_item_id is not None:
            await _require_unmatched_item(conn, new_product.supplier_item_id)
        product_id = await insert_product(conn, new_product)
        if new_product.supplier_item_id is not None:
            await suppliers.set_linked_product(conn, new_product.supplier_item_id, product_id)
        inserted = await _get(conn, product_id)
    return CreatedProduct(
        id=inserted.id,
        internal_sku=inserted.internal_sku,
        name=inserted.name,
        category_id=inserted.category_id,
        status=inserted.status,
        target_price=inserted.target_price,
        gtin=inserted.gtin,
        mpn=inserted.mpn,
        brand=inserted.brand,
        supplier_items=inserted.supplier_items,
        created_at=inserted.created_at,
    )


def require_change_permission(caller: Caller, fields: Sequence[str]) -> None:
    """Raise ForbiddenError if role sales changes another field than target_price."""
    forbidden_fields = sorted(
        set(fields) & set(ProductChange.__struct_fields__) - SALES_EDITABLE_FIELDS
    )
    if caller.role == "sales" and forbidden_fields:
        raise ForbiddenError(
            f"Role sales may change target_price only; {', '.join(forbidden_fields)} needs "
            f"{describe(EDITOR_ROLES)}."
        )


async def change_product(
    database: Database,
    caller: Caller,
    product_id: UUID,
    change: ProductChange,
    *,
    expected: Mapping[str, Any] | None = None,
) -> StaffProductDetail:
    """Change a product and return it.

    An archived product changes only in a request that sets its status to draft or active. Raises
    ForbiddenError when the caller may not change a field, NotFoundError, ValidationError when the
    product stays archived or the category is unknown, ConflictError when fields do not have the
    expected values.
    """
    require_change_permission(caller, tuple(change.given))
    async with database.short_transaction() as conn:
        category_exists = await categories.lock_category_if_given(
            conn, change.given.get("category_id")
        )
        status = await repository.lock_product(conn, product_id)
        if status is None:
            raise _not_found(product_id)
        if not category_exists:
            raise validation_error(body_issue("category_id", "there is no such category"))
        if expected:
            require_values(await _get(conn, product_id), expected)
        if status == "archived" and change.given.get("status", "archived") == "archived":
            require_no_other_change(change)
        else:
            await repository.set_product(conn, product_id, change)
        return await _get(conn, product_id)


async def match_item(database: Database, product_id: UUID, match: Match) -> StaffProductDetail:
    """Link an item to a product or unlink it, and return the product; repeating changes nothing.

    Impossible requests are refused by a check without locks, so that concurrent requests for one
    item do not queue for its lock. The item is locked before the product, as everywhere. Raises
    NotFoundError; ValidationError for a link to an archived product and for an unlink of an item
    of another product; ConflictError for a link of another product's item.
    """
    async with database.connection() as conn:
        _require_match_possible(
            product_id,
            match,
            await repository.find_status(conn, product_id),
            await suppliers.find_item(conn, match.supplier_item_id),
        )
    async with database.short_transaction() as conn:
        item = await suppliers.lock_supplier_item(conn, match.supplier_item_id)
        status = await repository.lock_product(conn, product_id)
        _require_match_possible(product_id, match, status, item)
        linked_to = product_id if match.action == "link" else None
        await suppliers.set_linked_product(conn, match.supplier_item_id, linked_to)
        return await _get(conn, product_id)


def _require_match_possible(
    product_id: UUID, match: Match, status: ProductStatus | None, item: ItemLink | None
) -> None:
    if status is None:
        raise _not_found(product_id)
    if item is None:
        raise NotFoundError(f"There is no supplier item {match.supplier_item_id}.")
    if match.action == "unlink":
        if item.product_id != product_id:
            raise validation_error(body_issue("supplier_item_id", "is no item of this product"))
    elif status == "archived":
        raise validation_error(
            body_issue("action", "the product is archived: bring it back before linking items")
        )
    elif item.product_id not in {None, product_id}:
        raise ConflictError(f"The item is linked to product {item.product_id} already.")


async def create_products_from_unmatched(conn: Connection, supplier_id: UUID, task_id: UUID) -> int:
    """Create an active product for each unmatched item of a supplier; return how many.

    The category is the root category that the price list names, created when missing. Runs in the
    caller's transaction. An undo of the task deletes them.
    """
    created = 0
    while items := await suppliers.lock_unmatched_items(conn, supplier_id, CREATE_BATCH_ITEMS):
        await _create_linked(conn, items, task_id)
        created += len(items)
    return created


async def create_products_of_items(conn: Connection, item_ids: Sequence[UUID]) -> int:
    """Create an active product for each of these items that is unmatched; return how many.

    Items that other transactions have locked are left out. Runs in the caller's transaction.
    """
    items = await suppliers.lock_unmatched(conn, item_ids)
    await _create_linked(conn, items, None)
    return len(items)


async def insert_product(conn: Connection, new_product: CreateProductRequest) -> UUID:
    """Insert a product without its supplier item and return its id.

    Raises ValidationError when the category is unknown or the SKU taken.
    """
    if not await categories.lock_category_if_given(conn, new_product.category_id):
        raise validation_error(body_issue("category_id", "there is no such category"))
    return await _insert(conn, new_product)


async def insert_unless_sku_taken(
    conn: Connection, products: Sequence[NewProduct]
) -> dict[str, UUID]:
    """Insert the products whose SKU is free; return the id of each by its SKU."""
    return await repository.insert_unless_sku_taken(conn, products)


async def _create_linked(
    conn: Connection, items: Sequence[UnmatchedItemText], task_id: UUID | None
) -> None:
    names = sorted({item.category for item in items if item.category})
    category_ids = await categories.ensure_categories(conn, names)
    unmatched_items = list(items)
    while unmatched_items:
        skus = new_skus(len(unmatched_items))
        products = [
            NewProduct(sku, item.name, category_ids.get(item.category or ""), "active")
            for sku, item in zip(skus, unmatched_items, strict=True)
        ]
        inserted = await repository.insert_unless_sku_taken(conn, products)
        items_by_sku = list(zip(skus, unmatched_items, strict=True))
        links = [
            NewItemLink(item.id, inserted[sku]) for sku, item in items_by_sku if sku in inserted
        ]
        await suppliers.link_unmatched_items(conn, links)
        await bulk_repository.insert_made_products(conn, links, task_id)
        unmatched_items = [item for sku, item in items_by_sku if sku not in inserted]


def new_skus(count: int) -> list[str]:
    """Return different generated SKUs, which may be taken."""
    return generate_skus(count, time.time_ns() // 1_000_000, secrets.choice)


async def _insert(conn: Connection, new_product: CreateProductRequest) -> UUID:
    while True:
        sku = new_product.internal_sku or new_skus(1)[0]
        product = NewProduct(
            sku,
            new_product.name,
            new_product.category_id,
            new_product.status,
            new_product.target_price,
            new_product.gtin,
            new_product.mpn,
            new_product.brand,
        )
        inserted = await repository.insert_unless_sku_taken(conn, [product])
        if inserted:
            return inserted[sku]
        if new_product.internal_sku is not None:
            raise validation_error(body_issue("internal_sku", "is taken"))


async def _require_unmatched_item(conn: Connection, item_id: UUID) -> None:
    item = await suppliers.lock_supplier_item(conn, item_id)
    if item is None:
        raise validation_error(body_issue("supplier_item_id", "there is no such item"))
    if item.product_id is not None:
        raise validation_error(body_issue("supplier_item_id", "is linked to a product already"))


async def _get(conn: Connection, product_id: UUID) -> StaffProductDetail:
    product = await repository.find_product(conn, product_id)
    if product is None:
        raise _not_found(product_id)
    return product


def _not_found(product_id: UUID) -> NotFoundError:
    return NotFoundError(f"There is no product {product_id}.")
