"""The state that one request carries from the server through the middleware to its route.

It is one typed object under one key of the ASGI scope. The protocol class of `server/` creates it
with its own functions set; with any other server the first access creates it.
"""

from collections.abc import Callable
from typing import Any, Literal, Protocol
from uuid import UUID

import msgspec

from pricebook.http.asgi import Headers

SCOPE_KEY = "pricebook"

# The label `cache` of the metrics; empty for responses that are never cached.
CacheResult = Literal["", "kept", "computed"]
CACHED: CacheResult = "kept"
COMPUTED: CacheResult = "computed"


class CachedBody(Protocol):
    """A reference to the body of a cached response."""

    @property
    def key(self) -> str: ...  # noqa: D102

    def body(self) -> bytes | None:
        """Return the body to send, None once the response is no longer cached."""
        ...


# Counts and logs one request; returns its id, given the client's address and the start time
# (time.perf_counter).
LogRequest = Callable[[Any, float], str]


class CacheableRequest(msgspec.Struct, frozen=True):
    """A response that the raw-request cache may send again to requests with the same bytes."""

    status: int
    headers: Headers
    cached: CachedBody
    log: LogRequest


class RequestState(msgspec.Struct):
    """The state of one request.

    `abort` resets the client's connection. `add_to_raw_cache` adds a response to the raw-request
    cache under `head`, the bytes of the request head. Both are None on servers without these.
    `rate_limit_fields` are set by a route that counts its requests, for an error response too.
    `api_key` is the name of the API key `api_key_id`.
    """

    request_id: str = ""
    trace_id: str | None = None
    user_id: UUID | None = None
    api_key_id: UUID | None = None
    api_key: str | None = None
    cache_result: CacheResult = ""
    cached: CachedBody | None = None
    rate_limit_fields: dict[str, str] | None = None
    abort: Callable[[], None] | None = None
    head: bytes = b""
    add_to_raw_cache: Callable[[Any, CacheableRequest], None] | None = None

    def bypass_raw_cache(self) -> None:
        """Keep the request out of the raw-request cache: middleware has to process each one."""
        self.add_to_raw_cache = None


def request_state(scope: Any) -> RequestState:
    """Return the state of a request; creates it at the first access."""
    state = scope.get(SCOPE_KEY)
    if state is None:
        state = scope[SCOPE_KEY] = RequestState()
    return state
