"""What the cells of some columns say, parsed once for rows in which they are equal."""

from collections.abc import Callable, Hashable, Sequence
from operator import itemgetter
from typing import Generic, TypeVar

_MAX_ENTRIES = 4096
_MAX_KEY_CHARACTERS = 1024

_Value = TypeVar("_Value")


class CellCache(Generic[_Value]):
    """Parses rows by the cells of some columns; keeps the value for rows with the same cells.

    `parse` reads no other cells of a row; what it raises is not kept. Rows share a value, which
    must not be changed.
    """

    def __init__(self, columns: Sequence[int], parse: Callable[[list[str]], _Value]) -> None:
        self._columns = columns
        self._cells_of = itemgetter(*columns) if columns else _no_cells
        self._parse = parse
        self._values: dict[Hashable, _Value] = {}

    def read(self, cells: list[str], texts: list[str]) -> _Value:
        """Return the value of a row; raises what `parse` raises.

        `texts` are the displayed texts of the cells: the same list if all cells are texts.
        """
        key = self._cells_of(cells)
        if texts is not cells:
            key = (key, self._cells_of(texts), tuple(map(type, cells)))
        value = self._values.get(key)
        return self._add(key, cells) if value is None else value

    def clear(self) -> None:
        """Forget all values, once `parse` depends on something else."""
        self._values.clear()

    def _add(self, key: Hashable, cells: list[str]) -> _Value:
        value = self._parse(cells)
        if len(self._values) == _MAX_ENTRIES:
            self._values.clear()
        if sum(len(cells[column]) for column in self._columns) <= _MAX_KEY_CHARACTERS:
            self._values[key] = value
        return value


def _no_cells(_: list[str]) -> Hashable:
    return None
