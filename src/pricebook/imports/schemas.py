from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from pricebook.suppliers.schemas import ListField, ShortText


class SyncRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Which supplier's list is to be fetched and taken in."""

    supplier_id: UUID


class UploadOptions(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is said about an uploaded list; what is not said is found out.

    `column_mapping` and `characteristic_columns` are JSON. A `partial` list names some of the
    supplier's items; `new_layout` forgets how earlier lists looked; `create_products` makes an
    active product of every item that has none.
    """

    mode: Literal["full", "partial"] | None = None
    sheet_name: ShortText | None = None
    column_mapping: dict[ListField, ShortText] | None = None
    header_row: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] | None = None
    encoding: ShortText | None = None
    decimal_separator: Literal[".", ","] | None = None
    characteristic_columns: Annotated[list[ShortText], Meta(max_length=200)] | None = None
    create_products: bool = False
    new_layout: bool = False

    @property
    def source_config(self) -> dict[str, Any]:
        """What is said about how the list is read."""
        options: dict[str, Any] = msgspec.to_builtins(self)
        return {k: v for k, v in options.items() if k not in {"create_products", "new_layout"}}


class Schedule(Struct, frozen=True):
    """A supplier that is synced by itself: its rule, the time now, and when it is due.

    A rule that nobody has looked at yet is due at no time.
    """

    supplier_id: UUID
    sync_every: str
    at: datetime
    due_at: datetime | None
