"""Errors as pages to browsers, as problem details to programs."""

from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException

from pricebook.console import page_errors
from pricebook.errors import PricebookError
from pricebook.http import problems
from pricebook.http.asgi import AsgiApp


def handle_http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Return the response of an error of the framework."""
    if page_errors.is_page_request(request):
        return page_errors.handle_http_exception(request, error)
    return problems.handle_http_exception(request, error)


def respond_outside(scope: Any, error: PricebookError) -> AsgiApp:
    """Return the response of an error that is raised outside of the framework, by middleware."""
    request = Request[Any, Any, Any](scope)
    is_page = page_errors.is_page_request(request)
    handle = page_errors.handle_error if is_page else problems.handle_error
    response: Any = handle(request, error)
    return response.to_asgi_response(None, request)
