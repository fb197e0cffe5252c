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


def convert_values(options: str, values: Mapping[str, Any], struct_type: type[StructT]) -> StructT:
    """Convert texts to the types of a struct; raise ValidationError that names the options."""
    try:
        return msgspec.convert(values, struct_type, strict=False)
    except msgspec.ValidationError as error:
        raise ValidationError(f"{options}: {as_issue_text(str(error))}.") from error
