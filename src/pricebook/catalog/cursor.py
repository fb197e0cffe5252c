"""Cursors of keyset pagination: the position after a page, bound to one filter and sort order."""

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

import msgspec

CHECKSUM_BYTES = 9


class CursorPosition(msgspec.Struct, frozen=True, array_like=True):
    """The number of a page and the last product before it: its sort key, as text, and its id."""

    page: int
    key: str
    product_id: str


def encode_cursor(position: CursorPosition, binding: Sequence[object]) -> str:
    """Return a position as URL-safe text, bound to the filter and sort order in `binding`."""
    packed = msgspec.msgpack.encode(position)
    return urlsafe_b64encode(_checksum(packed, binding) + packed).decode().rstrip("=")


def decode_cursor(text: str, binding: Sequence[object]) -> CursorPosition | None:
    """Return the position in a cursor; None if it was changed or has another binding."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        position = msgspec.msgpack.decode(raw[CHECKSUM_BYTES:], type=CursorPosition)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        return None
    return position if encode_cursor(position, binding) == text else None


def _checksum(packed: bytes, binding: Sequence[object]) -> bytes:
    """Return a checksum of position and binding, against accidental changes; it is no signature."""
    encoded_binding = msgspec.msgpack.encode(binding)
    return hashlib.blake2b(packed + b"\0" + encoded_binding, digest_size=CHECKSUM_BYTES).digest()
