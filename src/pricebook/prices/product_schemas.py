"""The prices of a product at a time, and its lowest price by day."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Struct

from pricebook.errors import query_issue, validation_error
from pricebook.http.field_types import Price, doc
from pricebook.prices.schemas import SupplierId, SupplierName
from pricebook.prices.times import Moment, moment_issues, parse_moment

ItemState = Literal["counted", "absent", "inactive", "not_listed", "unknown"]

DEFAULT_DAYS = 90
MAX_DAYS = 1_830
FUTURE = "lies in the future"

ProductIdField = Annotated[UUID, doc("Id of the product.")]
UnknownBefore = Annotated[
    datetime | None,
    doc("Time before which prices are no longer kept, ISO 8601 UTC; null: all are kept."),
]


class PriceAtQuery(Struct, frozen=True):
    """The time whose prices are wanted."""

    as_of: Annotated[
        Moment | None,
        doc("A time, ISO 8601, or the beginning of a day (UTC), not in the future; default: now."),
    ] = None

    def __post_init__(self) -> None:
        """Raise ValidationError for a text that is no time, and for a time in the future."""
        issues = moment_issues(as_of=self.as_of)
        if not issues and self.as_of is not None and self.time > datetime.now(UTC):
            issues = [query_issue("as_of", FUTURE)]
        if issues:
            raise validation_error(*issues)

    @property
    def time(self) -> datetime:
        """The time whose prices are wanted."""
        return (parse_moment(self.as_of) if self.as_of else None) or datetime.now(UTC)


UndoneBy = Annotated[
    UUID | None,
    doc("Id of the task that later undid the import of this price; null: none did."),
]


class SupplierPrice(Struct, frozen=True):
    """The price of an item of the product, as it was at a time."""

    supplier_item_id: Annotated[UUID, doc("Id of the supplier item.")]
    supplier_id: SupplierId
    supplier_name: SupplierName
    supplier_sku: Annotated[str, doc("The supplier's article code.")]
    name: Annotated[str, doc("Name of the article in the price list, as it is today.")]
    state: Annotated[
        ItemState,
        doc(
            "`counted`: counts for lowest and highest price; `absent`: price lists lacked the item"
            " since before; `inactive`: its supplier is inactive today; `not_listed`: the item was"
            " new later; `unknown`: the price is no longer kept."
        ),
    ]
    price: Annotated[Price | None, doc("Price in the currency of the catalog; null: none known.")]
    recorded_at: Annotated[
        datetime | None,
        doc("Time since when it was valid, ISO 8601 UTC; null: since before prices are kept."),
    ]
    cost: Annotated[
        Price | None, doc("The same in the currency of the price list; null: not known.")
    ]
    currency: Annotated[
        str | None, doc("Currency of the price list, ISO 4217; null: that of the catalog.")
    ]
    undone_by: UndoneBy


class ProductPrices(Struct, frozen=True):
    """The prices of a product at a time, those of the items that are linked to it today."""

    product_id: ProductIdField
    as_of: Annotated[datetime, doc("The time, ISO 8601 UTC.")]
    lowest: Annotated[Price | None, doc("Lowest price that counted; null without one.")]
    highest: Annotated[Price | None, doc("Highest price that counted; null without one.")]
    unknown_before: UnknownBefore
    prices: Annotated[list[SupplierPrice], doc("The items, by supplier and article code.")]


class PriceSeriesQuery(Struct, frozen=True):
    """The days whose lowest prices are wanted."""

    since: Annotated[
        date | None, doc(f"First day (UTC), ISO 8601; by default {DEFAULT_DAYS - 1} days earlier.")
    ] = None
    until: Annotated[
        date | None,
        doc(f"Last day (UTC), ISO 8601, at most {MAX_DAYS:,} days in all; by default today."),
    ] = None

    def __post_init__(self) -> None:
        """Raise ValidationError for days in the future, in the wrong order, or too many."""
        issue = None
        if self.last > datetime.now(UTC).date():
            issue = query_issue("until", FUTURE)
        elif self.first > self.last:
            issue = query_issue("since", "is after until")
        elif (self.last - self.first).days >= MAX_DAYS:
            issue = query_issue("since", f"is more than {MAX_DAYS:,} days before until")
        if issue:
            raise validation_error(issue)

    @property
    def last(self) -> date:
        """The last day."""
        return self.until or datetime.now(UTC).date()

    @property
    def first(self) -> date:
        """The first day."""
        earliest = max(self.last.toordinal() - DEFAULT_DAYS + 1, date.min.toordinal() + 1)
        return self.since or date.fromordinal(earliest)

    @property
    def days(self) -> list[date]:
        """All days, the first one first."""
        return [
            self.first + timedelta(days=number)
            for number in range((self.last - self.first).days + 1)
        ]


Day = date  # the struct has a field of the name `date`


class DailyPrice(Struct, frozen=True):
    """The lowest price of a day."""

    date: Annotated[Day, doc("The day (UTC), ISO 8601.")]
    lowest: Annotated[
        Price | None,
        doc("Lowest price that counted at the end of the day, or now; null: none known."),
    ]
    undone_by: UndoneBy = None


class PriceSeries(Struct, frozen=True):
    """The lowest price of a product on each day, that of the items linked to it today."""

    product_id: ProductIdField
    unknown_before: UnknownBefore
    data: Annotated[list[DailyPrice], doc("One row a day, the first day first.")]
