"""A zip archive of XML parts, as xlsx and ods workbooks are; nothing in it is trusted.

Parts are read as a stream and never unpacked. A part is inflated to no more than the directory of
the archive says, so the sizes there can be judged before anything is read.
"""

import re
import struct
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, Protocol, Self
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from pricebook.errors import PriceListError
from pricebook.ingestion.normalise import shown
from pricebook.ingestion.schemas import Limits

# Workbooks shrink to a tenth; what is made to burst shrinks to a thousandth.
MOST_INFLATED = 10
_MEBIBYTE = 1024 * 1024
_CHUNK_BYTES = 64 * 1024
# Pieces of one text that come from 64 KiB of a file: more of them is no cell of a list.
_MOST_PIECES = 100
# Expat before 2.6 scans a token from its start again for each piece that is fed of it.
_LONGEST_TOKEN = 1024 * 1024
_MOST_ENTRIES = 10_000
_MOST_SMALL_ELEMENTS = 1_000_000
# What the libraries raise, and our own handlers where a number or a name is none.
_DAMAGED = (
    *(BadZipFile, ExpatError, zlib.error, struct.error, OSError, EOFError, RuntimeError),
    *(ValueError, LookupError),
)


class Handler(Protocol):
    """What is told of the elements of a part; the text between them goes into `text`."""

    @property
    def text(self) -> list[str]:
        """Pieces of text since this was last cleared."""
        ...

    @property
    def start(self) -> Callable[[str, dict[str, str]], None]:
        """Take the start of an element; names are `namespace name`."""
        ...

    def end(self, name: str, /) -> None:
        """Take the end of an element."""
        ...


class Package:
    """An open archive; closes its file."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.name = path.name
        with self.damage_told():
            self._archive = ZipFile(path)
        if len(self._archive.filelist) > _MOST_ENTRIES:
            self._archive.close()
            raise PriceListError(f"{self.name} holds more than {_MOST_ENTRIES:,} files.")
        self._parts = {
            part.filename.replace("\\", "/").lower(): part for part in self._archive.infolist()
        }
        if len(self._parts) < len(self._archive.filelist):
            self._archive.close()
            raise PriceListError(f"{self.name} holds two files of the same name.")
        inflated = sum(part.file_size for name, part in self._parts.items() if name[-4:] == ".xml")
        most = MOST_INFLATED * limits.mebibytes
        if inflated > most * _MEBIBYTE:
            self._archive.close()
            raise PriceListError(
                f"{self.name} holds {inflated // _MEBIBYTE:,} MiB once it is unpacked, at most "
                f"{most:,} MiB are read."
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._parts

    def read(self, part: str, most_bytes: int) -> bytes:
        """Read the beginning of a small part; raises PriceListError if it is missing or damaged."""
        with self.damage_told(), self._archive.open(self._parts[part.lower()]) as file:
            return file.read(most_bytes)

    def feed(self, part: str, handler: Handler) -> Iterator[None]:
        """Tell a handler what a part holds, piece by piece; yields after each piece.

        Raises PriceListError if the part is missing, damaged, or too large.
        """
        info = self._parts.get(part.lower())
        if info is None:
            raise PriceListError(f"{self.name} is a workbook without its part {shown(part)}.")
        if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise PriceListError(f"{self.name} is packed in a way that no workbook is.")
        parser = self._parser(handler)
        fed = 0
        with self.damage_told(), self._archive.open(info) as file:
            while chunk := file.read(_CHUNK_BYTES):
                parser.Parse(chunk)
                fed += len(chunk)
                # The index is where the token begins that has not ended yet.
                if fed - parser.CurrentByteIndex > _LONGEST_TOKEN:
                    raise PriceListError(
                        f"{self.name} has a tag or a comment of more than a mebibyte."
                    )
                if len(handler.text) > _MOST_PIECES:
                    raise PriceListError(f"{self.name} has a cell of more than a mebibyte of text.")
                yield
            parser.Parse(b"", True)  # noqa: FBT003 (a C function)

    def elements(self, part: str) -> list[tuple[str, dict[str, str]]]:
        """List the elements of a small part in their order: local names, with their attributes."""
        elements = _Elements()
        for _ in self.feed(part, elements):
            elements.text.clear()
            if len(elements.found) > _MOST_SMALL_ELEMENTS:
                raise PriceListError(
                    f"{self.name} has more than {_MOST_SMALL_ELEMENTS:,} elements in its part "
                    f"{shown(part)}."
                )
        return elements.found

    def _parser(self, handler: Handler) -> XMLParserType:
        parser = ParserCreate(namespace_separator=" ")
        if defer := getattr(parser, "SetReparseDeferralEnabled", None):
            defer(False)  # noqa: FBT003 (a C function); tokens are bounded here, and the index tells where each begins
        parser.buffer_text = True
        parser.StartElementHandler = handler.start
        parser.EndElementHandler = handler.end
        parser.CharacterDataHandler = handler.text.append
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        return parser

    def _refuse_doctype(self, *_: object) -> NoReturn:
        raise PriceListError(f"{self.name} declares a document type, which no workbook does.")

    @contextmanager
    def damage_told(self) -> Generator[None]:
        """Turn what is raised over damaged content into PriceListError."""
        try:
            yield
        except _DAMAGED as error:
            raise PriceListError(f"{self.name} is damaged or cut off: {_told(error)}.") from error


class _Elements:
    """Collects elements, without their namespaces and their text."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.found: list[tuple[str, dict[str, str]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        told = {_local(key): value for key, value in attributes.items()}
        self.found.append((_local(name), told))

    def end(self, name: str) -> None:
        """Nothing is done at the end of an element."""


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _told(error: Exception) -> str:
    """Put what the libraries for zip and XML say into a part of a sentence."""
    said = re.sub(r"\s+", " ", str(error)).strip(" .")
    return said[:1].lower() + said[1:] or "it ends too early"
