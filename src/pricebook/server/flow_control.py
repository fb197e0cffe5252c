"""Flow control: pauses reading while requests wait, and disconnects clients that do not read."""

import asyncio
import fcntl
import socket
import struct
import termios
from collections.abc import Collection
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl

from pricebook.server.buffer_limits import BufferBudget

# About one page of the catalog: uvloop sends the writes of one loop iteration together.
WRITE_BUFFER_BYTES = 16 * 1024
# Bytes that the kernel may hold unsent. By itself it takes up to 4 MiB of each connection, which
# are in no limit of the process.
KERNEL_UNSENT_BYTES = 128 * 1024
# The time that a client may fall behind the minimum read rate while unsent bytes are buffered.
UNREAD_GRACE_SECONDS = 30.0
MIN_READ_BYTES_PER_SECOND = 1024
CHECK_INTERVAL_SECONDS = 1.0


class ClientFlowControl(FlowControl):
    """Pauses reading while requests wait, and writing while the client does not read.

    Writing pauses once more than WRITE_BUFFER_BYTES are unsent. Until it resumes, the client must
    read at a minimum rate. When all clients together exceed the budget of unsent bytes, the ones
    that have been paused for the longest time are disconnected.
    """

    def __init__(
        self, transport: asyncio.Transport, pipeline: Collection[Any], unsent: BufferBudget
    ) -> None:
        super().__init__(transport)
        transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, KERNEL_UNSENT_BYTES)
        self._pipeline = pipeline
        self.has_unparsed = False
        self._unsent = unsent
        self._timer: asyncio.TimerHandle | None = None
        self._remaining_seconds = UNREAD_GRACE_SECONDS
        self._measured_at = 0.0
        self._unacknowledged_bytes = 0

    def resume_reading(self) -> None:
        """Resume reading unless requests wait for earlier responses."""
        # Called for each response.
        if self.read_paused and not (self._pipeline or self.has_unparsed):
            super().resume_reading()

    def pause_writing(self) -> None:
        """Pause writing, and start to measure the read rate of the client."""
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
        """Resume writing, and stop the measurement."""
        super().resume_writing()
        self._unsent.set_size(self, 0)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            if not self._transport.is_closing():
                self._update_read_rate()

    def abort(self) -> bool:
        """Reset the connection; return whether the unsent bytes are within the limit now."""
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
        """Return the written bytes that the client has not acknowledged (TIOCOUTQ)."""
        sock = self._transport.get_extra_info("socket")
        (in_kernel,) = struct.unpack("i", fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, b"\0" * 4))
        return self._transport.get_write_buffer_size() + in_kernel


def mark_disconnected(cycle: Any) -> None:
    """Send a disconnect to the application of a request."""
    cycle.disconnected = True
    cycle.message_event.set()
