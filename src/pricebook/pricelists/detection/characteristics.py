"""Titles of columns, and the columns that become characteristics of the items."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import count

from pricebook.pricelists.detection.ambiguity_errors import unknown_column_issue
from pricebook.pricelists.detection.column_content import ColumnContent, content_at
from pricebook.pricelists.detection.column_names import column_letters, find_columns
from pricebook.pricelists.detection.detection_issues import DetectionIssue
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.helper_columns import rejected_rows_columns
from pricebook.pricelists.schemas.profile import ColumnKind
from pricebook.pricelists.schemas.read_config import Field, ReadConfig
from pricebook.pricelists.text import clean_name, without_nul

_MAX_TITLE_LENGTH = 255
_TEXTS: frozenset[ColumnKind] = frozenset({"texts", "words"})
# Of articles with a text in the column; others may be notes at the side.
_MIN_SHARE = 0.5


def characteristic_columns(
    header: TableHeader,
    assigned_columns: Collection[int],
    config: ReadConfig,
    issues: list[DetectionIssue],
    untitled: Collection[int] = (),
) -> tuple[tuple[str, int], ...]:
    """Return title and column of the characteristics: those configured, else all other columns.

    Those of `untitled` have their letters as title. An issue is appended for each configured column
    that does not exist.
    """
    expected = config.characteristic_columns
    if expected is None:
        helpers = rejected_rows_columns(header.cells)
        indices = [
            index
            for index in range(len(header.cells))
            if index not in assigned_columns and index not in helpers and index not in header.hidden
        ]
    else:
        requested = {title: find_columns(header.cells, title, header.parts) for title in expected}
        indices = [index for columns in requested.values() for index in columns]
        issues += [
            unknown_column_issue(header, title, "characteristic_columns")
            for title, columns in requested.items()
            if not columns
        ]
    titles = unique_titles(
        (
            column_title(header.cells[index])
            or (f"column {column_letters(index)}" if expected or index in untitled else ""),
            index,
        )
        for index in dict.fromkeys(indices)
    )
    return tuple(titles.items())


def untitled_name_columns(
    header: TableHeader, contents: Sequence[ColumnContent], columns: Mapping[Field, int]
) -> frozenset[int]:
    """Return the columns of texts without a header beside the name, which one header may span."""
    if header.row_number == 0 or "name" not in columns:
        return frozenset()
    name = columns["name"]
    of_name = content_at(contents, name)
    found = set[int]()
    for step in (-1, 1):
        index = name + step
        while 0 <= index < len(header.cells) and not header.cells[index].strip():
            content = content_at(contents, index)
            if content.kind in _TEXTS and content.filled >= _MIN_SHARE * of_name.filled:
                found.add(index)
            index += step
    return frozenset(found)


def unique_titles(columns: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return the columns that have a title by their titles, repeated ones with a number."""
    titles: dict[str, int] = {}
    for title, index in columns:
        if title:
            titles[_unique_title(title, titles)] = index
    return titles


def column_title(cell: str) -> str:
    """Return the title of a column in the catalog: the header cell, cleaned and truncated."""
    return without_nul(clean_name(cell))[:_MAX_TITLE_LENGTH]


def header_row_key(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the key that identifies a repeated header row."""
    titles = list(map(column_title, cells))
    while titles and not titles[-1]:
        titles.pop()
    return tuple(titles)


def _unique_title(title: str, titles: Collection[str]) -> str:
    """Return a title with a number if it is taken: `Colour (2)`."""
    numbered = (f"{title} ({number})" for number in count(2))
    return title if title not in titles else next(name for name in numbered if name not in titles)
