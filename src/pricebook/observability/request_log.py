"""Middleware that gives each request an id, counts it and logs it when it is complete."""

import re
import secrets
import time
from collections.abc import Callable
from itertools import count
from typing import Any

from structlog.contextvars import bind_contextvars, reset_contextvars

from pricebook.db.actor import Actor, acting_as
from pricebook.http.asgi import AsgiApp, Headers
from pricebook.http.request_state import CacheableRequest, LogRequest, request_state
from pricebook.http.routing import FindRoute, method_label
from pricebook.observability.counters import CounterKey, Counters
from pricebook.observability.request_line import SERVER_ERROR, CompletedRequest, RequestLogger

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,100}")
# W3C Trace Context: version, trace id, parent id, flags; ids of zeros only are invalid.
TRACEPARENT = re.compile(
    rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)
# The key of a request counter: this word, method, route, status, cache result.
REQUEST = "request"
# The name of the actor of a request until the guard knows its caller.
API_ACTOR = "api"


class RequestLogMiddleware:
    """Sets the id of each request and response, then counts and logs the completed request.

    Cached responses pass through it too, so it must be fast.
    """

    def __init__(
        self, app: AsgiApp, find_route: FindRoute, counters: Counters, log_request: RequestLogger
    ) -> None:
        self._app = app
        self._counters = counters
        self._find_route = find_route
        self._log_request = log_request
        self._new_id = request_id_generator()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Process one request."""
        started_at = time.perf_counter()
        path = scope["path"]  # the framework normalises it
        state = request_state(scope)
        incoming_id, state.trace_id = request_and_trace_ids(dict(scope["headers"]))
        state.request_id = request_id = incoming_id or self._new_id()
        id_field = (b"x-request-id", request_id.encode())
        status, size = SERVER_ERROR, 0
        headers: Headers = []

        def observed_send(message: Any) -> Any:
            nonlocal status, size, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], message["headers"]
                message["headers"] = [*headers, id_field]
            else:
                size += len(message.get("body", b""))
            return send(message)

        self._counters.start_request()
        try:
            await self._app(scope, receive, observed_send)
        finally:
            completed = CompletedRequest(
                method_label(scope["method"]),
                scope.get("path_template") or self._find_route(path),
                path,
                status,
                time.perf_counter() - started_at,
                size,
                request_id,
                state.trace_id,
                scope.get("client"),
                state.user_id,
                state.api_key_id,
                state.api_key,
            )
            key = (REQUEST, completed.method, completed.route, str(status), state.cache_result)
            self._counters.end_request(key, completed.seconds)
            self._log_request(completed)
        if state.cached is not None and state.add_to_raw_cache is not None:
            log_repeated = self._make_repeated_logger(key, incoming_id, completed)
            state.add_to_raw_cache(
                scope, CacheableRequest(status, headers, state.cached, log_repeated)
            )

    def _make_repeated_logger(
        self, key: CounterKey, incoming_id: str | None, first: CompletedRequest
    ) -> LogRequest:
        """Return the function that counts and logs requests with the same bytes as the first."""
        method, route, path, status = first.method, first.route, first.path, first.status
        size, trace_id = first.bytes, first.trace_id

        def log(client: Any, started_at: float) -> str:
            request_id = incoming_id or self._new_id()
            seconds = time.perf_counter() - started_at
            self._counters.count(key, seconds)
            self._log_request(
                CompletedRequest(
                    method,
                    route,
                    path,
                    status,
                    seconds,
                    size,
                    request_id,
                    trace_id,
                    client,
                )
            )
            return request_id

        return log


class RequestContextMiddleware:
    """Adds the request id to every log event, and to the actor of what a request changes."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Process one request."""
        request_id = request_state(scope).request_id
        before = bind_contextvars(request_id=request_id)
        try:
            with acting_as(Actor("system", API_ACTOR, request_id=request_id)):
                await self._app(scope, receive, send)
        finally:
            reset_contextvars(**before)


def request_id_generator() -> Callable[[], str]:
    """Return a function that returns unique ids of 32 hexadecimal digits."""
    process, numbers = secrets.token_hex(8), count(1)
    return lambda: f"{process}{next(numbers):016x}"


def request_and_trace_ids(headers: dict[bytes, bytes]) -> tuple[str | None, str | None]:
    """Return the request id and the trace id that the client sent, None for each that is invalid.

    Without a valid X-Request-ID the trace id is the request id.
    """
    id_match = REQUEST_ID.fullmatch(headers.get(b"x-request-id", b""))
    trace_match = TRACEPARENT.fullmatch(headers.get(b"traceparent", b""))
    trace_id = trace_match[1].decode() if trace_match else None
    return id_match[0].decode() if id_match else trace_id, trace_id
