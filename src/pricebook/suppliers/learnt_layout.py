"""What imports have learnt about the layout of a supplier's price lists, and a way to forget it."""

from uuid import UUID

import msgspec

from pricebook.audit import service as audit
from pricebook.audit.schemas import NewEntry
from pricebook.db.database import Database
from pricebook.pricelists.profile_sentence import describe_profile
from pricebook.pricelists.schemas.profile import DetectedProfile, convert_profile
from pricebook.suppliers import repository
from pricebook.suppliers.overviews import no_supplier

FORGOTTEN = "supplier.layout_forgotten"
# The answers about columns, which a profile has as fields of its own.
COLUMN_ANSWERS = ("key_columns", "ignored_columns")


async def describe_layout(database: Database, supplier_id: UUID) -> str | None:
    """Return how the last price list was read as a sentence; None without a stored profile."""
    async with database.connection() as conn:
        supplier = await repository.find_supplier_by_id(conn, supplier_id)
    profile = convert_profile(supplier.metadata.get("found")) if supplier else None
    return describe_profile(profile) if profile else None


def profiles_of_sheets(profile: DetectedProfile) -> list[tuple[str | None, DetectedProfile]]:
    """Return the profiles of sheets that differ, one for each, else that of all without a name."""
    if not profile.sheet_profiles:
        return [(None, profile)]
    names = _whole_sheets(profile)
    return list({names[table]: own for table, own in profile.sheet_profiles.items()}.items())


async def forget_answer(
    database: Database, supplier_id: UUID, name: str, sheet: str | None = None
) -> None:
    """Remove an answer that the next price list would have from the last one; others stay.

    With `sheet`, only that of a sheet. The audit log gets its value; without such an answer nothing
    is written. Raises NotFoundError.
    """
    async with database.short_transaction() as conn:
        supplier = await repository.lock_supplier(conn, supplier_id)
        if supplier is None:
            raise no_supplier(supplier_id)
        profile = convert_profile(supplier.metadata.get("found"))
        if profile is None:
            return
        before, changed = (
            _without(profile, name) if sheet is None else _without_of_sheet(profile, name, sheet)
        )
        if not before:
            return
        await repository.set_detected_profile(conn, supplier_id, msgspec.to_builtins(changed))
        entry = NewEntry(
            action=FORGOTTEN,
            entity_type="supplier",
            entity_id=supplier_id,
            entity_name=supplier.name,
            before={name: before} if sheet is None else {f"{name} ({sheet})": before},
        )
        await audit.insert_entry(conn, entry)


def _whole_sheets(profile: DetectedProfile) -> dict[str, str]:
    """Return the sheet of each table that has a profile of its own."""
    names = profile.whole_sheets or profile.sheets
    return {
        **{table: table for table in profile.sheet_profiles},
        **dict(zip(profile.sheets, names, strict=True)),
    }


def _without(profile: DetectedProfile, name: str) -> tuple[object, DetectedProfile]:
    """Return an answer of a profile, False without it, and the profile without it."""
    if name in COLUMN_ANSWERS:
        return list(getattr(profile, name)), msgspec.structs.replace(profile, **{name: ()})
    facts = {key: fact for key, fact in profile.price_facts.items() if key != name}
    before = name in profile.price_facts and profile.price_facts[name].value
    return before, msgspec.structs.replace(profile, price_facts=facts)


def _without_of_sheet(
    profile: DetectedProfile, name: str, sheet: str
) -> tuple[object, DetectedProfile]:
    """Return an answer for a sheet, False without it, and the profile without it."""
    names, profiles = _whole_sheets(profile), dict(profile.sheet_profiles)
    before: object = False
    for table, own in profile.sheet_profiles.items():
        if names[table] == sheet:
            of_table, profiles[table] = _without(own, name)
            before = before or of_table
    return before, msgspec.structs.replace(profile, sheet_profiles=profiles)


async def forget_layout(database: Database, supplier_id: UUID) -> None:
    """Remove the stored profile, so that the next price list is read like a first one.

    The audit log gets the sentence about it; without a stored profile nothing is written. Raises
    NotFoundError.
    """
    async with database.short_transaction() as conn:
        supplier = await repository.lock_supplier(conn, supplier_id)
        if supplier is None:
            raise no_supplier(supplier_id)
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
