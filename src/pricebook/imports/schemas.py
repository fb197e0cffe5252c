from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Struct

from pricebook.errors import body_issue, validation_error
from pricebook.http.field_types import doc
from pricebook.pricelists.schemas.read_config import Field, LeftOutCodes, vat_rate_problem
from pricebook.suppliers.source_config import (
    COLUMN_MAPPING,
    SHEET_SETTINGS,
    CharacteristicColumns,
    DecimalSeparator,
    Delimiter,
    Discount,
    DiscountBaseName,
    DiscountGroups,
    EncodingName,
    HeaderRow,
    HiddenColumnsName,
    HiddenRowsName,
    IgnoredColumns,
    IgnoredMarks,
    KeyColumns,
    ListCurrency,
    Mode,
    NetMarks,
    PriceColumns,
    PriceQuantity,
    PricesInName,
    PricesPerPack,
    SettingsOfSheets,
    SheetName,
    SheetNames,
    ShortText,
    StruckOutName,
    TitleDiscountsName,
    UnitMeanings,
    VatIncluded,
    VatRate,
    rate_issues,
)
from pricebook.tasks.reasons import Reason

UploadedFile = Annotated[str, doc("Content of the price list.", format="binary")]


# Options of an upload that are fields of the task, not of its source configuration.
_TASK_OPTIONS = frozenset({"create_products", "new_layout", "corrections", "reason"})


class SyncRequest(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A request to fetch and import a supplier's price list."""

    supplier_id: Annotated[UUID, doc("Id of the supplier.")]
    reason: Reason = None


class UploadOptions(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How to read an uploaded price list; absent options are those of the supplier or detected."""

    mode: Mode = None
    left_out_codes: Annotated[
        LeftOutCodes | None,
        doc(
            "Supplier codes of articles that this import leaves out, such as one whose new price is"
            " doubtful: their rows are rejected (`left_out`) and can be corrected, or imported as"
            " they are. The same price is left out of later price lists, too."
        ),
    ] = None
    sheet_name: SheetName = None
    sheet_names: SheetNames = None
    sheet_settings: Annotated[SettingsOfSheets | None, SHEET_SETTINGS] = None
    column_mapping: Annotated[dict[Field, ShortText] | None, COLUMN_MAPPING] = None
    header_row: HeaderRow = None
    delimiter: Delimiter = None
    encoding: EncodingName = None
    decimal_separator: DecimalSeparator = None
    characteristic_columns: CharacteristicColumns = None
    ignored_columns: IgnoredColumns = None
    key_columns: KeyColumns = None
    currency: ListCurrency = None
    price_quantity: PriceQuantity = None
    prices_per_pack: PricesPerPack = None
    prices_in: PricesInName = None
    vat_included: VatIncluded = None
    vat_rate: VatRate = None
    discount: Discount = None
    discount_groups: DiscountGroups = None
    discount_base: DiscountBaseName = None
    net_marks: NetMarks = None
    ignored_marks: IgnoredMarks = None
    unit_meanings: UnitMeanings = None
    price_columns: PriceColumns = None
    title_discounts: TitleDiscountsName = None
    hidden_rows: HiddenRowsName = None
    hidden_columns: HiddenColumnsName = None
    struck_out: StruckOutName = None
    create_products: Annotated[
        bool, doc("Whether to create an active product for every item without one.")
    ] = False
    new_layout: Annotated[
        bool, doc("Whether to ignore the layout of the supplier's earlier price lists.")
    ] = False

    corrections: Annotated[
        UUID | None,
        doc(
            "Id of a task: the file has rejected rows of that task, corrected, and is read like the"
            " price list of that task."
        ),
    ] = None
    reason: Reason = None

    def __post_init__(self) -> None:
        """Raise ValidationError for a rate that is no percentage."""
        if problem := vat_rate_problem(self.vat_rate):
            raise validation_error(body_issue("vat_rate", problem))
        if issues := rate_issues("sheet_settings", self.sheet_settings or {}):
            raise validation_error(*issues)

    @property
    def source_config(self) -> dict[str, Any]:
        """The options of reading that were sent."""
        options: dict[str, Any] = msgspec.to_builtins(self)
        return {name: value for name, value in options.items() if name not in _TASK_OPTIONS}


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
