"""The suppliers that a filter or form of a page offers."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from pricebook.db.database import Database
from pricebook.suppliers import service as suppliers

# In a compressed page a supplier takes about 30 bytes.
MAX_SUPPLIERS = 1000


async def list_supplier_choices(
    database: Database, chosen: Iterable[UUID | str | None] = ()
) -> list[tuple[str, str]]:
    """Return ids and names of the first MAX_SUPPLIERS suppliers by name, and of the chosen ones.

    Chosen are ids, also as typed in an address; what is not an id is passed over.
    """
    names = await suppliers.list_names(database, list(_ids(chosen)), MAX_SUPPLIERS)
    return [(str(supplier_id), name) for supplier_id, name in names]


def _ids(chosen: Iterable[UUID | str | None]) -> Iterable[UUID]:
    for each in chosen:
        with suppress(ValueError):
            yield UUID(str(each))
