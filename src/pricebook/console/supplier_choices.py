"""The suppliers that a filter of a page offers."""

from pricebook.db.database import Database
from pricebook.http.pagination import CursorPaging
from pricebook.suppliers import service as suppliers

MAX_SUPPLIERS = 200


async def list_supplier_choices(database: Database) -> list[tuple[str, str]]:
    """Return the ids and names of the first MAX_SUPPLIERS suppliers by name."""
    listed = await suppliers.list_suppliers(database, CursorPaging(limit=MAX_SUPPLIERS))
    return [(str(each.id), each.name) for each in listed.data]
