"""The state of suppliers: when their price lists came and come, and what they need."""

from uuid import UUID

from pricebook.db.database import Database
from pricebook.http.pagination import CursorPage, cursor_page_of
from pricebook.suppliers import health_repository as repository
from pricebook.suppliers.health_schemas import SupplierCounts, SupplierHealth, SupplierHealthQuery
from pricebook.suppliers.overviews import no_supplier
from pricebook.suppliers.schemas import LastTask


async def list_health(database: Database, query: SupplierHealthQuery) -> CursorPage[SupplierHealth]:
    """Return a page of the suppliers that pass the filters, each with its newest price list."""
    async with database.connection() as conn:
        return cursor_page_of(query, await repository.list_suppliers(conn, query))


async def get_health(database: Database, supplier_id: UUID) -> SupplierHealth:
    """Return a supplier with its newest price list; raises NotFoundError."""
    async with database.connection() as conn:
        health = await repository.find_health(conn, supplier_id)
    if health is None:
        raise no_supplier(supplier_id)
    return health


async def find_list_in_force(database: Database, supplier_id: UUID) -> LastTask | None:
    """Return the newest price list of a supplier that was imported and not undone."""
    async with database.connection() as conn:
        return await repository.find_list_in_force(conn, supplier_id)


async def count_parts(database: Database, supplier_id: UUID) -> SupplierCounts:
    """Return how much belongs to a supplier, each counted up to COUNTED_OF_ONE and one more."""
    async with database.connection() as conn:
        return await repository.count_parts(conn, supplier_id)


async def has_unmatched(database: Database, supplier_id: UUID) -> bool:
    """Return whether a supplier has items without a product."""
    async with database.connection() as conn:
        return await repository.has_unmatched(conn, supplier_id)
