"""The commands for exchange rates."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Table
from rich.text import Text

from pricebook.cli import output
from pricebook.cli.option_types import Day, Limit, PageNumber
from pricebook.cli.server_defaults import (
    load_settings,
    run_with_database,
    settings_with_servers,
)
from pricebook.db.database import Database
from pricebook.db.resources import open_resources
from pricebook.errors import ValidationError
from pricebook.http.field_types import is_plain_number
from pricebook.http.pagination import CursorPage
from pricebook.pricelists.isolation.rate_reader import read_rates
from pricebook.pricelists.schemas.read_request import FileSource, HttpsSource
from pricebook.pricelists.sources.public_addresses import parse_https_url
from pricebook.rates import service
from pricebook.rates.schemas import (
    MANUAL,
    MAX_SOURCE,
    NewRate,
    RateQuery,
    RateSource,
    ReplacedRate,
    StoredRate,
    StoreResult,
    is_currency_code,
    rate_problem,
    today,
)
from pricebook.rates.service import new_rates_of
from pricebook.services import rate_context_for
from pricebook.settings import Settings

app = App(name="rates", help="Exchange rates, by which prices in other currencies count.")

_HTTPS = "https://"


def _help(text: str) -> Parameter:
    return Parameter(help=text)


@app.command(name="set")
def set_rate(
    base: str, currency: str, rate: str, /, *, date: Day | None = None, json: bool = False
) -> None:
    """Set an exchange rate and re-compute the prices that follow from it.

    A day has one rate: another one replaces it, and the former one is printed beside it.

    Args:
        base: The currency of which one unit is worth RATE units of the other: EUR.
        currency: The currency that RATE counts: USD.
        rate: How many units of CURRENCY one unit of BASE is worth: 1.0812.
        date: The day of the rate (YYYY-MM-DD), by default today in UTC.
        json: Print the result as JSON.
    """
    new_rate = _parse_rate(base, currency, rate, date)
    result = _store([new_rate], RateSource())
    if json:
        output.print_json(result)
        return
    output.print_line(
        f"1 {new_rate.base} = {new_rate.rate:f} {new_rate.currency} on {new_rate.day}"
        f"{_replaced(result)}; {_items(result)}."
    )


@dataclass(frozen=True, kw_only=True)
class RateFilter:
    """The filters of `pricebook rates list`."""

    base: Annotated[str | None, _help("Only rates of one unit of this currency.")] = None
    currency: Annotated[str | None, _help("Only rates counted in this currency.")] = None
    since: Annotated[Day | None, _help("Only rates of this day (YYYY-MM-DD) and later ones.")] = (
        None
    )


@app.command(name="list")
def list_all(
    *,
    criteria: Annotated[RateFilter, Parameter(name="*")] = RateFilter(),
    limit: Limit = 200,
    page: PageNumber = 1,
    json: bool = False,
) -> None:
    """List the exchange rates, the newest days first.

    Args:
        criteria: The filters of the rates.
        limit: The number of rates on a page.
        page: The number of the page.
        json: Print the page as JSON.
    """
    query = RateQuery(
        page,
        limit,
        base=_parse_currency(criteria.base) if criteria.base else None,
        currency=_parse_currency(criteria.currency) if criteria.currency else None,
        since=criteria.since,
    )

    async def query_rates(database: Database) -> CursorPage[StoredRate]:
        return await service.list_rates(database, query)

    listing = run_with_database(query_rates)
    if json:
        output.print_json(listing)
    else:
        _print_rates(listing)


@app.command(name="import")
def import_file(source: str, /, *, json: bool = False) -> None:
    """Import the euro reference rates of the European Central Bank and re-compute prices.

    Rates that were set by hand stay as they are.

    Args:
        source: A file or an https address of the bank's XML or CSV, of a day or of its history.
        json: Print the result as JSON.
    """
    settings = load_settings()
    rate_source: FileSource | HttpsSource = FileSource(source, Path(source).name)
    name = Path(source).name
    if source.startswith(_HTTPS):
        rate_source = HttpsSource(source, settings.allow_private_urls)
        name = parse_https_url(source).display_url
    rates = new_rates_of(asyncio.run(read_rates(rate_source)))
    result = _store(rates, RateSource(name[:MAX_SOURCE]))
    if json:
        output.print_json(result)
        return
    newest = max(rate.day for rate in rates)
    output.print_line(
        f"{len(rates):,} rates, the newest of {newest}: {result.inserted:,} new,"
        f" {result.changed:,} changed, {result.unchanged:,} unchanged; {_items(result)}."
    )


def _print_rates(listing: CursorPage[StoredRate]) -> None:
    if not listing.data:
        output.print_none("rate", listing.total_count)
        return
    table = Table("day", "1", "=", "", "source", "set by")
    table.columns[2].justify = "right"
    for rate in listing.data:
        cells = (f"{rate.date}", rate.base, rate.rate, rate.currency)
        table.add_row(*cells, Text(rate.source), Text(rate.set_by or ""))
    output.print_table(table)
    if listing.total_count > len(listing.data):
        output.print_line(f"{len(listing.data)} of {listing.total_count:,} rates.")


def _store(rates: Sequence[NewRate], source: RateSource) -> StoreResult:
    async def open_and_store(settings: Settings) -> StoreResult:
        async with open_resources(settings) as resources:
            return await service.store_rates(rate_context_for(resources), rates, source)

    with settings_with_servers(load_settings()) as settings:
        return asyncio.run(open_and_store(settings))


def _parse_rate(base: str, currency: str, rate: str, day: date | None) -> NewRate:
    """Return the rate of a command; raises ValidationError for what the API would refuse."""
    if not is_plain_number(rate):
        raise ValidationError(f"{rate} is no rate: expected a number such as 1.0812.")
    if problem := rate_problem(number := Decimal(rate)):
        raise ValidationError(f"The rate {problem}.")
    new_rate = NewRate(_parse_currency(base), _parse_currency(currency), number, day or today())
    if new_rate.base == new_rate.currency:
        raise ValidationError(f"A rate is of two currencies, not of {new_rate.base} twice.")
    return new_rate


def _parse_currency(text: str) -> str:
    code = text.upper()
    if not is_currency_code(code):
        raise ValidationError(f"{text} is no currency code of three letters such as EUR.")
    return code


def _replaced(result: StoreResult) -> str:
    """Return which rate of the day was replaced, and where that one came from."""
    return "".join(
        f" (replaced: {each.former_rate} → {each.rate}; the former one was {_origin(each)})"
        for each in result.replaced
    )


def _origin(replaced: ReplacedRate) -> str:
    if replaced.former_source == MANUAL:
        return f"set by {replaced.former_set_by or 'a command'}"
    return f"from {replaced.former_source}"


def _items(result: StoreResult) -> str:
    return f"items re-computed: {result.items_recomputed:,}"
