"""One connection of a client: its limits, and requests that are answered by their bytes alone."""

import asyncio
import secrets
import time
from typing import Any, cast

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from pricebook.errors import (
    PayloadTooLargeError,
    PricebookError,
    TooManyConnectionsError,
    ValidationError,
)
from pricebook.joining import Joining
from pricebook.known_heads import Known, KnownHeads, write
from pricebook.web.problems import MEDIA_TYPE, problem_of
from pricebook.web.repeat import REMEMBER, Repeat

# What is shorter is answered by the application, as a problem that says which field is too long.
MAX_HEAD_BYTES = 128 * 1024
MAX_FIELDS = 100
HEAD_SECONDS = 15.0
# Who was answered before all of a body has come may send so much more of it, for so long.
MAX_REST_BYTES = 1024 * 1024
REST_SECONDS = 2.0
# Longer than proxies keep theirs, so that none sends a request into a connection that we close.
IDLE_SECONDS = 75

MAX_KNOWN_HEAD_BYTES = 1024
END = b"\r\n\r\n"
# With one of these, the head alone does not say where a request ends and what comes after it.
NOT_ALONE = {b"connection", b"content-length", b"expect", b"transfer-encoding", b"upgrade"}

NO_HTTP = ValidationError("This is no request of HTTP/1.1, or its method is unknown.")
TOO_LARGE = PayloadTooLargeError(
    f"The head of a request has {MAX_FIELDS} fields and {MAX_HEAD_BYTES // 1024} KiB at most."
)
TOO_MANY = TooManyConnectionsError("Too many clients are connected; try again in a moment.")


