"""Which column of prices is another one less the discount, by the sample rows."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from pricebook.pricelists.detection.column_content import ColumnContent, display_text
from pricebook.pricelists.detection.discount_columns import discount_parser
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_texts import header_statement
from pricebook.pricelists.detection.price_arithmetic import (
    CENT,
    MIN_SHARE,
    SamplePrices,
    are_products,
    other_numbers,
    sample_prices,
)
from pricebook.pricelists.detection.tax_sample import find_tax_twin
from pricebook.pricelists.schemas.read_config import Field, ReadConfig

# Of rows that a column without a field must fit, since a few may fit by chance.
_MIN_ROWS = 3


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
        fields: tuple[Field, ...] = ("discount_group", "discount")
        for field in fields:
            index = self.columns.get(field)
            if index is None or index >= len(self.contents):
                continue
            content = self.contents[index]
            parse = discount_parser(self.header.cells[index])
            for row, cell in zip(content.rows, content.cells, strict=True):
                text = cell
                if field == "discount_group":
                    text = (self.config.discount_groups or {}).get(display_text(cell).strip(), "")
                factor = Decimal(1)
                for discount in parse(text) or ():
                    factor *= 1 - discount / 100
                factors[row] = factor
        return factors
