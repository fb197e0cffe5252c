"""Tables side by side: a header row that repeats all titles of its first table in their order."""

from collections.abc import Sequence

from pricebook.pricelists.detection.blocks import is_named_header
from pricebook.pricelists.detection.column_content import filled_columns
from pricebook.pricelists.detection.header_words import names_columns
from pricebook.pricelists.text import comparison_key

_MIN_COLUMNS = 3


def find_sides(cells: Sequence[str]) -> tuple[range, ...]:
    """Return the columns of the tables side by side that a header row names, none for one table."""
    if not is_named_header(cells):
        return ()
    titles = list(map(comparison_key, cells))
    filled = filled_columns(cells)
    first, end = filled[0], filled[-1] + 1
    for width in range(_MIN_COLUMNS, (end - first) // 2 + 2):
        sides = tuple(range(start, min(start + width, end)) for start in range(first, end, width))
        lines = [_without_blank_end(titles[side.start : side.stop]) for side in sides]
        is_table = len(lines[0]) >= _MIN_COLUMNS and names_columns(cells[first : first + width])
        if len(sides) > 1 and is_table and all(line == lines[0] for line in lines):
            return sides
    return ()


def _without_blank_end(titles: Sequence[str]) -> list[str]:
    last = max((index for index, title in enumerate(titles) if title), default=-1)
    return list(titles[: last + 1])
