from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from msgspec import UNSET

from pricebook.db.database import Connection, Database
from pricebook.errors import DatabaseUnavailableError, NotFoundError
from pricebook.http.pagination import CursorPage, CursorPaging, cursor_page_of
from pricebook.suppliers import (
    aggregate_repository,
    item_repository,
    link_repository,
    overview_repository,
    repository,
    unmatched_repository,
)
from pricebook.suppliers.overviews import get_overview, no_supplier
from pricebook.suppliers.remembered_answers import remembered_with
from pricebook.suppliers.revisions import require_revision, settings_revision
from pricebook.suppliers.schemas import (
    ItemLink,
    NamedItem,
    NewItemLink,
    NewSupplier,
    PricePoint,
    SourceType,
    Supplier,
    SupplierChange,
    SupplierOverview,
    SupplierSource,
    UnmatchedItem,
    UnmatchedItemQuery,
    UnmatchedItemText,
)
from pricebook.suppliers.source_config_change import apply_change
from pricebook.suppliers.status_schemas import AggregateCheck, LastImportAge

SMALL_SUPPLIER = 1000


async def list_suppliers(database: Database, paging: CursorPaging) -> CursorPage[SupplierOverview]:
    """Return a page of the suppliers, by name and id."""
    async with database.connection() as conn:
        return cursor_page_of(paging, await overview_repository.list_suppliers(conn, paging))


async def list_names(
    database: Database, supplier_ids: Sequence[UUID], limit: int
) -> list[tuple[UUID, str]]:
    """Return ids and names of the first suppliers by name, and of those with the given ids.

    Unknown ones and those being deleted are left out.
    """
    async with database.connection() as conn:
        return await repository.list_names(conn, supplier_ids, limit)


async def get_supplier(database: Database, supplier_id: UUID) -> SupplierOverview:
    """Return a supplier with the number of its items and its last task; raises NotFoundError."""
    async with database.connection() as conn:
        return await get_overview(conn, supplier_id)


async def create_supplier(database: Database, supplier: NewSupplier) -> SupplierOverview:
    """Create a supplier; raises ConflictError when the name is taken, in any case of letters."""
    async with database.short_transaction() as conn:
        return await get_overview(conn, await repository.insert_supplier(conn, supplier))


async def change_supplier(
    database: Database,
    supplier_id: UUID,
    change: SupplierChange,
    *,
    seen: str | None = None,
    is_answer: bool = False,
) -> SupplierOverview:
    """Change a supplier; with `is_answer`, its settings are kept as answers that are remembered.

    Raises NotFoundError, ConflictError when its new name is taken, OutdatedSupplierError when its
    settings have another revision than `seen`, ValidationError for a masked address that is not
    the stored one.
    """
    async with database.short_transaction() as conn:
        supplier = await repository.lock_supplier(conn, supplier_id)
        if supplier is None:
            raise no_supplier(supplier_id)
        shown = await get_overview(conn, supplier_id)
        require_revision(seen, settings_revision(shown), supplier.name)
        config = None
        if change.source_config is not UNSET:
            stored = supplier.metadata.get("source_config", {})
            config = apply_change(stored, change.source_config)
        answers = remembered_with(supplier, change) if is_answer else None
        await repository.set_supplier(conn, supplier_id, change, config, answers)
        return await get_overview(conn, supplier_id)


async def delete_supplier(database: Database, supplier_id: UUID) -> SupplierOverview | None:
    """Delete a supplier with its items and their price history; raises NotFoundError.

    Returns None when all of it is deleted. Otherwise the supplier is hidden and inactive, its name
    is free, and a worker deletes its items in batches.
    """
    async with database.short_transaction() as conn:
        if not await repository.set_deleting(conn, supplier_id):
            raise no_supplier(supplier_id)
    with suppress(DatabaseUnavailableError):  # a lock or a long history: a worker deletes it later
        async with database.short_transaction() as conn:
            if await repository.is_small(conn, supplier_id, SMALL_SUPPLIER) and (
                await repository.delete_batch(conn, supplier_id, SMALL_SUPPLIER + 1)
            ):
                return None
    async with database.connection() as conn:
        return await overview_repository.find_overview(conn, supplier_id)


async def find_deleting(database: Database) -> UUID | None:
    """Return a supplier that is marked for deletion."""
    async with database.connection() as conn:
        return await repository.find_deleting(conn)


async def delete_batch(database: Database, supplier_id: UUID, limit: int) -> bool:
    """Delete at most `limit` items of a marked supplier; return whether all of it is deleted.

    Raises DatabaseUnavailableError when a lock is not free in time.
    """
    async with database.short_transaction() as conn:
        return await repository.delete_batch(conn, supplier_id, limit)


async def refresh_batch(database: Database, limit: int) -> bool:
    """Refresh at most `limit` products of a supplier whose activity changed; True: none is left.

    Raises DatabaseUnavailableError when a lock is not free in time.
    """
    async with database.short_transaction() as conn:
        return await repository.refresh_batch(conn, limit)


async def add_up_item_counts(database: Database) -> None:
    """Replace the changes of the numbers of items by their sums."""
    async with database.short_transaction() as conn:
        await aggregate_repository.add_up_item_counts(conn)


