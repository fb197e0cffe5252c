"""Limits on what one client makes the server hold: requests that wait, responses nobody reads."""

import asyncio
import fcntl
import socket
import struct
import termios
from collections.abc import Collection
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl

from pricebook.held_bytes import Held

# As much waits to be sent before it counts: a page, which is sent with others at the end of a turn.
UNCOUNTED_BYTES = 16 * 1024
# So long a client may be behind who reads at the least pace, while something waits to be sent.
GRACE_SECONDS = 30.0
LEAST_BYTES_A_SECOND = 1024
CHECK_SECONDS = 1.0


class Flow(FlowControl):
    """Pauses reading while requests wait for the responses before them, and writing for the client.

    Writing pauses when the system does not accept more than a page. Meanwhile the client has to
    keep up a pace; and when all clients together leave too much unsent, those who have done so for
    longest are disconnected.
    """

    def __init__(
        self, transport: asyncio.Transport, waiting: Collection[Any], unsent: Held
    ) -> None:
        super().__init__(transport)
        transport.set_write_buffer_limits(high=UNCOUNTED_BYTES)
        self._waiting = waiting
        self._unsent = unsent
        self._clock: asyncio.TimerHandle | None = None
        self._credit = GRACE_SECONDS
        self._counted_at = 0.0
        self._unread_bytes = 0

    def resume_reading(self) -> None:
        """Read on, unless requests wait."""
        if not self._waiting:
            super().resume_reading()

    def pause_writing(self) -> None:
        """Wait for the client, within the limits."""
        super().pause_writing()
        loop = asyncio.get_running_loop()
        self._counted_at, self._unread_bytes = loop.time(), self._count_unread()
        self._clock = loop.call_later(max(self._credit, CHECK_SECONDS), self._check)
        is_within = self._unsent.put(self, self._transport.get_write_buffer_size())
        while not is_within:
            is_within = self._unsent.oldest().abort()

    def resume_writing(self) -> None:
        """Write on."""
        super().resume_writing()
        self._unsent.put(self, 0)
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
            if not self._transport.is_closing():
                self._count_pace()

    def abort(self) -> bool:
        """Reset the connection; return whether what others leave unsent is within the limit."""
        opened = self._transport.get_extra_info("socket")
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
        return self._unsent.put(self, 0)

    def _check(self) -> None:
        self._count_pace()
        if self._credit <= 0:
            self.abort()
        else:
            loop = asyncio.get_running_loop()
            self._clock = loop.call_later(max(self._credit, CHECK_SECONDS), self._check)

    def _count_pace(self) -> None:
        now, unread = asyncio.get_running_loop().time(), self._count_unread()
        gained = (self._unread_bytes - unread) / LEAST_BYTES_A_SECOND - (now - self._counted_at)
        self._credit = min(GRACE_SECONDS, self._credit + gained)
        self._counted_at, self._unread_bytes = now, unread

    def _count_unread(self) -> int:
        """Return how much of what was written the client has not acknowledged."""
        opened = self._transport.get_extra_info("socket")
        (in_system,) = struct.unpack("i", fcntl.ioctl(opened.fileno(), termios.TIOCOUTQ, b"\0" * 4))
        return self._transport.get_write_buffer_size() + in_system


def disconnect(cycle: Any) -> None:
    """Let the application know that nobody waits for its response."""
    cycle.disconnected = True
    cycle.message_event.set()
