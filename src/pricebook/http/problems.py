"""Error responses: problem details (RFC 9457) with the envelope that older clients read."""

from typing import Annotated, Any, Literal

import msgspec
import structlog
from litestar import Request, Response
from litestar.enums import ParamType
from litestar.exceptions import HTTPException

from pricebook.errors import (
    ErrorCode,
    FieldIssue,
    MethodNotAllowedError,
    NotFoundError,
    PayloadTooLargeError,
    PricebookError,
    ValidationError,
    as_issue_text,
    validation_error,
)
from pricebook.http.field_types import doc
from pricebook.http.middleware.head_requests import allow_header_value
from pricebook.http.request_state import request_state

log = structlog.stdlib.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
UNEXPECTED = "An unexpected error occurred; the log has its details under the request id."


class ErrorDetails(msgspec.Struct, frozen=True):
    """Details of an error."""

    errors: Annotated[
        tuple[FieldIssue, ...],
        doc("The refused fields; empty unless the code is VALIDATION_ERROR."),
    ] = ()


class ErrorEnvelope(msgspec.Struct, frozen=True):
    """The error in the form that older clients read."""

    code: Annotated[ErrorCode, doc("Kind of the error, for programs.")]
    message: Annotated[str, doc("The same sentence as `detail`.")]
    details: Annotated[ErrorDetails, doc("What was refused.")]


class Problem(msgspec.Struct, frozen=True):
    """An error of the API as RFC 9457 describes it."""

    type: Annotated[str, doc("Kind of the error as a relative URI reference.")]
    title: Annotated[str, doc("Kind of the error, for people.")]
    status: Annotated[int, doc("HTTP status code.")]
    detail: Annotated[str, doc("One sentence for people: what is wrong, and where.")]
    instance: Annotated[str, doc("Path of the request.")]
    request_id: Annotated[str, doc("Id of the request in the log, as in X-Request-ID.")]
    error: Annotated[ErrorEnvelope, doc("The error in the form that older clients read.")]


def problem_of(error: PricebookError, instance: str, request_id: str) -> Problem:
    """Return the problem details of an error."""
    issues = error.issues if isinstance(error, ValidationError) else ()
    return Problem(
        type="/problems/" + error.code.lower().replace("_", "-"),
        title=error.title,
        status=error.status,
        detail=error.message,
        instance=instance,
        request_id=request_id,
        error=ErrorEnvelope(error.code, error.message, ErrorDetails(issues)),
    )


def handle_error(request: Request[Any, Any, Any], error: PricebookError) -> Response[Problem]:
    """Return the response of an error that was raised deliberately."""
    problem = problem_of(error, request.scope["path"], request_id_of(request))
    headers = {**(request_state(request.scope).rate_limit_fields or {}), **error.headers}
    return Response(problem, status_code=error.status, media_type=MEDIA_TYPE, headers=headers)


def handle_http_exception(
    request: Request[Any, Any, Any], error: HTTPException
) -> Response[Problem]:
    """Return the response of an error of the framework: path, method, malformed request."""
    return handle_error(request, as_pricebook_error(request, error))


def handle_unexpected_error(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Log an unexpected error with its traceback; return a response that has only the id."""
    log_unexpected_error(request, error)
    return handle_error(request, PricebookError(UNEXPECTED))


def log_unexpected_error(request: Request[Any, Any, Any], error: Exception) -> None:
    """Log an unexpected error with its traceback, under the id of the request."""
    request_id = request_id_of(request)
    log.error("request failed", request_id=request_id, path=request.scope["path"], exc_info=error)


def as_pricebook_error(request: Request[Any, Any, Any], error: HTTPException) -> PricebookError:
    """Return an error of the framework as one of ours."""
    match error.status_code:
        case 404:
            return NotFoundError(f"No resource is at {request.scope['path']}.")
        case 405:
            allowed = allow_header_value((error.headers or {}).get("allow", "").split(", "))
            return MethodNotAllowedError(
                f"{request.method} is not allowed at {request.scope['path']}; allowed: {allowed}.",
                headers={"Allow": allowed},
            )
        case 413:
            return PayloadTooLargeError("The body exceeds the limit of this route.")
        case 400:
            return _invalid_parameters(error)
        case _:
            return PricebookError(UNEXPECTED)


def _invalid_parameters(error: HTTPException) -> ValidationError:
    found: list[dict[str, Any]] = error.extra if isinstance(error.extra, list) else []
    issues = [
        FieldIssue(
            _parameter_location(each["source"]),
            _parameter_name(each),
            as_issue_text(str(each["message"])),
        )
        for each in found
    ]
    return validation_error(*issues) if issues else ValidationError("The request is malformed.")


def _parameter_name(found: dict[str, Any]) -> str:
    """Return the name of a field as clients write it, a header as `If-Match`."""
    name = str(found["key"])
    return name.replace("_", "-").title() if found["source"] == ParamType.HEADER else name


def _parameter_location(source: object) -> Literal["query", "path", "body", "header"]:
    match source:
        case ParamType.QUERY:
            return "query"
        case ParamType.PATH:
            return "path"
        case ParamType.HEADER:
            return "header"
        case _:
            return "body"


def request_id_of(request: Request[Any, Any, Any]) -> str:
    """Return the id of a request."""
    return request_state(request.scope).request_id
