from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from pricebook.errors import query_issue, validation_error
from pricebook.http.field_types import doc
from pricebook.http.pagination import PageSize

EVENT_TYPES = (
    "import.finished",
    "import.unusual",
    "import.quarantined",
    "import.held",
    "import.failed",
    "import.refused",
    "import.cancelled",
    "import.undone",
    "import.late",
    "prices.changed",
    "price.jumped",
    "margin.below",
    "product.created",
    "product.updated",
    "product.deleted",
    "item.linked",
    "item.unlinked",
    "webhook.disabled",
)
MAX_POSITION = 2**63 - 1


class Event(Struct, frozen=True):
    """Something that happened."""

    position: Annotated[int, doc("Place in the feed: the one before plus 1.")]
    id: Annotated[UUID, doc("Id of the event.")]
    type: Annotated[str, doc("What happened, such as `import.finished` or `item.linked`.")]
    at: Annotated[datetime, doc("Time at which it happened, ISO 8601 UTC.")]
    data: Annotated[dict[str, Any], doc("Ids, names and values; which ones depends on the type.")]


class EventQuery(Struct, frozen=True):
    """Where a page of events begins, and which types it has."""

    after: Annotated[
        Annotated[int, Meta(ge=0, le=MAX_POSITION)],
        doc("Position of the last event that was read; 0 reads from the first one."),
    ] = 0
    type: Annotated[str | None, doc("Only events of this type.", enum=list(EVENT_TYPES))] = None
    limit: PageSize = 50

    def __post_init__(self) -> None:
        """Raise ValidationError for a type that does not exist."""
        if self.type is not None and self.type not in EVENT_TYPES:
            raise validation_error(query_issue("type", f"expected one of {', '.join(EVENT_TYPES)}"))


class EventPage(Struct, frozen=True):
    """Events in their order."""

    next_after: Annotated[
        int, doc("The value of `after` for the next page; the same as before at the end.")
    ]
    last_position: Annotated[int, doc("Position of the newest event of all types.")]
    data: Annotated[list[Event], doc("The events of this page, the oldest first.")]
