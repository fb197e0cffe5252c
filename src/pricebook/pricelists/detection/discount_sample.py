"""Which column of prices is another one less the discount, by the sample rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from math import prod
from typing import NamedTuple

from pricebook.pricelists.detection.column_content import ColumnContent, display_text
from pricebook.pricelists.detection.discount_words import MULTIPLIER_RANK
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_texts import header_statement
from pricebook.pricelists.detection.header_words import field_ranks
from pricebook.pricelists.detection.price_arithmetic import (
    CENT,
    MIN_SHARE,
    SamplePrices,
    are_products,
    other_numbers,
    sample_prices,
)
from pricebook.pricelists.detection.tax_sample import find_tax_twin
from pricebook.pricelists.facts.discounts import parse_discounts, parse_multiplier
from pricebook.pricelists.schemas.read_config import DISCOUNT_FIELDS, Field, ReadConfig

# Of rows that a column without a field must fit, since a few may fit by chance.
_MIN_ROWS = 3
DiscountParser = Callable[[str], tuple[Decimal, ...] | None]


def names_multiplier(header: str) -> bool:
    """Return whether a header names multipliers of a price, not discounts."""
    return field_ranks(header, "").get("discount", 0) >= MULTIPLIER_RANK


def discount_parser(header: str) -> DiscountParser:
    """Return the function that parses the cells below a header: discounts or multipliers."""
    return parse_multiplier if names_multiplier(header) else parse_discounts


class DiscountSample(NamedTuple):
    """The sample of a price list with discounts and a price column, and how to read it."""

    config: ReadConfig
    header: TableHeader
    columns: Mapping[Field, int]
    contents: Sequence[ColumnContent]
    currency: str

    def find_base_of_price(self) -> int | None:
        """Return the column that the price is less the discount, None if none is certain.

        A price with tax includes the discount if the same one without tax does.
        """
        twin = find_tax_twin(self.header, self.columns, self.contents, self.currency)
        factors = self._factors()
        for price in (self.columns["price"], *([] if twin is None else [twin])):
            prices = self._prices(price)
            for index in self._other_prices(price):
                if are_products(prices, self._prices(index), factors, self._min_rows(index)):
                    return index
        return None

    def find_discounted_price(self) -> int | None:
        """Return the column that is the price less the discount, None if none is certain."""
        price, factors = self.columns["price"], self._factors()
        prices = self._prices(price)
        for index in self._other_prices(price):
            if are_products(self._prices(index), prices, factors, self._min_rows(index)):
                return index
        return None

    def is_list_price(self) -> bool:
        """Return whether the price is the list price where the discount would make it less."""
        prices, list_prices = self._prices(self.columns["price"]), self._list_prices()
        rows = [
            row
            for row, factor in self._factors().items()
            if row in prices and list_prices.get(row, Decimal(0)) * (1 - factor) >= CENT
        ]
        equal = sum(prices[row] == list_prices[row] for row in rows)
        return bool(rows) and equal >= MIN_SHARE * len(rows)

    @property
    def has_discounts(self) -> bool:
        """Whether a row of the sample has a discount."""
        return any(factor != 1 for factor in self._factors().values())

    def _list_prices(self) -> SamplePrices:
        column = self.columns.get("list_price")
        return {} if column is None else self._prices(column)

    def _min_rows(self, index: int) -> int:
        return 1 if index == self.columns.get("list_price") else _MIN_ROWS

    def _other_prices(self, price: int) -> Iterator[int]:
        """Yield the list price and the columns of numbers without a field.

        One that has taxes where the price has none is left out: a tax of 25 percent looks like a
        discount of 20 percent.
        """
        list_price = self.columns.get("list_price")
        if list_price is not None:
            yield list_price
        basis = self._tax_basis(price)
        for index in other_numbers(self.header, self.contents, {*self.columns.values(), price}):
            if self._tax_basis(index) in {basis, None}:
                yield index

    def _tax_basis(self, index: int) -> frozenset[bool] | None:
        """Return whether a header says that prices include a tax; `gross` may mean discounts."""
        statement = header_statement(self.header.cells[index])
        return None if statement.is_gross_or_net else statement.vat_included

    def _prices(self, index: int) -> SamplePrices:
        return sample_prices(self.contents[index], self.currency)

    def _factors(self) -> dict[int, Decimal]:
        """Return by sample row what remains after its discounts: 0.665 for `30+5`."""
        factors: dict[int, Decimal] = {}
        groups = self.config.discount_groups or {}
        for row, cell in self._cells("discount_group"):
            factors[row] = _factor(parse_discounts(groups.get(display_text(cell).strip(), "")))
        for field in DISCOUNT_FIELDS:
            parse = discount_parser(self.header.cells[self.columns.get(field, 0)])
            for row, cell in self._cells(field):
                before = Decimal(1) if field == "discount" else factors.get(row, Decimal(1))
                factors[row] = before * _factor(parse(cell))
        return factors

    def _cells(self, field: Field) -> Iterator[tuple[int, str]]:
        index = self.columns.get(field)
        if index is not None and index < len(self.contents):
            yield from zip(self.contents[index].rows, self.contents[index].cells, strict=True)


def _factor(discounts: Iterable[Decimal] | None) -> Decimal:
    """Return what remains after discounts in percent."""
    return prod((1 - discount / 100 for discount in discounts or ()), start=Decimal(1))
