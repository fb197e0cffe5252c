"""Query strings, decoded strictly into the struct of a route."""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import unquote_plus

import msgspec
from litestar import Request
from litestar.di import Provide

from pricebook.errors import FieldIssue, query_issue, validation_error
from pricebook.http.field_types import is_number
from pricebook.http.openapi import OPT_KEY, OperationDocs
from pricebook.system.refused_values import explain_refusal

StructT = TypeVar("StructT", bound=msgspec.Struct)

MAX_PARAMETERS = 50
MAX_BYTES = 8_192
MAX_NUMBER = 40


def provide_query(kind: type[StructT]) -> Provide:
    """Return the dependency that decodes the query of a request into `kind`."""

    async def decode(request: Request[Any, Any, Any]) -> StructT:
        return decode_query(kind, request.scope["query_string"])

    return Provide(decode)


class NoParameters(msgspec.Struct):
    """The query of a route without parameters."""


def refuse_undeclared_query(request: Request[Any, Any, Any]) -> None:
    """Raise ValidationError for the query parameters of a route that declares no query."""
    docs = request.route_handler.opt.get(OPT_KEY)
    if isinstance(docs, OperationDocs) and docs.query is None:
        decode_query(NoParameters, request.scope["query_string"])


def decode_query(kind: type[StructT], raw: bytes) -> StructT:
    """Return a query string as a struct.

    Raises ValidationError that names every parameter that is unknown, repeated, not UTF-8, not of
    the field's type, or that has a NUL character or a number longer than MAX_NUMBER.
    """
    pairs = _split_parameters(raw)
    values = dict(pairs)
    issues = [*_unknown_issues(kind, values), *_repeated_issues(pairs)]
    decoded = None if issues else _decode_or_none(kind, values)
    if decoded is None:
        raise validation_error(*issues, *_value_issues(kind, values))
    return decoded


@lru_cache
def _struct_fields(kind: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(kind)  # evaluates annotations at each call


def _split_parameters(raw: bytes) -> list[tuple[str, str]]:
    if len(raw) > MAX_BYTES:
        raise validation_error(query_issue("(all)", f"longer than {MAX_BYTES} bytes"))
    try:
        segments = raw.decode().split("&")
        if len(segments) > MAX_PARAMETERS:
            raise validation_error(query_issue("(all)", f"more than {MAX_PARAMETERS} parameters"))
        parts = [each.partition("=") for each in segments if each]
        if b"%" not in raw and b"+" not in raw:
            return [(name, text) for name, _, text in parts]
        return [
            (unquote_plus(name, errors="strict"), unquote_plus(text, errors="strict"))
            for name, _, text in parts
        ]
    except UnicodeDecodeError:
        raise validation_error(query_issue("(all)", "is not UTF-8")) from None


def _decode_or_none(kind: type[StructT], values: dict[str, str]) -> StructT | None:
    """Return all parameters as a struct; None if one is invalid."""
    if "\0" in "".join(values.values()):
        return None
    try:
        decoded = msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError:
        return None
    is_usable = all(
        _number_problem(getattr(decoded, name), text) is None for name, text in values.items()
    )
    return decoded if is_usable else None


def _unknown_issues(kind: type[msgspec.Struct], values: dict[str, str]) -> list[FieldIssue]:
    known = kind.__struct_fields__
    return [
        query_issue(name, "is not a parameter of this route")
        for name in values
        if name not in known
    ]


def _repeated_issues(pairs: list[tuple[str, str]]) -> list[FieldIssue]:
    names = [name for name, _ in pairs]
    repeated = dict.fromkeys(name for name in names if names.count(name) > 1)
    return [query_issue(name, "occurs more than once") for name in repeated]


def _value_issues(kind: type[msgspec.Struct], values: dict[str, str]) -> list[FieldIssue]:
    issues: list[FieldIssue] = []
    for field in _struct_fields(kind):
        text = values.get(field.name)
        if text is None:
            continue
        if "\0" in text:
            issues.append(query_issue(field.name, "contains a NUL character"))
            continue
        try:
            issue = _number_problem(msgspec.convert(text, field.type, strict=False), text)
        except msgspec.ValidationError as error:
            issue = explain_refusal(error, field.type).problem
        if issue:
            issues.append(query_issue(field.name, issue))
    return issues


def _number_problem(value: object, text: str) -> str | None:
    """Return the problem of a text that msgspec accepts as a number; None without one."""
    if value is None:
        return "expected a value, got null"
    if isinstance(value, bool):
        return None if text in {"true", "false"} else "expected true or false"
    if isinstance(value, datetime) and is_number(text):  # msgspec reads seconds since 1970
        return "expected a time such as 2026-11-27T08:15:00Z"
    if not isinstance(value, int | Decimal):
        return None
    if len(text) > MAX_NUMBER:
        return f"has more than {MAX_NUMBER} characters"
    return None if is_number(text) else "expected a number such as 19.90"
