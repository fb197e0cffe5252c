"""Changes of a source configuration as JSON Merge Patch (RFC 7396): what is not sent stays."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from pricebook.errors import validation_error
from pricebook.http.field_types import doc
from pricebook.pricelists.schemas.read_config import DiscountChain, Field, UnitMeaning
from pricebook.suppliers.source_addresses import keep_logins, login_issues
from pricebook.suppliers.source_config import (
    COLUMN_MAPPING,
    MAX_SHEETS,
    SHEET_SETTINGS,
    SheetSettings,
    ShortText,
    SourceConfig,
)

ADDRESS_NAMES = ("spreadsheet_url", "sheet_url", "source_url")  # the first is the current name
# Members of objects are changed one by one, too.
OBJECTS: dict[str, Any] = {
    "column_mapping": Annotated[dict[Field, ShortText | None] | None, COLUMN_MAPPING],
    "discount_groups": Annotated[
        dict[ShortText, DiscountChain | None] | None,
        doc('Discount of each discount group: `{"A": "30+5"}`; null removes one.'),
    ],
    "unit_meanings": Annotated[
        dict[ShortText, UnitMeaning | None] | None,
        doc('Meaning of cells of units: `{"C": "100", "M": "m"}`; null removes one.'),
    ],
}
_MEMBERS_CHANGED = "sheet_settings"
MERGED = frozenset({*OBJECTS, _MEMBERS_CHANGED})


def _optional(field_type: Any) -> Any:
    """Return the type of a field, with its description, that may be null or not sent."""
    kind, *descriptions = get_args(field_type)
    return Annotated[(kind | UnsetType | None, *descriptions)]


def _check(change: Any) -> None:
    """Raise ValidationError for a value that a source configuration refuses."""
    given = _given(change)
    SourceConfig(**given)
    if issues := login_issues(given, is_change=True):
        raise validation_error(*issues)


def _given(change: Struct) -> dict[str, Any]:
    """Return what a change sets, without the members of objects that it removes."""
    given = {name: value for name, value in msgspec.structs.asdict(change).items() if value}
    for name in MERGED & given.keys():
        members = cast("dict[str, Any]", given[name])
        given[name] = {
            key: SheetSettings(**_given(value)) if isinstance(value, Struct) else value
            for key, value in members.items()
            if value is not None
        }
    return given


def _fields_of(config: type[Struct], objects: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    return [
        (field.name, _optional(objects.get(field.name, field.type)), UNSET)
        for field in msgspec.structs.fields(config)
    ]


if TYPE_CHECKING:

    class SourceConfigChange(Struct, frozen=True):
        """The fields of SourceConfig; null removes one, what is not sent stays."""

else:
    SheetSettingsChange = msgspec.defstruct(
        "SheetSettingsChange",
        _fields_of(SheetSettings, OBJECTS),
        namespace={"__doc__": "Changes of how a sheet is read; null removes an option."},
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
    )
    SETTINGS_OF_SHEETS = Annotated[
        Annotated[dict[ShortText, SheetSettingsChange | None], Meta(max_length=MAX_SHEETS)] | None,
        SHEET_SETTINGS,
    ]
    SourceConfigChange = msgspec.defstruct(
        "SourceConfigChange",
        _fields_of(SourceConfig, {**OBJECTS, _MEMBERS_CHANGED: SETTINGS_OF_SHEETS}),
        namespace={
            "__doc__": "Changes of a source configuration; null removes a field, others stay.",
            "__post_init__": _check,
        },
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
    )


def apply_change(stored: dict[str, Any], change: SourceConfigChange | None) -> dict[str, Any]:
    """Return a stored configuration with a change; None removes all of it.

    Raises ValidationError for a masked address that is not the stored one.
    """
    if change is None:
        return {}
    stored = _with_current_names(stored)
    patch = _with_current_names(msgspec.to_builtins(change))
    return merge_patch(stored, keep_logins(stored, patch))


def merge_patch(target: Any, patch: Any) -> Any:
    """Return a JSON value changed by a JSON Merge Patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(cast("dict[str, Any]", target)) if isinstance(target, dict) else {}
    for name, value in cast("dict[str, Any]", patch).items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def _with_current_names(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration in which the spreadsheet's address has its current name."""
    sent = [config[name] for name in ADDRESS_NAMES if name in config]
    renamed = {name: value for name, value in config.items() if name not in ADDRESS_NAMES}
    if sent:
        renamed[ADDRESS_NAMES[0]] = next((each for each in sent if each is not None), None)
    return renamed
