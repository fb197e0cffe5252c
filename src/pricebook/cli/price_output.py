"""The output of the commands for price changes, and prices of the past."""

from collections.abc import Sequence
from decimal import Decimal

from rich.table import Table
from rich.text import Text

from pricebook.cli import output
from pricebook.prices.product_schemas import DailyPrice, PriceSeries, ProductPrices
from pricebook.prices.schemas import PriceChange, SupplierChanges


def print_changes(rows: Sequence[PriceChange], currency: str, *, is_undone: bool) -> None:
    """Print price changes as a table; undone ones with what became of each."""
    numbers = (f"before {currency}", f"after {currency}", "%", f"margin {currency}", "points")
    table = _table(("time", "supplier", "code", "product"), numbers)
    if is_undone:
        table.add_column("")
    for row in rows:
        table.add_row(
            f"{row.recorded_at:%Y-%m-%d %H:%M}",
            Text(row.supplier_name),
            Text(row.supplier_sku),
            Text(row.internal_sku or ""),
            str(row.old_price),
            str(row.price),
            _signed(row.change_percent),
            _signed(row.margin_change),
            _signed(row.margin_points),
            *([row.state] if is_undone else []),
        )
    output.print_table(table)


def print_suppliers(rows: Sequence[SupplierChanges], currency: str) -> None:
    """Print the price changes of each supplier as a table; margins in the given currency."""
    numbers = ("raised", "lowered", "median %", "weighted %", f"margins {currency}")
    table = _table(("supplier",), numbers)
    for row in rows:
        table.add_row(
            Text(row.supplier_name),
            f"{row.raised:,}",
            f"{row.lowered:,}",
            _signed(row.median_percent),
            _signed(row.weighted_percent),
            _signed(row.margin_change),
        )
    output.print_table(table)


def print_prices(prices: ProductPrices, currency: str) -> None:
    """Print the prices of a product at a time as a table, and the lowest and the highest one."""
    table = _table(("supplier", "code", "", "since"), (f"price {currency}",))
    for row in prices.prices:
        state = "" if row.state == "counted" else row.state.replace("_", " ")
        if row.undone_by:
            state = f"{state}, undone later".removeprefix(", ")
        since = f"{row.recorded_at:%Y-%m-%d %H:%M}" if row.recorded_at else ""
        table.add_row(
            Text(row.supplier_name), Text(row.supplier_sku), state, since, _text(row.price)
        )
    if prices.prices:
        output.print_table(table)
    else:
        output.print_none("supplier item of this product")
    output.print_line(
        f"{prices.as_of:%Y-%m-%d %H:%M} UTC: lowest {_text(prices.lowest)},"
        f" highest {_text(prices.highest)}."
    )
    if prices.unknown_before:
        output.print_line(f"Prices before {prices.unknown_before:%Y-%m-%d} are not kept.")


def print_series(series: PriceSeries, sku: str, currency: str) -> None:
    """Print the lowest price of each day from the first known one on, and which day that is."""
    first = next((at for at, day in enumerate(series.data) if day.lowest is not None), None)
    if first is None:
        begin, end = series.data[0].date, series.data[-1].date
        output.print_note(f"No price of {sku} is known from {begin} to {end}.")
        return
    days = series.data[first:]
    if first:
        output.print_line(f"Prices of {sku} are known from {days[0].date} on, in {currency}.")
    else:
        output.print_line(f"Prices of {sku} in {currency}.")
    for day in days:
        output.print_line(_describe_day(day))


def _describe_day(day: DailyPrice) -> str:
    undone = "  undone later" if day.undone_by else ""
    return f"{day.date}  {_text(day.lowest)}{undone}"


def _table(texts: Sequence[str], numbers: Sequence[str]) -> Table:
    """Return a table with columns of texts and of numbers."""
    table = Table(*texts)
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def _signed(number: float | Decimal | None) -> str:
    return "" if number is None else f"{number:+}"


def _text(price: Decimal | None) -> str:
    return "unknown" if price is None else str(price)
