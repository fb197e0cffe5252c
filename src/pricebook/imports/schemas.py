from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Struct

from pricebook.http.field_types import doc
from pricebook.suppliers.source_config import (
    COLUMN_MAPPING,
    CharacteristicColumns,
    DecimalSeparator,
    Delimiter,
    EncodingName,
    HeaderRow,
    ListField,
    Mode,
    SheetName,
    ShortText,
)

UploadedFile = Annotated[str, doc("Content of the price list.", format="binary")]


class SyncRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A request to fetch and import a supplier's price list."""

    supplier_id: Annotated[UUID, doc("Id of the supplier.")]


class UploadOptions(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How to read an uploaded price list; absent options are those of the supplier or detected."""

    mode: Mode = None
    sheet_name: SheetName = None
    column_mapping: Annotated[dict[ListField, ShortText] | None, COLUMN_MAPPING] = None
    header_row: HeaderRow = None
    delimiter: Delimiter = None
    encoding: EncodingName = None
    decimal_separator: DecimalSeparator = None
    characteristic_columns: CharacteristicColumns = None
    create_products: Annotated[
        bool, doc("Whether to create an active product for every item without one.")
    ] = False
    new_layout: Annotated[
        bool, doc("Whether to ignore the layout of the supplier's earlier price lists.")
    ] = False

    @property
    def source_config(self) -> dict[str, Any]:
        """The options that were sent, without `create_products` and `new_layout`."""
        options: dict[str, Any] = msgspec.to_builtins(self)
        return {k: v for k, v in options.items() if k not in {"create_products", "new_layout"}}


class PriceListUpload(UploadOptions, frozen=True, kw_only=True):
    """The form of an upload: the price list and how to read it."""

    file: UploadedFile


class Schedule(Struct, frozen=True):
    """The sync schedule of a supplier, the current time and the time of the next sync.

    `due_at` is None until the schedule was evaluated for the first time.
    """

    supplier_id: UUID
    sync_every: str
    at: datetime
    due_at: datetime | None
