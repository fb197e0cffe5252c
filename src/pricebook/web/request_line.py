"""What is told of a request that has ended."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import msgspec
import structlog

from pricebook.line_writer import LineWriter
from pricebook.logs import LogFormat

MAX_PATH = 500
FAILED = 500
# Refusals of a route: so many have a line of their own in each window, the others one together.
REFUSALS = {429, 503}
REFUSAL_LINES = 20
WINDOW_SECONDS = 10.0


class Ended(NamedTuple):
    """What is known of a request when it has ended."""

    method: str
    route: str
    status: int
    seconds: float
    bytes: int


Tell = Callable[[Any, str, Ended], None]


class RequestLine(msgspec.Struct, omit_defaults=True):
    """What is told of a request: never its query, its headers or its body."""

    time: datetime
    level: Literal["info", "error"]
    event: str
    request_id: str
    method: str
    route: str
    path: str
    status: int
    duration_ms: float
    bytes: int
    client: str | None = None
    trace_id: str | None = None
    user_id: str | None = None


def teller(writer: LineWriter, log_format: LogFormat, least_status: int) -> Tell:
    """Make what writes the lines of requests that were answered with at least this status."""
    show = as_text if log_format == "text" else msgspec.json.Encoder().encode

    refusals = Refusals()

    def tell(scope: Any, path: str, ended: Ended) -> None:
        if ended.status >= least_status and refusals.has_line(ended):
            writer.write(show(line_of(scope, path, ended)) + b"\n")

    return tell


class Refusals:
    """Counts refusals beyond some a window, and logs how many there were at its end."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, int]] = Counter()

    def has_line(self, ended: Ended) -> bool:
        """Count a request that has ended; return whether it is to have a line of its own."""
        if ended.status not in REFUSALS:
            return True
        if not self._counts:
            asyncio.get_running_loop().call_later(WINDOW_SECONDS, self._end_window)
        self._counts[ended.route, ended.status] += 1
        return self._counts[ended.route, ended.status] <= REFUSAL_LINES

    def _end_window(self) -> None:
        for (route, status), count in self._counts.items():
            if count > REFUSAL_LINES:
                structlog.get_logger().warning(
                    "refused requests without a line",
                    route=route,
                    status=status,
                    requests=count - REFUSAL_LINES,
                )
        self._counts.clear()


def tell_nobody(_scope: Any, _path: str, _ended: Ended) -> None:
    """Leave a request untold."""


def line_of(scope: Any, path: str, ended: Ended) -> RequestLine:
    """Choose what is told of a request."""
    client, user = scope.get("client"), scope.get("user")
    return RequestLine(
        time=datetime.now(UTC),
        level="error" if ended.status >= FAILED else "info",
        event="request",
        request_id=scope["request_id"],
        method=ended.method,
        route=ended.route,
        path=path[:MAX_PATH],
        status=ended.status,
        duration_ms=round(ended.seconds * 1000, 3),
        bytes=ended.bytes,
        client=client and client[0],
        trace_id=scope["trace_id"],
        user_id=user and str(user.id),
    )


def as_text(line: RequestLine) -> bytes:
    """Show a request to a person."""
    told = f"{line.time:%H:%M:%S} {line.status} {line.method} {line.path} {line.duration_ms} ms"
    return f"{told} {line.request_id}".encode("utf-8", "backslashreplace")
