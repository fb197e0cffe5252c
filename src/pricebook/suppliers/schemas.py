import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from pricebook.errors import FieldIssue, body_issue, validation_error
from pricebook.http.field_types import (
    Price,
    SearchText,
    doc,
    normalise_text,
    search_issues,
    search_terms,
    text_schema,
)
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.suppliers.credential_schemas import StoredCredentials
from pricebook.suppliers.item_terms import ItemAvailability, ItemDetails
from pricebook.suppliers.source_addresses import login_issues
from pricebook.suppliers.source_config import SourceConfig
from pricebook.suppliers.source_config_change import SourceConfigChange
from pricebook.suppliers.status_schemas import ExpectedList
from pricebook.tasks.message import ParserType
from pricebook.tasks.schemas import TaskState

SourceType = ParserType

MAX_NAME = 255
EMAIL = re.compile(r"[^@\s\0]+@[^@\s\0.]+(\.[^@\s\0.]+)+")

NewSupplierName = Annotated[
    str, doc("Name of the supplier; unique in any case.", **text_schema(MAX_NAME))
]
Email = Annotated[str, Meta(max_length=255, extra_json_schema={"format": "email"})]

ExchangeRate = Annotated[
    Decimal, Meta(extra_json_schema={"type": "string", "pattern": r"^\d+(\.\d+)?$"})
]
SupplierId = Annotated[UUID, doc("Id of the supplier.")]
SupplierName = Annotated[str, doc("Name of the supplier.")]
Source = Annotated[SourceType, doc("Kind of the price list.")]
ContactEmail = Annotated[Email | None, doc("Address of a contact; null without one.")]
ACTIVITY = "Whether price lists are imported and items count in the prices of products"
IsActive = Annotated[bool, doc(f"{ACTIVITY}; true by default.")]


class Supplier(Struct, frozen=True):
    """A supplier; metadata has its `source_config` and the detected profile (`found`)."""

    id: UUID
    name: str
    source_type: SourceType
    metadata: dict[str, Any]


