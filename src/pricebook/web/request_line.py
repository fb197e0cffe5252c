"""What is told of a request that has ended."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import msgspec

from pricebook.line_writer import LineWriter
from pricebook.logs import LogFormat

MAX_PATH = 500
FAILED = 500


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

    def tell(scope: Any, path: str, ended: Ended) -> None:
        if ended.status >= least_status:
            writer.write(show(line_of(scope, path, ended)) + b"\n")

    return tell


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
