"""Errors as pages: what happened, what to do, and what was kept."""

from typing import Any, cast
from urllib.parse import quote

from litestar import Request, Response
from litestar.exceptions import HTTPException

from pricebook.auth.schemas import Caller
from pricebook.console.form_fields import KEPT_FIELDS, without_secrets
from pricebook.console.rendering import render, wants_fragment
from pricebook.errors import PricebookError, UnauthorizedError
from pricebook.http import problems
from pricebook.http.request_state import request_state

AnyRequest = Request[Any, Any, Any]


def handle_error(request: AnyRequest, error: PricebookError) -> Response[Any]:
    """Return the page of an error that was raised deliberately; without a login, that page."""
    cast("dict[str, Any]", request.scope).setdefault("user", None)  # unknown paths have no guard
    if isinstance(error, UnauthorizedError):
        return ask_for_login(request)
    headers = {name: value for name, value in error.headers.items() if name == "Retry-After"}
    template = "error.html"
    if wants_fragment(request):
        headers |= {"HX-Retarget": "#toasts", "HX-Reswap": "innerHTML", "HX-Push-Url": "false"}
        template = "error_toast.html"
    values = {"error": error, "request_id": request_state(request.scope).request_id}
    return render(request, template, values, status=error.status, headers=headers)


def handle_http_exception(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """Return the page of an error of the framework."""
    return handle_error(request, problems.as_pricebook_error(request, error))


def handle_unexpected_error(request: AnyRequest, error: Exception) -> Response[Any]:
    """Log an unexpected error with its traceback; return a page that has only the id."""
    problems.log_unexpected_error(request, error)
    return handle_error(request, PricebookError(problems.UNEXPECTED))


def ask_for_login(request: AnyRequest) -> Response[Any]:
    """Return the login in place of a page; what a form had is kept in the page.

    A fragment gets it as a dialog, above the page that stays as it is.
    """
    if wants_fragment(request):
        headers = {"HX-Retarget": "#dialogs", "HX-Reswap": "innerHTML", "HX-Push-Url": "false"}
        values = {"username": "", "message": ""}
        return render(request, "login_dialog.html", values, status=401, headers=headers)
    path = request.scope["path"]
    if request.method in {"GET", "HEAD"}:
        query = request.scope["query_string"].decode("latin-1")
        target = quote(path + ("?" + query if query else ""), safe="")
        return Response(None, status_code=303, headers={"Location": f"/login?next={target}"})
    kept = without_secrets(cast("dict[str, Any]", request.scope).get(KEPT_FIELDS, []))
    values = {"next": path, "kept": kept, "username": "", "message": "", "is_resumed": True}
    return render(request, "login.html", values, status=401)


def is_page_request(request: AnyRequest) -> bool:
    """Return whether a browser requests a page or a part of one: HTML outside of the API."""
    if request.scope["path"].startswith("/api/"):
        return False
    return "text/html" in request.headers.get("accept", "") or wants_fragment(request)


def caller_of(request: AnyRequest) -> Caller:
    """Return who is logged in, on a page that needs a login."""
    return request.scope["user"]
