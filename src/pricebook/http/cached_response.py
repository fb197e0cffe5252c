"""A response sent many times: with an ETag, compressed once, as 304 to conditional requests."""

import gzip
import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

import msgspec

from pricebook.http.asgi import Headers
from pricebook.http.request_state import COMPUTED, request_state

JSON = b"application/json"
# Browsers and proxies may store the response and have to revalidate it before each use.
CACHE_CONTROL = b"public, no-cache"
MIN_GZIP_BYTES = 1024
GZIP_LEVEL = 5
ETAG_DIGITS = 24
# The largest part of a body that is sent at once; flow control applies between parts.
SEND_CHUNK_BYTES = 32 * 1024
# The part of Accept-Encoding behind this length is ignored.
MAX_ACCEPT_ENCODING_BYTES = 512


class ResponseForm(msgspec.Struct, frozen=True):
    """The form of a response that a request negotiates: compressed or not, with a body or 304."""

    compressed: bool
    is_not_modified: bool


class CachedResponse:
    """A successful response that is the same for all callers, as an ASGI application."""

    __slots__ = ("_body", "_gzipped", "_link", "etag", "on_growth")

    media_type: ClassVar[bytes] = JSON
    cache_control: ClassVar[bytes] = CACHE_CONTROL

    def __init__(self, body: bytes, next_url: str | None = None) -> None:
        self._body = _exact_copy(body)
        self.etag = hashlib.sha256(body).hexdigest()[:ETAG_DIGITS].encode()
        self._link = None if next_url is None else f'<{next_url}>; rel="next"'.encode()
        self._gzipped = b""
        # Called once, at the first compression, with the number of bytes that it adds.
        self.on_growth: Callable[[CachedResponse, int], None] | None = None

    @property
    def size(self) -> int:
        """The bytes of the body in all forms and of the Link field."""
        return len(self._body) + len(self._gzipped) + len(self._link or b"")

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        """Send the response as newly computed."""
        request_state(scope).cache_result = COMPUTED
        await self.respond(scope["headers"], send)

    async def respond(self, request_headers: Headers, send: Any) -> ResponseForm:
        """Send the response in the form that the request's fields negotiate; return the form."""
        form = self._negotiate_form(request_headers)
        body = self.body_for(form)
        headers = self._headers(compressed=form.compressed)
        if not form.is_not_modified:
            headers += [(b"content-type", self.media_type), (b"content-length", b"%d" % len(body))]
            if form.compressed:
                headers.append((b"content-encoding", b"gzip"))
        status = 304 if form.is_not_modified else 200
        await send({"type": "http.response.start", "status": status, "headers": headers})
        rest: bytes | memoryview = body
        if len(body) > SEND_CHUNK_BYTES:
            rest = memoryview(body)  # a client that does not read waits with a part, not a copy
        while len(rest) > SEND_CHUNK_BYTES:
            chunk = rest[:SEND_CHUNK_BYTES]
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            rest = rest[SEND_CHUNK_BYTES:]
        await send({"type": "http.response.body", "body": rest})
        return form

    def body_for(self, form: ResponseForm) -> bytes:
        """Return the body in a form; empty for 304."""
        if form.is_not_modified:
            return b""
        return self._gzip_body() if form.compressed else self._body

    def _negotiate_form(self, headers: Headers) -> ResponseForm:
        accept_encoding, if_none_match = b"", b""
        for name, value in headers:
            if name == b"accept-encoding":
                accept_encoding += b"," + value
            elif name == b"if-none-match":
                if_none_match += b"," + value
        is_worth_compressing = len(self._body) >= MIN_GZIP_BYTES
        return ResponseForm(
            compressed=bool(accept_encoding)
            and is_worth_compressing
            and accepts_gzip(accept_encoding[:MAX_ACCEPT_ENCODING_BYTES]),
            is_not_modified=bool(if_none_match) and self._matches_etag(if_none_match),
        )

    def _headers(self, *, compressed: bool) -> Headers:
        """Return the fields of 200 and 304; each form of the body has a strong ETag of its own."""
        etag = b'"%b-gzip"' % self.etag if compressed else b'"%b"' % self.etag
        headers = [
            (b"etag", etag),
            (b"cache-control", self.cache_control),
            (b"vary", b"Accept-Encoding"),
        ]
        if self._link is not None:
            headers.append((b"link", self._link))
        return headers

    def _matches_etag(self, if_none_match: bytes) -> bool:
        """Return whether If-None-Match lists an ETag, compared weakly (RFC 9110, 13.1.2)."""
        tags = {etag.strip().removeprefix(b"W/") for etag in if_none_match.split(b",")}
        return b"*" in tags or not tags.isdisjoint((b'"%b"' % self.etag, b'"%b-gzip"' % self.etag))

    def _gzip_body(self) -> bytes:
        """Return the compressed body; the first call compresses it."""
        if not self._gzipped:
            self._gzipped = _exact_copy(gzip.compress(self._body, GZIP_LEVEL, mtime=0))
            if self.on_growth:
                self.on_growth(self, len(self._gzipped))
                self.on_growth = None
        return self._gzipped


def _exact_copy(body: bytes) -> bytes:
    """Return a copy without spare capacity: an encoder leaves a third of its buffer unused."""
    return bytes(memoryview(body))


def make_cached_response(content: Any, next_url: str | None = None) -> CachedResponse:
    """Return a struct as a JSON response, with a Link field if there is a next page."""
    return CachedResponse(msgspec.json.encode(content), next_url)


@lru_cache(maxsize=256)
def accepts_gzip(accept_encoding: bytes) -> bool:
    """Return whether a value of Accept-Encoding accepts gzip (RFC 9110, 12.5.3)."""
    weights: dict[str, str] = {}
    for each in accept_encoding.decode("latin-1").lower().split(","):
        name, _, parameter = each.partition(";")
        weights[name.strip()] = parameter.replace(" ", "").removeprefix("q=")
    weight = weights.get("gzip", weights.get("x-gzip", weights.get("*", "0")))
    return weight.strip("0.") != "" or weight == ""
