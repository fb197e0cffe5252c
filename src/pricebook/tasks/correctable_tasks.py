"""Tasks whose rejected rows are corrected, and the rows as the API shows them."""

from typing import Annotated, Any
from uuid import UUID

from msgspec import Struct

from pricebook.http.field_types import doc
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.tasks.schemas import TaskState


class TaskToCorrect(Struct, frozen=True):
    """A task whose rejected rows are to be corrected.

    `is_latest` when no later price list of its supplier was imported; corrections are as old as the
    price list that they correct.
    """

    id: UUID
    supplier_id: UUID | None
    supplier_name: str
    state: TaskState
    cancelled_by: str | None
    source_config: dict[str, Any]
    found: dict[str, Any] | None
    row_error_counts: dict[str, int]
    is_latest: bool


class RowErrorQuery(CursorPaging, frozen=True):
    """Which rejected rows, and which page of them to return."""

    corrected: Annotated[
        bool, doc("`true`: the rows that were corrected since; default: those that were not.")
    ] = False


class TaskRowError(Struct, frozen=True):
    """A row of a price list that was not imported."""

    row_number: Annotated[
        int | None,
        doc("Number of the row in its sheet, from 1, plus the rows of the sheets read before it."),
    ]
    error_type: Annotated[str, doc("Kind of the error, for programs.")]
    error_message: Annotated[str, doc("Sentence for people: what is wrong with the row.")]
    row_data: Annotated[
        list[str] | dict[str, Any] | None,
        doc(
            "Cells of the row as text; an object with code, name and price if the cells could not"
            " be stored; null when not stored at all."
        ),
    ]
    corrected_by: Annotated[
        UUID | None, doc("Id of the task that imported the corrected row; null while it is open.")
    ]


class RowErrorPage(CursorPage[TaskRowError], frozen=True):
    """A page of rejected rows."""
