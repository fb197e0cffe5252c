"""The log line of a completed request."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import msgspec
import structlog

from pricebook.observability.line_writer import LineWriter
from pricebook.settings import LogFormat

MAX_PATH_LENGTH = 500
SERVER_ERROR = 500
# A route logs this many rejections per status and window; the others share one line.
REJECTION_STATUSES = {429, 503}
MAX_REJECTION_LINES = 20
WINDOW_SECONDS = 10.0


class CompletedRequest(msgspec.Struct, frozen=True, gc=False):
    """A request after its response, with the duration in seconds and the size of the body."""

    method: str
    route: str
    path: str
    status: int
    seconds: float
    bytes: int
    request_id: str
    trace_id: str | None
    client: tuple[str, int] | None
    user_id: UUID | None = None
    api_key_id: UUID | None = None
    api_key: str | None = None


RequestLogger = Callable[[CompletedRequest], None]


class RequestLogLine(msgspec.Struct, omit_defaults=True):
    """A request in the log, without its query, headers and body."""

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
    api_key_id: str | None = None
    api_key: str | None = None


def make_request_logger(
    writer: LineWriter, log_format: LogFormat, min_status: int
) -> RequestLogger:
    """Return the function that logs requests whose status is at least `min_status`."""
    encode_line = format_text if log_format == "text" else msgspec.json.Encoder().encode

    rejections = RejectionLogLimit()

    def log_request(completed: CompletedRequest) -> None:
        if completed.status < min_status:
            return
        # Checked here, because a call for each request counts.
        if completed.status not in REJECTION_STATUSES or rejections.should_log(completed):
            writer.write(encode_line(build_log_line(completed)) + b"\n")

    return log_request


class RejectionLogLimit:
    """Limits the log lines of rejections, and logs at the end of a window how many it omitted."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, int]] = Counter()

    def should_log(self, completed: CompletedRequest) -> bool:
        """Count a rejection; return whether it gets its own log line."""
        if not self._counts:
            asyncio.get_running_loop().call_later(WINDOW_SECONDS, self._end_window)
        self._counts[completed.route, completed.status] += 1
        return self._counts[completed.route, completed.status] <= MAX_REJECTION_LINES

    def _end_window(self) -> None:
        for (route, status), count in self._counts.items():
            if count > MAX_REJECTION_LINES:
                structlog.get_logger().warning(
                    "rejected requests were not logged one by one",
                    route=route,
                    status=status,
                    requests=count - MAX_REJECTION_LINES,
                )
        self._counts.clear()


def discard_request(_completed: CompletedRequest) -> None:
    """Log nothing."""


def build_log_line(completed: CompletedRequest) -> RequestLogLine:
    """Return the log line of a request, with the first characters of a long path."""
    return RequestLogLine(
        time=datetime.now(UTC),
        level="error" if completed.status >= SERVER_ERROR else "info",
        event="request",
        request_id=completed.request_id,
        method=completed.method,
        route=completed.route,
        path=completed.path[:MAX_PATH_LENGTH],
        status=completed.status,
        duration_ms=round(completed.seconds * 1000, 3),
        bytes=completed.bytes,
        client=completed.client and completed.client[0],
        trace_id=completed.trace_id,
        user_id=completed.user_id and str(completed.user_id),
        api_key_id=completed.api_key_id and str(completed.api_key_id),
        api_key=completed.api_key,
    )


def format_text(line: RequestLogLine) -> bytes:
    """Return the line of a request in the text format."""
    text = f"{line.time:%H:%M:%S} {line.status} {line.method} {line.path} {line.duration_ms} ms"
    return f"{text} {line.request_id}".encode("utf-8", "backslashreplace")
