"""The form of the rejected rows: the cells that were typed, and the rows that they are for."""

from collections.abc import Mapping
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace

from pricebook.imports.corrected_cells import (
    CellRow,
    CellTable,
    TypedRow,
    is_changed,
    keep_unchanged,
    merge_typed,
)
from pricebook.tasks.related_schemas import RejectedRow

MAX_ROWS, MIN_ROWS = 50, 5
# Of the rows of a page, and of the rows that were changed on other pages.
PAGE_FIELDS, MAX_FIELDS = 500, 5_000
# Beside the cells, a row has its version, its further cells, and whether it is imported as it is;
# the form has its key and place.
FIELDS_OF_ROW, FIELDS_OF_FORM = 3, 4
FURTHER = "further"
AS_IT_IS = "asis"


class FormRow(Struct, frozen=True):
    """A row of the form: as it is stored, what was typed, and whether it is imported as it is.

    It has a conflict if somebody else changed it since the form was shown.
    """

    stored: CellRow
    typed: TypedRow
    has_conflict: bool = False
    is_accepted: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether it is to be imported: a cell differs from the stored one, or as it is."""
        return self.is_accepted or is_changed(self.stored, self.typed)


class SentRow(Struct, frozen=True):
    """What a form has for one row: the version that it showed, and its cells by their index."""

    version: str
    cells: dict[int, str]
    further: str | None
    is_accepted: bool = False


def rows_per_page(columns: int) -> int:
    """Return how many rows of so many columns a page has."""
    fitting = (PAGE_FIELDS - FIELDS_OF_FORM) // (columns + FIELDS_OF_ROW)
    return max(MIN_ROWS, min(MAX_ROWS, fitting))


def rows_to_keep(columns: int) -> int:
    """Return how many changed rows of other pages a form may have beside those of its page."""
    fitting = (MAX_FIELDS - FIELDS_OF_FORM) // (columns + FIELDS_OF_ROW)
    return max(0, fitting - rows_per_page(columns))


def new_key() -> str:
    """Return the key by which a form that is sent twice submits one task."""
    return f"console-{uuid4()}"


def read_sent_rows(form: Mapping[str, str]) -> dict[int, SentRow]:
    """Return the rows of a form by their numbers."""
    sent: dict[int, SentRow] = {}
    for name, value in form.items():
        kind, _, number = name.partition("-")
        if kind == "version" and number.isdigit():
            accepted = f"{AS_IT_IS}-{number}" in form
            sent[int(number)] = SentRow(value, {}, None, is_accepted=accepted)
    for name, value in form.items():
        kind, _, place = name.partition("-")
        number, _, column = place.partition("-")
        row = sent.get(int(number)) if kind == "cell" and number.isdigit() else None
        if row is None:
            continue
        if column == FURTHER:
            sent[int(number)] = replace(row, further=value)
        elif column.isdigit():
            row.cells[int(column)] = value
    return sent


def typed_rows(
    table: CellTable, stored: Mapping[int, RejectedRow], sent: Mapping[int, SentRow]
) -> dict[int, FormRow]:
    """Return what was typed beside what is stored, of the rows that are."""
    rows: dict[int, FormRow] = {}
    for number, each in sent.items():
        if number in stored:
            row = table.row(stored[number])
            typed = keep_unchanged(row, merge_typed(row, each.cells, each.further))
            accepted = each.is_accepted and row.is_left_out
            rows[number] = FormRow(row, typed, each.version != row.version, is_accepted=accepted)
    return rows


def as_shown(row: CellRow) -> FormRow:
    """Return a row of which nothing was typed."""
    return FormRow(row, TypedRow(row.cells, row.further))
