"""The commands for price changes, and prices of the past."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from cyclopts import App, Parameter
from rich.table import Table
from rich.text import Text

from pricebook.cli import output
from pricebook.cli.lookups import find_supplier_id
from pricebook.cli.option_types import Day, Limit, Time, begun_day
from pricebook.cli.server_defaults import run_with_database
from pricebook.db.database import Database
from pricebook.http.pagination import Page
from pricebook.prices import service
from pricebook.prices.product_schemas import (
    PriceAtQuery,
    PriceSeries,
    PriceSeriesQuery,
    ProductPrices,
)
from pricebook.prices.schemas import (
    ChangeSort,
    Direction,
    PriceChange,
    PriceChangeExport,
    PriceChangeFilter,
    PriceChangePage,
    PriceChangeQuery,
    SupplierChangeQuery,
    SupplierChanges,
)

app = App(name="prices", help="Price changes, and prices of the past.")

QueryT = TypeVar("QueryT", bound=PriceChangeFilter)


def _help(text: str) -> Parameter:
    return Parameter(help=text)


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which price changes."""

    since: Annotated[
        Time | None, _help("From this day (YYYY-MM-DD) or time, included; default: 7 days ago.")
    ] = None
    until: Annotated[Time | None, _help("Before this day or time, not included.")] = None
    supplier: Annotated[str | None, _help("Name of a supplier.")] = None
    min_percent: Annotated[
        Decimal | None, _help("Only changes by at least so many percent, up or down.")
    ] = None
    direction: Annotated[Direction | None, _help("Only changes up or down.")] = None
    linked: Annotated[
        bool | None,
        Parameter(help="Only items with a product, or without.", negative="--unlinked"),
    ] = None
    unaddressed: Annotated[
        bool,
        Parameter(
            help="Only changes that lowered a margin, if the target price is still the same.",
            negative="",
        ),
    ] = False
    undone: Annotated[
        bool,
        Parameter(help="Only changes of undone imports, and those of their undos.", negative=""),
    ] = False


async def _query(
    database: Database, filters: Filters, kind: type[QueryT], **further: Any
) -> QueryT:
    """Return the query of a command; raises NotFoundError and ValidationError."""
    name = filters.supplier
    return kind(
        since=filters.since and filters.since.isoformat(),
        until=filters.until and filters.until.isoformat(),
        supplier_id=await find_supplier_id(database, name) if name else None,
        min_percent=filters.min_percent,
        direction=filters.direction,
        linked=filters.linked,
        unaddressed=filters.unaddressed,
        undone=filters.undone,
        **further,
    )


@app.command
def changes(
    *,
    filters: Annotated[Filters, Parameter(name="*")] = Filters(),
    sort: ChangeSort = "margin_loss",
    limit: Limit = 20,
    cursor: str | None = None,
    json: bool = False,
) -> None:
    """List price changes with their effect on margins, the largest loss first.

    Args:
        filters: Which changes to list.
        sort: The order.
        limit: The number of changes on a page, up to 200.
        cursor: Where the page begins, as the page before says.
        json: Print the page as JSON.
    """

    async def query(database: Database) -> PriceChangePage:
        page = {"sort": sort, "limit": limit, "cursor": cursor}
        wanted = await _query(database, filters, PriceChangeQuery, **page)
        return await service.list_changes(database, wanted)

    page = run_with_database(query)
    if json:
        output.print_json(page)
    else:
        _print_changes(page.data)
        if page.next_cursor:
            output.print_line(f"More follow: --cursor={page.next_cursor}")


@app.command
def export(
    *,
    filters: Annotated[Filters, Parameter(name="*")] = Filters(),
    sort: ChangeSort = "margin_loss",
) -> None:
    """Print price changes as CSV.

    Args:
        filters: Which changes to print.
        sort: The order.
    """

    async def write(database: Database) -> None:
        wanted = await _query(database, filters, PriceChangeExport, sort=sort)
        async for lines in service.export_changes(database, wanted):
            sys.stdout.buffer.write(lines.encode())
        sys.stdout.buffer.flush()

    run_with_database(write)