class Connection(HttpToolsProtocol):
    """Speaks HTTP with a client, as uvicorn does, within limits.

    A request whose bytes were answered from memory before is answered without being read, for as
    long as that answer is kept.
    """

    def __init__(self, *given: Any, heads: KnownHeads, most: int, **named: Any) -> None:
        """Serve a client, unless as many as `most` are served already."""
        super().__init__(*given, **named)
        self.timeout_keep_alive = IDLE_SECONDS
        self._heads = heads
        self._most = most
        self._is_between_requests = True
        self._is_in_head = False
        self._received = b""
        self._received_bytes = 0
        self._head_bytes = 0
        self._rest_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._last_answer = 0.0
        self._refusal: PricebookError = NO_HTTP

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Take a client, or tell them that there are too many."""
        self._joining = Joining(transport, self.loop)
        super().connection_made(cast("Any", self._joining))
        if len(self.connections) > self._most:
            self._refuse(TOO_MANY)
        else:
            self._expect_more(IDLE_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all clocks."""
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self._stop_clock()

    def data_received(self, data: bytes) -> None:
        """Answer what is known; read the rest."""
        if len(data) <= MAX_KNOWN_HEAD_BYTES:
            known = self._heads.find(data)
            if known is not None and self._is_idle() and self._answer_again(data, known):
                return
        self._received = data if self._is_between_requests else b""
        self._received_bytes = len(data)
        super().data_received(data)
        if self._is_in_head:
            self._limit_head()

    def eof_received(self) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Answer a client who has said all that they will; leave one who has not."""
        if self._is_answered() or self.cycle.more_body:
            return False
        self.cycle.keep_alive = False
        return True

    def on_message_begin(self) -> None:
        """Begin to read a request."""
        super().on_message_begin()
        self._is_between_requests, self._is_in_head, self._head_bytes = False, True, 0
        scope = cast("Any", self.scope)
        scope["head"], self._received = self._received, b""
        scope[REMEMBER] = self._remember

    def on_headers_complete(self) -> None:
        """Let the application answer a request whose head is within the limits."""
        self._is_in_head = False
        self._stop_clock()
        if len(self.headers) > MAX_FIELDS or self._is_head_too_long():
            self._refusal = TOO_LARGE
            raise self._refusal
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Hand on what comes of a body, unless its request is answered already."""
        super().on_body(body)
        if self._is_answered():
            self._rest_bytes += len(body)
            if self._rest_bytes > MAX_REST_BYTES:
                self.transport.close()

    def on_message_complete(self) -> None:
        """Be ready for the next request."""
        self._is_between_requests = True
        self._stop_clock()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request, and not for the rest of a body that nobody reads."""
        super().on_response_complete()
        if self._is_answered() and not self._is_between_requests and not self._is_in_head:
            self._rest_bytes = 0
            self._set_clock(REST_SECONDS)

    def timeout_keep_alive_handler(self) -> None:
        """End a connection on which nobody has said anything for long, or nobody reads."""
        rest = self._last_answer + IDLE_SECONDS - self.loop.time()
        if rest > 0:
            self._expect_more(rest)
        elif self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (it says less than we do)
        """Refuse what cannot be read."""
        self._refuse(self._refusal)

    def _is_answered(self) -> bool:
        last: Any = self.cycle
        return last is None or last.response_complete

    def _is_idle(self) -> bool:
        return self._is_between_requests and not self.flow.write_paused and self._is_answered()

    def _answer_again(self, head: bytes, known: Known) -> bool:
        begun = time.perf_counter()
        body = known.kept.body()
        if body is None:
            self._heads.forget(head)
            return False
        client = self.client
        if known.proxy is not None:
            if client is None or client[0] != known.proxy:
                return False
            client = known.client
        request_id = known.log(client, begun)
        written = self._heads.written(self.server_state.default_headers)
        own = b"x-request-id: %b\r\n\r\n" % request_id.encode()
        self._joining.send(b"".join((known.start, written, own, body)))
        self._last_answer = self.loop.time()
        return True

    def _remember(self, scope: Any, repeat: Repeat) -> None:
        head, fields = scope["head"], scope["headers"]
        is_whole = head.find(END) == len(head) - len(END)
        if scope["http_version"] != "1.1" or not is_whole or len(head) > MAX_KNOWN_HEAD_BYTES:
            return
        if any(name in NOT_ALONE and value != b"keep-alive" for name, value in fields):
            return
        start = STATUS_LINE[repeat.status] + write(repeat.headers)
        says_who = self.client and any(name == b"x-forwarded-for" for name, _ in fields)
        proxy = self.client[0] if self.client and says_who else None
        self._heads.add(head, Known(start, repeat.kept, repeat.log, scope["client"], proxy))

    def _is_head_too_long(self) -> bool:
        if self._head_bytes + self._received_bytes <= MAX_HEAD_BYTES:
            return False
        fields = sum(len(name) + len(value) for name, value in self.headers)
        return fields + len(self.url) > MAX_HEAD_BYTES

    def _limit_head(self) -> None:
        """Give a head that is not whole yet so much room and time."""
        self._head_bytes += self._received_bytes
        if self._head_bytes > MAX_HEAD_BYTES:
            self._refuse(TOO_LARGE)
        elif self._timer is None:
            self._set_clock(HEAD_SECONDS)

    def _set_clock(self, seconds: float) -> None:
        """End the connection unless something comes to its end in time."""
        self._stop_clock()
        self._timer = self.loop.call_later(seconds, self.transport.close)

    def _stop_clock(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expect_more(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )

    def _refuse(self, error: PricebookError) -> None:
        """Say what is wrong, and end the connection."""
        self._stop_clock()
        request_id = secrets.token_hex(16)
        problem = msgspec.json.encode(problem_of(error, "", request_id))
        fields = [
            *self.server_state.default_headers,
            *((name.lower().encode(), value.encode()) for name, value in error.headers.items()),
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", b"%d" % len(problem)),
            (b"x-request-id", request_id.encode()),
            (b"connection", b"close"),
        ]
        self.transport.write(STATUS_LINE[error.status] + write(fields) + b"\r\n" + problem)
        self.transport.close()