class NewSupplier(Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of a new supplier."""

    name: NewSupplierName
    source_type: Source
    source_config: Annotated[
        SourceConfig, doc("Source of the price list and how to read it; empty by default.")
    ] = SourceConfig()
    contact_email: ContactEmail = None
    is_active: IsActive = True

    def __post_init__(self) -> None:
        """Normalise the name; raises ValidationError naming the refused fields."""
        issues = [*normalise_text(self, "name", MAX_NAME), *_email_issues(self.contact_email)]
        if issues := [*issues, *login_issues(structs.asdict(self.source_config))]:
            raise validation_error(*issues)


class SupplierChange(Struct, frozen=True, forbid_unknown_fields=True):
    """Changes of a supplier; fields that are not sent stay."""

    name: NewSupplierName | UnsetType = UNSET
    source_type: Annotated[SourceType | UnsetType, doc("Kind of the price list.")] = UNSET
    source_config: Annotated[
        SourceConfigChange | UnsetType | None,
        doc(
            "Changes of the source of the price list and how to read it (JSON Merge Patch, RFC"
            " 7396): null removes a field or a member, what is not sent stays."
        ),
    ] = UNSET
    contact_email: Annotated[
        Email | UnsetType | None, doc("Address of a contact; null removes it.")
    ] = UNSET
    is_active: Annotated[
        bool | UnsetType,
        doc(f"{ACTIVITY}. With more than 1,000 products, those follow within minutes."),
    ] = UNSET

    def __post_init__(self) -> None:
        """Normalise the name; raises ValidationError for refused fields or without any field."""
        issues = [*normalise_text(self, "name", MAX_NAME), *_email_issues(self.contact_email)]
        if all(getattr(self, name) is UNSET for name in self.__struct_fields__):
            issues = [body_issue("(all)", "names no field to change")]
        if issues:
            raise validation_error(*issues)


class LastTask(Struct, frozen=True):
    """The newest import task of a supplier."""

    id: Annotated[UUID, doc("Id of the task.")]
    state: Annotated[TaskState, doc("State of the task.")]
    enqueued_at: Annotated[datetime, doc("Time of the request, ISO 8601 UTC.")]
    completed_at: Annotated[
        datetime | None, doc("End of the task, ISO 8601 UTC; null while it is not finished.")
    ]

    @property
    def is_applied(self) -> bool:
        """Whether its price list was imported, at least in part."""
        return self.state in {"succeeded", "partially_succeeded"}


class SupplierSource(Struct, frozen=True):
    """The fields of a supplier that an import reads."""

    name: str
    source_type: SourceType
    source_config: dict[str, Any]
    is_active: bool


class SupplierOverview(Struct, frozen=True):
    """A supplier with its number of items and its last task."""

    id: SupplierId
    name: SupplierName
    source_type: Source
    source_config: Annotated[
        dict[str, Any], doc("Source of the price list and how to read it; see NewSupplier.")
    ]
    credentials: Annotated[
        StoredCredentials | None,
        doc("Credentials of its https address, without the secret; null without any."),
    ]
    contact_email: Annotated[str | None, doc("Address of a contact; null without one.")]
    is_active: Annotated[bool, doc(f"{ACTIVITY}.")]
    deleting_since: Annotated[
        datetime | None, doc("Time of the request to delete it, ISO 8601 UTC; null without one.")
    ]
    items_count: Annotated[int, doc("Number of its items, absent ones included.")]
    created_at: Annotated[datetime, doc("Time of creation, ISO 8601 UTC.")]
    updated_at: Annotated[datetime, doc("Time of the last change, ISO 8601 UTC.")]
    last_task: Annotated[LastTask | None, doc("Its newest import task; null without one.")]
    expected_list: Annotated[
        ExpectedList | None,
        doc("When its next price list is expected; null where no rule says when, or it is off."),
    ]


class SupplierItem(Struct, frozen=True):
    """An article of a supplier with the values of the last price list that had it.

    An absent item, or one of an inactive supplier, does not count in the aggregates of its product.
    """

    id: Annotated[UUID, doc("Id of the supplier item.")]
    supplier_id: SupplierId
    supplier_name: SupplierName
    supplier_sku: Annotated[str, doc("The supplier's article code.")]
    name: Annotated[str, doc("The supplier's name of the article.")]
    current_price: Annotated[Price, doc("Price in the currency of the catalog.")]
    characteristics: Annotated[
        dict[str, Any], doc("Cells of further columns of the price list, by header.")
    ]
    last_ingested_at: Annotated[
        datetime, doc("Time of the last import that changed the item, ISO 8601 UTC.")
    ]
    absent_since: Annotated[
        datetime | None,
        doc("Time of the first import without the item, ISO 8601 UTC; null while it is listed."),
    ]
    currency: Annotated[str, doc("Currency of the price list, ISO 4217.")]
    cost: Annotated[
        Price, doc("Comparable cost of one base unit, in the currency of the price list.")
    ]
    exchange_rate: Annotated[
        ExchangeRate | None,
        doc(
            "Price of one unit of `currency` in the currency of the catalog, by which"
            " `current_price` follows from `cost`; null where both currencies are the same."
        ),
    ]
    rate_date: Annotated[date | None, doc("Day of the exchange rate, ISO 8601; or null.")]
    next_price: Annotated[
        Price | None,
        doc("Cost from the day `next_from` on, in the currency of the price list; or null."),
    ]
    next_from: Annotated[date | None, doc("Day from which `next_price` holds, ISO 8601; or null.")]
    price_outdated_since: Annotated[
        datetime | None,
        doc(
            "Time of the first import that had the item with a price on request, ISO 8601 UTC: the"
            " price is that of an earlier one; null while it is current."
        ),
    ]
    details: Annotated[
        ItemDetails | None,
        doc("How the cost was derived and what else the row says; null where it says nothing."),
    ]
    availability: Annotated[
        ItemAvailability | None, doc("Stock and lead time; null where the price list has neither.")
    ]


class UnmatchedItem(SupplierItem, frozen=True):
    """A supplier item without a product."""

    created_at: Annotated[datetime, doc("Time of the first import with the item, ISO 8601 UTC.")]


class UnmatchedItemQuery(CursorPaging, frozen=True):
    """Filters of the items without a product, and which page of them to return."""

    supplier_id: Annotated[UUID | None, doc("Only items of this supplier.")] = None
    search: Annotated[
        SearchText | None,
        doc("Words that all occur in the name or the supplier's article code of the item."),
    ] = None

    def issues(self) -> list[FieldIssue]:
        """Return the issues of the cursor and of a search text that is blank or too long."""
        return [*self.cursor_issues(), *search_issues(self.search)]

    @property
    def words(self) -> tuple[str, ...]:
        """The distinct words of the search text."""
        return search_terms(self.search)


class PricePoint(Struct, frozen=True):
    """A price of a supplier item and the time from which it held."""

    price: Annotated[Price, doc("Price in the currency of the catalog.")]
    recorded_at: Annotated[datetime, doc("Time of the import that set the price, ISO 8601 UTC.")]
    currency: Annotated[str, doc("Currency of the price list, ISO 4217.")]
    cost: Annotated[Price, doc("The same price in the currency of the price list.")]
    undone_by: Annotated[
        UUID | None,
        doc("Id of the task that later undid the import of this price; null: none did."),
    ]


class SupplierPage(CursorPage[SupplierOverview], frozen=True):
    """A page of suppliers."""


class UnmatchedItemPage(CursorPage[UnmatchedItem], frozen=True):
    """A page of supplier items without a product."""


class PriceHistoryPage(CursorPage[PricePoint], frozen=True):
    """A page of the prices of a supplier item."""


class UnmatchedItemText(Struct, frozen=True):
    """A supplier item without a product; the category is the name in the price list."""

    id: UUID
    name: str
    category: str | None


class NewItemLink(Struct, frozen=True):
    """A link of a supplier item to a product that an import creates."""

    supplier_item_id: UUID
    product_id: UUID


class ItemLink(Struct, frozen=True):
    """A supplier item and the product that it is linked to, if any."""

    id: UUID
    product_id: UUID | None


class NamedItem(Struct, frozen=True):
    """A supplier item by the names that people use, with its product and the SKU of that."""

    id: UUID
    supplier_name: str
    supplier_sku: str
    product_id: UUID | None
    internal_sku: str | None


def _email_issues(email: str | UnsetType | None) -> list[FieldIssue]:
    if isinstance(email, str) and not EMAIL.fullmatch(email):
        return [body_issue("contact_email", "is not an email address")]
    return []
