"""What applying a held price list would do to prices."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Struct

from pricebook.http.field_types import Price, doc
from pricebook.imports.preview_schemas import UnlikePrice

HeldChangeKind = Literal["changed", "new", "absent"]


class HeldSummary(Struct, frozen=True):
    """The stored prices that a held price list has, too; how many rise and fall, and the median."""

    compared: int
    raised: int
    lowered: int
    median_percent: Decimal | None


class HeldChange(Struct, frozen=True):
    """The price of an article, stored and held, in the currency of the price list.

    `percent` is None where the stored price is 0.
    """

    supplier_sku: str
    name: str
    product_id: UUID | None
    currency: str
    old_price: Decimal
    new_price: Decimal
    percent: Decimal | None


class ListedChange(Struct, frozen=True):
    """The price of an article, stored and held, and the row of the price list that has it.

    A new article has no old price, an absent one no row and no new price. `percent` is None without
    both prices, or where the stored price is 0.
    """

    row_number: int | None
    supplier_sku: str
    name: str
    currency: str
    old_price: Decimal | None
    new_price: Decimal | None
    percent: Decimal | None
    product_id: UUID | None


class HeldArticle(Struct, frozen=True):
    """What applying a held price list would change of an article."""

    row_number: Annotated[int | None, doc("Row of the price list; null for an absent article.")]
    supplier_sku: Annotated[str, doc("The supplier's article code.")]
    name: Annotated[str, doc("Name of the article in the price list; of an absent one, stored.")]
    currency: Annotated[str, doc("Currency of both prices, ISO 4217.")]
    old_price: Annotated[
        Price | None, doc("Stored price in the currency of the list; null for a new article.")
    ]
    new_price: Annotated[
        Price | None, doc("Held price in the currency of the list; null for an absent article.")
    ]
    percent: Annotated[
        float | None, doc("Change in percent; null without both prices, or for an old one of 0.")
    ]
    product_id: Annotated[UUID | None, doc("Id of the product of the item; null without one.")]


class HeldPosition(Struct, frozen=True, array_like=True):
    """The last row of a held price list, or the last absent article, that a page has read."""

    row_number: int
    supplier_sku: str = ""


class HeldChanges(Struct, frozen=True):
    """The largest changes, and the new prices that are far from those of similar rows.

    `first_rows` is the number of rows if only the first were compared with stored prices.
    """

    summary: HeldSummary
    largest: list[HeldChange]
    unlike: list[UnlikePrice]
    first_rows: int | None
