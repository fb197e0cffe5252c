"""Arithmetic over the sample rows: which column of prices is another one less the discount."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from pricebook.pricelists.detection.column_content import ColumnContent, display_text, is_numeric
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_words import header_statement
from pricebook.pricelists.facts.discounts import parse_discounts
from pricebook.pricelists.numbers import detect_number_profile, price_cell_reader
from pricebook.pricelists.schemas.read_config import Field, ReadConfig

_MIN_SHARE = 0.8
# Of rows that an unnamed column must fit, since a few may fit by chance.
_MIN_ROWS = 3
_TOLERANCE = Decimal("0.006")
_ROUNDING = Decimal("0.011")
_CENT = Decimal("0.01")
_ONE = Decimal(1)

_Prices = Mapping[int, Decimal]


class DiscountSample(NamedTuple):
    """The sample of a price list with discounts and a price column, and how to read it."""

    config: ReadConfig
    header: TableHeader
    columns: Mapping[Field, int]
    contents: Sequence[ColumnContent]
    currency: str

    def find_base_of_price(self) -> int | None:
        """Return the column that the price is less the discount, None if none is certain."""
        prices, factors = self._prices(self.columns["price"]), self._factors()
        for index in self._other_prices():
            if _are_products(prices, self._prices(index), factors, self._min_rows(index)):
                return index
        return None

    def find_discounted_price(self) -> int | None:
        """Return the column that is the price less the discount, None if none is certain."""
        prices, factors = self._prices(self.columns["price"]), self._factors()
        for index in self._other_prices():
            if _are_products(self._prices(index), prices, factors, self._min_rows(index)):
                return index
        return None

    def is_list_price(self) -> bool:
        """Return whether the price is the list price where the discount would make it less."""
        prices, list_prices = self._prices(self.columns["price"]), self._list_prices()
        rows = [
            row
            for row, factor in self._factors().items()
            if row in prices and list_prices.get(row, Decimal(0)) * (1 - factor) >= _CENT
        ]
        equal = sum(prices[row] == list_prices[row] for row in rows)
        return bool(rows) and equal >= _MIN_SHARE * len(rows)

    @property
    def has_discounts(self) -> bool:
        """Whether a row of the sample has a discount."""
        return any(factor != 1 for factor in self._factors().values())

    def _list_prices(self) -> _Prices:
        column = self.columns.get("list_price")
        return {} if column is None else self._prices(column)

    def _min_rows(self, index: int) -> int:
        return 1 if index == self.columns.get("list_price") else _MIN_ROWS

    def _other_prices(self) -> Iterator[int]:
        """Yield the list price and the columns of numbers without a field.

        One that has taxes where the price has none is left out: a tax of 25 percent looks like a
        discount of 20 percent.
        """
        list_price = self.columns.get("list_price")
        if list_price is not None:
            yield list_price
        taken = {*self.columns.values(), *self.header.ignored}
        basis = self._tax_basis(self.columns["price"])
        for index in range(min(len(self.header.cells), len(self.contents))):
            is_other = index not in taken and is_numeric(self.contents[index])
            if is_other and self._tax_basis(index) in {basis, None}:
                yield index

    def _tax_basis(self, index: int) -> frozenset[bool] | None:
        """Return whether a header says that prices include a tax; `gross` may mean discounts."""
        statement = header_statement(self.header.cells[index])
        return None if statement.is_gross_or_net else statement.vat_included

    def _prices(self, index: int) -> _Prices:
        """Return by sample row the prices of a column that can be read."""
        content = self.contents[index]
        profile = detect_number_profile(content.cells, self.currency)
        read = price_cell_reader(profile, self.currency)
        prices = zip(content.rows, map(read, content.cells), strict=True)
        return {row: price for row, price in prices if isinstance(price, Decimal)}

    def _factors(self) -> dict[int, Decimal]:
        """Return by sample row what remains after its discounts: 0.665 for `30+5`."""
        factors: dict[int, Decimal] = {}
        fields: tuple[Field, ...] = ("discount_group", "discount")
        for field in fields:
            index = self.columns.get(field)
            if index is None or index >= len(self.contents):
                continue
            content = self.contents[index]
            for row, cell in zip(content.rows, content.cells, strict=True):
                text = cell
                if field == "discount_group":
                    text = (self.config.discount_groups or {}).get(display_text(cell).strip(), "")
                factor = _ONE
                for discount in parse_discounts(text) or ():
                    factor *= 1 - discount / 100
                factors[row] = factor
        return factors


def _are_products(
    products: _Prices, bases: _Prices, factors: Mapping[int, Decimal], min_rows: int
) -> bool:
    """Return whether prices are those of another column times what remains after the discount.

    Rows whose discount is less than a cent prove nothing.
    """
    rows = [
        row
        for row, factor in factors.items()
        if row in products and bases.get(row, Decimal(0)) * (1 - factor) >= _CENT
    ]
    fitting = sum(_is_product(products[row], bases[row], factors[row]) for row in rows)
    return len(rows) >= min_rows and fitting >= _MIN_SHARE * len(rows)


def _is_product(product: Decimal, base: Decimal, factor: Decimal) -> bool:
    """Return whether a rounded product is that of base and factor, clearly less than the base."""
    difference = abs(product - base * factor)
    is_rounded = difference <= max(_ROUNDING, _TOLERANCE * product)
    return is_rounded and 2 * difference < base * (1 - factor)
