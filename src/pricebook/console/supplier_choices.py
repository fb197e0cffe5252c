"""The suppliers that a filter of a page offers."""

from collections.abc import Iterable
from uuid import UUID

from pricebook.db.database import Database
from pricebook.http.pagination import CursorPaging
from pricebook.suppliers import service as suppliers

MAX_SUPPLIERS = 200


async def list_supplier_choices(database: Database) -> list[tuple[str, str]]:
    """Return the ids and names of the first MAX_SUPPLIERS suppliers by name."""
    listed = await suppliers.list_suppliers(database, CursorPaging(limit=MAX_SUPPLIERS))
    return [(str(each.id), each.name) for each in listed.data]


async def name_suppliers(database: Database, supplier_ids: Iterable[UUID]) -> dict[str, str]:
    """Return the names of suppliers by their ids: those that a filter offers and the given ones."""
    names = dict(await list_supplier_choices(database))
    missing = [each for each in supplier_ids if str(each) not in names]
    found = await suppliers.list_names(database, missing) if missing else {}
    return names | {str(supplier_id): name for supplier_id, name in found.items()}
