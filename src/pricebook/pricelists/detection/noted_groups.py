"""Tables of discounts by group above the articles of the same sheet: `A | Fasteners | 0.52`."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.discount_words import FACTOR_WORDS, MULTIPLIER_WORDS
from pricebook.pricelists.detection.group_tables import MAX_GROUP_LENGTH, names_discount
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.facts.discounts import parse_discounts, parse_multiplier
from pricebook.pricelists.text import comparison_key

_MULTIPLIERS = comparison_keys((*MULTIPLIER_WORDS, *FACTOR_WORDS))
_MIN_GROUPS = 2
# Rows between the title of a table and its groups: its header.
_MAX_DISTANCE = 2


class _Row(NamedTuple):
    """The texts of one row beside the articles."""

    number: int
    texts: tuple[str, ...]


class NotedGroups(NamedTuple):
    """The groups of one table above the articles, as comparison keys, and its rows."""

    groups: frozenset[str]
    rows: frozenset[int]


def noted_groups(notes: Sequence[Note]) -> list[NotedGroups]:
    """Return the tables of discounts by group among the texts around the articles.

    A header or title above names discounts; the rows below it have a short text and, in any other
    cell, a percentage, a multiplier or a word such as `net`.
    """
    return list(_tables(_rows(notes)))


def rows_of(tables: Iterable[NotedGroups]) -> frozenset[int]:
    """Return the numbers of the rows of tables of discounts."""
    return frozenset(row for table in tables for row in table.rows)


def without_noted_groups(notes: Sequence[Note]) -> list[Note]:
    """Return the texts that are in no table of discounts: `NET` in one of them is no tax."""
    left_out = rows_of(noted_groups(notes))
    return [note for note in notes if note.row_number not in left_out]


def _rows(notes: Sequence[Note]) -> list[_Row]:
    return [
        _Row(number, tuple(display_text(note.text).strip() for note in of_row))
        for number, of_row in groupby(notes, lambda note: note.row_number)
    ]


def _tables(rows: Sequence[_Row]) -> Iterator[NotedGroups]:
    start = 0
    while start < len(rows):
        end = _end_of_table(rows, start)
        table = rows[start:end]
        groups = frozenset(comparison_key(row.texts[0]) for row in table)
        if len(groups) >= _MIN_GROUPS and _is_announced(rows, start):
            yield NotedGroups(groups, frozenset(row.number for row in table))
        start = max(end, start + 1)


def _end_of_table(rows: Sequence[_Row], start: int) -> int:
    """Return the position behind consecutive rows of a group and its discounts."""
    end = start
    while end < len(rows) and _has_group(rows[end]):
        if end > start and rows[end].number != rows[end - 1].number + 1:
            break
        end += 1
    return end


def _has_group(row: _Row) -> bool:
    group, *others = row.texts
    return 0 < len(group) <= MAX_GROUP_LENGTH and any(map(_is_discount, others))


def _is_discount(text: str) -> bool:
    return bool(text) and (parse_discounts(text) is not None or bool(parse_multiplier(text)))


def _is_announced(rows: Sequence[_Row], start: int) -> bool:
    """Return whether a row directly above a table has a word for discounts or multipliers."""
    above = rows[max(0, start - _MAX_DISTANCE) : start]
    return any(
        names_discount(text) or not _MULTIPLIERS.isdisjoint(map(comparison_key, text.split()))
        for row in above
        if rows[start].number - row.number <= _MAX_DISTANCE
        for text in row.texts
    )