async def check_aggregates(database: Database) -> AggregateCheck:
    """Compare the aggregates of all products with their items; reads all of them."""
    async with database.connection() as conn:
        return await aggregate_repository.check_aggregates(conn)


async def list_unmatched_items(
    database: Database, query: UnmatchedItemQuery
) -> CursorPage[UnmatchedItem]:
    """Return a page of the items without a product, oldest first."""
    async with database.connection() as conn:
        return cursor_page_of(query, await unmatched_repository.list_unmatched_items(conn, query))


async def list_prices(
    database: Database, item_id: UUID, paging: CursorPaging
) -> CursorPage[PricePoint]:
    """Return a page of an item's prices, newest first; raises NotFoundError."""
    async with database.connection() as conn:
        found = await item_repository.list_prices(conn, item_id, paging)
        if not found.rows and await item_repository.find_item(conn, item_id) is None:
            raise NotFoundError(f"There is no supplier item {item_id}.")
    return cursor_page_of(paging, found)


async def find_item(conn: Connection, item_id: UUID) -> ItemLink | None:
    """Find an item and its product, without a lock."""
    return await item_repository.find_item(conn, item_id)


async def lock_supplier_item(conn: Connection, item_id: UUID) -> ItemLink | None:
    """Lock an item until the caller's transaction ends; items are locked before all else."""
    return await item_repository.lock_item(conn, item_id)


async def set_linked_product(conn: Connection, item_id: UUID, product_id: UUID | None) -> None:
    """Link an item that the caller has locked to a product; None unlinks it."""
    await item_repository.set_linked_product(conn, item_id, product_id)


async def find_supplier_source(conn: Connection, supplier_id: UUID) -> SupplierSource | None:
    """Find the source of a supplier's price list and how it is read."""
    return await repository.find_supplier_source(conn, supplier_id)


async def find_supplier(conn: Connection, id_or_name: UUID | str) -> Supplier | None:
    """Find a supplier by its id, or by its name in any case of letters."""
    if isinstance(id_or_name, UUID):
        return await repository.find_supplier_by_id(conn, id_or_name)
    return await repository.find_supplier(conn, id_or_name)


async def lock_or_create_supplier(
    conn: Connection, name: str, source_type: SourceType
) -> tuple[Supplier, bool]:
    """Lock a supplier until the caller's transaction ends, created if missing.

    One price list of a supplier is imported at a time. The second value is true for a new supplier.
    """
    return await repository.lock_or_insert_supplier(conn, name, source_type)


async def lock_existing_supplier(conn: Connection, supplier_id: UUID | None) -> Supplier | None:
    """Lock a supplier until the caller's transaction ends; None if it does not exist."""
    return await repository.lock_supplier(conn, supplier_id)


async def save_detected_profile(conn: Connection, supplier_id: UUID, found: dict[str, Any]) -> None:
    """Store the detected profile of a supplier's price list, for its next import."""
    await repository.set_detected_profile(conn, supplier_id, found)


async def lock_unmatched_items(
    conn: Connection, supplier_id: UUID, limit: int
) -> list[UnmatchedItemText]:
    """Lock the oldest unmatched items of a supplier; skip those that are being linked."""
    return await item_repository.lock_unmatched_rows(conn, supplier_id, limit)


async def lock_unmatched(conn: Connection, item_ids: Sequence[UUID]) -> list[UnmatchedItemText]:
    """Lock those of these items that are unmatched; skip those that are being linked."""
    return await item_repository.lock_unmatched(conn, item_ids)


async def link_unmatched_items(conn: Connection, links: Sequence[NewItemLink]) -> int:
    """Link items that have no product; return how many were linked.

    Items are locked before their products, as everywhere, so that writers cannot deadlock.
    """
    return await item_repository.set_linked_products(conn, links)


async def find_named_items(
    conn: Connection, names: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], NamedItem]:
    """Find items by supplier name, in any case of letters, and code; without a lock."""
    return await link_repository.find_named_items(conn, names)


async def list_items_of_products(conn: Connection, product_ids: Sequence[UUID]) -> list[NamedItem]:
    """Return the items of products by supplier and code, without those of deleted suppliers."""
    return await link_repository.list_items_of_products(conn, product_ids)


async def lock_items(conn: Connection, item_ids: Sequence[UUID]) -> None:
    """Lock items until the caller's transaction ends; items are locked before all else."""
    await link_repository.lock_items(conn, item_ids)


async def set_products(conn: Connection, links: Sequence[ItemLink]) -> None:
    """Link items that the caller has locked to products; None unlinks."""
    await link_repository.set_products(conn, links)


async def find_item_ids(
    conn: Connection, supplier_name: str, supplier_skus: Sequence[str]
) -> dict[str, UUID]:
    """Find the items of a supplier by their codes."""
    return await item_repository.find_item_ids(conn, supplier_name, supplier_skus)


async def list_last_import_ages(database: Database) -> list[LastImportAge]:
    """Return for each active supplier the seconds since its last successful import."""
    async with database.connection() as conn:
        return await repository.list_last_import_ages(conn)
