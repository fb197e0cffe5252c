"""How a supplier's list is to be read: what is said now, set for the supplier, and remembered."""

import msgspec

from pricebook.imports.import_result import SafetyThresholds
from pricebook.pricelists.schemas import (
    DetectedProfile,
    GoogleSheetSource,
    PriceListFormat,
    PriceListSource,
    ReadConfig,
    ReadLimits,
)
from pricebook.settings import Settings
from pricebook.suppliers.schemas import SourceType, Supplier

_SOURCE_TYPE_BY_FORMAT: dict[PriceListFormat, SourceType] = {
    "csv": "csv",
    "google_sheets": "google_sheets",
}


def merge_config(explicit: ReadConfig, supplier: Supplier | None) -> ReadConfig:
    """Let what is said now win over what is set for the supplier."""
    stored: dict[str, object] = supplier.metadata.get("source_config", {}) if supplier else {}
    stored_fields = {name: stored[name] for name in ReadConfig.__struct_fields__ if name in stored}
    return msgspec.convert({**stored_fields, **msgspec.to_builtins(explicit)}, ReadConfig)


def remembered(supplier: Supplier | None) -> DetectedProfile | None:
    """Return what the supplier's last list showed."""
    profile = supplier.metadata.get("found") if supplier else None
    try:
        return msgspec.convert(profile, DetectedProfile | None)
    except msgspec.ValidationError:  # kept by an earlier version of this program
        return None


def expected_source_type(source: PriceListSource, supplier: Supplier | None) -> SourceType:
    """Tell the kind of list before it is read."""
    if isinstance(source, GoogleSheetSource):
        return "google_sheets"
    return supplier.source_type if supplier else "csv"


def source_type_of(profile: DetectedProfile) -> SourceType:
    """Tell the kind of list by its format."""
    return _SOURCE_TYPE_BY_FORMAT.get(profile.format, "excel")


def parser_limits_of(settings: Settings) -> ReadLimits:
    """Return what reading a list may take."""
    return ReadLimits(
        mebibytes=settings.list_max_mib,
        rows=settings.list_max_rows,
        columns=settings.list_max_columns,
        memory_mebibytes=settings.parser_max_mib,
        seconds=settings.parser_max_seconds,
    )


def safety_thresholds_of(settings: Settings) -> SafetyThresholds:
    """Return when a list is held."""
    return SafetyThresholds(
        absent_percent=settings.hold_absent_percent,
        rejected_percent=settings.hold_rejected_percent,
        price_factor=settings.hold_price_factor,
    )
