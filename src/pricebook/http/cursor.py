"""Cursors of keyset pagination: the position after a page, bound to one filter and sort order."""

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Generic, TypeVar, cast

import msgspec
from msgspec import Meta

from pricebook.errors import UNKNOWN_CURSOR, FieldIssue

CHECKSUM_BYTES = 9
MAX_CURSOR = 4096
Cursor = Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": MAX_CURSOR})]
# What selects a page of a list, not the list.
PAGE_FIELDS = {"page", "limit", "cursor", "exact_count"}

Position = TypeVar("Position", bound=msgspec.Struct)


class CursorQuery(Generic[Position]):
    """A query with the parameter `cursor` beside its filters and its sort order."""

    __slots__ = ()
    position_type: ClassVar[type[msgspec.Struct]]
    if TYPE_CHECKING:
        cursor: str | None
        __struct_fields__: tuple[str, ...]

    @property
    def after(self) -> Position | None:
        """The position at which the page before ended; None without a valid cursor."""
        if self.cursor is None or len(self.cursor) > MAX_CURSOR:
            return None
        position_type = cast("type[Position]", self.position_type)
        return decode_cursor(self.cursor, position_type, self._binding)

    def cursor_issues(self) -> list[FieldIssue]:
        """Return the issue of a cursor that belongs to another list or was altered."""
        return [] if self.cursor is None or self.after else [UNKNOWN_CURSOR]

    def cursor_at(self, position: Position) -> str:
        """Return the cursor of the page after a position."""
        return encode_cursor(position, self._binding)

    @property
    def _binding(self) -> tuple[object, ...]:
        """The filters and the sort that a cursor belongs to; its position has the list."""
        filters = [name for name in self.__struct_fields__ if name not in PAGE_FIELDS]
        return type(self).__name__, *(getattr(self, name) for name in filters)


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
