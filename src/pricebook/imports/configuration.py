"""The options of one import: from the request, the supplier's configuration and the settings."""

from collections.abc import Mapping
from typing import Any

import msgspec

from pricebook.imports.importer_schemas import ApplyOptions
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.pricelists.schemas.profile import DetectedProfile, PriceListFormat, convert_profile
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import GoogleSheetSource, PriceListSource, ReadLimits
from pricebook.settings import Settings
from pricebook.suppliers.schemas import SourceType, Supplier

_SOURCE_TYPE_BY_FORMAT: dict[PriceListFormat, SourceType] = {
    "csv": "csv",
    "google_sheets": "google_sheets",
}
CHOICE_OF_SHEETS = frozenset({"sheet_name", "sheet_names"})


def merge_config(explicit: ReadConfig, supplier: Supplier | None) -> ReadConfig:
    """Return the supplier's read options, overridden by those of the request.

    Either option for sheets overrides both. An option of a request comes before the same of single
    sheets, too, unless the request has settings of sheets itself.
    """
    stored: dict[str, object] = supplier.metadata.get("source_config", {}) if supplier else {}
    stored_fields = {name: stored[name] for name in ReadConfig.__struct_fields__ if name in stored}
    explicit_fields: dict[str, object] = msgspec.to_builtins(explicit)
    if not CHOICE_OF_SHEETS.isdisjoint(explicit_fields):
        stored_fields = {
            name: value for name, value in stored_fields.items() if name not in CHOICE_OF_SHEETS
        }
    return overridden(stored_fields, explicit)


def overridden(stored: Mapping[str, object], explicit: ReadConfig) -> ReadConfig:
    """Return stored read options, of single sheets too, overridden by those of a request."""
    explicit_fields: dict[str, object] = msgspec.to_builtins(explicit)
    of_sheets = _without_options(stored.get("sheet_settings") or {}, explicit_fields)
    options = {**stored, "sheet_settings": of_sheets, **explicit_fields}
    return msgspec.convert(options, ReadConfig)


def _without_options(settings: Any, explicit: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the settings of sheets without what a request sets for all sheets."""
    mapped: Mapping[str, str] = explicit.get("column_mapping", {})
    kept: dict[str, dict[str, Any]] = {}
    for sheet, options in settings.items():
        own = {name: each for name, each in options.items() if name not in explicit}
        if mapping := options.get("column_mapping"):
            own["column_mapping"] = {
                field: column for field, column in mapping.items() if field not in mapped
            }
        kept[sheet] = own
    return kept


def stored_profile(supplier: Supplier | None) -> DetectedProfile | None:
    """Return the detected profile of the supplier's last price list, None without a valid one."""
    return convert_profile(supplier.metadata.get("found")) if supplier else None


def expected_source_type(source: PriceListSource, supplier: Supplier | None) -> SourceType:
    """Return the source type to record before the price list is read."""
    if isinstance(source, GoogleSheetSource):
        return "google_sheets"
    return supplier.source_type if supplier else "csv"


def source_type_of(profile: DetectedProfile) -> SourceType:
    """Return the source type that the detected format belongs to."""
    return _SOURCE_TYPE_BY_FORMAT.get(profile.format, "excel")


def parser_limits_of(settings: Settings) -> ReadLimits:
    """Return the parser limits of the settings: MiB, rows, columns, seconds."""
    return ReadLimits(
        mebibytes=settings.list_max_mib,
        rows=settings.list_max_rows,
        columns=settings.list_max_columns,
        memory_mebibytes=settings.parser_max_mib,
        seconds=settings.parser_max_seconds,
    )


def safety_thresholds_of(settings: Settings) -> SafetyThresholds:
    """Return the safety thresholds of the settings: percent, percent, factor."""
    return SafetyThresholds(
        absent_percent=settings.hold_absent_percent,
        rejected_percent=settings.hold_rejected_percent,
        price_factor=settings.hold_price_factor,
        row_price_factor=settings.hold_row_price_factor,
    )


def apply_options_of(settings: Settings, *, may_hold: bool = False) -> ApplyOptions:
    """Return the options of the settings for applying a held price list."""
    return ApplyOptions(
        safety_thresholds=safety_thresholds_of(settings),
        may_hold=may_hold,
        lock_timeout_seconds=settings.import_lock_seconds,
        rate_max_age_days=settings.rate_max_age_days,
    )


def supplier_thresholds(
    thresholds: SafetyThresholds | None, supplier: Supplier
) -> SafetyThresholds | None:
    """Return the safety thresholds with those that the supplier's configuration sets."""
    config: dict[str, float] = supplier.metadata.get("source_config", {})
    factor = config.get("row_price_factor")
    if thresholds is None or factor is None:
        return thresholds
    return msgspec.structs.replace(thresholds, row_price_factor=factor)
