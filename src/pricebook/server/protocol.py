"""The HTTP/1.1 protocol class: uvicorn's with limits, and with the raw-request cache."""

import asyncio
import time
from typing import Any, cast

from httptools import HttpParserError, HttpParserUpgrade

from pricebook.http.request_state import SCOPE_KEY, CacheableRequest, RequestState
from pricebook.server.buffer_limits import parsed_request_bytes
from pricebook.server.coalescing import CoalescingTransport
from pricebook.server.flow_control import ClientFlowControl, mark_disconnected
from pricebook.server.raw_cache import (
    HEAD_END,
    MAX_CACHED_HEAD_BYTES,
    RawCacheEntry,
    RawRequestCache,
)
from pricebook.server.rejecting_protocol import RejectingProtocol
from pricebook.server.rejections import (
    CHUNKS_TOO_SMALL,
    HEAD_TOO_LARGE,
    MALFORMED_REQUEST,
    MAX_HEADERS,
    MAX_REQUEST_HEAD_BYTES,
    TOO_MANY_CONNECTIONS,
    request_head_error,
)

# The parser receives one segment at a time, which ends with the head of a request. Behind a body,
# requests of the same segment are parsed with it and wait in the pipeline.
PARSE_SEGMENT_BYTES = 4096
REQUEST_HEAD_TIMEOUT_SECONDS = 15.0
# After a response that was sent before the end of the request body, this much more of the body is
# received and discarded, for this long.
MAX_DISCARDED_BODY_BYTES = 1024 * 1024
BODY_DISCARD_TIMEOUT_SECONDS = 2.0
# Longer than the usual keep-alive of proxies: a proxy must not send into a connection being closed.
KEEP_ALIVE_TIMEOUT_SECONDS = 75

# Empty lines before a request, which some clients send (RFC 9112, 2.2).
MAX_BLANK_BYTES = 16
# Behind this many chunks of a body, the average chunk must have a minimum size.
UNCHECKED_CHUNKS = 256
MIN_AVERAGE_CHUNK_BYTES = 32


