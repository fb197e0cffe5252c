"""One connection of a client: its limits, and requests that are answered by their bytes alone."""

import asyncio
import time
from typing import Any, NoReturn, cast

from httptools import HttpParserError, HttpParserUpgrade

from pricebook.errors import PricebookError
from pricebook.flow import Flow, disconnect
from pricebook.held_bytes import HeldBytes
from pricebook.joining import Joining
from pricebook.known_heads import MAX_KNOWN_HEAD_BYTES, Known, KnownHeads
from pricebook.refusals import (
    MAX_FIELDS,
    MAX_HEAD_BYTES,
    NO_HTTP,
    SMALL_CHUNKS,
    TOO_LARGE,
    TOO_MANY,
    refusal_of_head,
    write_refusal,
)
from pricebook.timed import TimedProtocol
from pricebook.web.answers import Headers
from pricebook.web.pace import ABORT
from pricebook.web.repeat import REMEMBER, Repeat

# So much is parsed at a time: as many requests as fit into it can wait for the answers before them.
PIECE_BYTES = 4096
HEAD_SECONDS = 15.0
# Who was answered before all of a body has come may send so much more of it, for so long.
MAX_REST_BYTES = 1024 * 1024
REST_SECONDS = 2.0
# Longer than proxies keep theirs, so that none sends a request into a connection that we close.
IDLE_SECONDS = 75

# Empty lines before a request, which a client may send by mistake (RFC 9112, 2.2).
MAX_BLANK_BYTES = 16
# After so many chunks, those of a body have to be so long on average: a short one costs as much.
FREE_CHUNKS = 256
LEAST_CHUNK_BYTES = 32


