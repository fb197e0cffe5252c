"""Declarations of routes for the OpenAPI document.

Litestar describes path, path and header parameters, tags and security. A route declares the rest
with `opt=documented(…)`: query, body, responses and errors.
"""

from typing import Any

import msgspec

from pricebook.errors import PricebookError
from pricebook.http.openapi_headers import HeaderField

JsonObject = dict[str, Any]

JSON = "application/json"
MULTIPART = "multipart/form-data"
OPT_KEY = "openapi"


class RequestBody(msgspec.Struct, frozen=True):
    """The body of a request: its struct, an example, its media type, and whether it is required."""

    kind: type[msgspec.Struct]
    example: JsonObject
    media_type: str = JSON
    is_required: bool = True


class Success(msgspec.Struct, frozen=True, kw_only=True):
    """A response that is no error: a struct as JSON, text, or (without example) no body."""

    kind: type[msgspec.Struct] | None = None
    example: Any = None
    status: int = 200
    media_type: str = JSON
    headers: tuple[HeaderField, ...] = ()


class OperationDocs(msgspec.Struct, frozen=True, kw_only=True):
    """The declarations of a route: responses, the struct of its query, its body and its errors."""

    responses: tuple[Success, ...]
    query: type[msgspec.Struct] | None
    body: RequestBody | None
    errors: tuple[type[PricebookError], ...]


def documented(
    *responses: Success,
    query: type[msgspec.Struct] | None = None,
    body: RequestBody | None = None,
    errors: tuple[type[PricebookError], ...] = (),
) -> dict[str, Any]:
    """Return the `opt` of a route handler that describes its operation.

    `errors` leaves out those that follow from path, security and body.
    """
    docs = OperationDocs(responses=responses, query=query, body=body, errors=errors)
    return {OPT_KEY: docs}


def plain_page_example(row: JsonObject) -> JsonObject:
    """Return an example of a page without a cursor that has one row."""
    return {"total_count": 1, "page": 1, "limit": 50, "data": [row]}


def page_example(row: JsonObject) -> JsonObject:
    """Return an example of a page with a cursor that has one row."""
    page = {"total_count": 1, "total_count_is_exact": True, "page": 1, "limit": 50}
    return {**page, "next_cursor": None, "data": [row]}
