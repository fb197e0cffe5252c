"""Limits on what one client makes the server hold: requests that wait, responses nobody reads."""

import asyncio
from collections.abc import Collection
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl


class Flow(FlowControl):
    """Pauses reading while requests wait for the responses before them, and times out writing."""

    def __init__(
        self, transport: asyncio.Transport, waiting: Collection[Any], stall_seconds: float
    ) -> None:
        super().__init__(transport)
        self._waiting = waiting
        self._stall_seconds = stall_seconds
        self._stall: asyncio.TimerHandle | None = None

    def resume_reading(self) -> None:
        """Read on, unless requests wait."""
        if not self._waiting:
            super().resume_reading()

    def pause_writing(self) -> None:
        """Give the client so much time to read what is buffered."""
        super().pause_writing()
        loop = asyncio.get_running_loop()
        self._stall = loop.call_later(self._stall_seconds, self._transport.abort)

    def resume_writing(self) -> None:
        """Write on."""
        super().resume_writing()
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None


def disconnect(cycle: Any) -> None:
    """Let the application know that nobody waits for its response."""
    cycle.disconnected = True
    cycle.message_event.set()
