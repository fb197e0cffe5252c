"""One connection of a client: its limits, and requests that are answered by their bytes alone."""

import asyncio
import time
from typing import Any, NoReturn, cast

from httptools import HttpParserError, HttpParserUpgrade

from pricebook.errors import PricebookError
from pricebook.http.cacheable_request import REGISTER, CacheableRequest
from pricebook.http.cached_response import Headers
from pricebook.http.middleware.slow_clients import ABORT
from pricebook.server.buffer_limits import BufferLimits
from pricebook.server.coalescing import CoalescingTransport
from pricebook.server.flow_control import ClientFlowControl, mark_disconnected
from pricebook.server.idle_timeout import TimeoutProtocol
from pricebook.server.raw_cache import MAX_CACHED_HEAD_BYTES, RawCacheEntry, RawRequestCache
from pricebook.server.rejections import (
    CHUNKS_TOO_SMALL,
    HEAD_TOO_LARGE,
    MALFORMED_REQUEST,
    MAX_HEADERS,
    MAX_REQUEST_HEAD_BYTES,
    TOO_MANY_CONNECTIONS,
    request_head_error,
    serialize_rejection,
)

# So much is parsed at a time: as many requests as fit into it can wait for the answers before them.
PARSE_SEGMENT_BYTES = 4096
REQUEST_HEAD_TIMEOUT_SECONDS = 15.0
# Who was answered before all of a body has come may send so much more of it, for so long.
MAX_DISCARDED_BODY_BYTES = 1024 * 1024
BODY_DISCARD_TIMEOUT_SECONDS = 2.0
# Longer than proxies keep theirs, so that none sends a request into a connection that we close.
KEEP_ALIVE_TIMEOUT_SECONDS = 75

# Empty lines before a request, which a client may send by mistake (RFC 9112, 2.2).
MAX_BLANK_BYTES = 16
# After so many chunks, those of a body have to be so long on average: a short one costs as much.
UNCHECKED_CHUNKS = 256
MIN_AVERAGE_CHUNK_BYTES = 32


