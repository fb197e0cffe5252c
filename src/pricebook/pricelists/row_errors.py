"""The rejected rows of a price list, from the lines that the parser process sends."""

import re
from collections.abc import Iterator

import msgspec

from pricebook.pricelists.isolation.copy_lines import COLUMNS

_ROW_NUMBER, _ERROR_TYPE, _ERROR_MESSAGE = (
    COLUMNS.index(name) for name in ("row_number", "error_type", "error_message")
)
_NULL = b"\\N"
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CONTROL_CHARACTERS = {"t": "\t", "n": "\n", "r": "\r"}


class RowError(msgspec.Struct, frozen=True):
    """A row that was not imported, with the reason."""

    row_number: int
    error_type: str
    error_message: str


def row_errors_of(lines: bytes) -> Iterator[RowError]:
    """Yield the rejected rows among lines for COPY."""
    for line in lines.split(b"\n"):
        columns = line.split(b"\t")
        if len(columns) == len(COLUMNS) and columns[_ERROR_TYPE] != _NULL:
            yield RowError(
                int(columns[_ROW_NUMBER]),
                columns[_ERROR_TYPE].decode(),
                _unescape(columns[_ERROR_MESSAGE].decode()),
            )


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda match: _CONTROL_CHARACTERS.get(match[1], match[1]), text)
