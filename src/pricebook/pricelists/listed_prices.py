"""The prices that a row lists: that of today or of a tier, an upcoming and a recommended one."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, partial

import msgspec

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.facts.quantities import Quantity
from pricebook.pricelists.facts.unchanged import is_unchanged
from pricebook.pricelists.numbers import RowProblem, price_cell_reader
from pricebook.pricelists.price_cell_check import price_cell_check
from pricebook.pricelists.price_marks import PriceMarks
from pricebook.pricelists.price_problems import zero_price
from pricebook.pricelists.price_scales import PriceScales
from pricebook.pricelists.price_units import PriceUnits
from pricebook.pricelists.pricing import tier_at
from pricebook.pricelists.row_costs import (
    NO_PRICE,
    ListedPrice,
    ReadPrice,
    checked_price,
    holds_for_packs,
    pack_tiers,
)
from pricebook.pricelists.row_fields import RowFields, RowRejectedError
from pricebook.pricelists.row_terms import RowTerms
from pricebook.pricelists.schemas.price_list_rows import PriceTier
from pricebook.pricelists.schemas.profile import NumberProfile
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.tax_twins import TaxTwinReader, tax_twin_reader

_ONE = Decimal(1)
# A pack rarely costs less than half of its pieces; with other decimals it is a multiple of ten.
MAX_PACK_FACTOR = 3
_FIELDS_WITH_UNITS: frozenset[Field] = frozenset({"price", "next_price"})
_PRICE_FIELDS: tuple[Field, ...] = ("price", "list_price", "next_price", "pack_price")


class ListedPrices(msgspec.Struct, frozen=True, gc=False):
    """The price of today, the one from a later day on, and several tiers in ascending order."""

    today: ListedPrice | None
    upcoming: ListedPrice | None
    next_from: date | None
    tiers: tuple[PriceTier, ...]


class ListedPriceReader:
    """Reads the price cells of the rows of one table."""

    def __init__(
        self,
        table: DetectedTable,
        fields: RowFields,
        number_profile: NumberProfile,
        request: ReadRequest,
    ) -> None:
        columns, basis = table.columns, table.basis
        tier_columns = {column for _, column in table.tiers}
        is_base = basis.discount_base == "list_price"
        self._fields = fields
        self._basis = basis
        self._tiers = table.tiers
        self._is_price_a_tier = columns["price"] in tier_columns
        self._tax_twin = tax_twin_reader(table, fields)
        self._price_columns: Sequence[int] = sorted(
            tier_columns.union(
                columns[field]
                for field in _PRICE_FIELDS
                if field in columns and (field != "list_price" or is_base)
            )
        )
        self._has_recommended_price = fields.has("list_price") and not is_base
        self._today = request.today or datetime.now(UTC).date()
        # The function that parses the price cells of rows in a currency.
        self.in_currency = cache(partial(price_cell_reader, number_profile))
        self.marks = PriceMarks(table, request)
        self._columns, self._scales = columns, PriceScales(table)
        self._units = PriceUnits(table, fields)
        check = price_cell_check(table)
        # The same for the prices of articles, whose cells must not contradict the price list.
        self.price_in_currency = cache(partial(price_cell_reader, number_profile, check=check))

    @property
    def has_one_price(self) -> bool:
        """Whether rows have no price but that in the price column."""
        has_further = len(self._price_columns) > 1 or self._tiers or self._has_recommended_price
        return not (has_further or self._tax_twin)

    def has_price(self, cells: list[str]) -> bool:
        """Return whether any price cell of a row is filled."""
        has_own = any(cells[column].strip() for column in self._price_columns)
        twin = self._tax_twin
        return has_own or (twin is not None and twin.is_proved and twin.has_price(cells))

    def holds_today(self, terms: RowTerms) -> bool:
        """Return whether the price of a row holds already."""
        return terms.valid_from is None or terms.valid_from <= self._today

    def read(self, cells: list[str], terms: RowTerms) -> ListedPrices:
        """Return the prices of a row; raises RowRejectedError if one is not understood."""
        if self._fields.has("pack_price"):
            read_price = self.in_currency(terms.currency)
            pack_price = self._read_cell(cells, "pack_price", read_price, terms)
            terms = terms._replace(pack_price=pack_price)
        read_price = self.price_in_currency(terms.currency)
        tiers = self._read_tiers(cells, read_price, terms) if self._tiers else ()
        is_tiered = bool(tiers) or terms.pack_price is not None
        if is_tiered and "min_order_quantity" in terms.unread:
            raise self._fields.minimum_problem(terms.unread["min_order_quantity"])
        listed = self._listed_price(cells, read_price, tiers, terms)
        upcoming, next_from = None, None
        if self._fields.has("next_price"):
            listed, upcoming, next_from = self._with_next_price(cells, read_price, listed, terms)
        elif not self.holds_today(terms):
            listed, upcoming, next_from = None, listed, terms.valid_from
        tiers = self._shown_tiers(cells, read_price, tiers, terms)
        return ListedPrices(listed, upcoming, next_from, tiers)

    def read_recommended(
        self, cells: list[str], terms: RowTerms, unread: dict[Field, str]
    ) -> Decimal | None:
        """Return the recommended price of a row, None if it is empty or unread."""
        if not self._has_recommended_price:
            return None
        read_price = self.in_currency(terms.currency)

        def read(cell: str) -> Decimal | None:
            price = read_price(cell)
            if isinstance(price, RowProblem):
                return None
            return price * self._factor("list_price", cell, terms)

        return self._fields.parsed(cells, "list_price", read, unread)

    def _with_next_price(
        self,
        cells: list[str],
        read_price: ReadPrice,
        listed: ListedPrice | None,
        terms: RowTerms,
    ) -> tuple[ListedPrice | None, ListedPrice | None, date | None]:
        """Return the price of today, the upcoming one and its first day."""
        price = self._read_cell(cells, "next_price", read_price, terms)
        if price is None:
            return listed, None, None
        next_from = self._basis.next_from or terms.valid_from
        if next_from is None:
            raise self._fields.next_price_problem()
        discounts = terms.discounts if self._basis.discount_base == "price" else ()
        unit = listed and listed.unit
        if unit:
            terms = terms._replace(quantity=Quantity(terms.quantity.number, unit))
        unit = self._units.unit_of(cells, terms, "next_price") or unit
        upcoming = ListedPrice(price, discounts, unit=unit)
        return (upcoming, None, None) if next_from <= self._today else (listed, upcoming, next_from)

    def _listed_price(
        self,
        cells: list[str],
        read_price: ReadPrice,
        tiers: tuple[PriceTier, ...],
        terms: RowTerms,
    ) -> ListedPrice | None:
        base = self._basis.discount_base
        if base == "list_price":
            list_price = self._read_cell(cells, "list_price", read_price, terms)
            if list_price is not None:
                return ListedPrice(list_price, terms.discounts)
        discounts = terms.discounts if base == "price" else ()
        if tiers:
            order = max(_ONE, terms.min_order_quantity or _ONE)
            return ListedPrice(tier_at(tiers, order).price, discounts)
        price = self._read_cell(cells, "price", read_price, terms)
        unit = None if price is None else self._units.unit_of(cells, terms)
        if self._tax_twin:
            price = self._beside_tax_twin(self._tax_twin, cells, price, read_price)
        self._check_pack_price(price, terms)
        if terms.pack_price is not None and holds_for_packs(price, terms):
            return ListedPrice(terms.pack_price, discounts, self._fields.known_pack_size(cells))
        return None if price is None else ListedPrice(price, discounts, unit=unit)

    def _beside_tax_twin(
        self,
        twin: TaxTwinReader,
        cells: list[str],
        price: Decimal | None,
        read_price: ReadPrice,
    ) -> Decimal | None:
        """Return the price, from the one with the other tax basis if missing; check it by that."""
        if price is None:
            is_known = twin.is_proved and self._scales.is_one
            return twin.price(cells, read_price) if is_known else None
        if self._scales.is_one:
            twin.check(cells, price, read_price)
        return price

    def _check_pack_price(self, price: Decimal | None, terms: RowTerms) -> None:
        """Raise RowRejectedError if the price of a pack is not near that of its pieces."""
        if not (price and terms.pack_price and terms.pack_size):
            return
        pieces = price * terms.pack_size / terms.quantity.number
        if not pieces / MAX_PACK_FACTOR <= terms.pack_price <= pieces * MAX_PACK_FACTOR:
            raise RowRejectedError(
                "price_out_of_range",
                f"The price {price} ({self._fields.label('price')}) and the price "
                f"{terms.pack_price} ({self._fields.label('pack_price')}) of a pack of "
                f"{terms.pack_size} do not fit each other: correct one of them.",
            )

    def _shown_tiers(
        self,
        cells: list[str],
        read_price: ReadPrice,
        tiers: tuple[PriceTier, ...],
        terms: RowTerms,
    ) -> tuple[PriceTier, ...]:
        if terms.pack_price is not None and not tiers:
            return pack_tiers(self._read_cell(cells, "price", read_price, terms), terms)
        return tiers if len(tiers) > 1 else ()

    def _read_tiers(
        self, cells: list[str], read_price: ReadPrice, terms: RowTerms
    ) -> tuple[PriceTier, ...]:
        """Return the price tiers of a row in ascending order; the price column is the one from 1.

        A tier without a price, or with one on request, is not offered.
        """
        found = {
            quantity: read_price(cells[column])
            for quantity, column in self._tiers
            if display_text(cells[column]).strip() not in NO_PRICE
        }
        columns, has_money = dict(self._tiers), terms.has_money
        tiers = {
            quantity: checked_price(price)
            * self._scales.at(columns[quantity], cells[columns[quantity]], has_money=has_money)
            for quantity, price in found.items()
            if quantity == min(found) or not _is_on_request(price)
        }
        if not all(tiers.values()):
            raise RowRejectedError(*zero_price())
        price = self._read_cell(cells, "price", read_price, terms)
        if price is not None and tiers.setdefault(_ONE, price) != price:
            raise self._fields.tier_problem(price, tiers[_ONE])
        return tuple(PriceTier(quantity, tiers[quantity]) for quantity in sorted(tiers))

    def _read_cell(
        self, cells: list[str], field: Field, read_price: ReadPrice, terms: RowTerms
    ) -> Decimal | None:
        """Return the price of a field, None if its cell is empty or a dash, or has no column."""
        if field == "price" and self._is_price_a_tier:
            return None
        cell = self._fields.cell(cells, field)
        text = display_text(cell).strip()
        if text in NO_PRICE or (field == "next_price" and is_unchanged(text)):
            return None
        price = read_price(cell)
        if field == "price" and isinstance(price, RowProblem):
            price = self.marks.read(cell, price, read_price)
        if field in _FIELDS_WITH_UNITS and isinstance(price, RowProblem):
            price = self._units.read(cell, price, read_price)
        return checked_price(price) * self._factor(field, cell, terms)

    def _factor(self, field: Field, cell: str, terms: RowTerms) -> Decimal:
        return self._scales.at(self._columns[field], cell, has_money=terms.has_money)


def _is_on_request(price: Decimal | RowProblem) -> bool:
    return isinstance(price, RowProblem) and price.error_type == "price_on_request"
