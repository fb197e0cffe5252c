"""Whether the list prices of the sample rows limit the prices beside them."""

from decimal import Decimal

from pricebook.pricelists.detection.column_options import price_columns_of
from pricebook.pricelists.detection.fact_collector import ListSources
from pricebook.pricelists.detection.header_texts import header_currencies, header_statement
from pricebook.pricelists.detection.price_arithmetic import SamplePrices, sample_prices

# A price may be a little over a list price that was rounded or is of another day.
MOST_OF_LIST_PRICE = Decimal("1.05")
_MIN_ROWS = 5
# Of all rows with both prices, those over the list price: a few, else the column is another one.
_MAX_SHARE = Decimal("0.1")


def limits_prices(sources: ListSources, *, vat_included: bool | None) -> bool:
    """Return whether hardly a price of the sample is over the list price of its row.

    A list price without tax is no limit for prices that include it.
    """
    columns, header = sources.assignment.columns, sources.header
    if "list_price" not in columns or "price" not in columns:
        return False
    stated = header_statement(header.cells[columns["list_price"]]).vat_included
    if vat_included and stated == frozenset({False}):
        return False
    limits = sample_prices(sources.content(columns["list_price"]), sources.request.currency)
    prices = _prices(sources)
    rows = [row for row, price in prices.items() if price and limits.get(row)]
    over = sum(prices[row] > limits[row] * MOST_OF_LIST_PRICE for row in rows)
    return len(rows) - over >= _MIN_ROWS and over <= max(1, _MAX_SHARE * len(rows))


def _prices(sources: ListSources) -> SamplePrices:
    """Return the price of each row: of several columns the first one in the same currency."""
    header, currency = sources.header, sources.request.currency
    found: dict[int, Decimal] = {}
    columns = price_columns_of(header, sources.config, sources.assignment.columns["price"])
    codes = header_currencies(header.cells[columns[0]], currency)
    for index in columns:
        if header_currencies(header.cells[index], currency) == codes:
            found = {**sample_prices(sources.content(index), currency), **found}
    return found
