"""Fields of the settings of a preview for the prices of single sheets."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from pricebook.console.previews.preview_forms import TYPED
from pricebook.console.previews.question_choices import entry_name

# What sheets of one price list differ in most often.
_OPTIONS = ("price_quantity", "discount")
_MAX_SHEETS = 20


class SheetFields(Struct, frozen=True):
    """The fields of a sheet: by option, the name of the field, and the value set or detected."""

    sheet: str
    names: dict[str, str]
    values: dict[str, Any]


def list_sheet_fields(
    found: Mapping[str, Any], config: Mapping[str, Any], chosen: Sequence[str]
) -> list[SheetFields]:
    """Return the fields of each sheet that is read, the first 20; none for a single sheet."""
    sheets = list(dict.fromkeys(found.get("whole_sheets") or found.get("sheets") or chosen))
    settings: Mapping[str, dict[str, Any]] = config.get("sheet_settings") or {}
    profiles: Mapping[str, Mapping[str, Any]] = found.get("sheet_profiles") or {}
    return [
        SheetFields(
            each,
            {name: TYPED + entry_name(name, [each]) for name in _OPTIONS},
            {**_detected(profiles.get(each, {})), **settings.get(each, {})},
        )
        for each in (sheets[:_MAX_SHEETS] if len(sheets) > 1 else ())
    ]


def _detected(found: Mapping[str, Any]) -> dict[str, Any]:
    basis: Mapping[str, Any] = found.get("basis") or {}
    values = {
        "price_quantity": basis.get("price_quantity"),
        "discount": "+".join(map(str, basis.get("discounts") or ())),
    }
    return {name: value for name, value in values.items() if value}
