"""Answers that are given many times: with a tag, compressed once, and sent only if they are new."""

import gzip
import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

import msgspec

Headers = list[tuple[bytes, bytes]]

JSON = b"application/json"
COMPUTED = "computed"
# Kept by browsers and proxies, and asked for again each time: 304 while it is still true.
CACHE_CONTROL = b"public, no-cache"
MIN_GZIP_BYTES = 1024
GZIP_LEVEL = 5
ETAG_DIGITS = 24
# So much is handed to the connection at a time, which then waits for the client.
SEND_CHUNK_BYTES = 64 * 1024
# What stands behind so much of Accept-Encoding is not read.
MAX_ACCEPT_ENCODING_BYTES = 512


class ResponseForm(msgspec.Struct, frozen=True):
    """In which form a caller gets an answer: compressed or not, and not at all if they have it."""

    compressed: bool
    is_not_modified: bool


class CachedResponse:
    """One successful answer to everybody who asks the same, as an ASGI application."""

    __slots__ = ("_body", "_gzipped", "_link", "etag", "on_growth")

    media_type: ClassVar[bytes] = JSON
    cache_control: ClassVar[bytes] = CACHE_CONTROL

    def __init__(self, body: bytes, next_url: str | None = None) -> None:
        self._body = _exact_copy(body)
        self.etag = hashlib.sha256(body).hexdigest()[:ETAG_DIGITS].encode()
        self._link = None if next_url is None else f'<{next_url}>; rel="next"'.encode()
        self._gzipped = b""
        # Called once with how many bytes more are kept from then on, at the first compression.
        self.on_growth: Callable[[CachedResponse, int], None] | None = None

    @property
    def size(self) -> int:
        """The bytes that it takes up now."""
        return len(self._body) + len(self._gzipped) + len(self._link or b"")

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        """Send the answer, compressed if that is accepted, or 304 if the caller has it."""
        scope.setdefault("answer", COMPUTED)
        scope["form"] = form = self._negotiate_form(scope["headers"])
        body = self.body_for(form)
        headers = self._headers(compressed=form.compressed)
        if not form.is_not_modified:
            headers += [(b"content-type", self.media_type), (b"content-length", b"%d" % len(body))]
            if form.compressed:
                headers.append((b"content-encoding", b"gzip"))
        status = 304 if form.is_not_modified else 200
        await send({"type": "http.response.start", "status": status, "headers": headers})
        offset = 0
        while len(body) - offset > SEND_CHUNK_BYTES:
            chunk = body[offset : offset + SEND_CHUNK_BYTES]
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            offset += SEND_CHUNK_BYTES
        await send({"type": "http.response.body", "body": body[offset:]})

    def body_for(self, form: ResponseForm) -> bytes:
        """Return what is sent in a form."""
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
        """Make the fields of 200 and 304 alike; each form of the body has a strong tag."""
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
        """Say whether If-None-Match names this body in either form; `W/` makes no difference."""
        tags = {etag.strip().removeprefix(b"W/") for etag in if_none_match.split(b",")}
        return b"*" in tags or not tags.isdisjoint((b'"%b"' % self.etag, b'"%b-gzip"' % self.etag))

    def _gzip_body(self) -> bytes:
        """Compress the body at the first call."""
        if not self._gzipped:
            self._gzipped = _exact_copy(gzip.compress(self._body, GZIP_LEVEL, mtime=0))
            if self.on_growth:
                self.on_growth(self, len(self._gzipped))
                self.on_growth = None
        return self._gzipped


def _exact_copy(body: bytes) -> bytes:
    """Copy bytes into a block of their size: an encoder leaves a third of its buffer unused."""
    return bytes(memoryview(body))


def make_cached_response(content: Any, next_url: str | None = None) -> CachedResponse:
    """Make the answer that shows a struct, with a link to the next page if there is one."""
    return CachedResponse(msgspec.json.encode(content), next_url)


@lru_cache(maxsize=256)
def accepts_gzip(accept_encoding: bytes) -> bool:
    """Say whether Accept-Encoding takes gzip."""
    weights: dict[str, str] = {}
    for each in accept_encoding.decode("latin-1").lower().split(","):
        name, _, parameter = each.partition(";")
        weights[name.strip()] = parameter.replace(" ", "").removeprefix("q=")
    weight = weights.get("gzip", weights.get("x-gzip", weights.get("*", "0")))
    return weight.strip("0.") != "" or weight == ""
