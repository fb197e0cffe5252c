"""Rows that a list had and that were not taken in, as lines of a table with the list's own columns.

What is mended there can be taken in again: the cells stand under the headers that they came from.
"""

from collections.abc import Mapping, Sequence
from typing import Any

_BEFORE = ("row_number",)
_AFTER = ("further cells", "error_type", "error_message")


def header_of(found: Mapping[str, Any] | None) -> list[str]:
    """Name the columns: the row's number, those of the list, what does not fit, and the reason."""
    return [*_BEFORE, *_headers(found), *_AFTER]


def line_of(row: Sequence[Any], found: Mapping[str, Any] | None) -> list[Any]:
    """Write a row: its number, the kind of error, what was in it, and the reason, which is last."""
    number, error_type, row_data, message = row
    headers = _headers(found)
    cells: Sequence[Any] = row_data or ()
    if not isinstance(row_data, list | None):
        cells = _placed(row_data, headers, found)
    kept = [*cells[: len(headers)], *[None] * (len(headers) - len(cells))]
    further = " | ".join(map(str, cells[len(headers) :])) or None
    return [number, *kept, further, error_type, message]


def line_of_missing(rows: int, found: Mapping[str, Any] | None) -> list[Any]:
    """Write the line that counts the rows of which only the number is kept."""
    return line_of((None, "not_kept", None, f"{rows:,} more rows are not kept."), found)


def _headers(found: Mapping[str, Any] | None) -> Sequence[str]:
    return found.get("headers", ()) if found else ()


def _placed(
    fields: Mapping[str, Any], headers: Sequence[str], found: Mapping[str, Any] | None
) -> list[Any]:
    """Put the fields of a row that was understood under the headers that named them."""
    columns: Mapping[str, str] = found["columns"] if found else {}
    cells: list[Any] = [None] * len(headers)
    for field, value in fields.items():
        header = columns.get(field)
        if header in headers:
            cells[headers.index(header)] = value
        else:
            cells.append(value)
    return cells
