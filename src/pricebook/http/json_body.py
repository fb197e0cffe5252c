"""JSON bodies, decoded strictly into the struct of a route."""

from decimal import Decimal
from typing import Any, TypeVar, cast

import msgspec
from litestar import Request
from litestar.di import Provide

from pricebook.errors import FieldIssue, body_issue, validation_error
from pricebook.http.field_types import is_plain_number
from pricebook.system.refused_values import explain_refusal, name_member

StructT = TypeVar("StructT", bound=msgspec.Struct)

MAX_BYTES = 1024 * 1024
MAX_NAME_LENGTH = 200
MEDIA_TYPE = "application/json"


def provide_body(kind: type[StructT], *, is_optional: bool = False) -> Provide:
    """Return the dependency that decodes the JSON body of a request into `kind`.

    An optional body may be empty: all fields then have their defaults.
    """

    async def decode(request: Request[Any, Any, Any]) -> StructT:
        if is_optional and not await request.body():
            return kind()
        return await read_body(kind, request)

    return Provide(decode)


async def read_body(kind: type[StructT], request: Request[Any, Any, Any]) -> StructT:
    """Return the JSON body of a request as `kind`; raises ValidationError."""
    media_type, _ = request.content_type
    if media_type not in {"", MEDIA_TYPE}:
        raise validation_error(body_issue("(all)", f"expected Content-Type: {MEDIA_TYPE}"))
    return decode_body(kind, await request.body())


def decode_body(kind: type[StructT], raw: bytes) -> StructT:
    """Return a JSON object as a struct.

    Raises ValidationError that names every field that is unknown, missing, not of its type or
    limits, or that has a NUL character; `(all)` if the body is not a JSON object.
    """
    members = _split_members(raw)
    issues = [
        *_unknown_issues(kind, members),
        *_missing_issues(kind, members),
        *_value_issues(kind, members),
    ]
    if issues:
        raise validation_error(*issues)
    return msgspec.json.decode(raw, type=kind)


def _split_members(raw: bytes) -> dict[str, msgspec.Raw]:
    if not raw:
        raise validation_error(body_issue("(all)", "expected a JSON object, got an empty body"))
    try:
        return msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        raise validation_error(body_issue("(all)", "expected a JSON object")) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise validation_error(body_issue("(all)", "is not JSON in UTF-8")) from None
    except RecursionError:
        raise validation_error(body_issue("(all)", "is nested too deeply")) from None


def _unknown_issues(
    kind: type[msgspec.Struct], members: dict[str, msgspec.Raw]
) -> list[FieldIssue]:
    known = {field.encode_name for field in msgspec.structs.fields(kind)}
    unknown = [name for name in members if name not in known]
    return [body_issue(name[:MAX_NAME_LENGTH], "is not a field of this route") for name in unknown]


def _missing_issues(
    kind: type[msgspec.Struct], members: dict[str, msgspec.Raw]
) -> list[FieldIssue]:
    required = [field.encode_name for field in msgspec.structs.fields(kind) if field.required]
    return [body_issue(name, "is missing") for name in required if name not in members]


def _value_issues(kind: type[msgspec.Struct], members: dict[str, msgspec.Raw]) -> list[FieldIssue]:
    issues = [
        _value_issue(field.encode_name, field.type, members[field.encode_name])
        for field in msgspec.structs.fields(kind)
        if field.encode_name in members
    ]
    return [issue for issue in issues if issue is not None]


def _value_issue(name: str, kind: Any, raw: msgspec.Raw) -> FieldIssue | None:
    try:
        if b"\\u0000" in bytes(raw) and _has_nul(msgspec.json.decode(raw)):
            return body_issue(name, "contains a NUL character")
        value = msgspec.json.decode(raw, type=kind)
        if (path := _find_malformed_number(value, msgspec.json.decode(raw))) is not None:
            return body_issue(name + path, "expected a number such as 19.90")
    except msgspec.ValidationError as error:
        refused = explain_refusal(error, kind)
        path = name_member(refused.path, error, kind, raw)
        return body_issue(name + path, refused.problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body_issue(name, "is not JSON in UTF-8")
    except RecursionError:
        return body_issue(name, "is nested too deeply")
    return None


def _find_malformed_number(value: Any, sent: Any) -> str | None:
    """Return the path below a field of the first Decimal that was sent as no plain decimal.

    `sent` is the JSON value as it was sent. Returns None if there is no such Decimal.
    """
    if isinstance(value, Decimal):
        return None if not isinstance(sent, str) or is_plain_number(sent) else ""
    parts: list[tuple[str, Any, Any]] = []
    if isinstance(value, list):
        elements = enumerate(cast("list[Any]", value))
        parts = [(f"[{number}]", each, sent[number]) for number, each in elements]
    elif isinstance(value, msgspec.Struct):
        fields = msgspec.structs.fields(value)
        parts = [
            (f".{field.encode_name}", getattr(value, field.name), sent[field.encode_name])
            for field in fields
            if field.encode_name in sent
        ]
    for path, each, part in parts:
        if (inner := _find_malformed_number(each, part)) is not None:
            return path + inner
    return None


def _has_nul(value: Any) -> bool:
    match value:
        case str():
            return "\0" in value
        case dict():
            pairs = cast("dict[str, Any]", value).items()
            return any("\0" in name or _has_nul(each) for name, each in pairs)
        case list():
            return any(_has_nul(each) for each in cast("list[Any]", value))
        case _:
            return False
