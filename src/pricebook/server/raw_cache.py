"""Requests that are known by their bytes, and what they are answered with."""

from sys import getsizeof
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from pricebook.http.asgi import Headers
from pricebook.http.request_state import CacheableRequest, CachedBody, LogRequest, request_state

# 10,000 entries of this size, with about 1.6 KB of objects each, take up 36 MB.
MAX_ENTRIES = 10_000
MAX_CACHED_HEAD_BYTES = 1024
# Of so many heads it is noted that they were received once; a note takes up about 100 bytes.
MAX_SEEN_HEADS = 20_000
HEAD_END = b"\r\n\r\n"
# With one of these, the head alone does not say where a request ends and what comes after it.
UNCACHEABLE_HEADERS = {
    b"connection",
    b"content-length",
    b"expect",
    b"transfer-encoding",
    b"upgrade",
}
MAX_ENTRY_BYTES = 2048


class RawCacheEntry(msgspec.Struct, frozen=True):
    """What a head is answered with: its fields as they are sent, and the rest as it is then.

    Where a proxy said who the client is, that holds for what comes from this proxy.
    """

    response_head: bytes
    cached: CachedBody
    log: LogRequest
    client: Any
    proxy: str | None


class RawRequestCache:
    """The heads that this process has answered from memory, the oldest forgotten over a number.

    A head enters at its second sight: one that a proxy gives an id of its own never comes again.
    """

    def __init__(self) -> None:
        self._entries: dict[bytes, RawCacheEntry] = {}
        self._seen: dict[int, None] = {}
        self._default_headers: Headers = []
        self._serialized_headers = b""
        self.find = self._entries.get

    def is_repeated(self, head: bytes) -> bool:
        """Return whether a head was received before, and note that it has been now."""
        if not _is_complete_head(head):
            return False
        number = hash(head)  # two heads of one hash only enter earlier
        if number in self._seen:
            return True
        if len(self._seen) >= MAX_SEEN_HEADS:
            del self._seen[next(iter(self._seen))]
        self._seen[number] = None
        return False

    def register(self, scope: Any, cacheable: CacheableRequest, client: Any) -> None:
        """Remember what the head of a request is answered with, if it is a whole request alone."""
        head, headers = request_state(scope).head, scope["headers"]
        if scope["http_version"] != "1.1":
            return
        if any(name in UNCACHEABLE_HEADERS and value != b"keep-alive" for name, value in headers):
            return
        response_head = STATUS_LINE[cacheable.status] + serialize_headers(cacheable.headers)
        is_forwarded = client and any(name == b"x-forwarded-for" for name, _ in headers)
        proxy = client[0] if client and is_forwarded else None
        self.add(
            head,
            RawCacheEntry(response_head, cacheable.cached, cacheable.log, scope["client"], proxy),
        )

    def add(self, head: bytes, entry: RawCacheEntry) -> None:
        """Remember what a head is answered with."""
        if len(head) + len(entry.response_head) + getsizeof(entry.cached.key) > MAX_ENTRY_BYTES:
            return
        if len(self._entries) >= MAX_ENTRIES:
            self.remove(next(iter(self._entries)))
        self._entries[head] = entry

    def remove(self, head: bytes) -> None:
        """Let a head be read anew."""
        self._entries.pop(head, None)

    def build_response(
        self, head: bytes, entry: RawCacheEntry, connection: Any, started_at: float
    ) -> bytes | None:
        """Write the response to a head; None when it has to be read, by this proxy or by all."""
        body = entry.cached.body()
        if body is None:
            self.remove(head)
            return None
        client = connection.client
        if entry.proxy is not None:
            if client is None or client[0] != entry.proxy:
                return None
            client = entry.client
        request_id = entry.log(client, started_at)
        headers = connection.server_state.default_headers  # new ones each second
        if headers is not self._default_headers:
            self._default_headers, self._serialized_headers = headers, serialize_headers(headers)
        request_id_header = b"x-request-id: %b\r\n\r\n" % request_id.encode()
        return b"".join((entry.response_head, self._serialized_headers, request_id_header, body))


def _is_complete_head(head: bytes) -> bool:
    """Return whether bytes that begin with a request are one head from its beginning to its end."""
    return (
        len(head) <= MAX_CACHED_HEAD_BYTES and head.find(HEAD_END) == len(head) - len(HEAD_END) > 0
    )


def serialize_headers(headers: Headers) -> bytes:
    """Write fields as they stand in an answer."""
    return b"".join(b"%b: %b\r\n" % field for field in headers)
