"""Price, details and availability of the rows of a price list that says more than a price."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.facts.discounts import parse_discounts
from pricebook.pricelists.facts.quantities import Quantity
from pricebook.pricelists.facts.units import parse_unit
from pricebook.pricelists.numbers import RowProblem, price_cell_reader
from pricebook.pricelists.priced_rows import NO_DETAILS, PricedRow
from pricebook.pricelists.pricing import tier_at, vat_conversion
from pricebook.pricelists.row_costs import (
    ListedPrice,
    RowTerms,
    holds_for_packs,
    pack_tiers,
    row_cost,
)
from pricebook.pricelists.row_fields import RowFields, RowRejectedError
from pricebook.pricelists.row_information import RowInformation
from pricebook.pricelists.row_surcharges import read_surcharge
from pricebook.pricelists.schemas.price_list_rows import PriceDetails, PriceTier
from pricebook.pricelists.schemas.profile import NumberProfile
from pricebook.pricelists.schemas.read_config import CatalogVat, Field
from pricebook.pricelists.schemas.read_request import ReadRequest

_ONE = Decimal(1)
_PRICE_FIELDS: tuple[Field, ...] = ("price", "list_price", "next_price", "pack_price")
_NO_PRICE = frozenset({"", "-", "–", "—"})

_ReadPrice = Callable[[str], Decimal | RowProblem]


class RowPriceReader:
    """Derives the comparable cost of each row from its cells by the rules of `pricing`."""

    def __init__(
        self, table: DetectedTable, number_profile: NumberProfile, request: ReadRequest
    ) -> None:
        self._fields = RowFields(table, number_profile, request)
        self._basis = table.basis
        self._tier_columns = table.tiers
        tier_columns = {column for _, column in table.tiers}
        self._is_price_a_tier = table.columns["price"] in tier_columns
        self._price_columns = tier_columns | {
            table.columns[field]
            for field in _PRICE_FIELDS
            if field in table.columns
            and (field != "list_price" or table.basis.discount_base == "list_price")
        }
        self._catalog_vat: CatalogVat = request.catalog_vat
        self._catalog_currency = request.currency
        self._today = request.today or datetime.now(UTC).date()
        self._number_profile = number_profile
        self._price_readers: dict[str, _ReadPrice] = {}
        self._information = RowInformation(table, self._fields)
        self.unread_cells: Counter[Field] = Counter()

    def read(self, cells: list[str]) -> PricedRow | RowProblem:
        """Return the price of a row with code and name, or the reason to reject it."""
        try:
            return self._read(cells)
        except RowRejectedError as error:
            return self._on_request(cells) or error.problem

    def _on_request(self, cells: list[str]) -> RowProblem | None:
        """Return the problem of a row whose price is on request, which comes before others."""
        price = price_cell_reader(self._number_profile, self._catalog_currency)(
            self._fields.cell(cells, "price")
        )
        if isinstance(price, RowProblem) and price.error_type == "price_on_request":
            return price
        return None

    def _read(self, cells: list[str]) -> PricedRow:
        unread: dict[Field, str] = {}
        if not any(cells[column].strip() for column in self._price_columns):
            raise _missing_price()
        currency = self._fields.currency(cells)
        read_price = self._price_reader(currency)
        terms = self._read_terms(cells, currency, unread)._replace(
            surcharge=read_surcharge(self._fields, cells, read_price),
            pack_price=self._read_cell(cells, "pack_price", read_price),
        )
        tiers = self._read_tiers(cells, read_price)
        is_tiered = bool(tiers) or terms.pack_price is not None
        if is_tiered and "min_order_quantity" in unread:
            raise self._fields.minimum_problem(unread["min_order_quantity"])
        listed, upcoming, next_from = self._listed_prices(cells, read_price, tiers, terms)
        cost, next_cost = row_cost(listed, terms), row_cost(upcoming, terms)
        shown = listed or upcoming
        if shown is None:
            raise _missing_price()
        quantity = shown.pack_size or terms.quantity.number
        details = PriceDetails(
            list_price=shown.price if shown.price not in {cost, next_cost} else None,
            price_quantity=quantity if quantity != 1 else None,
            unit=terms.quantity.unit,
            unit_text=terms.unit_text,
            pack_size=terms.pack_size,
            min_order_quantity=terms.min_order_quantity or (shown.pack_size and quantity),
            discounts=terms.discounts,
            discount_group=self._fields.text(cells, "discount_group"),
            surcharge=terms.surcharge.amount or None,
            surcharge_percent=terms.surcharge.percent or None,
            recommended_price=self._recommended_price(cells, read_price, unread),
            vat_included=terms.vat.included,
            vat_rate=terms.vat.rate,
            price_tiers=self._shown_tiers(cells, read_price, tiers, terms),
            **self._information.identifiers(cells),
        )
        self._count_unread(details, unread)
        return PricedRow(
            cost,
            None if terms.currency == self._catalog_currency else terms.currency,
            None if details == NO_DETAILS else details,
            self._information.availability(cells, unread),
            next_cost,
            next_from,
            self._information.characteristics(unread),
        )

    def _count_unread(self, details: PriceDetails, unread: dict[Field, str]) -> None:
        if unread:
            self.unread_cells.update(unread.keys())
        if details.unit_text:
            self.unread_cells["unit"] += 1
        if details.gtin_text:
            self.unread_cells["gtin"] += 1

    def _read_terms(self, cells: list[str], currency: str, unread: dict[Field, str]) -> RowTerms:
        fields = self._fields
        unit_cell = fields.cell(cells, "unit")
        unit_quantity = fields.quantity_in(unit_cell) if unit_cell else None
        if unit := parse_unit(display_text(unit_cell)):
            unit_quantity = Quantity(_ONE, unit)
        elif not unit_cell and self._basis.unit:
            unit_quantity = Quantity(_ONE, self._basis.unit)
        quantity = fields.price_quantity(cells, unit_quantity)
        pack_size = fields.parsed(cells, "pack_size", fields.quantity_in, unread)
        if self._basis.prices_per_pack:
            quantity = fields.pack_quantity(cells, quantity)
        minimum = fields.parsed(cells, "min_order_quantity", fields.quantity_in, unread)
        vat = fields.vat(cells, unread)
        vat_factor = vat_conversion(vat, self._catalog_vat)
        if vat_factor is None:
            raise fields.vat_problem(vat)
        return RowTerms(
            currency=currency,
            quantity=quantity,
            unit_text=None if unit_quantity else fields.text(cells, "unit"),
            pack_size=pack_size.number if pack_size else None,
            min_order_quantity=minimum.number if minimum else None,
            discounts=self._read_discounts(cells, unread),
            vat=vat,
            vat_factor=vat_factor,
        )

    def _read_discounts(self, cells: list[str], unread: dict[Field, str]) -> tuple[Decimal, ...]:
        if self._basis.discount_base == "none":
            return self._fields.parsed(cells, "discount", parse_discounts, unread) or ()
        return self._fields.discounts(cells)

    def _listed_prices(
        self,
        cells: list[str],
        read_price: _ReadPrice,
        tiers: tuple[PriceTier, ...],
        terms: RowTerms,
    ) -> tuple[ListedPrice | None, ListedPrice | None, date | None]:
        """Return the price of today, the upcoming one and its first day."""
        listed = self._listed_price(cells, read_price, tiers, terms)
        starts = self._fields.valid_from(cells) or self._basis.valid_from
        if not self._fields.has("next_price"):
            if starts is None or starts <= self._today:
                return listed, None, None
            return None, listed, starts
        next_from = self._basis.next_from or starts
        price = self._read_cell(cells, "next_price", read_price)
        if price is None:
            return listed, None, None
        if next_from is None:
            raise self._fields.next_price_problem()
        upcoming = ListedPrice(
            price, terms.discounts if self._basis.discount_base == "price" else ()
        )
        return (upcoming, None, None) if next_from <= self._today else (listed, upcoming, next_from)

    def _listed_price(
        self,
        cells: list[str],
        read_price: _ReadPrice,
        tiers: tuple[PriceTier, ...],
        terms: RowTerms,
    ) -> ListedPrice | None:
        base = self._basis.discount_base
        if base == "list_price":
            list_price = self._read_cell(cells, "list_price", read_price)
            if list_price is not None:
                return ListedPrice(list_price, terms.discounts)
        discounts = terms.discounts if base == "price" else ()
        if tiers:
            order = max(_ONE, terms.min_order_quantity or _ONE)
            return ListedPrice(tier_at(tiers, order).price, discounts)
        price = self._read_cell(cells, "price", read_price)
        if terms.pack_price is not None and holds_for_packs(price, terms):
            return ListedPrice(terms.pack_price, discounts, self._fields.known_pack_size(cells))
        return None if price is None else ListedPrice(price, discounts)

    def _shown_tiers(
        self,
        cells: list[str],
        read_price: _ReadPrice,
        tiers: tuple[PriceTier, ...],
        terms: RowTerms,
    ) -> tuple[PriceTier, ...]:
        if terms.pack_price is not None and not tiers:
            return pack_tiers(self._read_cell(cells, "price", read_price), terms)
        return tiers if len(tiers) > 1 else ()

    def _read_tiers(self, cells: list[str], read_price: _ReadPrice) -> tuple[PriceTier, ...]:
        """Return the price tiers of a row in ascending order; the price column is the one from 1.

        A tier without a price is not offered.
        """
        if not self._tier_columns:
            return ()
        tiers = {
            quantity: _checked(read_price(cells[column]))
            for quantity, column in self._tier_columns
            if display_text(cells[column]).strip() not in _NO_PRICE
        }
        price = self._read_cell(cells, "price", read_price)
        if price is not None and tiers.setdefault(_ONE, price) != price:
            raise self._fields.tier_problem(price, tiers[_ONE])
        return tuple(PriceTier(quantity, tiers[quantity]) for quantity in sorted(tiers))

    def _read_cell(self, cells: list[str], field: Field, read_price: _ReadPrice) -> Decimal | None:
        """Return the price of a field, None if its cell is empty or a dash, or has no column."""
        if field == "price" and self._is_price_a_tier:
            return None
        cell = self._fields.cell(cells, field)
        return None if display_text(cell).strip() in _NO_PRICE else _checked(read_price(cell))

    def _recommended_price(
        self, cells: list[str], read_price: _ReadPrice, unread: dict[Field, str]
    ) -> Decimal | None:
        if self._basis.discount_base == "list_price":
            return None

        def read(cell: str) -> Decimal | None:
            price = read_price(cell)
            return None if isinstance(price, RowProblem) else price

        return self._fields.parsed(cells, "list_price", read, unread)

    def _price_reader(self, currency: str) -> _ReadPrice:
        if currency not in self._price_readers:
            reader = price_cell_reader(self._number_profile, currency)
            self._price_readers[currency] = reader
        return self._price_readers[currency]


def _missing_price() -> RowRejectedError:
    return RowRejectedError("missing_price", "The price is missing.")


def _checked(price: Decimal | RowProblem) -> Decimal:
    if isinstance(price, RowProblem):
        raise RowRejectedError(*price)
    return price
