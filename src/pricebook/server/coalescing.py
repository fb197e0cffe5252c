"""A transport that sends what is written in one go as one."""

import asyncio
from typing import Any

# What is longer is not copied to be joined, and not held back.
MAX_COALESCED_BYTES = 16 * 1024


class CoalescingTransport:
    """A transport on which the head of an answer waits for the beginning of its body.

    So both cost one call of the system, and wake the client once.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._buffered = b""

    def write(self, data: bytes) -> None:
        """Send what was held back together with this; hold this back for a moment otherwise."""
        if self._buffered or not data or len(data) > MAX_COALESCED_BYTES:
            self.send(data)
        else:
            self._buffered = data
            self._loop.call_soon(self.send)

    def send(self, data: bytes = b"") -> None:
        """Send what is held back, and this, now; drop it when nobody can receive it any more."""
        if self._buffered:
            data, self._buffered = self._buffered + data, b""
        if not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        """Send what is held back, and end the connection."""
        self.send()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
