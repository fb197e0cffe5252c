"""The way of an answer that is kept already: past the framework."""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from pricebook.http.cached_response import CachedResponse, ResponseForm
from pricebook.http.routing import AsgiApp

RequestTarget = tuple[str, bytes]
FindResponse = Callable[[str], CachedResponse | None]

CACHED = "kept"


class CachedResponseRef(msgspec.Struct, frozen=True):
    """An answer that was sent from memory, in the form in which it was sent."""

    find: FindResponse
    key: str
    etag: bytes
    form: ResponseForm

    def body(self) -> bytes | None:
        """Return what to send who asks the same again; None when it is kept no longer."""
        response = self.find(self.key)
        return response.body_for(self.form) if response and response.etag == self.etag else None


class CachedResponses(Protocol):
    """Cached answers by their normalised keys, and the targets that are known to lead to these."""

    def find(self, key: str) -> CachedResponse | None: ...  # noqa: D102
    def find_key(self, target: RequestTarget) -> str | None: ...  # noqa: D102


class ResponseCacheMiddleware:
    """Sends the cached answer that a request's target leads to, or lets the application answer."""

    def __init__(self, app: AsgiApp, cache: CachedResponses) -> None:
        self._app = app
        self._cache = cache

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["method"] == "GET":
            key = self._cache.find_key(request_target(scope))
            response = self._cache.find(key) if key else None
            if key and response is not None:
                scope["answer"] = CACHED
                await response(scope, receive, send)
                scope["kept"] = CachedResponseRef(
                    self._cache.find, key, response.etag, scope["form"]
                )
                return
        await self._app(scope, receive, send)


def request_target(scope: Any) -> RequestTarget:
    """Return the path and the query string of a request, as they were sent."""
    return scope["path"].rstrip("/"), scope["query_string"]
