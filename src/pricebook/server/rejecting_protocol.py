"""A connection that responds to a rejected request in order, then closes."""

from typing import Any, NoReturn

from httptools import HttpParserError

from pricebook.errors import PricebookError
from pricebook.http.asgi import Headers
from pricebook.server.buffer_limits import BufferLimits
from pricebook.server.flow_control import mark_disconnected
from pricebook.server.idle_timeout import TimeoutProtocol
from pricebook.server.rejections import MALFORMED_REQUEST, serialize_rejection


class RejectingProtocol(TimeoutProtocol):
    """Rejects requests that never reach the application."""

    __slots__ = (
        "_buffer_limits",
        "_is_between_requests",
        "_is_in_head",
        "_is_rejected",
        "_rejection",
        "_response_headers",
        "_running_cycle",
        "_unparsed",
    )

    def __init__(
        self, *args: Any, buffer_limits: BufferLimits, response_headers: Headers, **kwargs: Any
    ) -> None:
        """Create a connection; a rejection has the given fields like every other response."""
        super().__init__(*args, **kwargs)
        self._buffer_limits, self._response_headers = buffer_limits, response_headers
        self._is_between_requests = True
        self._is_in_head = self._is_rejected = False
        self._unparsed = b""
        self._running_cycle: Any = None
        self._rejection: PricebookError = MALFORMED_REQUEST

    def _is_response_complete(self) -> bool:
        last: Any = self.cycle
        return last is None or last.response_complete

    def _abort_parsing(self, error: PricebookError) -> NoReturn:
        """Stop the parser inside a callback.

        Raises a new exception each time: a shared one would keep the frames of all earlier raises.
        """
        self._rejection = error
        raise HttpParserError(error.code)

    def _reject(self, error: PricebookError) -> None:
        """Send a rejection after the responses to earlier requests, and close the connection."""
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
        """Drop the request whose body is rejected: the rejection is its response."""
        if self.pipeline:
            self.pipeline.popleft()
        self.cycle.response_complete = True
        mark_disconnected(self.cycle)

    def _send_rejection_in_order(self) -> None:
        """Send the rejection unless a response before it is incomplete."""
        if self._running_cycle is not None and not self._running_cycle.response_complete:
            return
        response_headers = [*self.server_state.default_headers, *self._response_headers]
        self.transport.write(serialize_rejection(self._rejection, response_headers))
        self._close()

    def _close(self) -> None:
        """Close the connection and parse nothing more."""
        self._unparsed, self._is_rejected = b"", True
        self.transport.close()
