"""A connection of a client who has to go on in time."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class TimeoutProtocol(HttpToolsProtocol):
    """Ends when no request begins, or what has begun does not end, in time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        # When the connection was opened, or a response was last complete.
        self._last_response_at = 0.0

    def timeout_keep_alive_handler(self) -> None:
        """End a connection on which no request has come for long, or nobody reads the response."""
        if self.loop.time() < self._last_response_at + self.timeout_keep_alive:
            self._schedule_keep_alive_timeout()
        elif self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()

    def _start_timeout(self, seconds: float) -> None:
        """End the connection unless something comes to its end in time."""
        self._stop_timeout()
        self._timer = self.loop.call_later(seconds, self.transport.close)

    def _stop_timeout(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _schedule_keep_alive_timeout(self) -> None:
        """Give a request, from the last response on, so much time to begin."""
        self.timeout_keep_alive_task = self.loop.call_at(
            self._last_response_at + self.timeout_keep_alive, self.timeout_keep_alive_handler
        )
