"""Reads the XML parts of a zip archive (xlsx, ods) within limits; its content is untrusted.

Parts are parsed as a stream and never unpacked to disk. A part is inflated to at most the size in
the directory of the archive, so the sizes can be checked before any part is read.
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
from pricebook.pricelists.schemas.read_request import ReadLimits
from pricebook.pricelists.text import quote

# Workbooks compress to about a tenth of their size, zip bombs to a thousandth.
MAX_INFLATION = 10
_MEBIBYTE = 1024 * 1024
_CHUNK_BYTES = 64 * 1024
# Of one cell, in characters: no cell of a price list has more.
_MAX_TEXT_CHARACTERS = 1024 * 1024
# Expat before 2.6 scans an unfinished token again from its start for each chunk.
_MAX_TOKEN_BYTES = 1024 * 1024
_MAX_ENTRIES = 10_000
_MAX_ELEMENTS = 1_000_000
# Errors of the zip and XML libraries; ValueError and LookupError are raised by the handlers.
_DAMAGE_ERRORS = (
    *(BadZipFile, ExpatError, zlib.error, struct.error, OSError, EOFError, RuntimeError),
    *(ValueError, LookupError),
)


class XmlHandler(Protocol):
    """Receives the elements of a part; the text between them is appended to `text`."""

    @property
    def text(self) -> list[str]:
        """Chunks of text since the handler last cleared it."""
        ...

    @property
    def start(self) -> Callable[[str, dict[str, str]], None]:
        """Process the start of an element; names are `namespace name`."""
        ...

    def end(self, name: str, /) -> None:
        """Process the end of an element."""
        ...


class ZipPackage:
    """An open zip archive; a context manager that closes its file."""

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
                f"{self.name} has {inflated // _MEBIBYTE:,} MiB when unpacked; at most "
                f"{max_mebibytes:,} MiB are read."
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._parts

    def read(self, part: str, max_bytes: int) -> bytes:
        """Return the first bytes of a part; raises PriceListError if it is missing or damaged."""
        with self.translate_damage_errors(), self._archive.open(self._parts[part.lower()]) as file:
            return file.read(max_bytes)

    def feed(self, part: str, handler: XmlHandler) -> Iterator[None]:
        """Parse a part in chunks and pass its elements to a handler; yield after each chunk.

        Raises PriceListError if the part is missing, damaged, or too large.
        """
        info = self._parts.get(part.lower())
        if info is None:
            raise PriceListError(f"{self.name} is a workbook without its part {quote(part)}.")
        if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise PriceListError(
                f"{self.name} uses a compression method that workbooks do not have."
            )
        parser = self._parser(handler)
        bytes_fed = 0
        with self.translate_damage_errors(), self._archive.open(info) as file:
            while chunk := file.read(_CHUNK_BYTES):
                parser.Parse(chunk)
                bytes_fed += len(chunk)
                # CurrentByteIndex is the start of the unfinished token.
                if bytes_fed - parser.CurrentByteIndex > _MAX_TOKEN_BYTES:
                    raise PriceListError(f"{self.name} has a tag or a comment of more than 1 MiB.")
                if sum(map(len, handler.text)) > _MAX_TEXT_CHARACTERS:
                    raise PriceListError(f"{self.name} has a cell of more than 1 MiB of text.")
                yield
            parser.Parse(b"", True)  # noqa: FBT003 (a C function)

    def elements(self, part: str) -> list[tuple[str, dict[str, str]]]:
        """Return the local names and attributes of the elements of a part, in their order.

        Raises PriceListError if the part is missing, damaged, or too large.
        """
        elements = _ElementCollector()
        for _ in self.feed(part, elements):
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
        raise PriceListError(f"{self.name} declares a document type, which workbooks may not.")

    @contextmanager
    def translate_damage_errors(self) -> Generator[None]:
        """Convert the errors that damaged content causes to PriceListError."""
        try:
            yield
        except _DAMAGE_ERRORS as error:
            raise PriceListError(
                f"{self.name} is damaged or cut off: {_describe_error(error)}."
            ) from error


class _ElementCollector:
    """An XML handler that collects elements without their namespaces and text."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.collected: list[tuple[str, dict[str, str]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.text.clear()
        local_attributes = {_local_name(key): value for key, value in attributes.items()}
        self.collected.append((_local_name(name), local_attributes))

    def end(self, _name: str) -> None:
        self.text.clear()


def _local_name(name: str) -> str:
    return name.rpartition(" ")[2]


def _describe_error(error: Exception) -> str:
    """Return the message of a zip or XML error as a clause of a sentence."""
    message = re.sub(r"\s+", " ", str(error)).strip(" .")
    return message[:1].lower() + message[1:] or "it ends too early"