class HttpProtocol(TimeoutProtocol):
    """Speaks HTTP with a client, as uvicorn does, within limits.

    A request whose bytes were answered from memory before is answered without being read, for as
    long as that answer is kept.
    """

    def __init__(
        self,
        *args: Any,
        raw_cache: RawRequestCache,
        buffer_limits: BufferLimits,
        max_connections: int,
        response_headers: Headers,
        **kwargs: Any,
    ) -> None:
        """Serve a client, unless as many as `most` are served already.

        A refusal has `fields` like every answer of the application.
        """
        super().__init__(*args, **kwargs)
        self.timeout_keep_alive = KEEP_ALIVE_TIMEOUT_SECONDS
        self._raw_cache, self._buffer_limits = raw_cache, buffer_limits
        self._max_connections, self._response_headers = max_connections, response_headers
        self._is_between_requests = True
        self._is_in_head = self._is_rejected = False
        self._unparsed = self._segment = b""
        self._parsed_bytes = self._discarded_bytes = self._counted_unparsed_bytes = 0
        self._header_bytes = self._bytes_since_event = self._blank_bytes = 0
        self._chunk_count = self._body_bytes = 0
        self._running_cycle: Any = None
        self._rejection: PricebookError = MALFORMED_REQUEST

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Take a client, or tell them that there are too many."""
        self._coalescing_transport = CoalescingTransport(transport, self.loop)
        super().connection_made(cast("Any", self._coalescing_transport))
        self.flow = ClientFlowControl(
            cast("Any", self._coalescing_transport), self.pipeline, self._buffer_limits.unsent
        )
        self._last_response_at = self.loop.time()
        if len(self.connections) > self._max_connections:
            self._reject(TOO_MANY_CONNECTIONS)
        else:
            self._schedule_keep_alive_timeout()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all clocks and every request that is under way; leave no cycle of references."""
        if self._running_cycle is not None and not self._running_cycle.response_complete:
            mark_disconnected(self._running_cycle)
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self._stop_timeout()
        self._buffer_limits.unparsed.set_size(self, 0)
        self.pipeline.clear()
        self._unparsed = b""
        self.scope = self.cycle = self._running_cycle = cast("Any", None)

    def data_received(self, data: bytes) -> None:
        """Answer what is known; read the rest."""
        if len(data) <= MAX_CACHED_HEAD_BYTES:
            entry = self._raw_cache.find(data)
            if entry is not None and self._is_idle() and self._send_cached_response(data, entry):
                return
        if self._is_rejected:
            return
        self._unparsed += data
        self._parse()

    def eof_received(self) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Answer a client who has said all that they will; leave one who has not."""
        if self._is_rejected:
            return True
        if self._is_response_complete() or self.cycle.more_body:
            return False
        self.cycle.keep_alive = False
        return True

    def on_message_begin(self) -> None:
        """Begin to read a request."""
        super().on_message_begin()
        self._is_between_requests, self._is_in_head = False, True
        self._header_bytes = self._bytes_since_event = self._blank_bytes = 0
        self._chunk_count = self._body_bytes = 0
        scope = cast("Any", self.scope)
        scope[ABORT] = self.transport.abort
        if self._raw_cache.is_repeated(self._segment):
            scope["head"], scope[REGISTER] = self._segment, self._register
        self._segment = b""

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a field to the head or, after it, to the trailers, which nobody reads."""
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > MAX_REQUEST_HEAD_BYTES or len(self.headers) >= MAX_HEADERS:
            self._abort_parsing(HEAD_TOO_LARGE)
        super().on_header(name, value.rstrip(b" \t"))

    def on_headers_complete(self) -> None:
        """Let the application answer a request whose head is within the limits."""
        self._stop_timeout()
        if self._header_bytes + len(self.url) > MAX_REQUEST_HEAD_BYTES:
            self._abort_parsing(HEAD_TOO_LARGE)
        parser = cast("Any", self.parser)
        rejection = request_head_error(
            self.headers, parser.get_http_version(), is_upgrade=parser.should_upgrade()
        )
        if rejection is not None:
            self._abort_parsing(rejection)
        super().on_headers_complete()
        self._is_in_head, self._bytes_since_event = False, 0
        self.headers = []

    def on_chunk_header(self) -> None:
        """Refuse a body of very many tiny chunks."""
        if (
            self._chunk_count >= UNCHECKED_CHUNKS
            and self._body_bytes < self._chunk_count * MIN_AVERAGE_CHUNK_BYTES
        ):
            self._abort_parsing(CHUNKS_TOO_SMALL)
        self._chunk_count += 1

    def on_body(self, body: bytes) -> None:
        """Hand on what comes of a body, unless its request is answered already."""
        self._bytes_since_event = 0
        self._body_bytes += len(body)
        super().on_body(body)
        if self._is_response_complete():
            self._discarded_bytes += len(body)
            if self._discarded_bytes > MAX_DISCARDED_BODY_BYTES:
                self._close()

    def on_message_complete(self) -> None:
        """Be ready for the next request."""
        self._is_between_requests = True
        self._stop_timeout()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on to the next request, and do not wait for the rest of a body that nobody reads."""
        super().on_response_complete()
        self._last_response_at = self.loop.time()
        if self.transport.is_closing():
            return
        if self._is_response_complete() and not self._is_between_requests and not self._is_in_head:
            self._discarded_bytes = 0
            self._start_timeout(BODY_DISCARD_TIMEOUT_SECONDS)
        if self.pipeline:
            return
        if self._is_rejected:
            self._send_rejection_in_order()
        elif self._unparsed or self._is_in_head:
            self._parse()
        self.flow.resume_reading()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._running_cycle = cycle
        super()._start_asgi_task(cycle, app)

    def _is_response_complete(self) -> bool:
        last: Any = self.cycle
        return last is None or last.response_complete

    def _is_idle(self) -> bool:
        return (
            self._is_between_requests
            and not self.flow.write_paused
            and self._is_response_complete()
        )

    def _send_cached_response(self, head: bytes, entry: RawCacheEntry) -> bool:
        response = self._raw_cache.build_response(head, entry, self, time.perf_counter())
        if response is None:
            return False
        self._coalescing_transport.send(response)
        self._last_response_at = self.loop.time()
        return True

    def _register(self, scope: Any, cacheable: CacheableRequest) -> None:
        self._raw_cache.register(scope, cacheable, self.client)

    def _parse(self) -> None:
        """Parse what was received, until a request has to wait for the answers before it."""
        self._unset_keepalive_if_required()
        while not self.pipeline and self._parsed_bytes < len(self._unparsed):
            offset = self._parsed_bytes
            self._parse_segment(self._unparsed[offset : offset + PARSE_SEGMENT_BYTES])
        if self._parsed_bytes >= len(self._unparsed):
            self._unparsed, self._parsed_bytes = b"", 0
        if not (self.pipeline or self._is_rejected):
            self._start_request_timeout()
        self._count_unparsed()

    def _count_unparsed(self) -> None:
        """Count what waits unparsed or is of a head that is not whole; refuse it over the limit."""
        size = len(self._unparsed) + (self._bytes_since_event if self._is_in_head else 0)
        if size == self._counted_unparsed_bytes or self._is_rejected:
            return
        self._counted_unparsed_bytes = size
        if not self._buffer_limits.unparsed.set_size(self, size) and size > PARSE_SEGMENT_BYTES:
            self._reject(TOO_MANY_CONNECTIONS)

    def _parse_segment(self, segment: bytes) -> None:
        self._segment = segment if self._is_between_requests else b""
        consumed = len(segment)
        try:
            cast("Any", self.parser).feed_data(segment)
        except HttpParserUpgrade as upgrade:  # no protocol but HTTP/1.1 is spoken here
            consumed = upgrade.args[0]
        except HttpParserError:
            self._reject(self._rejection)
            return
        self._parsed_bytes += consumed
        self._bytes_since_event += consumed
        if (
            self._bytes_since_event > MAX_REQUEST_HEAD_BYTES + PARSE_SEGMENT_BYTES
            and not self._is_between_requests
        ):
            self._reject(HEAD_TOO_LARGE)
        elif self._segment:  # no request has begun in it
            self._blank_bytes += consumed
            if self._blank_bytes > MAX_BLANK_BYTES:
                self._reject(MALFORMED_REQUEST)

    def _start_request_timeout(self) -> None:
        """Give a head that is not whole yet, or has not begun, so much time."""
        if self._is_in_head:
            if self._timer is None:
                self._start_timeout(REQUEST_HEAD_TIMEOUT_SECONDS)
        elif self._is_between_requests and self._is_response_complete():
            self._schedule_keep_alive_timeout()

    def _abort_parsing(self, error: PricebookError) -> NoReturn:
        """Let the parser stop at what is refused.

        By a new exception each time: one that is raised again keeps the frames of all times before.
        """
        self._rejection = error
        raise HttpParserError(error.code)

    def _reject(self, error: PricebookError) -> None:
        """Answer what is refused after the requests before it, and end the connection."""
        self._stop_timeout()
        self._buffer_limits.unparsed.set_size(self, 0)
        self._unparsed, self._rejection, self._is_rejected = b"", error, True
        if not (self._is_in_head or self._is_between_requests):
            if self.cycle.response_started:
                self._close()
                return
            self._discard_last_request()
        self._is_between_requests = False
        self._send_rejection_in_order()

    def _discard_last_request(self) -> None:
        """Let the refusal stand for the answer to a request whose body is refused."""
        if self.pipeline:
            self.pipeline.popleft()
        self.cycle.response_complete = True
        mark_disconnected(self.cycle)

    def _send_rejection_in_order(self) -> None:
        if self._running_cycle is not None and not self._running_cycle.response_complete:
            return
        response_headers = [*self.server_state.default_headers, *self._response_headers]
        self.transport.write(serialize_rejection(self._rejection, response_headers))
        self._close()

    def _close(self) -> None:
        """Close the connection and parse no more of what came."""
        self._unparsed, self._is_rejected = b"", True
        self.transport.close()
