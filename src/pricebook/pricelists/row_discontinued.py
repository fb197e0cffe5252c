"""Articles that a price list has although it marks them as no longer sold."""

from pricebook.pricelists.detection.column_names import column_index, column_letters
from pricebook.pricelists.detection.column_options import ignored_columns
from pricebook.pricelists.detection.discontinued_words import (
    MAX_LENGTH,
    MAX_NOTE_LENGTH,
    cell_key,
    discontinued_title,
    is_discontinued,
    is_of_states,
    mark_in_name,
    mark_in_text,
    marks_below,
    marks_in_note,
)
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.schemas.profile import ColumnKind
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import quote

_FIELDS_WITH_MARKS: frozenset[Field] = frozenset({"stock", "lead_time", "category"})
_MAX_UNMARKED = 4096
# Columns of other kinds have no words.
_KINDS: frozenset[ColumnKind | None] = frozenset({None, "words", "texts"})


class _MarkColumn:
    """A column whose cells may be marks; `unmarked` has cells that are none, as they repeat."""

    def __init__(self, header: str, texts: frozenset[str]) -> None:
        self._texts = texts
        self._has_notes = not header or is_of_states(header)
        self._max_length = MAX_NOTE_LENGTH if self._has_notes else MAX_LENGTH
        self.unmarked = {""}

    def is_mark(self, cell: str) -> bool:
        """Return whether a cell marks its article as discontinued."""
        if len(cell) > self._max_length:
            return False
        is_whole = len(cell) <= MAX_LENGTH and cell_key(cell) in self._texts
        if is_whole or (self._has_notes and marks_in_note(cell)) or mark_in_text(cell):
            return True
        if len(self.unmarked) == _MAX_UNMARKED:
            self.unmarked.clear()
        self.unmarked.add(cell)
        return False


class DiscontinuedRows:
    """Finds rows of a table with a cell that marks their article as discontinued."""

    def __init__(self, table: DetectedTable, request: ReadRequest) -> None:
        ignored = ignored_columns(request, with_positions=True)
        left_out = {column_index(name) for name in ignored}
        left_out |= {i for field, i in table.columns.items() if field not in _FIELDS_WITH_MARKS}
        left_out |= {*table.key_columns, *(index for _, index in table.tiers)}
        self._price, self._name = table.columns["price"], table.columns["name"]
        self._headers = table.headers
        # Columns without words have marks only if their header is about them.
        wordless = {index for index, kind in enumerate(table.kinds) if kind not in _KINDS}
        self._columns = [
            (index, _MarkColumn(table.headers[index], texts))
            for index, texts in enumerate(map(marks_below, table.headers))
            if index not in left_out and table.headers[index] not in ignored
            if index not in wordless or texts != marks_below("")
        ]

    def find_problem(self, cells: list[str]) -> RowProblem | None:
        """Return why a row is rejected: the list marks its article as discontinued."""
        if mark := mark_in_name(cells[self._name]):
            return discontinued_problem(
                f"The article is marked {quote(mark)} in its name", "take the mark out of the name"
            )
        for index, column in self._columns:
            cell = cells[index]
            if cell not in column.unmarked and column.is_mark(cell):
                header = self._headers[index]
                label = quote(header) if header else column_letters(index)
                return discontinued_problem(
                    f"The article is marked {quote(cell)} (column {label})",
                    "name the column in ignored_columns",
                )
        return None

    def problem_of_price(self, cells: list[str]) -> RowProblem | None:
        """Return why a row is rejected that has a mark in place of its price."""
        cell = cells[self._price]
        if not is_discontinued(cell):
            return None
        return discontinued_problem(f"The article is marked {quote(cell)}", "write its price")


def problem_of_footnote(mark: str, text: str) -> RowProblem:
    """Return why an article is rejected whose mark the list explains by `no longer sold`."""
    return discontinued_problem(
        f"The article has the mark {quote(mark)}, which the list explains by {quote(text, 120)}",
        f'set ignored_marks="{mark}"',
    )


def problem_of_section(section: str) -> RowProblem | None:
    """Return why rows are rejected below a title such as `Discontinued articles`."""
    title = discontinued_title(section)
    if not title:
        return None
    return discontinued_problem(f"The row is below the title {quote(title)}", "rename the section")


def discontinued_problem(reason: str, remedy: str) -> RowProblem:
    """Return the problem of an article that is no longer sold."""
    return RowProblem(
        "discontinued",
        f"{reason}, so it is no longer offered: {remedy} if it is still on sale.",
    )
