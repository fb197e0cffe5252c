"""Timeouts of a connection: until a request begins, and until its head or body is complete."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class TimeoutProtocol(HttpToolsProtocol):
    """Closes the connection when a timeout expires."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        # Loop time of the opening, or of the last complete response.
        self._last_response_at = 0.0

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection, abort one with an unread response, or set the timer again."""
        if self.loop.time() < self._last_response_at + self.timeout_keep_alive:
            self._schedule_keep_alive_timeout()
        elif self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()

    def _start_timeout(self, seconds: float) -> None:
        """Close the connection after some seconds, unless the timeout is stopped before."""
        self._stop_timeout()
        self._timer = self.loop.call_later(seconds, self.transport.close)

    def _stop_timeout(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _schedule_keep_alive_timeout(self) -> None:
        """Start the keep-alive timeout, counted from the last response."""
        self.timeout_keep_alive_task = self.loop.call_at(
            self._last_response_at + self.timeout_keep_alive, self.timeout_keep_alive_handler
        )
