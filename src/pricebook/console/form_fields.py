"""Forms that pages send (application/x-www-form-urlencoded)."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request

from pricebook.errors import ValidationError

MAX_FORM_BYTES = 64 * 1024
MAX_FIELDS = 500
KEPT_FIELDS = "console_fields"  # the key of what a form had in the scope of a refused request
# Fields whose values are never sent back to the browser.
SECRETS = ("password", "present_password", "new_password", "repeated_password")


async def read_form(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Return the fields of a form, the last of each name; raises ValidationError."""
    return dict(await read_fields(request))


async def read_fields(request: Request[Any, Any, Any]) -> list[tuple[str, str]]:
    """Return the fields of a form in their order; raises ValidationError."""
    body = await request.body()
    try:
        fields = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except ValueError:
        raise ValidationError("The form is malformed.") from None
    if any("\0" in value for _, value in fields):
        raise ValidationError("A field of the form contains a NUL character.")
    return fields


def without_secrets(fields: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the fields that may be sent back to the browser."""
    return [(name, value) for name, value in fields if name not in SECRETS]
