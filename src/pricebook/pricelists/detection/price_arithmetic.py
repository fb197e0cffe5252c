"""Arithmetic over the prices of the sample rows: which are others less a discount or a tax."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal

from pricebook.pricelists.detection.column_content import ColumnContent, is_numeric
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.numbers import detect_number_profile, price_cell_reader

MIN_SHARE = 0.8
CENT = Decimal("0.01")
_TOLERANCE = Decimal("0.006")
_ROUNDING = Decimal("0.011")

# By the position of the sample row.
SamplePrices = Mapping[int, Decimal]


def sample_prices(content: ColumnContent, currency: str) -> SamplePrices:
    """Return the prices of a column that can be read."""
    read = price_cell_reader(detect_number_profile(content.cells, currency), currency)
    prices = zip(content.rows, map(read, content.cells), strict=True)
    return {row: price for row, price in prices if isinstance(price, Decimal)}


def other_numbers(
    header: TableHeader, contents: Sequence[ColumnContent], taken: Collection[int]
) -> Iterator[int]:
    """Yield the columns of numbers that are not taken and that no option ignores."""
    for index in range(min(len(header.cells), len(contents))):
        if index not in taken and index not in header.ignored and is_numeric(contents[index]):
            yield index


def are_products(
    products: SamplePrices, bases: SamplePrices, factors: SamplePrices, min_rows: int
) -> bool:
    """Return whether prices are those of another column times a factor below 1 of each row.

    Rows in which the factor takes less than a cent off prove nothing.
    """
    rows = [
        row
        for row, factor in factors.items()
        if row in products and bases.get(row, Decimal(0)) * (1 - factor) >= CENT
    ]
    fitting = sum(_is_product(products[row], bases[row], factors[row]) for row in rows)
    return len(rows) >= min_rows and fitting >= MIN_SHARE * len(rows)


def are_differences(differences: SamplePrices, bases: SamplePrices, amounts: SamplePrices) -> bool:
    """Return whether prices are those of another column less the amount of each row."""
    rows = [row for row, amount in amounts.items() if row in differences and amount >= CENT]
    fitting = sum(bases.get(row, Decimal(0)) - amounts[row] == differences[row] for row in rows)
    return bool(rows) and fitting >= MIN_SHARE * len(rows)


def _is_product(product: Decimal, base: Decimal, factor: Decimal) -> bool:
    """Return whether a rounded product is that of base and factor, clearly less than the base."""
    difference = abs(product - base * factor)
    is_rounded = difference <= max(_ROUNDING, _TOLERANCE * product)
    return is_rounded and 2 * difference < base * (1 - factor)
