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
WORTH_COMPRESSING_BYTES = 1024
GZIP_LEVEL = 5
TAG_DIGITS = 24
# So much is handed to the connection at a time, which then waits for the client.
PIECE_BYTES = 64 * 1024
# What stands behind so much of Accept-Encoding is not read.
MAX_ACCEPTED_BYTES = 512


class Form(msgspec.Struct, frozen=True):
    """In which form a caller gets an answer: compressed or not, and not at all if they have it."""

    compressed: bool
    is_known: bool


class Answer:
    """One successful answer to everybody who asks the same, as an ASGI application."""

    __slots__ = ("_body", "_gzipped", "_link", "on_growth", "tag")

    media_type: ClassVar[bytes] = JSON
    cache_control: ClassVar[bytes] = CACHE_CONTROL

    def __init__(self, body: bytes, next_page: str | None = None) -> None:
        self._body = _compact(body)
        self.tag = hashlib.sha256(body).hexdigest()[:TAG_DIGITS].encode()
        self._link = None if next_page is None else f'<{next_page}>; rel="next"'.encode()
        self._gzipped = b""
        # Called once with how many bytes more are kept from then on, at the first compression.
        self.on_growth: Callable[[Answer, int], None] | None = None

    @property
    def size(self) -> int:
        """The bytes that it takes up now."""
        return len(self._body) + len(self._gzipped) + len(self._link or b"")

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        """Send the answer, compressed if that is accepted, or 304 if the caller has it."""
        scope.setdefault("answer", COMPUTED)
        scope["form"] = form = self._form_for(scope["headers"])
        body = self.body_in(form)
        headers = self._headers(compressed=form.compressed)
        if not form.is_known:
            headers += [(b"content-type", self.media_type), (b"content-length", b"%d" % len(body))]
            if form.compressed:
                headers.append((b"content-encoding", b"gzip"))
        status = 304 if form.is_known else 200
        await send({"type": "http.response.start", "status": status, "headers": headers})
        sent = 0
        while len(body) - sent > PIECE_BYTES:
            piece = body[sent : sent + PIECE_BYTES]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            sent += PIECE_BYTES
        await send({"type": "http.response.body", "body": body[sent:]})

    def body_in(self, form: Form) -> bytes:
        """Return what is sent in a form."""
        if form.is_known:
            return b""
        return self._compressed() if form.compressed else self._body

    def _form_for(self, headers: Headers) -> Form:
        accepted, known = b"", b""
        for name, value in headers:
            if name == b"accept-encoding":
                accepted += b"," + value
            elif name == b"if-none-match":
                known += b"," + value
        is_long = len(self._body) >= WORTH_COMPRESSING_BYTES
        return Form(
            compressed=bool(accepted) and is_long and accepts_gzip(accepted[:MAX_ACCEPTED_BYTES]),
            is_known=bool(known) and self._is_among(known),
        )

    def _headers(self, *, compressed: bool) -> Headers:
        """Make the fields of 200 and 304 alike; each form of the body has a strong tag."""
        tag = b'"%b-gzip"' % self.tag if compressed else b'"%b"' % self.tag
        headers = [
            (b"etag", tag),
            (b"cache-control", self.cache_control),
            (b"vary", b"Accept-Encoding"),
        ]
        if self._link is not None:
            headers.append((b"link", self._link))
        return headers

    def _is_among(self, known: bytes) -> bool:
        """Say whether If-None-Match names this body in either form; `W/` makes no difference."""
        tags = {tag.strip().removeprefix(b"W/") for tag in known.split(b",")}
        return b"*" in tags or not tags.isdisjoint((b'"%b"' % self.tag, b'"%b-gzip"' % self.tag))

    def _compressed(self) -> bytes:
        """Compress the body at the first call."""
        if not self._gzipped:
            self._gzipped = _compact(gzip.compress(self._body, GZIP_LEVEL, mtime=0))
            if self.on_growth:
                self.on_growth(self, len(self._gzipped))
                self.on_growth = None
        return self._gzipped


def _compact(body: bytes) -> bytes:
    """Copy bytes into a block of their size: an encoder leaves a third of its buffer unused."""
    return bytes(memoryview(body))


def answer_of(content: Any, next_page: str | None = None) -> Answer:
    """Make the answer that shows a struct, with a link to the next page if there is one."""
    return Answer(msgspec.json.encode(content), next_page)


@lru_cache(maxsize=256)
def accepts_gzip(accepted: bytes) -> bool:
    """Say whether Accept-Encoding takes gzip."""
    weights: dict[str, str] = {}
    for each in accepted.decode("latin-1").lower().split(","):
        name, _, parameter = each.partition(";")
        weights[name.strip()] = parameter.replace(" ", "").removeprefix("q=")
    weight = weights.get("gzip", weights.get("x-gzip", weights.get("*", "0")))
    return weight.strip("0.") != "" or weight == ""
