"""Types and checks of fields that several features share: prices, texts, search words."""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta, UnsetType

from pricebook.errors import FieldIssue, body_issue, query_issue

MAX_PRICE = Decimal("9999999999.9999")
MAX_SEARCH_LENGTH = 255
# Decimal() also accepts `1_0`, blanks and digits of other alphabets.
is_number = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII).fullmatch
is_plain_number = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII).fullmatch
NO_NUL = r"^[^\u0000]*$"
NOT_BLANK = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"


def doc(sentence: str, **json_schema: Any) -> Meta:
    """Return the annotation that describes a field, with further members of its JSON schema."""
    return Meta(description=sentence, extra_json_schema=json_schema or None)


PRICE_SCHEMA = Meta(
    description="Price in the currency of the catalog, with two to six decimals.",
    extra_json_schema={"type": "string", "pattern": r"^\d+\.\d{2,6}$", "examples": ["19.90"]},
)
Price = Annotated[Decimal, PRICE_SCHEMA]
SearchText = Annotated[
    str,
    Meta(extra_json_schema={"minLength": 1, "maxLength": MAX_SEARCH_LENGTH, "pattern": NOT_BLANK}),
]


def search_terms(search: str | None) -> tuple[str, ...]:
    """Return the distinct words of a search text."""
    return tuple(dict.fromkeys((search or "").split()))


def search_issues(search: str | None) -> list[FieldIssue]:
    """Return the issues of the parameter `search`."""
    if search is None or 1 <= len(search.strip()) <= MAX_SEARCH_LENGTH:
        return []
    return [query_issue("search", f"expected 1 to {MAX_SEARCH_LENGTH} characters after trimming")]


def range_issues(
    name: str,
    lowest: Decimal | None,
    highest: Decimal | None,
    is_valid: Callable[[Decimal], bool],
    expected: str,
) -> list[FieldIssue]:
    """Return the issues of the parameters min_<name> and max_<name>; None is no bound."""
    given = {f"min_{name}": lowest, f"max_{name}": highest}
    issues = [
        query_issue(field, expected)
        for field, bound in given.items()
        if bound is not None and not is_valid(bound)
    ]
    if not issues and lowest is not None and highest is not None and lowest > highest:
        issues.append(query_issue(f"min_{name}", f"is over max_{name}"))
    return issues


def normalise_text(body: msgspec.Struct, field: str, max_length: int) -> list[FieldIssue]:
    """Trim a text field of a new struct in place, bring it to NFC and return its issues."""
    value: str | UnsetType | None = getattr(body, field)
    if not isinstance(value, str):
        return []
    cleaned = unicodedata.normalize("NFC", value.strip())
    msgspec.structs.force_setattr(body, field, cleaned)
    if not 1 <= len(cleaned) <= max_length:
        return [body_issue(field, f"expected 1 to {max_length} characters after trimming")]
    return []


def text_schema(max_length: int) -> dict[str, Any]:
    """Return the JSON schema of a text of at most `max_length` characters that is not blank."""
    return {"minLength": 1, "maxLength": max_length, "pattern": NOT_BLANK}
