"""Requests that are known by their bytes, and what they are answered with."""

from sys import getsizeof
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from pricebook.web.answers import Headers
from pricebook.web.repeat import Log, Repeat
from pricebook.web.shortcut import Kept

# 10,000 entries of this size, with about 1.6 KB of objects each, take up 36 MB.
MAX_KNOWN_HEADS = 10_000
MAX_KNOWN_HEAD_BYTES = 1024
# Of so many heads it is noted that they were received once; a note takes up about 100 bytes.
MAX_SEEN_HEADS = 20_000
END = b"\r\n\r\n"
# With one of these, the head alone does not say where a request ends and what comes after it.
NOT_ALONE = {b"connection", b"content-length", b"expect", b"transfer-encoding", b"upgrade"}
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
    """The heads that this process has answered from memory, the oldest forgotten over a number.

    A head enters at its second sight: one that a proxy gives an id of its own never comes again.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, Known] = {}
        self._seen: dict[int, None] = {}
        self._fields: Headers = []
        self._written = b""
        self.find = self._known.get

    def is_repeated(self, head: bytes) -> bool:
        """Return whether a head was received before, and note that it has been now."""
        if not _is_whole(head):
            return False
        number = hash(head)  # two heads of one hash only enter earlier
        if number in self._seen:
            return True
        if len(self._seen) >= MAX_SEEN_HEADS:
            del self._seen[next(iter(self._seen))]
        self._seen[number] = None
        return False

    def register(self, scope: Any, repeat: Repeat, client: Any) -> None:
        """Remember what the head of a request is answered with, if it is a whole request alone."""
        head, fields = scope["head"], scope["headers"]
        if scope["http_version"] != "1.1":
            return
        if any(name in NOT_ALONE and value != b"keep-alive" for name, value in fields):
            return
        start = STATUS_LINE[repeat.status] + write(repeat.headers)
        says_who = client and any(name == b"x-forwarded-for" for name, _ in fields)
        proxy = client[0] if client and says_who else None
        self.add(head, Known(start, repeat.kept, repeat.log, scope["client"], proxy))

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

    def respond(self, head: bytes, known: Known, connection: Any, begun: float) -> bytes | None:
        """Write the response to a head; None when it has to be read, by this proxy or by all."""
        body = known.kept.body()
        if body is None:
            self.forget(head)
            return None
        client = connection.client
        if known.proxy is not None:
            if client is None or client[0] != known.proxy:
                return None
            client = known.client
        request_id = known.log(client, begun)
        fields = connection.server_state.default_headers  # new ones each second
        if fields is not self._fields:
            self._fields, self._written = fields, write(fields)
        own = b"x-request-id: %b\r\n\r\n" % request_id.encode()
        return b"".join((known.start, self._written, own, body))


def _is_whole(head: bytes) -> bool:
    """Return whether bytes that begin with a request are one head from its beginning to its end."""
    return len(head) <= MAX_KNOWN_HEAD_BYTES and head.find(END) == len(head) - len(END) > 0


def write(fields: Headers) -> bytes:
    """Write fields as they stand in an answer."""
    return b"".join(b"%b: %b\r\n" % field for field in fields)
