"""Middleware that sends cached responses without calling the framework."""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from pricebook.http.asgi import AsgiApp
from pricebook.http.cached_response import CachedResponse, ResponseForm
from pricebook.http.request_state import CACHED, request_state

RequestTarget = tuple[str, bytes]
FindResponse = Callable[[str], CachedResponse | None]


class CachedResponseRef(msgspec.Struct, frozen=True):
    """A reference to a cached response in one form."""

    find: FindResponse
    key: str
    etag: bytes
    form: ResponseForm

    def body(self) -> bytes | None:
        """Return the body to send, None once the response is replaced or no longer cached."""
        response = self.find(self.key)
        return response.body_for(self.form) if response and response.etag == self.etag else None


class CacheLookup(Protocol):
    """Cached responses by normalised keys, and the request targets that map to these keys."""

    def find(self, key: str) -> CachedResponse | None: ...  # noqa: D102
    def find_key(self, target: RequestTarget) -> str | None: ...  # noqa: D102


class ResponseCacheMiddleware:
    """Sends the cached response of a GET request, or calls the application."""

    def __init__(self, app: AsgiApp, cache: CacheLookup) -> None:
        self._app = app
        self._cache = cache

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Process one request; a cached response is also offered to the raw-request cache."""
        if scope["type"] == "http" and scope["method"] == "GET":
            key = self._cache.find_key(request_target(scope))
            response = self._cache.find(key) if key else None
            if key and response is not None:
                state = request_state(scope)
                state.cache_result = CACHED
                form = await response.respond(scope["headers"], send)
                if state.add_to_raw_cache is not None:
                    state.cached = CachedResponseRef(self._cache.find, key, response.etag, form)
                return
        await self._app(scope, receive, send)


def request_target(scope: Any) -> RequestTarget:
    """Return the path, without slashes at its end, and the query string of a request."""
    return scope["path"].rstrip("/"), scope["query_string"]
