from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from pricebook.errors import FieldIssue, body_issue, validation_error
from pricebook.http.field_types import Price, doc
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.suppliers.item_terms import ItemAvailability, ItemDetails

QuarantineState = Literal["open", "accepted", "refused", "superseded"]

MAX_IDS = 1_000


class QuarantinedRow(Struct, frozen=True, kw_only=True):
    """A row of a price list whose price is out of line, with the values that accepting it sets."""

    id: Annotated[UUID, doc("Id of the quarantined row.")]
    task_id: Annotated[
        UUID | None, doc("Id of the task of the newest price list with it; null once deleted.")
    ]
    supplier_id: Annotated[UUID, doc("Id of the supplier.")]
    supplier_name: Annotated[str, doc("Name of the supplier.")]
    supplier_item_id: Annotated[UUID, doc("Id of the supplier item.")]
    row_number: Annotated[
        int,
        doc("Number of the row in its sheet, from 1, plus the rows of the sheets read before it."),
    ]
    supplier_sku: Annotated[str, doc("The supplier's article code.")]
    name: Annotated[str, doc("The name of the article in the row.")]
    old_price: Annotated[
        Price, doc("Price of the item when the row was read, in the currency of the catalog.")
    ]
    price: Annotated[Price, doc("Price of the row in the currency of the catalog.")]
    currency: Annotated[str, doc("Currency of the price list, ISO 4217.")]
    cost: Annotated[Price, doc("Cost of one base unit, in the currency of the price list.")]
    next_price: Annotated[
        Price | None,
        doc("Cost from the day `next_from` on, in the currency of the price list; or null."),
    ]
    next_from: Annotated[date | None, doc("Day from which `next_price` holds, ISO 8601; or null.")]
    factor: Annotated[
        float | None, doc("New price divided by the old one; null where the old one is 0.")
    ]
    reason: Annotated[str, doc("Sentence for people: why the row is quarantined.")]
    state: Annotated[
        QuarantineState,
        doc("`open` waits for a decision; `superseded`: a newer price list came before one."),
    ]
    decided_by: Annotated[str | None, doc("Name of the user who decided; null without one.")]
    decided_at: Annotated[datetime | None, doc("Time of the decision, ISO 8601 UTC, or null.")]
    superseded_at: Annotated[
        datetime | None,
        doc("Time of the import of a newer price list without its price, ISO 8601 UTC, or null."),
    ]
    characteristics: Annotated[
        dict[str, Any], doc("Cells of further columns of the price list, by header.")
    ]
    details: Annotated[
        ItemDetails | None,
        doc("How the cost was derived and what else the row says; null where it says nothing."),
    ]
    availability: Annotated[
        ItemAvailability | None, doc("Stock and lead time; null where the price list has neither.")
    ]
    created_at: Annotated[
        datetime, doc("Time of the import of the first price list with it, ISO 8601 UTC.")
    ]


class QuarantineQuery(CursorPaging, frozen=True):
    """Filters of quarantined rows, and which page of them to return."""

    supplier_id: Annotated[UUID | None, doc("Only rows of this supplier.")] = None
    task_id: Annotated[
        UUID | None, doc("Only rows whose newest price list is that of this task.")
    ] = None
    state: Annotated[QuarantineState | None, doc("Only rows in this state.")] = None


class QuarantineSelection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows to decide: some by their ids, or all open ones of a task or of a supplier."""

    ids: Annotated[
        Annotated[list[UUID], Meta(min_length=1, max_length=MAX_IDS)] | None,
        doc("Ids of the rows, 1 to 1,000; not with `task_id` or `supplier_id`."),
    ] = None
    task_id: Annotated[UUID | None, doc("Id of a task: all open rows of its price list.")] = None
    supplier_id: Annotated[UUID | None, doc("Id of a supplier: all its open rows.")] = None
    expected_count: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        doc("Number of open rows of the task or supplier; with another number nothing is done."),
    ] = None

    def __post_init__(self) -> None:
        """Raise ValidationError unless exactly one selection is given, a filter with its count."""
        issues: list[FieldIssue] = []
        given = [self.ids, self.task_id, self.supplier_id]
        if len([each for each in given if each is not None]) != 1:
            issues.append(body_issue("ids", "expected one of ids, task_id and supplier_id"))
        elif (self.ids is None) != (self.expected_count is not None):
            issue = "is needed with task_id or supplier_id, and only with them"
            issues.append(body_issue("expected_count", issue))
        if issues:
            raise validation_error(*issues)


class SkippedRow(Struct, frozen=True):
    """A row that was not decided, with the reason."""

    id: Annotated[UUID, doc("Id of the quarantined row.")]
    supplier_sku: Annotated[str, doc("The supplier's article code.")]
    reason: Annotated[str, doc("Sentence for people: why the row was not decided.")]


class QuarantineDecision(Struct, frozen=True):
    """The result of a decision about quarantined rows."""

    decided: Annotated[int, doc("Number of rows that were accepted or refused.")]
    skipped: Annotated[list[SkippedRow], doc("The rows that were not, each with the reason.")]


class WaitingRows(Struct, frozen=True):
    """The number of open rows of a supplier, and when the oldest of them was quarantined."""

    supplier_name: str
    rows: int
    since: datetime


class QuarantinePage(CursorPage[QuarantinedRow], frozen=True):
    """A page of quarantined rows."""
