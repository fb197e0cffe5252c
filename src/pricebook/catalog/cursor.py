"""Cursors: where a page ended, in a text that belongs to one list and one order of it."""

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

import msgspec

CHECKSUM_BYTES = 9


class CursorPosition(msgspec.Struct, frozen=True, array_like=True):
    """The last product before a page: what it is sorted by, as text, and its id."""

    page: int
    key: str
    product_id: str


def encode_cursor(position: CursorPosition, binding: Sequence[object]) -> str:
    """Write a position as the text that leads there, bound to what the list was asked for."""
    packed = msgspec.msgpack.encode(position)
    return urlsafe_b64encode(_checksum(packed, binding) + packed).decode().rstrip("=")


def decode_cursor(text: str, binding: Sequence[object]) -> CursorPosition | None:
    """Read a position; None if the text was changed or belongs to another list."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        position = msgspec.msgpack.decode(raw[CHECKSUM_BYTES:], type=CursorPosition)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        return None
    return position if encode_cursor(position, binding) == text else None


def _checksum(packed: bytes, binding: Sequence[object]) -> bytes:
    """Sum up position and list: no secret, but nobody changes it by accident."""
    encoded_binding = msgspec.msgpack.encode(binding)
    return hashlib.blake2b(packed + b"\0" + encoded_binding, digest_size=CHECKSUM_BYTES).digest()
