"""Fuzzes the readers of price lists: each case must be read or raise PriceListError.

An xlsx or ods workbook is mutated as its parts, joined by `SEPARATOR`, and zipped for each case.
"""

from collections.abc import Iterable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import attacks_lists
from fuzz import LARGEST_CASE, Target

from pricebook.errors import PriceListError
from pricebook.pricelists.reader import open_price_list
from pricebook.pricelists.schemas.read_request import FileSource, ReadLimits, ReadRequest

SEPARATOR = b"\0<<part>>\0"
LIMITS = ReadLimits(mebibytes=2, rows=20_000, columns=200)
PARTS = {
    "xlsx": (
        "_rels/.rels",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/sharedStrings.xml",
        "xl/worksheets/sheet1.xml",
    ),
    "ods": ("content.xml", "META-INF/manifest.xml"),
}
ENTITIES = attacks_lists.WORKBOOKS["xlsx: entities"]().values()
SEEDS = {
    "csv": (
        attacks_lists.HEADER + b'1;"L;5\n' + b"2;x;5\n" * 50,
        attacks_lists.HEADER + f"1;a{chr(769) * 300};5\n".encode(),
        b"x" * 5000,
    ),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000),),
    "xlsx": (*ENTITIES, b"<a>" * 2000, b"<r><!--" + b"y" * 5000),
    "ods": (*ENTITIES, b"<office>" * 1000, b"<office><!--" + b"y" * 5000),
}


def make_target(name: str, folder: Path) -> Target:
    """Return the target that reads a case as a file of a format."""
    path, parts = folder / "case", PARTS.get(name)
    request = ReadRequest(source=FileSource(str(path)), currency="USD", limits=LIMITS)

    def read(case: bytes) -> None:
        path.write_bytes(_zip_parts(parts, case) if parts else case)
        with suppress(PriceListError):
            for _ in open_price_list(request).rows():
                pass

    return read


def _zip_parts(parts: Iterable[str], case: bytes) -> bytes:
    """Return a zip archive of the parts of a case."""
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for name, content in zip(parts, case.split(SEPARATOR), strict=False):
            archive.writestr(name, content)
    return file.getvalue()


def seeds_of(name: str, paths: Iterable[Path]) -> Iterable[bytes]:
    """Yield small attacks and the files of a format; a workbook as its joined parts."""
    yield from SEEDS[name]
    for path in paths:
        if path.suffix != f".{name}" or path.stat().st_size > LARGEST_CASE * 16:
            continue
        if name in PARTS:
            with suppress(BadZipFile, KeyError), ZipFile(path) as archive:
                contents = {part: archive.read(part) for part in archive.namelist()}
                yield SEPARATOR.join(contents.get(part, b"") for part in PARTS[name])
        else:
            yield path.read_bytes()
