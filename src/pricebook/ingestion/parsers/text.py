"""Which encoding a text file is in; the whole file is asked, never only its beginning."""

import codecs
import re
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from itertools import chain
from pathlib import Path

from pricebook.errors import PriceListError
from pricebook.ingestion.encodings import (
    is_damaged_utf8,
    marked_encoding,
    one_byte_encoding,
    unmarked_unicode,
)
from pricebook.ingestion.normalise import shown

_START_BYTES = 64 * 1024
_CHUNK_BYTES = 1024 * 1024
_EVIDENCE_BYTES = 8 * 1024
_ASCII = bytes(range(0x80))
_CONTROL = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r\f")
_FEW_CONTROL = 8
_MOST_CONTROL = 0.02
# A piece of a cell: what stands beside a letter outside ASCII helps to tell what it is.
_FOREIGN_PIECE = re.compile(rb"[^\r\n;,\t|\"]{0,80}[\x80-\xff][^\r\n;,\t|\"]{0,80}")
# Encodings of Python that are no encodings of lists, or give halves of characters.
_UNFIT = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7"})


def find_encoding(path: Path, given: str | None) -> str:
    """Tell the encoding of a file by the name Python has for it, or check the one given.

    Raises PriceListError if the file is not text, is damaged, or could be in any encoding.
    """
    if given is not None:
        return _checked(path, _known(given))
    with path.open("rb") as file:
        start = file.read(_START_BYTES)
    if unicode := marked_encoding(start) or unmarked_unicode(start):
        return _checked(path, unicode)
    control = len(start) - len(start.translate(None, _CONTROL))
    if control > max(_FEW_CONTROL, _MOST_CONTROL * len(start)):
        raise PriceListError(f"{path.name} is not a text file, so it is not a CSV list.")
    undecodable = _first_undecodable(path, "utf-8")
    return "utf-8" if undecodable is None else _one_byte(path, undecodable)


def _one_byte(path: Path, not_utf8_at: int) -> str:
    evidence, alphabet = _foreign_bytes(path)
    if is_damaged_utf8(evidence):
        raise PriceListError(
            f"{path.name} is UTF-8 up to {_place(path, not_utf8_at)}, so it is damaged or cut off; "
            f"get it anew, or set encoding."
        )
    encoding = one_byte_encoding(evidence, alphabet)
    if encoding is None:
        raise PriceListError(
            f"The encoding of {path.name} cannot be told; set encoding, or save the list as UTF-8."
        )
    return encoding


def _known(given: str) -> str:
    try:
        name = codecs.lookup(given).name
        TextIOWrapper(BytesIO(), encoding=name)  # refuses what is no encoding of text
    except (LookupError, ValueError):
        name = "punycode"
    if name in _UNFIT:
        raise PriceListError(f"The encoding {shown(given)} is not known; utf-8 and cp1251 are.")
    return name


def _checked(path: Path, encoding: str) -> str:
    offset = _first_undecodable(path, encoding)
    if offset is not None:
        raise PriceListError(
            f"{path.name} is not {encoding} at {_place(path, offset)}: it is damaged or cut off, "
            f"or encoding must be set to another one."
        )
    return encoding


def _first_undecodable(path: Path, encoding: str) -> int | None:
    """Find the offset of the first byte that the encoding does not allow."""
    decoder = codecs.getincrementaldecoder(encoding)()
    position = 0
    for chunk in chain(_chunks(path), [b""]):
        kept = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            return position - kept + error.start
        except UnicodeError:  # UTF-16 and UTF-32 by these names must have their mark
            return 0
        position += len(chunk)
    return None


def _foreign_bytes(path: Path) -> tuple[bytes, bytes]:
    """Collect pieces of text with bytes outside ASCII, and all such bytes that the file has."""
    evidence = bytearray()
    alphabet: set[int] = set()
    for chunk in _chunks(path):
        alphabet.update(chunk.translate(None, _ASCII))
        pieces = _FOREIGN_PIECE.finditer(chunk)
        while len(evidence) < _EVIDENCE_BYTES and (piece := next(pieces, None)):
            evidence += piece[0] + b"\n"
    return bytes(evidence), bytes(sorted(alphabet))


def _place(path: Path, offset: int) -> str:
    with path.open("rb") as file:
        line = 1 + sum(
            file.read(min(_CHUNK_BYTES, offset - position)).count(b"\n")
            for position in range(0, offset, _CHUNK_BYTES)
        )
    return f"byte {offset + 1} (line {line})"


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
