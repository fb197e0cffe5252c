"""Cursors of keyset pagination: the position after a page, bound to one filter and sort order."""

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

CHECKSUM_BYTES = 9
MAX_CURSOR = 4096
Cursor = Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": MAX_CURSOR})]


Position = TypeVar("Position", bound=msgspec.Struct)


def encode_cursor(position: msgspec.Struct, binding: Sequence[object]) -> str:
    """Return a position as URL-safe text, bound to the filter and sort order in `binding`."""
    packed = msgspec.msgpack.encode(position)
    return urlsafe_b64encode(_checksum(packed, binding) + packed).decode().rstrip("=")


def decode_cursor(
    text: str, position_type: type[Position], binding: Sequence[object]
) -> Position | None:
    """Return the position in a cursor; None if it was changed or has another binding."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        position = msgspec.msgpack.decode(raw[CHECKSUM_BYTES:], type=position_type)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        return None
    return position if encode_cursor(position, binding) == text else None


def _checksum(packed: bytes, binding: Sequence[object]) -> bytes:
    """Return a checksum of position and binding, against accidental changes; it is no signature."""
    encoded_binding = msgspec.msgpack.encode(binding)
    return hashlib.blake2b(packed + b"\0" + encoded_binding, digest_size=CHECKSUM_BYTES).digest()
