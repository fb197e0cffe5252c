"""Middleware that responds 404 to paths longer than any route."""

from collections.abc import Awaitable
from typing import Any

from pricebook.errors import NotFoundError
from pricebook.http.asgi import AsgiApp, ErrorResponder
from pricebook.http.routing import MAX_PATH_LENGTH


class PathLengthMiddleware:
    """Calls the application for paths of at most MAX_PATH_LENGTH characters."""

    def __init__(self, app: AsgiApp, error_responder: ErrorResponder) -> None:
        self._app = app
        self._error_responder = error_responder

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        """Process one request."""
        if scope["type"] == "http" and len(scope["path"]) > MAX_PATH_LENGTH:
            error = NotFoundError(f"The path is over {MAX_PATH_LENGTH} characters; no route is.")
            return self._error_responder(scope, error)(scope, receive, send)
        return self._app(scope, receive, send)