class HttpProtocol(RejectingProtocol):
    """One connection of a client.

    A request whose bytes are in the raw-request cache is not parsed and gets its cached response.
    """

    __slots__ = (
        "_abort_connection",
        "_blank_bytes",
        "_body_bytes",
        "_bytes_since_event",
        "_chunk_count",
        "_coalescing_transport",
        "_counted_unparsed_bytes",
        "_discarded_bytes",
        "_max_connections",
        "_parsed_bytes",
        "_raw_cache",
        "_segment",
    )

    def __init__(
        self, *args: Any, raw_cache: RawRequestCache, max_connections: int, **kwargs: Any
    ) -> None:
        """Create a connection; beyond `max_connections` in the process it is rejected (503)."""
        super().__init__(*args, **kwargs)
        self.timeout_keep_alive = KEEP_ALIVE_TIMEOUT_SECONDS
        self._raw_cache, self._max_connections = raw_cache, max_connections
        self._segment = b""
        self._parsed_bytes = self._discarded_bytes = self._counted_unparsed_bytes = 0
        self._bytes_since_event = self._blank_bytes = 0
        self._chunk_count = self._body_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Start to serve a client, or reject it when there are too many connections."""
        self._coalescing_transport = CoalescingTransport(transport, self.loop)
        super().connection_made(cast("Any", self._coalescing_transport))
        self.flow = ClientFlowControl(
            cast("Any", self._coalescing_transport), self.pipeline, self._buffer_limits.unsent
        )
        self._abort_connection = transport.abort
        self._last_response_at = self.loop.time()
        if len(self.connections) > self._max_connections:
            self._reject(TOO_MANY_CONNECTIONS)
        else:
            self._schedule_keep_alive_timeout(self._last_response_at + self.timeout_keep_alive)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop timers and running requests, and break reference cycles."""
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
        """Send the cached response to known bytes; parse all others."""
        if len(data) <= MAX_CACHED_HEAD_BYTES:
            entry = self._raw_cache.find(data)
            if entry is not None and self._send_cached_response(data, entry):
                return
        if self._is_rejected:
            return
        self._unparsed += data
        self._parse()

    def eof_received(self) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return whether a client that sends no more still receives a response."""
        if self._is_rejected:
            return True
        if self._is_response_complete() or self.cycle.more_body:
            return False
        self.cycle.keep_alive = False
        return True

    def on_message_begin(self) -> None:
        """Prepare for a request; one seen before may enter the raw-request cache."""
        super().on_message_begin()
        self._is_between_requests, self._is_in_head = False, True
        self._bytes_since_event = self._blank_bytes = self._chunk_count = self._body_bytes = 0
        state = RequestState(abort=self._abort_connection)
        if self._raw_cache.is_repeated(self._segment):
            state.head, state.add_to_raw_cache = self._segment, self._register
        scope: Any = self.scope
        scope[SCOPE_KEY] = state
        self._segment = b""

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a field to the head or, behind a chunked body, to the trailers, which are dropped.

        The limits are checked for a whole head or segment, because this runs for each field.
        """
        self.headers.append((name.lower(), value.rstrip(b" \t")))

    def on_headers_complete(self) -> None:
        """Start the application, or reject the head."""
        self._stop_timeout()
        parser: Any = self.parser
        headers, fields = self.headers, dict(self.headers)
        is_long = self._bytes_since_event > 0
        if len(headers) > MAX_HEADERS or (is_long and self._head_size() > MAX_REQUEST_HEAD_BYTES):
            self._abort_parsing(HEAD_TOO_LARGE)
        rejection = request_head_error(
            headers, fields, parser.get_http_version(), is_upgrade=parser.should_upgrade()
        )
        if rejection is not None:
            self._abort_parsing(rejection)
        self.expect_100_continue = fields.get(b"expect", b"").lower() == b"100-continue"
        super().on_headers_complete()
        self._is_in_head, self._bytes_since_event = False, 0
        self.headers = []

    def on_chunk_header(self) -> None:
        """Reject a body of very many tiny chunks, each of which costs a parser callback."""
        if (
            self._chunk_count >= UNCHECKED_CHUNKS
            and self._body_bytes < self._chunk_count * MIN_AVERAGE_CHUNK_BYTES
        ):
            self._abort_parsing(CHUNKS_TOO_SMALL)
        self._chunk_count += 1

    def on_body(self, body: bytes) -> None:
        """Pass a part of the body to the application; discard it behind a complete response."""
        self._bytes_since_event = 0
        self._body_bytes += len(body)
        super().on_body(body)
        if self._is_response_complete():
            self._discarded_bytes += len(body)
            if self._discarded_bytes > MAX_DISCARDED_BODY_BYTES:
                self._close()

    def on_message_complete(self) -> None:
        """End a request."""
        if len(self.headers) > MAX_HEADERS:
            self._abort_parsing(HEAD_TOO_LARGE)
        self._is_between_requests = True
        self._stop_timeout()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Continue with the next request; limit the time for the rest of an unread body.

        Replaces uvicorn's method, which sets a keep-alive timer at each response.
        """
        self.server_state.total_requests += 1
        self._last_response_at = self.loop.time()
        if self.transport.is_closing():
            return
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        if self._is_response_complete() and not self._is_between_requests and not self._is_in_head:
            self._discarded_bytes = 0
            self._start_timeout(BODY_DISCARD_TIMEOUT_SECONDS)
        if self.pipeline:
            return
        if self._is_rejected:
            self._send_rejection_in_order()
        elif self._counted_unparsed_bytes:
            self._parse()
        self.flow.resume_reading()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._running_cycle = cycle
        super()._start_asgi_task(cycle, app)

    def _is_idle(self) -> bool:
        return self._is_between_requests and self._is_response_complete()

    def _send_cached_response(self, head: bytes, entry: RawCacheEntry) -> bool:
        if not self._is_idle() or self.flow.write_paused:
            return False
        response = self._raw_cache.build_response(head, entry, self, time.perf_counter())
        if response is None:
            return False
        self._coalescing_transport.send(response)
        self._last_response_at = self.loop.time()
        return True

    def _register(self, scope: Any, cacheable: CacheableRequest) -> None:
        self._raw_cache.register(scope, cacheable, self.client)

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _parse(self) -> None:
        """Parse what was received, until a request has to wait for the responses before it."""
        flow: Any = self.flow
        while self._parsed_bytes < len(self._unparsed) and not self._is_waiting():
            self._parse_segment(self._next_segment())
        flow.has_unparsed = self._parsed_bytes < len(self._unparsed)
        if flow.has_unparsed:
            flow.pause_reading()
        else:
            self._unparsed, self._parsed_bytes = b"", 0
        if self._is_in_head and self._timer is None and not (self.pipeline or self._is_rejected):
            self._start_timeout(REQUEST_HEAD_TIMEOUT_SECONDS)
        self._count_unparsed()

    def _is_waiting(self) -> bool:
        """Return whether the next request has to wait for the responses before it."""
        if self._is_between_requests:
            return not self._is_response_complete()
        return bool(self.pipeline)

    def _next_segment(self) -> bytes:
        """Return the next bytes to parse: up to the end of a head, or some of a body."""
        start = self._parsed_bytes
        end = start + PARSE_SEGMENT_BYTES
        if self._is_between_requests or self._is_in_head:
            head_end = self._unparsed.find(HEAD_END, start, end)
            if head_end >= 0:
                end = head_end + len(HEAD_END)
        return self._unparsed[start:end]

    def _count_unparsed(self) -> None:
        """Update the process's total of received bytes and waiting requests; reject over it."""
        size = len(self._unparsed) + (self._bytes_since_event if self._is_in_head else 0)
        if self.pipeline:
            size += sum(parsed_request_bytes(cycle.scope) for cycle, _ in self.pipeline)
        if size == self._counted_unparsed_bytes or self._is_rejected:
            return
        self._counted_unparsed_bytes = size
        if not self._buffer_limits.unparsed.set_size(self, size) and size > PARSE_SEGMENT_BYTES:
            self.pipeline.clear()
            self._reject(TOO_MANY_CONNECTIONS)

    def _parse_segment(self, segment: bytes) -> None:
        self._segment = segment if self._is_between_requests else b""
        consumed = len(segment)
        parser: Any = self.parser
        try:
            parser.feed_data(segment)
        except HttpParserUpgrade as upgrade:  # only HTTP/1.1 is served
            consumed = upgrade.args[0]
        except HttpParserError:
            self._reject(self._rejection)
            return
        self._parsed_bytes += consumed
        self._bytes_since_event += consumed
        if self._segment:  # no request starts in it
            self._blank_bytes += consumed
            if self._blank_bytes > MAX_BLANK_BYTES:
                self._reject(MALFORMED_REQUEST)
        elif not self._is_between_requests and (
            self._bytes_since_event > MAX_REQUEST_HEAD_BYTES + PARSE_SEGMENT_BYTES
            or len(self.headers) > MAX_HEADERS
        ):
            self._reject(HEAD_TOO_LARGE)
