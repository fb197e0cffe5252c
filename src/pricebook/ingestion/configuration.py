"""How a supplier's list is to be read: what is said now, set for the supplier, and remembered."""

import msgspec

from pricebook.ingestion.schemas import Findings, Format, Place, SheetPlace, SourceConfig
from pricebook.suppliers.schemas import SourceType, Supplier

_TYPES: dict[Format, SourceType] = {"csv": "csv", "google_sheets": "google_sheets"}


def effective_config(given: SourceConfig, supplier: Supplier | None) -> SourceConfig:
    """Let what is said now win over what is set for the supplier."""
    kept: dict[str, object] = supplier.metadata.get("source_config", {}) if supplier else {}
    known = {name: kept[name] for name in SourceConfig.__struct_fields__ if name in kept}
    return msgspec.convert({**known, **msgspec.to_builtins(given)}, SourceConfig)


def remembered(supplier: Supplier | None) -> Findings | None:
    """Return what the supplier's last list showed."""
    found = supplier.metadata.get("found") if supplier else None
    try:
        return msgspec.convert(found, Findings | None)
    except msgspec.ValidationError:  # kept by an earlier version of this program
        return None


def expected_type(place: Place, supplier: Supplier | None) -> SourceType:
    """Tell the kind of list before it is read."""
    if isinstance(place, SheetPlace):
        return "google_sheets"
    return supplier.source_type if supplier else "csv"


def type_of(found: Findings) -> SourceType:
    """Tell the kind of list by its format."""
    return _TYPES.get(found.format, "excel")
