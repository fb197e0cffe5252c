"""The overview of one supplier, or that there is none."""

from uuid import UUID

from pricebook.db.database import Connection
from pricebook.errors import NotFoundError
from pricebook.suppliers import overview_repository
from pricebook.suppliers.schemas import SupplierOverview


async def get_overview(conn: Connection, supplier_id: UUID) -> SupplierOverview:
    """Return a supplier; raises NotFoundError."""
    supplier = await overview_repository.find_overview(conn, supplier_id)
    if supplier is None:
        raise no_supplier(supplier_id)
    return supplier


def no_supplier(supplier_id: UUID) -> NotFoundError:
    """Return the error for an id that no supplier has."""
    return NotFoundError(f"There is no supplier {supplier_id}.")
