"""The raw-request cache: responses by the exact bytes of a request head."""

from collections import OrderedDict
from sys import getsizeof
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from pricebook.http.asgi import Headers
from pricebook.http.request_state import CacheableRequest, CachedBody, LogRequest, request_state

# 10,000 entries of the largest size, with about 1.6 KB of objects each, take up 36 MB.
MAX_ENTRIES = 10_000
MAX_ENTRY_BYTES = 2048
MAX_CACHED_HEAD_BYTES = 1024
# The hashes of this many heads, twice at most, are stored to detect the second request; each takes
# up about 70 bytes.
MAX_SEEN_HEADS = 10_000
HEAD_END = b"\r\n\r\n"
# With one of these fields the head alone does not determine where the request ends or what follows.
UNCACHEABLE_HEADERS = {
    b"connection",
    b"content-length",
    b"expect",
    b"transfer-encoding",
    b"upgrade",
}


class RawCacheEntry(msgspec.Struct, frozen=True):
    """The response to a head: the serialized fields, and a reference to the cached body.

    `client` is the address that a proxy forwarded; it applies to connections of `proxy` only.
    """

    response_head: bytes
    cached: CachedBody
    log: LogRequest
    client: Any
    proxy: str | None


class RawRequestCache:
    """The heads whose responses this process can send without parsing, bounded in number.

    A head enters at its second request: one with a request id of a proxy is never repeated.
    """

    def __init__(self) -> None:
        self._entries: OrderedDict[bytes, RawCacheEntry] = OrderedDict()
        self._seen: set[int] = set()
        self._seen_before: set[int] = set()
        self._default_headers: Headers = []
        self._serialized_headers = b""
        self.find = self._entries.get

    def is_repeated(self, head: bytes) -> bool:
        """Return whether bytes are one complete head that was received before; record it."""
        is_complete = head.find(HEAD_END) == len(head) - len(HEAD_END) > 0
        if not is_complete or len(head) > MAX_CACHED_HEAD_BYTES:
            return False
        number = hash(head)  # equal hashes of different heads do no harm
        if number in self._seen or number in self._seen_before:
            return True
        if len(self._seen) >= MAX_SEEN_HEADS:
            self._seen, self._seen_before = set(), self._seen
        self._seen.add(number)
        return False

    def register(self, scope: Any, cacheable: CacheableRequest, client: Any) -> None:
        """Add the response to a request whose head is the complete request."""
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
        """Add an entry unless it is too large; evict the oldest one over the limit."""
        if len(head) + len(entry.response_head) + getsizeof(entry.cached.key) > MAX_ENTRY_BYTES:
            return
        if len(self._entries) >= MAX_ENTRIES:
            self._entries.popitem(last=False)
        self._entries[head] = entry

    def build_response(
        self, head: bytes, entry: RawCacheEntry, connection: Any, started_at: float
    ) -> bytes | None:
        """Return the serialized response to a head, None if the request has to be parsed.

        That is so when the response is no longer cached, which also removes the entry, and when
        the connection is not one of the entry's proxy.
        """
        body = entry.cached.body()
        if body is None:
            self._entries.pop(head, None)
            return None
        client = connection.client
        if entry.proxy is not None:
            if client is None or client[0] != entry.proxy:
                return None
            client = entry.client
        request_id = entry.log(client, started_at)
        headers = connection.server_state.default_headers  # a new list each second
        if headers is not self._default_headers:
            self._default_headers, self._serialized_headers = headers, serialize_headers(headers)
        request_id_header = b"x-request-id: %b\r\n\r\n" % request_id.encode()
        return b"".join((entry.response_head, self._serialized_headers, request_id_header, body))


def serialize_headers(headers: Headers) -> bytes:
    """Return fields as they are sent."""
    return b"".join(b"%b: %b\r\n" % field for field in headers)
