"""Answers that were remembered as settings of a supplier, as long as these are as answered."""

from typing import Any

import msgspec

from pricebook.suppliers.schemas import Supplier, SupplierChange
from pricebook.suppliers.source_config_change import merge_patch

_REMEMBERED = "remembered"


def remembered_with(supplier: Supplier, change: SupplierChange) -> dict[str, Any]:
    """Return the remembered answers of a supplier with those of a change of its settings."""
    patch: dict[str, Any] = msgspec.to_builtins(change).get("source_config") or {}
    return merge_patch(supplier.metadata.get(_REMEMBERED, {}), patch)


def is_remembered(
    supplier: Supplier, name: str, member: str | None = None, sheet: str | None = None
) -> bool:
    """Return whether a setting (of a sheet), or a member of it, still is as it was answered."""
    parts: list[dict[str, Any]] = [
        supplier.metadata.get(part, {}) for part in ("source_config", _REMEMBERED)
    ]
    if sheet is not None:
        of_sheets: list[dict[str, Any]] = [part.get("sheet_settings") or {} for part in parts]
        parts = [part.get(sheet) or {} for part in of_sheets]
    if member is not None:
        parts, name = [part.get(name) or {} for part in parts], member
    now, answered = (part.get(name) for part in parts)
    return now is not None and now == answered
