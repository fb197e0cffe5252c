"""What applying a held price list would do to prices."""

from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from pricebook.imports.preview_schemas import UnlikePrice


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

    `percent` is None where the stored price is 0.
    """

    row_number: int
    supplier_sku: str
    name: str
    currency: str
    old_price: Decimal
    new_price: Decimal
    percent: Decimal | None
    product_id: UUID | None


class HeldPosition(Struct, frozen=True, array_like=True):
    """The last row of a held price list that a page has read."""

    row_number: int


class HeldChanges(Struct, frozen=True):
    """The largest changes, and the new prices that are far from those of similar rows.

    `first_rows` is the number of rows if only the first were compared with stored prices.
    """

    summary: HeldSummary
    largest: list[HeldChange]
    unlike: list[UnlikePrice]
    first_rows: int | None
