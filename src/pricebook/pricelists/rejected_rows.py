"""The columns of a file of rejected rows that are not columns of its price list.

Such a file is the CSV of the rejected rows of a task. Corrected, it is imported like a price list.
"""

from collections.abc import Sequence

LEADING_COLUMNS = ("row_number", "sheet")
TRAILING_COLUMNS = ("further cells", "error_type", "error_message")
_HELPER_COLUMNS = frozenset({*LEADING_COLUMNS, *TRAILING_COLUMNS})
_MARKS = frozenset({"error_type", "error_message"})


def rejected_rows_columns(headers: Sequence[str]) -> frozenset[int]:
    """Return the helper columns of a file of rejected rows; none if the file is not one.

    It is one if it has the columns of the error, which no price list has.
    """
    titles = [header.strip().casefold() for header in headers]
    if not _MARKS.issubset(titles):
        return frozenset()
    return frozenset(index for index, title in enumerate(titles) if title in _HELPER_COLUMNS)
