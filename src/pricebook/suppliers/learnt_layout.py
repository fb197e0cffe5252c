"""What imports have learnt about the layout of a supplier's price lists, and a way to forget it."""

from uuid import UUID

from pricebook.audit import service as audit
from pricebook.audit.schemas import NewEntry
from pricebook.db.database import Database
from pricebook.errors import NotFoundError
from pricebook.pricelists.profile_sentence import describe_profile
from pricebook.pricelists.schemas.profile import convert_profile
from pricebook.suppliers import repository

FORGOTTEN = "supplier.layout_forgotten"


async def describe_layout(database: Database, supplier_id: UUID) -> str | None:
    """Return how the last price list was read as a sentence; None without a stored profile."""
    async with database.connection() as conn:
        supplier = await repository.find_supplier_by_id(conn, supplier_id)
    profile = convert_profile(supplier.metadata.get("found")) if supplier else None
    return describe_profile(profile) if profile else None


async def forget_layout(database: Database, supplier_id: UUID) -> None:
    """Remove the stored profile, so that the next price list is read like a first one.

    The audit log gets the sentence about it; without a stored profile nothing is written. Raises
    NotFoundError.
    """
    async with database.short_transaction() as conn:
        supplier = await repository.lock_supplier(conn, supplier_id)
        if supplier is None:
            raise NotFoundError(f"There is no supplier {supplier_id}.")
        if "found" not in supplier.metadata:
            return
        await repository.delete_detected_profile(conn, supplier_id)
        profile = convert_profile(supplier.metadata["found"])
        sentence = describe_profile(profile) if profile else None
        entry = NewEntry(
            action=FORGOTTEN,
            entity_type="supplier",
            entity_id=supplier_id,
            entity_name=supplier.name,
            before=None if sentence is None else {"layout": sentence},
        )
        await audit.insert_entry(conn, entry)
