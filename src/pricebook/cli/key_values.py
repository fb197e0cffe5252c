"""Options of the form KEY=VALUE, as `--set` and `--column` have them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

import msgspec

from pricebook.errors import ValidationError, as_issue_text
from pricebook.pricelists.schemas.read_config import SheetConfig
from pricebook.system.refused_values import explain_refusal

SHEET_SETTINGS = "sheet_settings"
_SHEET_TYPES = {field.name: field.type for field in msgspec.structs.fields(SheetConfig)}
_SHEET_OPTION = re.compile(rf"(.+?)\.({'|'.join(_SHEET_TYPES)})(?:\.(.+))?")
StructT = TypeVar("StructT", bound=msgspec.Struct)


def parse_key_values(option: str, expected_format: str, pairs: Sequence[str]) -> dict[str, str]:
    """Split each KEY=VALUE at its first `=`; raise ValidationError without one."""
    values: dict[str, str] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator:
            raise ValidationError(f"{option} {pair}: expected {expected_format}.")
        values[key] = value
    return values


def parse_assignments(
    option: str, pairs: Sequence[str], struct_type: type[msgspec.Struct]
) -> dict[str, Any]:
    """Return the values that KEY=VALUE pairs set in a struct, not yet converted to its types.

    A dot in a key sets a member of an object (`column_mapping.price=Net`), two that of a sheet
    (`sheet_settings.Fittings.currency=USD`). A list is JSON or has
    its elements between commas, an object may be JSON. Raises ValidationError without a `=` and for
    invalid JSON.
    """
    types = {field.name: field.type for field in msgspec.structs.fields(struct_type)}
    values: dict[str, Any] = {}
    for key, text in parse_key_values(option, "KEY=VALUE", pairs).items():
        name, dot, member = key.partition(".")
        if dot and name == SHEET_SETTINGS:
            value = _parse_sheet_setting(f"{option} {key}", member, text)
        elif dot:
            value = {member: text}
        else:
            value = _parse_value(f"{option} {key}", text, types.get(key, str))
        values[name] = _merged(values.get(name), value)
    return values


def _parse_sheet_setting(setting: str, path: str, text: str) -> dict[str, Any]:
    """Return the value of `SHEET.OPTION`, `SHEET.OPTION.MEMBER`, or of a whole `SHEET`."""
    match = _SHEET_OPTION.fullmatch(path)
    if match is None:
        if not text.startswith("{"):
            raise ValidationError(
                f"{setting}: expected SHEET.OPTION=VALUE, as in {SHEET_SETTINGS}.Fittings."
                "currency=USD."
            )
        return {path: _parse_value(setting, text, dict[str, Any])}
    sheet, name, member = match.groups()
    value = {member: text} if member else _parse_value(setting, text, _SHEET_TYPES[name])
    return {sheet: {name: value}}


def _merged(earlier: Any, value: Any) -> Any:
    """Return a value in which the members of an earlier object are kept."""
    if not isinstance(earlier, dict) or not isinstance(value, dict):
        return value
    merged = dict(cast("dict[str, Any]", earlier))
    for name, each in cast("dict[str, Any]", value).items():
        merged[name] = _merged(merged.get(name), each)
    return merged


def _parse_value(setting: str, text: str, field_type: Any) -> Any:
    """Return the JSON array or object of a field of that type, a list of texts, or the text."""
    is_list, is_object = _accepts(["text"], field_type), _accepts({}, field_type)
    if text.startswith("[" if is_list else "{") and (is_list or is_object):
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError as error:
            reason = as_issue_text(str(error))
            raise ValidationError(f"{setting}: the value is no JSON: {reason}.") from error
    return [item.strip() for item in text.split(",")] if is_list else text


def _accepts(value: Any, field_type: Any) -> bool:
    try:
        msgspec.convert(value, field_type)
    except msgspec.ValidationError:
        return False
    return True


def convert_values(options: str, values: Mapping[str, Any], struct_type: type[StructT]) -> StructT:
    """Convert texts to the types of a struct; raise ValidationError that names the options."""
    try:
        return msgspec.convert(values, struct_type, strict=False)
    except msgspec.ValidationError as error:
        refused = explain_refusal(error, struct_type)
        raise ValidationError(f"{options} {refused}.") from error
