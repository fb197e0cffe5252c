"""Rejected rows as CSV lines with the columns of their price list.

The cells are under the headers that they came from, so that corrected lines can be imported.
"""

from collections.abc import Mapping, Sequence
from typing import Any

_LEADING_COLUMNS = ("row_number",)
_TRAILING_COLUMNS = ("further cells", "error_type", "error_message")


def rejected_rows_header(profile: Mapping[str, Any] | None) -> list[str]:
    """Return the header: row number, columns of the price list, further cells, error."""
    return [*_LEADING_COLUMNS, *_headers(profile), *_TRAILING_COLUMNS]


def rejected_row_line(row: Sequence[Any], profile: Mapping[str, Any] | None) -> list[Any]:
    """Return the line of a row: its number, its cells, the error type, the reason."""
    number, error_type, row_data, message = row
    headers = _headers(profile)
    cells: Sequence[Any] = row_data or ()
    if not isinstance(row_data, list | None):
        cells = _cells_under_headers(row_data, headers, profile)
    aligned_cells = [*cells[: len(headers)], *[None] * (len(headers) - len(cells))]
    extra_cells = " | ".join(map(str, cells[len(headers) :])) or None
    return [number, *aligned_cells, extra_cells, error_type, message]


def omitted_rows_line(rows: int, profile: Mapping[str, Any] | None) -> list[Any]:
    """Return the line that counts the rejected rows that were not stored."""
    return rejected_row_line((None, "not_kept", None, f"{rows:,} more rows are not kept."), profile)


def _headers(profile: Mapping[str, Any] | None) -> Sequence[str]:
    return profile.get("headers", ()) if profile else ()


def _cells_under_headers(
    fields: Mapping[str, Any], headers: Sequence[str], profile: Mapping[str, Any] | None
) -> list[Any]:
    """Return the fields of a row in the order of the headers that named them."""
    columns: Mapping[str, str] = profile["columns"] if profile else {}
    cells: list[Any] = [None] * len(headers)
    for field, value in fields.items():
        header = columns.get(field)
        if header in headers:
            cells[headers.index(header)] = value
        else:
            cells.append(value)
    return cells
