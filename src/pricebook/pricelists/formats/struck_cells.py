"""The struck-out cells of a sheet, as the formats find them by the styles of cells."""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence

from pricebook.errors import PriceListError

_COLUMN_BITS = 32
_COLUMN_MASK = (1 << _COLUMN_BITS) - 1
_MAX_CELLS = 4_000_000


class StruckCells:
    """The positions of the struck-out cells of a sheet that are filled.

    Rows are numbers from 1 and added in their order, columns are counted from 0.
    """

    def __init__(self, positions: Iterable[int] = ()) -> None:
        """Keep positions, ascending; raises PriceListError if there are too many."""
        self._positions = array("Q")
        self._extend(positions)

    def __bool__(self) -> bool:
        return bool(self._positions)

    def add(self, row_number: int, columns: Iterable[int]) -> None:
        """Add cells of a row, ascending; raises PriceListError if there are too many."""
        self._extend(_position(row_number, column) for column in columns)

    def columns(self, row_number: int) -> Sequence[int]:
        """Return the struck-out columns of a row, ascending."""
        start = bisect_left(self._positions, _position(row_number, 0))
        end = bisect_left(self._positions, _position(row_number + 1, 0), start)
        return [position & _COLUMN_MASK for position in self._positions[start:end]]

    def of_columns(self, columns: range, first: int, shared: range) -> "StruckCells":
        """Return those of some columns, counted as if these began with column `first`.

        Those of the `shared` columns, left of all, stay where they are.
        """
        shift = columns.start - first
        found = ((each, each & _COLUMN_MASK) for each in self._positions)
        return StruckCells(
            each if column in shared else each - shift
            for each, column in found
            if column in shared or column in columns
        )

    def filled_down(
        self, merged_ranges: Iterable[tuple[int, int, int]], rows_total: int
    ) -> "StruckCells":
        """Return these cells and those of each row of the merged ranges that begin with one.

        A range has its first row, its column and its last row.
        """
        own, ends = set(self._positions), Counter[int]()
        further = set[int]()
        for first_row, column, last_row in sorted(merged_ranges):
            if _position(first_row, column) in own:
                rows = range(max(first_row, ends[column]) + 1, min(last_row, rows_total) + 1)
                further.update(_position(row, column) for row in rows)
                ends[column] = max(ends[column], last_row)
        return StruckCells(sorted(own | further)) if further else self

    def _extend(self, positions: Iterable[int]) -> None:
        self._positions.extend(positions)
        if len(self._positions) > _MAX_CELLS:
            raise PriceListError(f"The sheet has more than {_MAX_CELLS:,} struck-out cells.")


NO_STRUCK_CELLS = StruckCells()


def _position(row_number: int, column: int) -> int:
    return row_number << _COLUMN_BITS | column
