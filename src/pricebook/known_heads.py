"""Requests that are known by their bytes, and what they are answered with."""

from sys import getsizeof
from typing import Any

import msgspec

from pricebook.web.answers import Headers
from pricebook.web.repeat import Log
from pricebook.web.shortcut import Kept

# 10,000 entries of this size, with about 1.6 KB of objects each, take up 36 MB.
MAX_KNOWN_HEADS = 10_000
MAX_ENTRY_BYTES = 2048


class Known(msgspec.Struct, frozen=True):
    """What a head is answered with: its fields as they are sent, and the rest as it is then.

    Where a proxy said who the client is, that holds for what comes from this proxy.
    """

    start: bytes
    kept: Kept
    log: Log
    client: Any
    proxy: str | None


class KnownHeads:
    """The heads that this process has answered from memory, the oldest forgotten over a number."""

    def __init__(self) -> None:
        self._known: dict[bytes, Known] = {}
        self._fields: Headers = []
        self._written = b""
        self.find = self._known.get

    def add(self, head: bytes, known: Known) -> None:
        """Remember what a head is answered with."""
        if len(head) + len(known.start) + getsizeof(known.kept.key) > MAX_ENTRY_BYTES:
            return
        if len(self._known) >= MAX_KNOWN_HEADS:
            self.forget(next(iter(self._known)))
        self._known[head] = known

    def forget(self, head: bytes) -> None:
        """Let a head be read anew."""
        self._known.pop(head, None)

    def written(self, fields: Headers) -> bytes:
        """Write the fields that every answer has, new ones each second."""
        if fields is not self._fields:
            self._fields, self._written = fields, write(fields)
        return self._written


def write(fields: Headers) -> bytes:
    """Write fields as they stand in an answer."""
    return b"".join(b"%b: %b\r\n" % field for field in fields)
