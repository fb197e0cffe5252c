"""Fuzz uploaded forms: only refusals escape, chunks make no difference, memory is bounded."""

import asyncio
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from fuzz_connection import CUT_BYTES, cut_seed, segments_of
from litestar import Request

from pricebook.errors import PayloadTooLargeError, ValidationError
from pricebook.http import multipart as form
from pricebook.http.multipart import UploadForm, convert_fields, read_form
from pricebook.imports.routes import upload_price_list
from pricebook.imports.schemas import UploadOptions

MAX_FILE_BYTES = 4096
MAX_FIELD_BYTES = 1024
REPEATS = 200
# Memory is measured for one case of so many: it takes long, and tracing itself loses some.
MEASURED = 32
# All fields of a form at their limit, as text of four bytes a letter, and the parser's own objects.
MAX_MEMORY = form.MAX_FIELDS * MAX_FIELD_BYTES * 5 + 512 * 1024
TYPE = b"multipart/form-data; boundary=b\n"
PART = b'--b\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n'
FILE = b'; filename="prices.csv"\r\nContent-Type: text/csv'
END = b"--b--\r\n"
FORMS = (
    PART % (b"file", FILE, b"sku;price\r\n1;2\r\n") + PART % (b"header_row", b"", b"3") + END,
    PART % (b"column_mapping", b"", b'{"price": "Net"}') + PART % (b"file", FILE, b"") + END,
    PART % (b"characteristic_columns", b"", b'["a", 1]') + PART % (b"a" * 300, b"", b"\0") + END,
    PART % (b"file", b'; filename="C:\\a\\%22\xd0\xbf.csv"', b"x" * 5000) + END,
    PART % (b"mode", b"", b"x" * 2000) + PART % (b"mode", b"", b"\xff") + END,
    b"\r\n" + PART % (b"delimiter", b"\r\nX: a\r\n b", b"\r\n--\r\n--a") + END + b"epilogue",
)


class Outcome(NamedTuple):
    """The parsed form, None if it was rejected, and the bytes of its file."""

    form: UploadForm | None
    file: bytes


def make_target(_name: str, _folder: Path) -> Callable[[bytes], None]:
    """Make the target that reads a case as a form: cuts, a line of Content-Type, the body."""
    form.MAX_FIELD_BYTES = MAX_FIELD_BYTES
    loop = asyncio.new_event_loop()
    return lambda case: loop.run_until_complete(_check(case))


async def _check(case: bytes) -> None:
    cuts, (content_type, _, body) = case[:CUT_BYTES], case[CUT_BYTES:].partition(b"\n")
    segments = segments_of(cuts + body)
    whole = await _read(content_type, [body])
    cut = await _read(content_type, segments)
    assert whole == cut, (whole, cut)
    if cuts[:1] and cuts[0] % MEASURED == 0 and segments:
        await _require_bounded(content_type, [*segments, *segments[-1:] * REPEATS])
    await asyncio.sleep(0)  # the loop closes the generators of rejected forms


async def _read(content_type: bytes, chunks: Iterable[bytes]) -> Outcome:
    waiting, written = list(chunks), bytearray()

    async def receive() -> Any:
        body = waiting.pop(0) if waiting else b""
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def write(piece: bytes) -> None:
        written.extend(piece)

    headers = [(b"content-type", content_type.strip())]
    scope: Any = {"type": "http", "headers": headers, "route_handler": upload_price_list}
    request: Request[Any, Any, Any] = Request(scope, receive)
    try:
        read = await read_form(request, write, MAX_FILE_BYTES)
        convert_fields(UploadOptions, read.fields)
    except (ValidationError, PayloadTooLargeError):
        return Outcome(None, b"")
    finally:
        assert len(written) <= MAX_FILE_BYTES
    return Outcome(read, bytes(written))


async def _require_bounded(content_type: bytes, chunks: list[bytes]) -> None:
    tracemalloc.start()
    try:
        await _read(content_type, chunks)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MAX_MEMORY, peak


def seeds_of(_name: str, _paths: Iterable[Path]) -> Iterable[bytes]:
    """Return forms, cut at some offsets, and one that never ends."""
    for each in FORMS:
        yield from (seed[:CUT_BYTES] + TYPE + seed[CUT_BYTES:] for seed in cut_seed(each))
