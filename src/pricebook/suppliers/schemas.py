import codecs
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from pricebook.errors import FieldIssue, body_issue, validation_error
from pricebook.http.field_types import (
    Price,
    SearchText,
    normalise_text,
    search_issues,
    search_terms,
    text_schema,
)
from pricebook.http.pagination import Paging
from pricebook.suppliers.schedule import next_run_at
from pricebook.tasks.message import ParserType
from pricebook.tasks.schemas import TaskState

SourceType = ParserType
ListField = Literal["sku", "name", "price", "category", "currency"]

MAX_NAME = 255
EMAIL = re.compile(r"[^@\s\0]+@[^@\s\0.]+(\.[^@\s\0.]+)+")

SupplierName = Annotated[str, Meta(extra_json_schema=text_schema(MAX_NAME))]
Email = Annotated[str, Meta(max_length=255, extra_json_schema={"format": "email"})]
ShortText = Annotated[str, Meta(min_length=1, max_length=255)]
Address = Annotated[str, Meta(min_length=1, max_length=2000)]


class Supplier(Struct, frozen=True):
    """A supplier with how its list is read (`source_config`) and what was found in it (`found`)."""

    id: UUID
    name: str
    source_type: SourceType
    metadata: dict[str, Any]


class SourceConfig(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Where a supplier's list is and how to read it; what is not said is found out.

    `sync_every` lets it be fetched by itself: minutes, or the five words of cron in UTC.
    `sheet_url` and `source_url` are older names of `spreadsheet_url`.
    """

    spreadsheet_url: Address | None = None
    sheet_url: Address | None = None
    source_url: Address | None = None
    sheet_name: ShortText | None = None
    file_path: Address | None = None
    url: Annotated[str, Meta(max_length=2000, pattern=r"^https://\S+$")] | None = None
    column_mapping: dict[ListField, ShortText] = {}
    header_row: (
        Annotated[
            int, Meta(ge=0, le=10_000, description="Last row of the header; 0 says there is none.")
        ]
        | None
    ) = None
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] | None = None
    encoding: ShortText | None = None
    decimal_separator: Literal[".", ","] | None = None
    characteristic_columns: Annotated[list[ShortText], Meta(max_length=200)] | None = None
    mode: Literal["full", "partial"] | None = None
    sync_every: int | ShortText | None = None

    def __post_init__(self) -> None:
        """Bring the spreadsheet's address under one name.

        Raises ValidationError for two addresses and for an encoding that nobody knows.
        """
        given = [self.spreadsheet_url, self.sheet_url, self.source_url]
        addresses = {address for address in given if address is not None}
        issues: list[FieldIssue] = []
        if len(addresses) > 1:
            issues.append(body_issue("source_config.spreadsheet_url", "is given twice"))
        if self.encoding is not None and not _is_encoding(self.encoding):
            issues.append(body_issue("source_config.encoding", "is no encoding"))
        if self.sync_every is not None and (
            schedule_error := _schedule_error(str(self.sync_every))
        ):
            issues.append(body_issue("source_config.sync_every", schedule_error))
        if issues:
            raise validation_error(*issues)
        msgspec.structs.force_setattr(self, "spreadsheet_url", next(iter(addresses), None))
        msgspec.structs.force_setattr(self, "sheet_url", None)
        msgspec.structs.force_setattr(self, "source_url", None)


class NewSupplier(Struct, frozen=True, forbid_unknown_fields=True):
    """A supplier to be made."""

    name: SupplierName
    source_type: SourceType
    source_config: SourceConfig = SourceConfig()
    contact_email: Email | None = None
    is_active: bool = True

    def __post_init__(self) -> None:
        """Clean the name; raises ValidationError naming what is wrong."""
        if issues := [*normalise_text(self, "name", MAX_NAME), *_email_issues(self.contact_email)]:
            raise validation_error(*issues)


class SupplierChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to change of a supplier; a source configuration replaces the earlier one whole."""

    name: SupplierName | UnsetType = UNSET
    source_type: SourceType | UnsetType = UNSET
    source_config: SourceConfig | UnsetType = UNSET
    contact_email: Email | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Clean the name; raises ValidationError naming what is wrong, or for no change at all."""
        issues = [*normalise_text(self, "name", MAX_NAME), *_email_issues(self.contact_email)]
        if all(getattr(self, name) is UNSET for name in self.__struct_fields__):
            issues = [body_issue("(all)", "names no field to change")]
        if issues:
            raise validation_error(*issues)


class LastTask(Struct, frozen=True):
    """The ingestion task of a supplier that was asked for last."""

    id: UUID
    state: TaskState
    enqueued_at: datetime
    completed_at: datetime | None


class SupplierSource(Struct, frozen=True):
    """A supplier as a task is about it: whether it is active, where its list is, how it is read."""

    name: str
    source_type: SourceType
    source_config: dict[str, Any]
    is_active: bool


class SupplierOverview(Struct, frozen=True):
    """A supplier, how many items it has, and its last task."""

    id: UUID
    name: str
    source_type: SourceType
    source_config: dict[str, Any]
    contact_email: str | None
    is_active: bool
    deleting_since: datetime | None
    items_count: int
    created_at: datetime
    updated_at: datetime
    last_task: LastTask | None


class LastImportAge(Struct, frozen=True):
    """How long ago a list of a supplier was taken in, or the supplier made if none ever was."""

    id: UUID
    name: str
    seconds: float


class SupplierItem(Struct, frozen=True):
    """An article of a supplier, as its list last told it.

    One that the supplier's list lacks since a time counts in no figure of its product.
    """

    id: UUID
    supplier_id: UUID
    supplier_name: str
    supplier_sku: str
    name: str
    current_price: Price
    characteristics: dict[str, Any]
    last_ingested_at: datetime
    absent_since: datetime | None


class FreeItem(SupplierItem, frozen=True):
    """A supplier's article that is linked to no product, and when it appeared."""

    created_at: datetime


class FreeItemQuery(Paging, frozen=True):
    """Which of the items without a product are wanted."""

    supplier_id: Annotated[UUID | None, Meta(description="Items of this supplier.")] = None
    search: Annotated[
        SearchText | None,
        Meta(description="Every word occurs in the name or the supplier's code of the item."),
    ] = None

    def __post_init__(self) -> None:
        """Raise ValidationError for words that cannot be searched for."""
        if issues := search_issues(self.search):
            raise validation_error(*issues)

    @property
    def words(self) -> tuple[str, ...]:
        """The words to search for, each once."""
        return search_terms(self.search)


class PricePoint(Struct, frozen=True):
    """A price of an item, and since when."""

    price: Price
    recorded_at: datetime


class ProductCandidate(Struct, frozen=True):
    """A supplier's article that is linked to no product; the category is the list's word for it."""

    id: UUID
    name: str
    category: str | None


class NewItemLink(Struct, frozen=True):
    """Which product an item is."""

    supplier_item_id: UUID
    product_id: UUID


class ItemLink(Struct, frozen=True):
    """An item and the product that it is, if any."""

    id: UUID
    product_id: UUID | None


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return True


def _schedule_error(rule: str) -> str | None:
    try:
        next_run_at(rule, datetime.now(UTC))
    except ValueError as error:
        return str(error)
    return None


def _email_issues(email: str | UnsetType | None) -> list[FieldIssue]:
    if isinstance(email, str) and not EMAIL.fullmatch(email):
        return [body_issue("contact_email", "is no email address")]
    return []
