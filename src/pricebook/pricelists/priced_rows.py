"""What a row says about its price, and whether a price list needs more than its price cells."""

from datetime import date
from decimal import Decimal

import msgspec

from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.pricing import NO_CONVERSION, Vat, vat_conversion
from pricebook.pricelists.row_information import ROW_FIELDS
from pricebook.pricelists.schemas.price_list_rows import Availability, PriceDetails
from pricebook.pricelists.schemas.profile import PriceBasis
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.schemas.read_request import ReadRequest

_NO_DETAILS = PriceDetails()


class RowStatements(msgspec.Struct, frozen=True, gc=False):
    """What a row says beside its price, as the fields of `ItemRow` of the same names.

    `characteristics` holds the texts of cells that are not understood and decide no price, None
    for those that are: the text of an earlier price list is removed. `unread_cells` are those
    whose cells are kept as text, there or in the details.
    """

    currency: str | None
    details: PriceDetails | None
    availability: Availability | None = None
    next_price: Decimal | None = None
    next_from: date | None = None
    characteristics: dict[str, str | None] = {}
    unread_cells: tuple[tuple[Field, str], ...] = ()


def has_row_prices(table: DetectedTable, request: ReadRequest) -> bool:
    """Return whether rows need more than their price cell: other fields, tiers or conversion."""
    basis = table.basis
    plain = PriceBasis(
        currency=basis.currency,
        unit=basis.unit,
        vat_included=basis.vat_included,
        vat_rate=basis.vat_rate,
        day_first=basis.day_first,
    )
    conversion = vat_conversion(Vat(basis.vat_included, basis.vat_rate), request.catalog_vat)
    has_fields = not ROW_FIELDS.issuperset(table.columns) or table.tax_twin is not None
    return has_fields or bool(table.tiers) or basis != plain or conversion != NO_CONVERSION


def statements_of_list(basis: PriceBasis, catalog_currency: str) -> RowStatements:
    """Return what all rows of a price list say that has no column for it."""
    details = PriceDetails(
        unit=basis.unit, vat_included=basis.vat_included, vat_rate=basis.vat_rate
    )
    return RowStatements(
        currency=None if basis.currency == catalog_currency else basis.currency,
        details=stated(details),
    )


def stated(details: PriceDetails) -> PriceDetails | None:
    """Return details, None if they say nothing."""
    return None if details == _NO_DETAILS else details
