"""Limits on what one client makes the server hold: requests that wait, responses nobody reads."""

import asyncio
import fcntl
import socket
import struct
import termios
from collections.abc import Collection
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl

from pricebook.server.buffer_limits import BufferBudget

# As much waits to be sent before it counts: a page, which is sent with others at the end of a turn.
WRITE_BUFFER_BYTES = 16 * 1024
# So long a client may be behind who reads at the least pace, while something waits to be sent.
UNREAD_GRACE_SECONDS = 30.0
MIN_READ_BYTES_PER_SECOND = 1024
CHECK_INTERVAL_SECONDS = 1.0


class ClientFlowControl(FlowControl):
    """Pauses reading while requests wait for the responses before them, and writing for the client.

    Writing pauses when the system does not accept more than a page. Meanwhile the client has to
    keep up a pace; and when all clients together leave too much unsent, those who have done so for
    longest are disconnected.
    """

    def __init__(
        self, transport: asyncio.Transport, pipeline: Collection[Any], unsent: BufferBudget
    ) -> None:
        super().__init__(transport)
        transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)
        self._pipeline = pipeline
        self._unsent = unsent
        self._timer: asyncio.TimerHandle | None = None
        self._remaining_seconds = UNREAD_GRACE_SECONDS
        self._measured_at = 0.0
        self._unacknowledged_bytes = 0

    def resume_reading(self) -> None:
        """Read on, unless requests wait."""
        if not self._pipeline:
            super().resume_reading()

    def pause_writing(self) -> None:
        """Wait for the client, within the limits."""
        super().pause_writing()
        loop = asyncio.get_running_loop()
        self._measured_at, self._unacknowledged_bytes = loop.time(), self._count_unacknowledged()
        self._timer = loop.call_later(
            max(self._remaining_seconds, CHECK_INTERVAL_SECONDS), self._check_read_rate
        )
        is_within = self._unsent.set_size(self, self._transport.get_write_buffer_size())
        while not is_within:
            is_within = self._unsent.oldest().abort()

    def resume_writing(self) -> None:
        """Write on."""
        super().resume_writing()
        self._unsent.set_size(self, 0)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            if not self._transport.is_closing():
                self._update_read_rate()

    def abort(self) -> bool:
        """Reset the connection; return whether what others leave unsent is within the limit."""
        sock = self._transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
        return self._unsent.set_size(self, 0)

    def _check_read_rate(self) -> None:
        self._update_read_rate()
        if self._remaining_seconds <= 0:
            self.abort()
        else:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(
                max(self._remaining_seconds, CHECK_INTERVAL_SECONDS), self._check_read_rate
            )

    def _update_read_rate(self) -> None:
        now, unacknowledged = asyncio.get_running_loop().time(), self._count_unacknowledged()
        gained_seconds = (
            self._unacknowledged_bytes - unacknowledged
        ) / MIN_READ_BYTES_PER_SECOND - (now - self._measured_at)
        self._remaining_seconds = min(
            UNREAD_GRACE_SECONDS, self._remaining_seconds + gained_seconds
        )
        self._measured_at, self._unacknowledged_bytes = now, unacknowledged

    def _count_unacknowledged(self) -> int:
        """Return how much of what was written the client has not acknowledged."""
        sock = self._transport.get_extra_info("socket")
        (in_kernel,) = struct.unpack("i", fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, b"\0" * 4))
        return self._transport.get_write_buffer_size() + in_kernel


def mark_disconnected(cycle: Any) -> None:
    """Let the application know that nobody waits for its response."""
    cycle.disconnected = True
    cycle.message_event.set()
