"""A transport that sends the head of a response and the first part of its body in one call."""

import asyncio
from typing import Any

# Longer data is neither buffered nor copied.
MAX_COALESCED_BYTES = 16 * 1024


class CoalescingTransport:
    """A transport that buffers a short write until the next write, or the next loop iteration.

    An application writes the head and the body of a response one after the other. Sent together,
    they cost one system call, and the client is woken once.
    """

    __slots__ = ("_buffered", "_loop", "_transport", "is_closing")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._buffered = b""
        self.is_closing = transport.is_closing  # called for each response

    def write(self, data: bytes | memoryview) -> None:
        """Send data with what is buffered; buffer it if nothing is."""
        if self._buffered:  # not by send(), because a call for each response counts
            data, self._buffered = self._buffered + data, b""
            if not self.is_closing():
                self._transport.write(data)
        elif not data or len(data) > MAX_COALESCED_BYTES:
            self.send(data)
        else:
            self._buffered = bytes(data)
            self._loop.call_soon(self.send)

    def send(self, data: bytes | memoryview = b"") -> None:
        """Send what is buffered and data; drop both once the connection is closed."""
        if self._buffered:
            data, self._buffered = self._buffered + data, b""
        if data and not self.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        """Send what is buffered, and close the connection."""
        self.send()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
