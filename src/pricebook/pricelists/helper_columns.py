"""The columns of a file of rejected rows that are not columns of its price list."""

from collections.abc import Sequence

LEADING_COLUMNS = ("row_number", "sheet")
TRAILING_COLUMNS = ("further cells", "section", "error_type", "error_message", "task_id")
_MARKS = frozenset({"error_type", "error_message"})
HELPER_COLUMNS = len(LEADING_COLUMNS) + len(TRAILING_COLUMNS)
# Ends a cell of a rejected row of which only the first part was stored.
TRUNCATION_MARK = " […]"


def is_header_of_rejected_rows(cells: Sequence[str]) -> bool:
    """Return whether the first row of a file has the helper columns where they are written."""
    titles = tuple(map(str.strip, cells))
    return (
        titles[: len(LEADING_COLUMNS)] == LEADING_COLUMNS
        and titles[-len(TRAILING_COLUMNS) :] == TRAILING_COLUMNS
    )


def rejected_rows_columns(headers: Sequence[str]) -> frozenset[int]:
    """Return the helper columns of a file of rejected rows; none if the file is not one.

    It is one if it has the columns of the error, which no price list has.
    """
    titles = [header.strip().casefold() for header in headers]
    if not _MARKS.issubset(titles):
        return frozenset()
    names = {*LEADING_COLUMNS, *TRAILING_COLUMNS}
    return frozenset(index for index, title in enumerate(titles) if title in names)
