"""What an undo would do, or has done."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Struct

from pricebook.http.field_types import Price, doc
from pricebook.http.pagination import Page
from pricebook.tasks.undo_counts import UndoCounts
from pricebook.undo.schemas import LeftKind, LeftPage

ChangedPart = Literal[
    "price",
    "name",
    "characteristics",
    "price_details",
    "availability",
    "upcoming_price",
    "absence",
]


class PlannedChange(Struct, frozen=True):
    """An item that an undo would restore or delete, or a product that it would delete."""

    kind: Annotated[LeftKind, doc("Whether it is a supplier item or a product.")]
    action: Annotated[
        Literal["restored", "deleted"],
        doc("`restored`: as it was before the import; `deleted`: the import made it."),
    ]
    supplier_item_id: Annotated[UUID | None, doc("Id of the item; that a product was made of.")]
    product_id: Annotated[UUID | None, doc("Id of the product, or of the one linked to the item.")]
    code: Annotated[str, doc("Article code of the item, SKU of the product.")]
    name: Annotated[str, doc("Name of the item or the product.")]
    price: Annotated[
        Price | None, doc("Price now, in the currency of the catalog; null: a product.")
    ]
    restored_price: Annotated[
        Price | None, doc("Price after the undo, in the currency of the catalog; null: deleted.")
    ]
    changed: Annotated[
        list[ChangedPart], doc("What of a restored item would change; none of one that is deleted.")
    ]


class PlannedPage(Page[PlannedChange], frozen=True):
    """A page of what an undo would restore and delete, items of other prices first."""


class LaterList(Struct, frozen=True):
    """The newest price list of the supplier that was imported later and is not undone."""

    task_id: Annotated[UUID, doc("Id of its task.")]
    completed_at: Annotated[datetime, doc("When its import ended.")]


class UndoResult(Struct, frozen=True, kw_only=True):
    """What an undo has done, and a page of what it left."""

    task_id: Annotated[UUID, doc("Id of the task.")]
    counts: Annotated[UndoCounts, doc("What it would change and leave.")]
    later_list: Annotated[
        LaterList | None,
        doc(
            "Newest later price list of the supplier that is not undone. What it has like the"
            " undone one is taken back, too, and comes back with the next import; null: none."
        ),
    ]
    left: Annotated[LeftPage, doc("What it would leave as it is.")]


class UndoPreview(UndoResult, frozen=True, kw_only=True):
    """What undoing a task would do now, a page of it, and a page of what it would leave."""

    changes: Annotated[PlannedPage, doc("What it would restore and delete.")]
    open_rows: Annotated[
        int,
        doc("Quarantined rows of its price list that wait: an undo closes them, undecided."),
    ]
