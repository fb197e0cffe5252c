"""Many products at once, for imports; functions with a connection run in its transaction."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from uuid import UUID

from pricebook.db.database import Connection, Database
from pricebook.products import bulk_repository, search
from pricebook.products.list_filters import StaffProductFilter
from pricebook.products.schemas import CurrentProduct, FileProduct
from pricebook.system.chunks import chunks

# The change of a price is shown for so many days.
PRICE_CHANGE_DAYS = 30
CLEARED_AT_ONCE = 1_000


async def find_by_skus(conn: Connection, skus: Sequence[str]) -> dict[str, CurrentProduct]:
    """Find products by their SKUs, without a lock."""
    return {each.internal_sku: each for each in await bulk_repository.find_by_skus(conn, skus)}


async def lock_products(conn: Connection, product_ids: Sequence[UUID]) -> None:
    """Lock products until the caller's transaction ends; items and categories are locked before."""
    await bulk_repository.lock_products(conn, product_ids)


async def set_products(conn: Connection, products: Sequence[CurrentProduct]) -> None:
    """Set all own fields but the SKU of products that the caller has locked."""
    await bulk_repository.set_products(conn, products)


async def list_ids(conn: Connection, query: StaffProductFilter) -> list[UUID]:
    """Return the ids of all products that pass the filters, as an export lists them."""
    return await bulk_repository.list_ids(conn, query, await search.export_filter(conn, query))


async def stream_file_products(
    conn: Connection, query: StaffProductFilter
) -> AsyncGenerator[list[FileProduct]]:
    """Yield the products that pass the filters by name, as lines of a file, in batches."""
    search_filter = await search.export_filter(conn, query)
    products = bulk_repository.stream_file_products(conn, query, search_filter)
    async with aclosing(products):
        async for batch in products:
            yield batch


async def clear_old_price_changes(database: Database) -> None:
    """Clear the price changes of products that are no recent ones, in batches."""
    async with database.connection() as conn:
        product_ids = await bulk_repository.list_old_price_changes(conn, PRICE_CHANGE_DAYS)
    for chunk in chunks(product_ids, CLEARED_AT_ONCE):
        async with database.short_transaction() as conn:
            await bulk_repository.clear_old_price_changes(conn, chunk, PRICE_CHANGE_DAYS)
