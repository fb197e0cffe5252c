"""The outermost layer: names each request, and writes one line when it has ended."""

import re
import secrets
import time
from collections.abc import Callable
from itertools import count
from typing import Any

from structlog.contextvars import bind_contextvars, reset_contextvars

from pricebook.web.answers import Headers
from pricebook.web.repeat import REMEMBER, Log, Repeat, remember
from pricebook.web.request_line import FAILED, Ended, Tell
from pricebook.web.routing import AsgiApp, RouteOf, known
from pricebook.web.tally import Key, Tally

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,100}")
# W3C Trace Context: version, trace id, parent id, flags; ids of nothing but zeros are none.
TRACEPARENT = re.compile(
    rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)
# Requests are counted by this word, method, route, status, and whether an answer was kept.
REQUEST = "request"


class RequestLog:
    """Gives each request and its answer an id, counts it, and tells of it when it has ended.

    All answers pass here, kept ones too: what is done for each costs a share of what they cost.
    """

    def __init__(self, app: AsgiApp, route_of: RouteOf, tally: Tally, tell: Tell) -> None:
        self._app = app
        self._tally = tally
        self._route_of = route_of
        self._tell = tell
        self._new_id = id_maker()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let the application answer one request."""
        begun = time.perf_counter()
        path = scope["path"]  # as it was sent: the framework tidies it
        given_id, scope["trace_id"] = names_of(dict(scope["headers"]))
        scope["request_id"] = request_id = given_id or self._new_id()
        own_field = (b"x-request-id", request_id.encode())
        status, size = FAILED, 0
        headers: Headers = []

        def watched(message: Any) -> Any:
            nonlocal status, size, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], message["headers"]
                message["headers"] = [*headers, own_field]
            else:
                size += len(message.get("body", b""))
            return send(message)

        self._tally.begin()
        try:
            await self._app(scope, receive, watched)
        finally:
            ended = Ended(
                known(scope["method"]),
                scope.get("path_template") or self._route_of(path),
                status,
                time.perf_counter() - begun,
                size,
            )
            answer = scope.get("answer", "")
            key = (REQUEST, ended.method, ended.route, str(status), answer)
            self._tally.end(key, ended.seconds)
            self._tell(scope, path, ended)
        if "kept" in scope and REMEMBER in scope:
            again = self._log_again(key, given_id, scope["trace_id"], (path, ended))
            remember(scope, Repeat(status, headers, scope["kept"], again))

    def _log_again(
        self, key: Key, given_id: str | None, trace_id: str | None, told: tuple[str, Ended]
    ) -> Log:
        """Make what names, counts and tells of requests that say the same as one before them."""
        path, (method, route, status, _, size) = told

        def log(client: Any, begun: float) -> str:
            request_id = given_id or self._new_id()
            seconds = time.perf_counter() - begun
            self._tally.count(key, seconds)
            named = {"request_id": request_id, "trace_id": trace_id, "client": client}
            self._tell(named, path, Ended(method, route, status, seconds, size))
            return request_id

        return log


class NamedLogs:
    """Lets all that is logged during a request carry its id."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let the application answer one request."""
        before = bind_contextvars(request_id=scope["request_id"])
        try:
            await self._app(scope, receive, send)
        finally:
            reset_contextvars(**before)


def id_maker() -> Callable[[], str]:
    """Make what makes ids that no other process makes, each of 32 hexadecimal digits."""
    process, numbers = secrets.token_hex(8), count(1)
    return lambda: f"{process}{next(numbers):016x}"


def names_of(headers: dict[bytes, bytes]) -> tuple[str | None, str | None]:
    """Return the id that a request brings along, and that of the trace it belongs to.

    The request's id is the caller's if it is harmless, else the trace's.
    """
    given = REQUEST_ID.fullmatch(headers.get(b"x-request-id", b""))
    traced = TRACEPARENT.fullmatch(headers.get(b"traceparent", b""))
    trace_id = traced[1].decode() if traced else None
    return given[0].decode() if given else trace_id, trace_id
