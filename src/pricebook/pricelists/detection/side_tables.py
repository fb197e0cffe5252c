"""Tables side by side: a header row that repeats the titles of its first table further right."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from pricebook.pricelists.detection.blocks import is_named_header
from pricebook.pricelists.detection.column_content import filled_columns
from pricebook.pricelists.detection.header_texts import split_header_with_brackets
from pricebook.pricelists.detection.header_words import field_ranks, names_columns

_MIN_COLUMNS = 2
_MIN_TABLES = 2


class Sides(NamedTuple):
    """The columns of tables side by side; without `are_equal`, their titles differ.

    `shared` are the columns left of tables without a name, which each of them has.
    """

    columns: tuple[range, ...]
    are_equal: bool = True
    shared: range = range(0)

    def table_of(self, index: int) -> int:
        """Return the number of the table that has a column; one right of all is of the last."""
        ends = [each.stop for each in self.columns[:-1]]
        return sum(index >= end for end in ends)


def find_sides(cells: Sequence[str], ignored: Collection[int] = ()) -> Sides | None:
    """Return the tables side by side that a header row names, None for one table.

    A table whose columns are all `ignored` is none.
    """
    titles = [tuple(split_header_with_brackets(cell)) for cell in cells]
    first = _first_repeated(titles)
    if first is None or not is_named_header(cells):
        return None
    columns = _equal_tables(cells, titles)
    sides = Sides(columns) if columns else Sides(_other_tables(cells, titles), are_equal=False)
    kept = [each for each in sides.columns if not set(_filled(cells, each)) <= set(ignored)]
    lines = [_without_blank_end(titles[each.start : each.stop]) for each in kept]
    are_equal = all(line == lines[0] for line in lines)
    if len(kept) < _MIN_TABLES:
        return None
    has_name = any("name" in field_ranks(cells[index], "") for index in kept[0])
    shared = range(0) if has_name else range(kept[0].start)
    return Sides(tuple(kept), are_equal=are_equal, shared=shared)


def _first_repeated(titles: Sequence[tuple[str, ...]]) -> int | None:
    known = set[tuple[str, ...]]()
    for index, title in enumerate(titles):
        if title and title in known:
            return index
        known.add(title)
    return None


def _equal_tables(cells: Sequence[str], titles: Sequence[tuple[str, ...]]) -> tuple[range, ...]:
    """Return the columns of tables that all have the titles of the first one in their order."""
    filled = filled_columns(cells)
    first, end = filled[0], filled[-1] + 1
    for width in range(_MIN_COLUMNS, (end - first) // 2 + 2):
        sides = tuple(range(start, min(start + width, end)) for start in range(first, end, width))
        lines = [_without_blank_end(titles[side.start : side.stop]) for side in sides]
        is_table = len(lines[0]) >= _MIN_COLUMNS and names_columns(cells[first : first + width])
        if len(sides) > 1 and is_table and all(line == lines[0] for line in lines):
            return sides
    return ()


def _other_tables(cells: Sequence[str], titles: Sequence[tuple[str, ...]]) -> tuple[range, ...]:
    """Return the columns of tables that begin with an equal title of a code or a name.

    Each has a price. Nothing if no title is repeated so.
    """
    for index, title in enumerate(titles):
        starts = [other for other, each in enumerate(titles) if title and each == title]
        is_first = len(starts) > 1 and starts[0] == index
        if is_first and not {"sku", "name"}.isdisjoint(field_ranks(cells[index], "")):
            ends = [*starts[1:], filled_columns(cells)[-1] + 1]
            sides = tuple(map(range, starts, ends))
            if all(_has_price(cells[side.start : side.stop]) for side in sides):
                return sides
    return ()


def _has_price(cells: Sequence[str]) -> bool:
    return any("price" in field_ranks(cell, "") for cell in cells)


def _filled(cells: Sequence[str], columns: range) -> list[int]:
    return [index for index in filled_columns(cells) if index in columns]


def _without_blank_end(titles: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    last = max((index for index, title in enumerate(titles) if title), default=-1)
    return list(titles[: last + 1])
