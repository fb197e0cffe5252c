from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Struct

from pricebook.http.field_types import doc
from pricebook.http.pagination import Page, Paging
from pricebook.tasks.message import ParserType
from pricebook.tasks.reasons import Reason
from pricebook.tasks.schemas import TaskState

LeftKind = Literal["item", "product"]
LeftReason = Literal[
    "later_import",
    "quarantine_accepted",
    "rate",
    "changed",
    "linked",
    "product_edited",
    "product_in_use",
    "item_left",
]
SENTENCES: dict[LeftReason, str] = {
    "later_import": "A later import changed the item.",
    "quarantine_accepted": "A quarantined price of the item was accepted.",
    "rate": "The price of the item follows another exchange rate, or the item was changed.",
    "changed": "The item was changed after the import.",
    "linked": "The item is new, and somebody linked it to a product.",
    "product_edited": "The product was made of an item, and somebody edited it.",
    "product_in_use": "The product was made of an item, and other items are linked to it.",
    "item_left": "The product was made of an item that is left.",
}


class UndoQuery(Paging, frozen=True):
    """Whether to undo, and which page of what would change, and be left, to return."""

    dry_run: Annotated[
        bool, doc("`true`: undo nothing, and return what an undo would do (status 200).")
    ] = False


class UndoRequest(Struct, frozen=True):
    """Why an import is undone."""

    reason: Reason = None


class LeftChange(Struct, frozen=True):
    """An item or a product that an undo leaves as it is, and why."""

    kind: Annotated[LeftKind, doc("Whether it is a supplier item or a product.")]
    supplier_item_id: Annotated[UUID | None, doc("Id of the item; that a product was made of.")]
    product_id: Annotated[UUID | None, doc("Id of the product, or of the one linked to the item.")]
    code: Annotated[str, doc("Article code of the item, SKU of the product.")]
    name: Annotated[str, doc("Name of the item or the product.")]
    reason: Annotated[LeftReason, doc("Why it is left, for programs.")]
    sentence: Annotated[str, doc("Sentence for people: why it is left.")]
    later_task_id: Annotated[
        UUID | None, doc("Id of the later task that changed the item; null for other reasons.")
    ]


class LeftPage(Page[LeftChange], frozen=True):
    """A page of what an undo left."""


class TaskToUndo(Struct, frozen=True):
    """A task that is to be undone."""

    id: UUID
    supplier_id: UUID | None
    supplier_name: str
    parser_type: ParserType
    state: TaskState
    undo_of: UUID | None
    undone_by: UUID | None
    undone_at: datetime | None
    keeps_changes: bool


class UndoableTask(Struct, frozen=True):
    """A task that can be undone."""

    id: UUID
    supplier_id: UUID
    supplier_name: str
    parser_type: ParserType
