from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Struct

from pricebook.http.field_types import doc


class AutoLink(Struct, frozen=True):
    """Whether certain matches of a supplier are linked by themselves."""

    supplier_id: Annotated[UUID, doc("Id of the supplier.")]
    is_on: Annotated[bool, doc("Whether runs link certain matches.")]
    switched_on_by: Annotated[str | None, doc("Who switched it on; null if nobody ever did.")]
    switched_on_at: Annotated[datetime | None, doc("When it was switched on; or null.")]
    switched_off_at: Annotated[
        datetime | None,
        doc("When it was switched off, by a user or because a link of its was undone; or null."),
    ]
    switched_off_by: Annotated[
        str | None, doc("Who switched it off or took the link back, where that is known; or null.")
    ]
    switched_off_reason: Annotated[
        str | None, doc("Which link was taken back; null if a user switched it off, or it is on.")
    ]


class AutoLinkChange(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether to link certain matches of a supplier by themselves."""

    is_on: Annotated[bool, doc("Whether runs link certain matches.")]


class UnlinkedCertain(Struct, frozen=True):
    """Unmatched items with a certain suggestion, counted by the first reason against its link."""

    total: int
    archived: int
    taken_back: int
    auto_link_off: int
