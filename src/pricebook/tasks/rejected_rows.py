"""Rows that a list had and that were not taken in, as lines of a table with the list's own columns.

What is mended there can be taken in again: the cells stand under the headers that they came from.
"""

from collections.abc import Mapping, Sequence
from typing import Any

_LEADING_COLUMNS = ("row_number",)
_TRAILING_COLUMNS = ("further cells", "error_type", "error_message")


def rejected_rows_header(profile: Mapping[str, Any] | None) -> list[str]:
    """Name the columns: the row's number, those of the list, what does not fit, and the reason."""
    return [*_LEADING_COLUMNS, *_headers(profile), *_TRAILING_COLUMNS]


def rejected_row_line(row: Sequence[Any], profile: Mapping[str, Any] | None) -> list[Any]:
    """Write a row: its number, the kind of error, what was in it, and the reason, which is last."""
    number, error_type, row_data, message = row
    headers = _headers(profile)
    cells: Sequence[Any] = row_data or ()
    if not isinstance(row_data, list | None):
        cells = _cells_under_headers(row_data, headers, profile)
    aligned_cells = [*cells[: len(headers)], *[None] * (len(headers) - len(cells))]
    extra_cells = " | ".join(map(str, cells[len(headers) :])) or None
    return [number, *aligned_cells, extra_cells, error_type, message]


def omitted_rows_line(rows: int, profile: Mapping[str, Any] | None) -> list[Any]:
    """Write the line that counts the rows of which only the number is kept."""
    return rejected_row_line((None, "not_kept", None, f"{rows:,} more rows are not kept."), profile)


def _headers(profile: Mapping[str, Any] | None) -> Sequence[str]:
    return profile.get("headers", ()) if profile else ()


def _cells_under_headers(
    fields: Mapping[str, Any], headers: Sequence[str], profile: Mapping[str, Any] | None
) -> list[Any]:
    """Put the fields of a row that was understood under the headers that named them."""
    columns: Mapping[str, str] = profile["columns"] if profile else {}
    cells: list[Any] = [None] * len(headers)
    for field, value in fields.items():
        header = columns.get(field)
        if header in headers:
            cells[headers.index(header)] = value
        else:
            cells.append(value)
    return cells
