"""Price lists that exhaust time or memory, read by a real parser process.

Each attack returns the error message or the peak memory, and the seconds. The port of the API,
which all attacks receive, is not used.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

from pricebook.errors import PricebookError
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_request import FileSource, ReadLimits, ReadRequest

MEGABYTES_50 = 50_000_000
LIMITS = ReadLimits(seconds=120)
HEADER = b"sku;name;price\n"


def in_relations(content: bytes) -> Mapping[str, bytes]:
    """Return the parts of an xlsx workbook whose relationships part has this content."""
    return {"_rels/.rels": b"<r>" + content + b"</r>"}


def in_content(content: bytes) -> Mapping[str, bytes]:
    """Return the parts of an OpenDocument spreadsheet with this content."""
    return {"content.xml": b"<office>" + content + b"</office>"}


WORKBOOKS: dict[str, Callable[[], Mapping[str, bytes]]] = {
    "xlsx: a comment of 50 MB": lambda: in_relations(b"<!--" + b"y" * MEGABYTES_50 + b"-->"),
    "xlsx: an attribute of 50 MB": lambda: in_relations(b'<a b="' + b"y" * MEGABYTES_50 + b'"/>'),
    "ods: a comment of 50 MB": lambda: in_content(b"<!--" + b"y" * MEGABYTES_50 + b"-->"),
    "xlsx: 75 million flat elements": lambda: in_relations(b"<a/>" * 75_000_000),
    "xlsx: 16 million nested elements": lambda: in_relations(b"<a>" * 16_000_000),
    "xlsx: entities": lambda: {"_rels/.rels": b'<!DOCTYPE a [<!ENTITY x "x">]><a>&x;</a>'},
}
TEXTS: dict[str, Callable[[], bytes]] = {
    "csv: one line of 50 MB": lambda: b"x" * MEGABYTES_50,
    "csv: a quotation mark that is never closed": lambda: HEADER + b'1;"L;5\n' + b"2;x;5\n" * 10**6,
    "csv: 200,000 marks above one letter": lambda: HEADER + f"1;a{chr(769) * 200_000};5\n".encode(),
    "xls: nothing but zeros": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(MEGABYTES_50),
}


async def read_workbook(_port: int, parts: Callable[[], Mapping[str, bytes]]) -> str:
    """Write a workbook of these parts and read it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as archive:
            for name, content in parts().items():
                archive.writestr(name, content)
        return await read(path)


async def read_text(_port: int, content: Callable[[], bytes]) -> str:
    """Write a file with this content and read it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_bytes(content())
        return await read(path)


async def read(path: Path) -> str:
    """Read a price list to its end; return the outcome and the seconds."""
    request = ReadRequest(source=FileSource(str(path)), currency="USD", limits=LIMITS)
    start = time.monotonic()
    with ParserPool() as parser_pool:
        try:
            async with parser_pool.opened(request) as stream:
                async for _ in stream.chunks():
                    pass
            outcome = f"read, {stream.peak_memory_kib // 1024} MiB"
        except PricebookError as error:
            outcome = error.message
    return f"{outcome} ({time.monotonic() - start:.1f} s, {path.name})"


ATTACKS: dict[str, Callable[[int], Awaitable[str]]] = {
    **{name: partial(read_workbook, parts=parts) for name, parts in WORKBOOKS.items()},
    **{name: partial(read_text, content=content) for name, content in TEXTS.items()},
}
