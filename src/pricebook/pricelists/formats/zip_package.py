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
from pricebook.pricelists.schemas import ReadLimits
from pricebook.pricelists.text import quote

# Workbooks shrink to a tenth; what is made to burst shrinks to a thousandth.
MAX_INFLATION = 10
_MEBIBYTE = 1024 * 1024
_CHUNK_BYTES = 64 * 1024
# Pieces of one text that come from 64 KiB of a file: more of them is no cell of a list.
_MAX_TEXT_PIECES = 100
# Expat before 2.6 scans a token from its start again for each piece that is fed of it.
_MAX_TOKEN_BYTES = 1024 * 1024
_MAX_ENTRIES = 10_000
_MAX_ELEMENTS = 1_000_000
# What the libraries raise, and our own handlers where a number or a name is none.
_DAMAGE_ERRORS = (
    *(BadZipFile, ExpatError, zlib.error, struct.error, OSError, EOFError, RuntimeError),
    *(ValueError, LookupError),
)


class XmlHandler(Protocol):
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


class ZipPackage:
    """An open archive; closes its file."""

    def __init__(self, path: Path, limits: ReadLimits) -> None:
        self.name = path.name
        with self.translate_damage_errors():
            self._archive = ZipFile(path)
        if len(self._archive.filelist) > _MAX_ENTRIES:
            self._archive.close()
            raise PriceListError(f"{self.name} holds more than {_MAX_ENTRIES:,} files.")
        self._parts = {
            part.filename.replace("\\", "/").lower(): part for part in self._archive.infolist()
        }
        if len(self._parts) < len(self._archive.filelist):
            self._archive.close()
            raise PriceListError(f"{self.name} holds two files of the same name.")
        inflated = sum(part.file_size for name, part in self._parts.items() if name[-4:] == ".xml")
        max_mebibytes = MAX_INFLATION * limits.mebibytes
        if inflated > max_mebibytes * _MEBIBYTE:
            self._archive.close()
            raise PriceListError(
                f"{self.name} holds {inflated // _MEBIBYTE:,} MiB once it is unpacked, at most "
                f"{max_mebibytes:,} MiB are read."
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._parts

    def read(self, part: str, max_bytes: int) -> bytes:
        """Read the beginning of a small part; raises PriceListError if it is missing or damaged."""
        with self.translate_damage_errors(), self._archive.open(self._parts[part.lower()]) as file:
            return file.read(max_bytes)

    def feed(self, part: str, handler: XmlHandler) -> Iterator[None]:
        """Tell a handler what a part holds, piece by piece; yields after each piece.

        Raises PriceListError if the part is missing, damaged, or too large.
        """
        info = self._parts.get(part.lower())
        if info is None:
            raise PriceListError(f"{self.name} is a workbook without its part {quote(part)}.")
        if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise PriceListError(f"{self.name} is packed in a way that no workbook is.")
        parser = self._parser(handler)
        bytes_fed = 0
        with self.translate_damage_errors(), self._archive.open(info) as file:
            while chunk := file.read(_CHUNK_BYTES):
                parser.Parse(chunk)
                bytes_fed += len(chunk)
                # The index is where the token begins that has not ended yet.
                if bytes_fed - parser.CurrentByteIndex > _MAX_TOKEN_BYTES:
                    raise PriceListError(
                        f"{self.name} has a tag or a comment of more than a mebibyte."
                    )
                if len(handler.text) > _MAX_TEXT_PIECES:
                    raise PriceListError(f"{self.name} has a cell of more than a mebibyte of text.")
                yield
            parser.Parse(b"", True)  # noqa: FBT003 (a C function)

    def elements(self, part: str) -> list[tuple[str, dict[str, str]]]:
        """List the elements of a small part in their order: local names, with their attributes."""
        elements = _ElementCollector()
        for _ in self.feed(part, elements):
            elements.text.clear()
            if len(elements.collected) > _MAX_ELEMENTS:
                raise PriceListError(
                    f"{self.name} has more than {_MAX_ELEMENTS:,} elements in its part "
                    f"{quote(part)}."
                )
        return elements.collected

    def _parser(self, handler: XmlHandler) -> XMLParserType:
        parser = ParserCreate(namespace_separator=" ")
        if set_reparse_deferral := getattr(parser, "SetReparseDeferralEnabled", None):
            set_reparse_deferral(False)
        parser.buffer_text = True
        parser.StartElementHandler = handler.start
        parser.EndElementHandler = handler.end
        parser.CharacterDataHandler = handler.text.append
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        return parser

    def _refuse_doctype(self, *_: object) -> NoReturn:
        raise PriceListError(f"{self.name} declares a document type, which no workbook does.")

    @contextmanager
    def translate_damage_errors(self) -> Generator[None]:
        """Turn what is raised over damaged content into PriceListError."""
        try:
            yield
        except _DAMAGE_ERRORS as error:
            raise PriceListError(
                f"{self.name} is damaged or cut off: {_describe_error(error)}."
            ) from error


class _ElementCollector:
    """Collects elements, without their namespaces and their text."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.collected: list[tuple[str, dict[str, str]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local_attributes = {_local_name(key): value for key, value in attributes.items()}
        self.collected.append((_local_name(name), local_attributes))

    def end(self, name: str) -> None:
        """Nothing is done at the end of an element."""


def _local_name(name: str) -> str:
    return name.rpartition(" ")[2]


def _describe_error(error: Exception) -> str:
    """Put what the libraries for zip and XML say into a part of a sentence."""
    message = re.sub(r"\s+", " ", str(error)).strip(" .")
    return message[:1].lower() + message[1:] or "it ends too early"