class Connection(TimedProtocol):
    """Speaks HTTP with a client, as uvicorn does, within limits.

    A request whose bytes were answered from memory before is answered without being read, for as
    long as that answer is kept.
    """

    def __init__(
        self,
        *given: Any,
        heads: KnownHeads,
        held: HeldBytes,
        most: int,
        fields: Headers,
        **named: Any,
    ) -> None:
        """Serve a client, unless as many as `most` are served already.

        A refusal has `fields` like every answer of the application.
        """
        super().__init__(*given, **named)
        self.timeout_keep_alive = IDLE_SECONDS
        self._heads, self._held = heads, held
        self._most, self._fields = most, fields
        self._is_between_requests = True
        self._is_in_head = self._is_refused = False
        self._unparsed = self._piece = b""
        self._parsed_bytes = self._rest_bytes = self._unread_bytes = 0
        self._field_bytes = self._unused_bytes = self._blank_bytes = 0
        self._chunks = self._body_bytes = 0
        self._running: Any = None
        self._refusal: PricebookError = NO_HTTP

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Take a client, or tell them that there are too many."""
        self._joining = Joining(transport, self.loop)
        super().connection_made(cast("Any", self._joining))
        self.flow = Flow(cast("Any", self._joining), self.pipeline, self._held.unsent)
        self._last_answer = self.loop.time()
        if len(self.connections) > self._most:
            self._refuse(TOO_MANY)
        else:
            self._expect_more()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all clocks and every request that is under way; leave no cycle of references."""
        if self._running is not None and not self._running.response_complete:
            disconnect(self._running)
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self._stop_clock()
        self._held.unread.put(self, 0)
        self.pipeline.clear()
        self._unparsed = b""
        self.scope = self.cycle = self._running = cast("Any", None)

    def data_received(self, data: bytes) -> None:
        """Answer what is known; read the rest."""
        if len(data) <= MAX_KNOWN_HEAD_BYTES:
            known = self._heads.find(data)
            if known is not None and self._is_idle() and self._answer_again(data, known):
                return
        if self._is_refused:
            return
        self._unparsed += data
        self._parse()

    def eof_received(self) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Answer a client who has said all that they will; leave one who has not."""
        if self._is_refused:
            return True
        if self._is_answered() or self.cycle.more_body:
            return False
        self.cycle.keep_alive = False
        return True

    def on_message_begin(self) -> None:
        """Begin to read a request."""
        super().on_message_begin()
        self._is_between_requests, self._is_in_head = False, True
        self._field_bytes = self._unused_bytes = self._blank_bytes = 0
        self._chunks = self._body_bytes = 0
        scope = cast("Any", self.scope)
        scope[ABORT] = self.transport.abort
        if self._heads.is_repeated(self._piece):
            scope["head"], scope[REMEMBER] = self._piece, self._remember
        self._piece = b""

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a field to the head or, after it, to the trailers, which nobody reads."""
        self._field_bytes += len(name) + len(value)
        if self._field_bytes > MAX_HEAD_BYTES or len(self.headers) >= MAX_FIELDS:
            self._fail(TOO_LARGE)
        super().on_header(name, value.rstrip(b" \t"))

    def on_headers_complete(self) -> None:
        """Let the application answer a request whose head is within the limits."""
        self._stop_clock()
        if self._field_bytes + len(self.url) > MAX_HEAD_BYTES:
            self._fail(TOO_LARGE)
        parser = cast("Any", self.parser)
        refusal = refusal_of_head(
            self.headers, parser.get_http_version(), upgrades=parser.should_upgrade()
        )
        if refusal is not None:
            self._fail(refusal)
        super().on_headers_complete()
        self._is_in_head, self._unused_bytes = False, 0
        self.headers = []

    def on_chunk_header(self) -> None:
        """Refuse a body of very many tiny chunks."""
        if self._chunks >= FREE_CHUNKS and self._body_bytes < self._chunks * LEAST_CHUNK_BYTES:
            self._fail(SMALL_CHUNKS)
        self._chunks += 1

    def on_body(self, body: bytes) -> None:
        """Hand on what comes of a body, unless its request is answered already."""
        self._unused_bytes = 0
        self._body_bytes += len(body)
        super().on_body(body)
        if self._is_answered():
            self._rest_bytes += len(body)
            if self._rest_bytes > MAX_REST_BYTES:
                self._end()

    def on_message_complete(self) -> None:
        """Be ready for the next request."""
        self._is_between_requests = True
        self._stop_clock()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on to the next request, and do not wait for the rest of a body that nobody reads."""
        super().on_response_complete()
        self._last_answer = self.loop.time()
        if self.transport.is_closing():
            return
        if self._is_answered() and not self._is_between_requests and not self._is_in_head:
            self._rest_bytes = 0
            self._set_clock(REST_SECONDS)
        if self.pipeline:
            return
        if self._is_refused:
            self._send_refusal_in_turn()
        elif self._unparsed or self._is_in_head:
            self._parse()
        self.flow.resume_reading()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _is_answered(self) -> bool:
        last: Any = self.cycle
        return last is None or last.response_complete

    def _is_idle(self) -> bool:
        return self._is_between_requests and not self.flow.write_paused and self._is_answered()

    def _answer_again(self, head: bytes, known: Known) -> bool:
        response = self._heads.respond(head, known, self, time.perf_counter())
        if response is None:
            return False
        self._joining.send(response)
        self._last_answer = self.loop.time()
        return True

    def _remember(self, scope: Any, repeat: Repeat) -> None:
        self._heads.register(scope, repeat, self.client)

    def _parse(self) -> None:
        """Parse what was received, until a request has to wait for the answers before it."""
        self._unset_keepalive_if_required()
        while not self.pipeline and self._parsed_bytes < len(self._unparsed):
            first = self._parsed_bytes
            self._parse_piece(self._unparsed[first : first + PIECE_BYTES])
        if self._parsed_bytes >= len(self._unparsed):
            self._unparsed, self._parsed_bytes = b"", 0
        if not (self.pipeline or self._is_refused):
            self._expect_rest()
        self._count_unread()

    def _count_unread(self) -> None:
        """Count what waits unparsed or is of a head that is not whole; refuse it over the limit."""
        size = len(self._unparsed) + (self._unused_bytes if self._is_in_head else 0)
        if size == self._unread_bytes or self._is_refused:
            return
        self._unread_bytes = size
        if not self._held.unread.put(self, size) and size > PIECE_BYTES:
            self._refuse(TOO_MANY)

    def _parse_piece(self, piece: bytes) -> None:
        self._piece = piece if self._is_between_requests else b""
        used = len(piece)
        try:
            cast("Any", self.parser).feed_data(piece)
        except HttpParserUpgrade as upgrade:  # no protocol but HTTP/1.1 is spoken here
            used = upgrade.args[0]
        except HttpParserError:
            self._refuse(self._refusal)
            return
        self._parsed_bytes += used
        self._unused_bytes += used
        if self._unused_bytes > MAX_HEAD_BYTES + PIECE_BYTES and not self._is_between_requests:
            self._refuse(TOO_LARGE)
        elif self._piece:  # no request has begun in it
            self._blank_bytes += used
            if self._blank_bytes > MAX_BLANK_BYTES:
                self._refuse(NO_HTTP)

    def _expect_rest(self) -> None:
        """Give a head that is not whole yet, or has not begun, so much time."""
        if self._is_in_head:
            if self._timer is None:
                self._set_clock(HEAD_SECONDS)
        elif self._is_between_requests and self._is_answered():
            self._expect_more()

    def _fail(self, error: PricebookError) -> NoReturn:
        """Let the parser stop at what is refused.

        By a new exception each time: one that is raised again keeps the frames of all times before.
        """
        self._refusal = error
        raise HttpParserError(error.code)

    def _refuse(self, error: PricebookError) -> None:
        """Answer what is refused after the requests before it, and end the connection."""
        self._stop_clock()
        self._held.unread.put(self, 0)
        self._unparsed, self._refusal, self._is_refused = b"", error, True
        if not (self._is_in_head or self._is_between_requests):
            if self.cycle.response_started:
                self._end()
                return
            self._drop_last()
        self._is_between_requests = False
        self._send_refusal_in_turn()

    def _drop_last(self) -> None:
        """Let the refusal stand for the answer to a request whose body is refused."""
        if self.pipeline:
            self.pipeline.popleft()
        self.cycle.response_complete = True
        disconnect(self.cycle)

    def _send_refusal_in_turn(self) -> None:
        if self._running is not None and not self._running.response_complete:
            return
        fields = [*self.server_state.default_headers, *self._fields]
        self.transport.write(write_refusal(self._refusal, fields))
        self._end()

    def _end(self) -> None:
        """Close the connection and parse no more of what came."""
        self._unparsed, self._is_refused = b"", True
        self.transport.close()
