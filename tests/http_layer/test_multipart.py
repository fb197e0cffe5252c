"""Multipart forms are accepted or refused alike, however they are cut into chunks."""

from typing import Any

import pytest
from litestar import Request

from pricebook.errors import ValidationError
from pricebook.http.multipart import UploadForm, read_form
from pricebook.http.strict_multipart import MAX_HEADER_BYTES
from pricebook.imports.routes import upload_price_list

FILE = b'Content-Disposition: form-data; name="file"; filename="a.csv"'
BODY = b"%b\r\n\r\nsku;price\r\n--b--\r\n"
FORM = b"--b\r\n" + BODY
LONGEST = b"X: " + b"x" * (MAX_HEADER_BYTES - 3)
ACCEPTED = {
    "a form": FORM % FILE,
    "an empty line first": b"\r\n" + FORM % FILE,
    "the longest header line": FORM % (LONGEST + b"\r\n" + FILE),
    "a continued header line": FORM % FILE.replace(b"; filename", b";\r\n filename"),
    "an epilogue": FORM % FILE + b"epilogue",
}
REFUSED = {
    "a longer header line": FORM % (LONGEST + b"x\r\n" + FILE),
    "a line feed before a name": FORM % (b"\n" + FILE),
    "a line feed in a value": FORM % (FILE + b"\nX: 1"),
    "a line feed at the end of a header": FORM % (FILE + b"\n"),
    "text before the boundary": b"preamble" + FORM % FILE,
    "a line before the boundary": b"preamble\r\n" + FORM % FILE,
    "two empty lines first": b"\r\n\r\n" + FORM % FILE,
    "a form without parts": b"--b--",
    "the beginning of a boundary": b"\r\n--",
}


async def read(*chunks: bytes) -> tuple[UploadForm, bytes] | None:
    """Return the form and its file, None if it is refused."""
    waiting, written = list(chunks), bytearray()

    async def receive() -> Any:
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def write(chunk: bytes) -> None:
        written.extend(chunk)

    headers = [(b"content-type", b"multipart/form-data; boundary=b")]
    scope: Any = {"type": "http", "headers": headers, "route_handler": upload_price_list}
    request: Request[Any, Any, Any] = Request(scope, receive)
    try:
        form = await read_form(request, write, len(FORM) + MAX_HEADER_BYTES)
    except ValidationError:
        return None
    return form, bytes(written)


def cuts(form: bytes) -> list[int]:
    """Return all offsets of a short form, those at the ends of a long one."""
    end = len(form)
    return [at for at in range(1, end) if at < 30 or at > end - 180]


@pytest.mark.parametrize("form", ACCEPTED.values(), ids=ACCEPTED)
async def test_form_is_accepted_however_it_is_cut(form: bytes) -> None:
    expected = UploadForm({}, "a.csv"), b"sku;price"
    assert await read(form) == expected
    for at in cuts(form):
        assert await read(form[:at], form[at:]) == expected, at
    assert await read(*(form[at : at + 1] for at in range(len(form)))) == expected


@pytest.mark.parametrize("form", REFUSED.values(), ids=REFUSED)
async def test_form_is_refused_however_it_is_cut(form: bytes) -> None:
    assert await read(form) is None
    for at in cuts(form):
        assert await read(form[:at], form[at:]) is None, at
    assert await read(*(form[at : at + 1] for at in range(len(form)))) is None
