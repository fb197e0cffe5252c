"""The terms of a row: what its cells beside the prices say, equal for many rows."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import msgspec

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.quantity_phrases import PACK_CODES
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.facts.quantities import Quantity
from pricebook.pricelists.facts.units import PIECE, parse_unit
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.price_scales import PriceScales
from pricebook.pricelists.pricing import NO_CONVERSION, NO_SURCHARGE, Surcharge, vat_conversion
from pricebook.pricelists.row_discounts import RowDiscounts
from pricebook.pricelists.row_fields import RowFields
from pricebook.pricelists.row_money import RowMoney, quantity_of_money
from pricebook.pricelists.row_surcharges import read_deposit, read_surcharge
from pricebook.pricelists.schemas.price_list_rows import PriceDetails
from pricebook.pricelists.schemas.read_config import DISCOUNT_FIELDS, CatalogVat, Field

# The fields that `RowTermsParser` reads; `brand` is no term, but as repetitive.
TERM_FIELDS: tuple[Field, ...] = (
    "currency",
    "price_quantity",
    "unit",
    "pack_size",
    "min_order_quantity",
    *DISCOUNT_FIELDS,
    "discount_group",
    "surcharge",
    "deposit",
    "vat_rate",
    "valid_from",
    "brand",
)

_ONE = Decimal(1)


class RowTerms(NamedTuple):
    """What the cells of a row beside its prices say about them.

    `is_converted` is set if quantity, scale, surcharge, deposit or VAT make the cost another number
    than the price. `valid_from` is the first day of the prices, `details` all of it for the item.
    `unread` has the texts of cells that are not understood and decide no cost. `pack_price` is that
    of a row. `has_money`: the cell of its unit or quantity names the currency of its price.
    """

    currency: str
    quantity: Quantity
    pack_size: Decimal | None
    min_order_quantity: Decimal | None
    discounts: tuple[Decimal, ...]
    surcharge: Surcharge
    vat_factor: tuple[Decimal, Decimal]
    is_converted: bool
    valid_from: date | None
    details: PriceDetails
    unread: dict[Field, str]
    pack_price: Decimal | None = None
    has_money: bool = False


def without_discounts(terms: RowTerms) -> RowTerms:
    """Return the terms of a row without its discounts."""
    details = msgspec.structs.replace(terms.details, discounts=())
    return terms._replace(discounts=(), details=details)


class RowTermsParser:
    """Parses the terms of the rows of one table.

    `price_reader` returns the function that parses amounts in a currency.
    """

    def __init__(
        self,
        table: DetectedTable,
        fields: RowFields,
        catalog_vat: CatalogVat,
        price_reader: Callable[[str], Callable[[str], Decimal | RowProblem]],
    ) -> None:
        self._basis = table.basis
        self._price_reader = price_reader
        self._fields = fields
        self._catalog_vat: CatalogVat = catalog_vat
        self._discounts = RowDiscounts(table, fields)
        self._money = RowMoney(table, fields)
        self._columns, self._scales = table.columns, PriceScales(table)

    def parse(self, cells: list[str]) -> RowTerms:
        """Return the terms of a row; raises RowRejectedError for one that is not understood."""
        fields = self._fields
        unread: dict[Field, str] = {}
        currency = fields.currency(cells)
        has_money = self._money.is_named(cells, currency)
        unit_quantity = self._unit_quantity(cells, currency)
        pack_size = fields.parsed(cells, "pack_size", fields.pack_in, unread)
        stated = self._stated_quantity(cells, currency)
        quantity = fields.price_quantity(cells, stated, unit_quantity)
        quantity = self._of_pack(cells, quantity, pack_size)
        minimum = self._minimum(cells, quantity.unit, pack_size, unread)
        vat = fields.vat(cells, unread)
        vat_factor = vat_conversion(vat, self._catalog_vat)
        if vat_factor is None:
            raise fields.vat_problem(vat)
        discounts = self._discounts.read(cells, unread)
        surcharge, deposit = self._charges(cells, currency, has_money=has_money)
        is_of_other_number = quantity.number != 1 or not self._scales.is_one
        is_converted = is_of_other_number or vat_factor != NO_CONVERSION
        details = PriceDetails(
            price_quantity=quantity.number if quantity.number != 1 else None,
            unit=quantity.unit,
            unit_text=None if unit_quantity else fields.text(cells, "unit"),
            pack_size=pack_size.number if pack_size else self._pack_of_unit(cells),
            min_order_quantity=minimum.number if minimum else None,
            discounts=discounts,
            discount_group=fields.text(cells, "discount_group"),
            surcharge=surcharge.amount or None,
            surcharge_percent=surcharge.percent or None,
            deposit=deposit or None,
            vat_included=vat.included,
            vat_rate=vat.rate,
            brand=fields.text(cells, "brand"),
        )
        return RowTerms(
            currency,
            quantity,
            details.pack_size,
            details.min_order_quantity,
            discounts,
            surcharge,
            vat_factor,
            is_converted=is_converted or surcharge != NO_SURCHARGE or bool(deposit),
            valid_from=fields.valid_from(cells) or self._basis.valid_from,
            details=details,
            unread=unread,
            has_money=has_money,
        )

    def _of_pack(
        self, cells: list[str], quantity: Quantity, pack_size: Quantity | None
    ) -> Quantity:
        """Return the quantity of a price, that of the pack of its row if it is for the pack."""
        if self._basis.prices_per_pack:
            return self._fields.pack_quantity(cells, quantity)
        if pack_size and quantity.unit in self._basis.unit_packs:
            return Quantity(pack_size.number * quantity.number, pack_size.unit or PIECE)
        return quantity

    def _charges(
        self, cells: list[str], currency: str, *, has_money: bool
    ) -> tuple[Surcharge, Decimal]:
        """Return the surcharge and the deposit of a row in its currency."""
        read_price = self._price_reader(currency)
        surcharge = read_surcharge(self._fields, cells, read_price)
        deposit = read_deposit(self._fields, cells, read_price)
        factor = self._factor(cells, "surcharge", has_money=has_money)
        surcharge = surcharge._replace(amount=surcharge.amount * factor)
        return surcharge, deposit * self._factor(cells, "deposit", has_money=has_money)

    def _factor(self, cells: list[str], field: Field, *, has_money: bool) -> Decimal:
        column = self._columns.get(field)
        return (
            _ONE if column is None else self._scales.at(column, cells[column], has_money=has_money)
        )

    def _minimum(
        self,
        cells: list[str],
        unit: str | None,
        pack_size: Quantity | None,
        unread: dict[Field, str],
    ) -> Quantity | None:
        """Return the least order in base units; `2 VPE` are two packs of the pack size.

        Packs whose size is not known are unread, unless they are the unit of the price.
        """
        fields = self._fields
        minimum = fields.parsed(cells, "min_order_quantity", fields.quantity_in, unread)
        if minimum is None or minimum.unit not in PACK_CODES or minimum.unit == unit:
            return minimum
        if pack_size is not None:
            return Quantity(minimum.number * pack_size.number, pack_size.unit)
        unread["min_order_quantity"] = fields.text(cells, "min_order_quantity") or ""
        return None

    def _stated_quantity(self, cells: list[str], currency: str) -> Quantity | None:
        """Return the quantity of the cell of price quantities, None if it is empty or unknown."""
        cell = self._fields.cell(cells, "price_quantity")
        return quantity_of_money(cell, currency, self._fields.quantity_in) if cell else None

    def _pack_of_unit(self, cells: list[str]) -> Decimal | None:
        """Return the size of the pack that the unit is, without a column of pack sizes or prices.

        The price is that of the unit: `уп. (100 шт)` divides nothing.
        """
        fields = self._fields
        cell = fields.cell(cells, "unit")
        if not cell or fields.has("pack_size") or fields.has("pack_price"):
            return None
        pack = None if fields.quantity_in(cell) else fields.pack_in(cell)
        return pack.number if pack else None

    def _unit_quantity(self, cells: list[str], currency: str) -> Quantity | None:
        """Return the unit of a row, of its unit cell also a quantity; None if it is unknown."""
        cell = self._fields.cell(cells, "unit")
        if not cell:
            return Quantity(_ONE, self._basis.unit) if self._basis.unit else None
        unit = parse_unit(display_text(cell))
        if unit:
            return Quantity(_ONE, unit)
        return quantity_of_money(cell, currency, self._fields.quantity_in)
