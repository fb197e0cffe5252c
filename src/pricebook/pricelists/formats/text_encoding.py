"""Detects the encoding of a text file from the whole file, never only from its start."""

import codecs
import re
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from itertools import chain
from pathlib import Path

from pricebook.errors import PriceListError
from pricebook.pricelists.detection.encodings import (
    encoding_from_bom,
    is_damaged_utf8,
    single_byte_encoding,
    unicode_without_bom,
)
from pricebook.pricelists.text import quote

_START_BYTES = 64 * 1024
_CHUNK_BYTES = 1024 * 1024
_SAMPLE_BYTES = 8 * 1024
_ASCII = bytes(range(0x80))
_CONTROL_BYTES = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r\f")
_TOLERATED_CONTROL_BYTES = 8
_MAX_CONTROL_SHARE = 0.02
# A part of a cell with a byte outside ASCII; the text around the byte helps to detect its encoding.
_NON_ASCII_PIECE = re.compile(rb"[^\r\n;,\t|\"]{0,80}[\x80-\xff][^\r\n;,\t|\"]{0,80}")
# Encodings of Python that no price list uses, or that can produce lone surrogates.
_UNSUPPORTED_ENCODINGS = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7"}
)


def detect_encoding(path: Path, configured: str | None) -> str:
    """Return the encoding of a file by its Python name: the configured one if it fits.

    Raises PriceListError if the file is not text, is damaged, or its encoding is ambiguous.
    """
    if configured is not None:
        return _check_encoding(path, _canonical_name(configured))
    with path.open("rb") as file:
        start = file.read(_START_BYTES)
    if unicode_encoding := encoding_from_bom(start) or unicode_without_bom(start):
        return _check_encoding(path, unicode_encoding)
    control_count = len(start) - len(start.translate(None, _CONTROL_BYTES))
    if control_count > max(_TOLERATED_CONTROL_BYTES, _MAX_CONTROL_SHARE * len(start)):
        raise PriceListError(f"{path.name} is not a text file, so it cannot be read as CSV.")
    undecodable = _first_undecodable(path, "utf-8")
    return "utf-8" if undecodable is None else _detect_one_byte_encoding(path, undecodable)


def _detect_one_byte_encoding(path: Path, invalid_offset: int) -> str:
    sample, distinct_bytes = _non_ascii_bytes(path)
    if is_damaged_utf8(sample):
        raise PriceListError(
            f"{path.name} is UTF-8 up to {_describe_offset(path, invalid_offset)}, so it is "
            "damaged or cut off; fetch it again, or set encoding."
        )
    encoding = single_byte_encoding(sample, distinct_bytes)
    if encoding is None:
        raise PriceListError(
            f"The encoding of {path.name} is ambiguous; set encoding, or save the file as UTF-8."
        )
    return encoding


def _canonical_name(configured: str) -> str:
    try:
        name = codecs.lookup(configured).name
        TextIOWrapper(BytesIO(), encoding=name)  # raises for codecs that are not text encodings
    except (LookupError, ValueError):
        name = "punycode"
    if name in _UNSUPPORTED_ENCODINGS:
        raise PriceListError(
            f"The encoding {quote(configured)} is not supported; examples are utf-8 and cp1251."
        )
    return name


def _check_encoding(path: Path, encoding: str) -> str:
    offset = _first_undecodable(path, encoding)
    if offset is not None:
        raise PriceListError(
            f"{path.name} is not {encoding} at {_describe_offset(path, offset)}: it is damaged "
            "or cut off, or encoding must be set to another one."
        )
    return encoding


def _first_undecodable(path: Path, encoding: str) -> int | None:
    """Return the offset of the first byte that is invalid in the encoding, or None."""
    decoder = codecs.getincrementaldecoder(encoding)()
    position = 0
    for chunk in chain(_chunks(path), [b""]):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            return position - pending + error.start
        except UnicodeError:  # UTF-16 and UTF-32 by these names require a byte order mark
            return 0
        position += len(chunk)
    return None


def _non_ascii_bytes(path: Path) -> tuple[bytes, bytes]:
    """Return a sample of text around bytes outside ASCII, and the distinct bytes outside ASCII."""
    sample = bytearray()
    distinct_bytes: set[int] = set()
    for chunk in _chunks(path):
        distinct_bytes.update(chunk.translate(None, _ASCII))
        pieces = _NON_ASCII_PIECE.finditer(chunk)
        while len(sample) < _SAMPLE_BYTES and (piece := next(pieces, None)):
            sample += piece[0] + b"\n"
    return bytes(sample), bytes(sorted(distinct_bytes))


def _describe_offset(path: Path, offset: int) -> str:
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
