"""The items of one supplier: a list by their codes, and each with its product."""

from uuid import UUID

from pricebook.db.database import Database
from pricebook.errors import NotFoundError
from pricebook.http.pagination import CursorPage, cursor_page_of
from pricebook.suppliers import listed_item_repository as repository
from pricebook.suppliers.listed_item_schemas import ListedItem, ListedItemQuery
from pricebook.suppliers.overviews import no_supplier
from pricebook.suppliers.service import find_supplier


async def list_items(
    database: Database, supplier_id: UUID, query: ListedItemQuery
) -> CursorPage[ListedItem]:
    """Return a page of the items of a supplier by their codes; none for an unknown supplier."""
    async with database.connection() as conn:
        return cursor_page_of(query, await repository.list_items(conn, supplier_id, query))


async def list_items_of_supplier(
    database: Database, supplier_id: UUID, query: ListedItemQuery
) -> CursorPage[ListedItem]:
    """Return a page as `list_items` does; raises NotFoundError for an unknown supplier."""
    async with database.connection() as conn:
        if await find_supplier(conn, supplier_id) is None:
            raise no_supplier(supplier_id)
        return cursor_page_of(query, await repository.list_items(conn, supplier_id, query))


async def get_item(database: Database, supplier_id: UUID, item_id: UUID) -> ListedItem:
    """Return an item of a supplier and its product; raises NotFoundError."""
    async with database.connection() as conn:
        item = await repository.find_item(conn, supplier_id, item_id)
    if item is None:
        raise NotFoundError(f"The supplier has no item {item_id}.")
    return item