@app.command
def suppliers(
    *, filters: Annotated[Filters, Parameter(name="*")] = Filters(), json: bool = False
) -> None:
    """List how many prices each supplier raised and lowered, and by how much.

    Args:
        filters: Which changes to count.
        json: Print the suppliers as JSON.
    """

    async def query(database: Database) -> Page[SupplierChanges]:
        wanted = await _query(database, filters, SupplierChangeQuery, limit=200)
        return await service.list_changes_by_supplier(database, wanted)

    page = run_with_database(query)
    if json:
        output.print_json(page)
    else:
        _print_suppliers(page.data)
        if page.total_count > len(page.data):
            output.print_line(f"{len(page.data)} of {page.total_count:,} suppliers.")


@app.command(name="as-of")
def as_of(sku: str, time: Time | None = None, /, *, json: bool = False) -> None:
    """Show the price that each supplier had for a product at a time.

    Args:
        sku: The own SKU of the product.
        time: A day (YYYY-MM-DD, its beginning in UTC) or a time; default: now. A day that has
            begun only east of UTC: now.
        json: Print the prices as JSON.
    """
    query = PriceAtQuery(_not_after_now(time))

    async def find(database: Database) -> ProductPrices:
        product_id = await service.find_product_id(database, sku)
        return await service.get_product_prices(database, product_id, query)

    prices = run_with_database(find)
    if json:
        output.print_json(prices)
    else:
        _print_prices(prices)


@app.command
def series(
    sku: str, /, *, since: Day | None = None, until: Day | None = None, json: bool = False
) -> None:
    """Show the lowest price of a product on each day.

    Args:
        sku: The own SKU of the product.
        since: The first day (YYYY-MM-DD); default: 90 days in all.
        until: The last day; default: today, in UTC. A day that has begun only east of UTC counts
            as today: its prices so far are those of now.
        json: Print the days as JSON.
    """
    query = PriceSeriesQuery(since and begun_day(since), until and begun_day(until))

    async def find(database: Database) -> PriceSeries:
        product_id = await service.find_product_id(database, sku)
        return await service.get_price_series(database, product_id, query)

    found = run_with_database(find)
    if json:
        output.print_json(found)
        return
    for day in found.data:
        undone = "  undone later" if day.undone_by else ""
        output.print_line(f"{day.date}  {_text(day.lowest)}{undone}")


def _not_after_now(time: datetime | None) -> str | None:
    """Return a time as the API has it; None (now) for a day that has begun only east of UTC."""
    if time is None:
        return None
    day = time.date()
    is_day = time == datetime.combine(day, datetime.min.time(), UTC)
    return None if is_day and begun_day(day) != day else time.isoformat()


def _print_changes(rows: Sequence[PriceChange]) -> None:
    numbers = ("before", "after", "%", "margin", "points")
    table = _table(("time", "supplier", "code", "product"), numbers)
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
        )
    output.print_table(table)


def _print_suppliers(rows: Sequence[SupplierChanges]) -> None:
    numbers = ("raised", "lowered", "median %", "weighted %", "margins")
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


def _print_prices(prices: ProductPrices) -> None:
    table = _table(("supplier", "code", "", "since"), ("price",))
    for row in prices.prices:
        state = "" if row.state == "counted" else row.state.replace("_", " ")
        if row.undone_by:
            state = f"{state}, undone later".removeprefix(", ")
        since = f"{row.recorded_at:%Y-%m-%d %H:%M}" if row.recorded_at else ""
        table.add_row(
            Text(row.supplier_name), Text(row.supplier_sku), state, since, _text(row.price)
        )
    output.print_table(table)
    output.print_line(
        f"{prices.as_of:%Y-%m-%d %H:%M} UTC: lowest {_text(prices.lowest)},"
        f" highest {_text(prices.highest)}."
    )
    if prices.unknown_before:
        output.print_line(f"Prices before {prices.unknown_before:%Y-%m-%d} are not kept.")


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
