"""One connection without a socket, and an application that records what it receives."""

import asyncio
import gc
import hashlib
import logging
import re
from collections.abc import Iterable
from typing import Any, NamedTuple
from weakref import WeakSet

import uvicorn
from uvicorn.server import ServerState

from pricebook.http.asgi import Headers
from pricebook.http.cached_response import CachedResponse, ResponseForm
from pricebook.http.middleware.cache_lookup import CachedResponseRef
from pricebook.http.request_state import CacheableRequest, LogRequest, request_state
from pricebook.server.buffer_limits import BufferLimits
from pricebook.server.protocol import HttpProtocol
from pricebook.server.raw_cache import RawCacheEntry, RawRequestCache

QUIET_TURNS = 5
MAX_LEFT = 500
HASTY = "PUT"
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
DIGEST = re.compile(rb"\r\nx-seen: (\w+)")
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)")
EMPTY = CachedResponse(b"")
LOG: LogRequest = lambda _client, _started_at: "id"  # noqa: E731
CACHED_REF = CachedResponseRef(
    lambda _: EMPTY, "", EMPTY.etag, ResponseForm(compressed=False, is_not_modified=False)
)


class Request(NamedTuple):
    """A request as a parser returned it."""

    method: bytes
    target: bytes
    version: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def digest(self) -> bytes:
        """Return the hash of the whole request."""
        return hashlib.sha256(repr(self).encode()).hexdigest().encode()


class Outcome(NamedTuple):
    """The responses to a stream (status, digest), and the requests of the application."""

    responses: list[tuple[str, str]]
    requests: list[Request]
    is_closed: bool


class MemoryTransport(asyncio.Transport):
    """A transport that collects what is written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.1", 1024), "sockname": ("192.0.2.2", 80)})
        self.sent = bytearray()
        self.is_read = True
        self._is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:  # noqa: D102
        if not self._is_closed:
            self.sent += data

    def close(self) -> None:  # noqa: D102
        self._is_closed = True

    abort = close

    def is_closing(self) -> bool:  # noqa: D102
        return self._is_closed

    def pause_reading(self) -> None:  # noqa: D102
        self.is_read = False

    def resume_reading(self) -> None:  # noqa: D102
        self.is_read = True

    def get_write_buffer_size(self) -> int:  # noqa: D102
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:  # noqa: D102
        pass


class Recorder:
    """Reads each request, a PUT without its body, and responds with the digest of it."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.steps = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Respond to a request, and offer the response of a GET to the raw-request cache."""
        headers, body, has_more = tuple(scope["headers"]), b"", scope["method"] != HASTY
        while has_more:
            message = await receive()
            self.steps += 1
            if message["type"] == "http.disconnect":
                return
            body, has_more = body + message["body"], message["more_body"]
        assert tuple(scope["headers"]) == headers, "a trailer became a header"
        seen = Request(
            scope["method"].encode(),
            target_of(scope["raw_path"], scope["query_string"]),
            scope["http_version"].encode(),
            normalised(headers),
            body,
        )
        self.requests.append(seen)
        response_headers = [(b"x-seen", seen.digest), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 200, "headers": response_headers})
        await send({"type": "http.response.body", "body": b""})
        state = request_state(scope)
        if seen.method == b"GET" and state.add_to_raw_cache is not None:
            state.add_to_raw_cache(scope, CacheableRequest(200, response_headers, CACHED_REF, LOG))


class RecordingRawCache(RawRequestCache):
    """A raw-request cache that lists what was registered."""

    def __init__(self) -> None:
        super().__init__()
        self.registered: dict[bytes, bytes] = {}

    def add(self, head: bytes, entry: RawCacheEntry) -> None:
        """Register a head."""
        super().add(head, entry)
        self.registered[head] = entry.response_head


class Server:
    """Serves one connection after the other."""

    def __init__(self) -> None:
        self._app = Recorder()
        self._config = uvicorn.Config(self._app, lifespan="off", ws="none", log_config=None)
        self._failures: list[object] = []
        self._connections: WeakSet[HttpProtocol] = WeakSet()
        logger = logging.getLogger("uvicorn.error")
        logger.propagate = False
        logger.addFilter(self._failed)

    async def serve(
        self, segments: list[bytes], raw_cache: RawRequestCache, *, settles: bool
    ) -> Outcome:
        """Send segments over a new connection, to the end; settle between them or not."""
        wire, state = MemoryTransport(), ServerState()
        asyncio.get_running_loop().set_exception_handler(lambda _, what: self._failed(what))
        self._app.requests = []
        response_headers: Headers = []
        link = HttpProtocol(
            self._config,
            state,
            {},
            raw_cache=raw_cache,
            buffer_limits=BufferLimits(),
            max_connections=10,
            response_headers=response_headers,
        )
        self._connections.add(link)
        link.connection_made(wire)
        for segment in segments:
            if wire.is_closing():
                break
            link.data_received(segment)
            if settles or not wire.is_read:
                await self._settle(wire)
                assert wire.is_read or wire.is_closing(), "reading stays paused"
        await self._settle(wire)
        is_closed = wire.is_closing()
        link.eof_received()
        link.connection_lost(None)
        await self._settle(wire)
        assert not state.tasks, "a request outlives its connection"
        assert not self._failures, self._failures
        self._require_few_left()
        return Outcome(list(_responses(bytes(wire.sent))), self._app.requests, is_closed)

    def _require_few_left(self) -> None:
        if len(self._connections) > MAX_LEFT:
            gc.collect()
            assert len(self._connections) < MAX_LEFT, "connections stay in memory"

    async def _settle(self, wire: MemoryTransport) -> None:
        """Run the loop until it makes no more progress."""
        quiet, before = 0, (-1, -1)
        while quiet < QUIET_TURNS:
            await asyncio.sleep(0)
            now = (len(wire.sent), self._app.steps)
            quiet, before = (quiet + 1 if now == before else 0), now

    def _failed(self, what: object) -> bool:
        is_warning = isinstance(what, logging.LogRecord) and what.levelno < logging.ERROR
        if not is_warning:
            self._failures.append(what)
        return False


def normalised(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[bytes, bytes], ...]:
    """Return headers with codings in lower case, as h11 returns them."""
    return tuple(
        (name, value.lower() if name == b"transfer-encoding" else value) for name, value in headers
    )


def target_of(path: bytes, query: bytes) -> bytes:
    """Return path and query as one target; an empty query has its question mark."""
    return b"%b?%b" % (path, query)


def _responses(sent: bytes) -> Iterable[tuple[str, str]]:
    """Split the sent bytes into responses; each begins with a status line."""
    while sent:
        head, _, sent = sent.partition(b"\r\n\r\n")
        status, digest, length = STATUS.match(head), DIGEST.search(head), LENGTH.search(head)
        assert status, head
        sent = sent[int(length[1]) if length else 0 :]
        if not status[1].startswith(b"1"):
            yield status[1].decode(), digest[1].decode() if digest else ""
