"""Builds the OpenAPI document of an application from its routes and what they declare."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from litestar import Litestar
from litestar.routes import HTTPRoute

from pricebook.errors import (
    DatabaseUnavailableError,
    FieldIssue,
    ForbiddenError,
    PayloadTooLargeError,
    PricebookError,
    UnauthorizedError,
    ValidationError,
)
from pricebook.http import openapi_schemas, problems
from pricebook.http.openapi import OPT_KEY, JsonObject, OperationDocs, RequestBody, Success
from pricebook.http.openapi_headers import ERROR_FIELDS, header_components, header_references

API_PREFIX = "/api/v1/"
EXAMPLE_REQUEST_ID = "8f14e45f-ceea-467f-9575-0a5b7c2d1e90"
STATUS_TEXTS = {
    200: "The result.",
    201: "Created.",
    202: "Accepted; the work continues in the background.",
    204: "Done; the response has no body.",
    304: "Not modified: the response that If-None-Match names is current.",
    503: "Unhealthy.",
}

ErrorKind = type[PricebookError]
Operation = tuple[str, str, JsonObject, OperationDocs]


def build_document(app: Litestar) -> JsonObject:
    """Return the OpenAPI 3.1 document of an application.

    Raises KeyError for a route in the document that declares nothing with `documented`.
    """
    document = app.openapi_schema.to_schema()
    operations = list(_operations(app, document["paths"]))
    paths: JsonObject = {path: {} for path in document["paths"]}
    error_responses: JsonObject = {}
    for path, method, described, docs in operations:
        errors = _errors_by_status(path, described, docs)
        error_responses |= {_component_name(kinds): _error_response(kinds) for kinds in errors}
        paths[path][method] = _operation(described, docs, errors)
    components = document["components"] | {
        "schemas": openapi_schemas.components([docs for *_, docs in operations]),
        "responses": dict(sorted(error_responses.items())),
        "headers": header_components(),
    }
    return document | {"paths": paths, "components": components}


def _operations(app: Litestar, paths: JsonObject) -> Iterator[Operation]:
    """Return path, method, Litestar's description and what the route declares."""
    handlers = {
        (route.path_format, method.lower()): handler
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
    }
    for path, described_methods in paths.items():
        for method, described in described_methods.items():
            yield path, method, described, handlers[path, method].opt[OPT_KEY]


def _operation(
    described: JsonObject, docs: OperationDocs, errors: Iterable[tuple[ErrorKind, ...]]
) -> JsonObject:
    """Return one operation; a public one has an empty list of security requirements."""
    parameters = [_without_false(each) for each in described.get("parameters", [])]
    parameters += openapi_schemas.query_parameters(docs.query) if docs.query else []
    responses: JsonObject = {str(each.status): _success_response(each) for each in docs.responses}
    for kinds in errors:
        reference = {"$ref": f"#/components/responses/{_component_name(kinds)}"}
        responses[str(kinds[0].status)] = reference
    operation = _without_false(described) | {
        "security": described.get("security", []),
        "responses": dict(sorted(responses.items())),
    }
    if parameters:
        operation["parameters"] = parameters
    if docs.body:
        operation["requestBody"] = _request_body(docs.body)
    return operation


def _without_false(described: JsonObject) -> JsonObject:
    """Drop the members that Litestar writes although false is their default."""
    return {name: value for name, value in described.items() if value is not False}


def _request_body(body: RequestBody) -> JsonObject:
    content = {
        "schema": openapi_schemas.reference(body.kind),
        "examples": {"request": {"summary": "A request", "value": body.example}},
    }
    return {"required": body.is_required, "content": {body.media_type: content}}


def _success_response(success: Success) -> JsonObject:
    response: JsonObject = {
        "description": STATUS_TEXTS[success.status],
        "headers": header_references(*success.headers),
    }
    if success.example is not None:
        schema = openapi_schemas.reference(success.kind) if success.kind else {"type": "string"}
        examples = {"response": {"summary": "A response", "value": success.example}}
        response["content"] = {success.media_type: {"schema": schema, "examples": examples}}
    return response


def _errors_by_status(
    path: str, described: JsonObject, docs: OperationDocs
) -> list[tuple[ErrorKind, ...]]:
    """Return the errors of an operation, those of one status together."""
    kinds = set(docs.errors)
    if path.startswith(API_PREFIX):
        kinds |= {ValidationError, DatabaseUnavailableError}
    if described.get("security"):
        kinds |= {UnauthorizedError, ForbiddenError}
    if docs.body:
        kinds.add(PayloadTooLargeError)
    by_status: dict[int, list[ErrorKind]] = {}
    for kind in sorted(kinds, key=lambda kind: kind.__name__):
        by_status.setdefault(kind.status, []).append(kind)
    return [tuple(same_status) for same_status in by_status.values()]


def _component_name(kinds: tuple[ErrorKind, ...]) -> str:
    return "Or".join(kind.__name__.removesuffix("Error") for kind in kinds)


def _error_response(kinds: tuple[ErrorKind, ...]) -> JsonObject:
    """Return the response of errors that share a status, with an example of each."""
    examples = {kind.code: {"summary": kind.title, "value": _example(kind)} for kind in kinds}
    content = {"schema": openapi_schemas.reference(problems.Problem), "examples": examples}
    return {
        "description": "; ".join(kind.title for kind in kinds) + ".",
        "headers": header_references(*ERROR_FIELDS.get(kinds[0].status, ())),
        "content": {problems.MEDIA_TYPE: content},
    }


def _example(kind: ErrorKind) -> Any:
    issues = (FieldIssue("query", "limit", "expected int <= 200"),)
    message = "Query parameter limit: expected int <= 200."
    error = kind(message, issues) if kind is ValidationError else kind(f"{kind.title}.")
    problem = problems.problem_of(error, "/api/v1/catalog", EXAMPLE_REQUEST_ID)
    return msgspec.to_builtins(problem)
