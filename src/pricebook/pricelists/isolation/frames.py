"""What the parser process and the one that asked it say to each other, over two pipes."""

from typing import BinaryIO

import msgspec

from pricebook.pricelists.schemas import DetectedProfile, LocalSource

_LENGTH_BYTES = 4
# One row of the longest cells is the most that a message needs.
_MAX_PAYLOAD_BYTES = 256 * 1024 * 1024


class ListOpened(msgspec.Struct, frozen=True, tag=True):
    """The list is understood."""

    profile: DetectedProfile
    rows_total: int | None


class RowChunk(msgspec.Struct, frozen=True, tag=True):
    """Rows as COPY reads them; the rows read and ignored so far, and the part read (0 to 1)."""

    lines: bytes
    read: int
    ignored: int
    fraction: float


class ListFinished(msgspec.Struct, frozen=True, tag=True):
    """The list was read to its end; the most memory the process has had, in KiB."""

    peak_memory_kib: int


class ListFailed(msgspec.Struct, frozen=True, tag=True):
    """The list cannot be read, for the reason that this error of ours says."""

    error: str
    message: str


class ListFetched(msgspec.Struct, frozen=True, tag=True):
    """The list is in a file now."""

    source: LocalSource


Frame = ListOpened | RowChunk | ListFinished | ListFailed | ListFetched


def send(pipe: BinaryIO, payload: bytes) -> None:
    """Write one message."""
    pipe.write(len(payload).to_bytes(_LENGTH_BYTES, "big") + payload)
    pipe.flush()


def receive(pipe: BinaryIO) -> bytes | None:
    """Read one message; None when the other side has gone, in the middle of one too."""
    length_prefix = pipe.read(_LENGTH_BYTES)
    if len(length_prefix) < _LENGTH_BYTES:
        return None
    length = int.from_bytes(length_prefix, "big")
    if length > _MAX_PAYLOAD_BYTES:
        return None
    payload = pipe.read(length)
    return payload if len(payload) == length else None
