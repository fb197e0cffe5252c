"""Forms that pages send (application/x-www-form-urlencoded)."""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Request

from pricebook.console.number_texts import plain
from pricebook.errors import ValidationError, body_issue, validation_error

MAX_FORM_BYTES = 64 * 1024
MAX_FIELDS = 500
DECIMAL_COMMA = re.compile(r"^(-?\d+),(\d{1,2})$")
NUMBER_EXPECTED = "expected a number such as 19.90"
KEPT_FIELDS = "console_fields"  # the key of what a form had in the scope of a refused request
# Fields whose values are never sent back to the browser.
SECRETS = (
    *("password", "present_password", "new_password", "repeated_password"),
    "credentials_secret",
)


async def read_form(
    request: Request[Any, Any, Any], max_fields: int = MAX_FIELDS
) -> dict[str, str]:
    """Return the fields of a form, the last of each name; raises ValidationError."""
    return dict(await read_fields(request, max_fields))


async def read_fields(
    request: Request[Any, Any, Any], max_fields: int = MAX_FIELDS
) -> list[tuple[str, str]]:
    """Return the fields of a form in their order; raises ValidationError."""
    body = await request.body()
    try:
        fields = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=max_fields
        )
    except ValueError:
        raise ValidationError("The form is malformed.") from None
    if any("\0" in value for _, value in fields):
        raise ValidationError("A field of the form contains a NUL character.")
    return fields


def without_secrets(fields: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the fields that may be sent back to the browser."""
    return [(name, value) for name, value in fields if name not in SECRETS]


def field_text(value: object) -> str:
    """Return a value as a field of a form has it: nothing for None, a number without zeros."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return plain(value)
        case _:
            return str(value)


def read_lines(text: str) -> list[str]:
    """Return the lines of a text field that are not blank, trimmed."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def read_number(name: str, text: str) -> Decimal | None:
    """Return a typed number, None for no text; raises ValidationError.

    `22,18` has a decimal comma; `1,234` may be a thousand, and is refused.
    """
    if not text:
        return None
    text = DECIMAL_COMMA.sub(r"\1.\2", text)
    try:
        return Decimal(text) if text.isascii() and "_" not in text else Decimal("NaN")
    except InvalidOperation:
        raise validation_error(body_issue(name, NUMBER_EXPECTED)) from None


def convert_fields(value: object, kind: Any) -> Any:
    """Return fields of a form as a struct; raises ValidationError."""
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ValidationError(f"The form does not fit: {error}.") from None
