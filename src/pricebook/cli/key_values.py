"""Options of the form KEY=VALUE, as `--set` and `--column` have them."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from pricebook.errors import ValidationError, as_issue_text

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

    A dot in a key sets a member of an object (`column_mapping.price=Net`); the value of a list is
    split at commas. Raises ValidationError without a `=`.
    """
    lists = {field.name for field in msgspec.structs.fields(struct_type) if _is_list(field.type)}
    values: dict[str, Any] = {}
    for key, value in parse_key_values(option, "KEY=VALUE", pairs).items():
        name, dot, member = key.partition(".")
        if dot:
            values.setdefault(name, {})[member] = value
        else:
            values[key] = [item.strip() for item in value.split(",")] if key in lists else value
    return values


def _is_list(field_type: Any) -> bool:
    try:
        msgspec.convert(["text"], field_type)
    except msgspec.ValidationError:
        return False
    return True


def convert_values(options: str, values: Mapping[str, Any], struct_type: type[StructT]) -> StructT:
    """Convert texts to the types of a struct; raise ValidationError that names the options."""
    try:
        return msgspec.convert(values, struct_type, strict=False)
    except msgspec.ValidationError as error:
        raise ValidationError(f"{options}: {as_issue_text(str(error))}.") from error
