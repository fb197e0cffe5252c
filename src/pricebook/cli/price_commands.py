"""The commands for price changes, and prices of the past."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeVar

from cyclopts import App, Parameter

from pricebook.cli import output, price_output
from pricebook.cli.csv_files import write_csv
from pricebook.cli.lookups import find_category_id, find_supplier_id, parse_id
from pricebook.cli.option_types import Day, Limit, Time, begun_day
from pricebook.cli.server_defaults import load_settings, run_with_database
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
    category: Annotated[
        str | None, _help("Only products of this category (Tools > Saws) and below it.")
    ] = None
    task: Annotated[str | None, _help("Only changes by the import with this task id.")] = None
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


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What is printed of a list."""

    csv: Annotated[Path | None, _help("Write all changes to this file instead.")] = None
    json: Annotated[bool, _help("Print the page as JSON.")] = False


async def _query(
    database: Database, filters: Filters, kind: type[QueryT], **further: Any
) -> QueryT:
    """Return the query of a command; raises NotFoundError and ValidationError."""
    name, category = filters.supplier, filters.category
    return kind(
        since=filters.since and filters.since.isoformat(),
        until=filters.until and filters.until.isoformat(),
        supplier_id=await find_supplier_id(database, name) if name else None,
        category_id=await find_category_id(database, category) if category else None,
        include_subcategories=category is not None,
        import_id=parse_id(filters.task, "pricebook tasks list") if filters.task else None,
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
    shown: Annotated[Shown, Parameter(name="*")] = Shown(),
) -> None:
    """List price changes with their effect on margins, the largest loss first.

    Args:
        filters: Which changes to list.
        sort: The order.
        limit: The number of changes on a page, up to 200.
        cursor: Where the page begins, as the page before says.
        shown: What is printed.
    """

    async def query(database: Database) -> PriceChangePage | None:
        if shown.csv is not None:
            all_of_them = await _query(database, filters, PriceChangeExport, sort=sort)
            await write_csv(shown.csv, service.export_changes(database, all_of_them))
            return None
        page = {"sort": sort, "limit": limit, "cursor": cursor}
        wanted = await _query(database, filters, PriceChangeQuery, **page)
        return await service.list_changes(database, wanted)

    page = run_with_database(query)
    if page is None:
        return
    if shown.json:
        output.print_json(page)
        return
    if page.data:
        currency = load_settings().catalog_currency
        price_output.print_changes(page.data, currency, is_undone=filters.undone)
    elif not page.next_cursor:
        _print_no_changes(filters)
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
    *,
    filters: Annotated[Filters, Parameter(name="*")] = Filters(),
    csv: Path | None = None,
    json: bool = False,
) -> None:
    """List how many prices each supplier raised and lowered, and by how much.

    Args:
        filters: Which changes to count.
        csv: Write all suppliers to this file instead.
        json: Print the suppliers as JSON.
    """

    async def query(database: Database) -> Page[SupplierChanges] | None:
        wanted = await _query(database, filters, SupplierChangeQuery, limit=200)
        if csv is not None:
            await write_csv(csv, service.export_changes_by_supplier(database, wanted))
            return None
        return await service.list_changes_by_supplier(database, wanted)

    page = run_with_database(query)
    if page is None:
        return
    if json:
        output.print_json(page)
    elif page.data:
        price_output.print_suppliers(page.data, load_settings().catalog_currency)
        if page.total_count > len(page.data):
            output.print_line(f"{len(page.data)} of {page.total_count:,} suppliers.")
    else:
        _print_no_changes(filters)


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
        price_output.print_prices(prices, load_settings().catalog_currency)


@app.command
def series(
    sku: str, /, *, since: Day | None = None, until: Day | None = None, json: bool = False
) -> None:
    """Show the lowest price of a product on each day, from the first known price on.

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
    else:
        price_output.print_series(found, sku, load_settings().catalog_currency)


def _print_no_changes(filters: Filters) -> None:
    """State that no price change passes the filters, and which days were looked at."""
    advice = None if filters.since else "the last 7 days were searched; --since DAY begins earlier"
    output.print_none("price change", advice=advice)


def _not_after_now(time: datetime | None) -> str | None:
    """Return a time as the API has it; None (now) for a day that has begun only east of UTC."""
    if time is None:
        return None
    day = time.date()
    is_day = time == datetime.combine(day, datetime.min.time(), UTC)
    return None if is_day and begun_day(day) != day else time.isoformat()
