"""The messages between the worker and its child processes: length-prefixed, over two pipes."""

from typing import BinaryIO

import msgspec

from pricebook.errors import PriceListIssue
from pricebook.pricelists.schemas.profile import DetectedProfile
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.schemas.read_request import LocalSource
from pricebook.pricelists.schemas.reference_rates import ReferenceRate
from pricebook.pricelists.schemas.table_rows import TableRow

_LENGTH_BYTES = 4
# The largest message is one row of the longest cells.
_MAX_PAYLOAD_BYTES = 256 * 1024 * 1024


class PriceListOpened(msgspec.Struct, frozen=True, tag=True):
    """The price list was opened; its detected profile and, if known, its number of rows."""

    profile: DetectedProfile
    rows_total: int | None


class RowChunk(msgspec.Struct, frozen=True, tag=True):
    """Lines for COPY; the numbers of rows read and ignored, and the fraction read (0 to 1)."""

    lines: bytes
    read: int
    ignored: int
    fraction: float


class PriceListFinished(msgspec.Struct, frozen=True, tag=True):
    """The price list was read to its end; the peak memory of the process in KiB.

    `unread_cells` counts the cells of a field that are kept as text, `unread_texts` has the first.
    """

    peak_memory_kib: int
    unread_cells: dict[Field, int] = {}
    unread_texts: dict[Field, tuple[str, ...]] = {}


class PriceListFailed(msgspec.Struct, frozen=True, tag=True):
    """The price list cannot be read; the class name of the error in `pricebook.errors`."""

    error: str
    message: str
    issues: tuple[PriceListIssue, ...] = ()


class RowCells(msgspec.Struct, frozen=True, tag=True):
    """The cells of requested rows by row number, as they are stored for a rejected row.

    `struck` has those that are struck out, if they were requested; other cells of it are empty.
    """

    cells: dict[int, list[str]]
    struck: dict[int, list[str]] = {}


class SheetSample(msgspec.Struct, frozen=True):
    """The first rows of a sheet with their numbers; a text file has no name of a sheet.

    `first_row` is set if they are those of one of several tables of the sheet, which begins there.
    `struck` has the rows with struck-out cells, with these alone: the others are empty.
    """

    name: str | None
    rows: list[tuple[int, list[str]]]
    first_row: int | None = None
    struck: list[tuple[int, list[str]]] = []


class SampleRead(msgspec.Struct, frozen=True, tag=True):
    """The first rows of a price list, whether or not it is readable."""

    sheets: list[SheetSample]


class TableOpened(msgspec.Struct, frozen=True, tag=True):
    """A table with known columns was opened; its columns and, if known, its number of rows."""

    columns: list[str]
    rows_total: int | None


class TableChunk(msgspec.Struct, frozen=True, tag=True):
    """Rows of a table with known columns."""

    rows: list[TableRow]


class PriceListFetched(msgspec.Struct, frozen=True, tag=True):
    """The price list was downloaded into a file."""

    source: LocalSource


class RatesRead(msgspec.Struct, frozen=True, tag=True):
    """The exchange rates of a file."""

    rates: list[ReferenceRate]


Frame = (
    PriceListOpened
    | RowChunk
    | PriceListFinished
    | PriceListFailed
    | PriceListFetched
    | RatesRead
    | RowCells
    | SampleRead
    | TableOpened
    | TableChunk
)


def send(pipe: BinaryIO, payload: bytes) -> None:
    """Write one message."""
    pipe.write(len(payload).to_bytes(_LENGTH_BYTES, "big") + payload)
    pipe.flush()


def receive(pipe: BinaryIO) -> bytes | None:
    """Read one message; None at the end of the stream, within a message, or if it is too long."""
    length_prefix = pipe.read(_LENGTH_BYTES)
    if len(length_prefix) < _LENGTH_BYTES:
        return None
    length = int.from_bytes(length_prefix, "big")
    if length > _MAX_PAYLOAD_BYTES:
        return None
    payload = pipe.read(length)
    return payload if len(payload) == length else None
