"""Stores exchange rates and keeps the prices of items in other currencies equal to them."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from pricebook.audit import service as audit
from pricebook.audit.schemas import NewEntry
from pricebook.db.database import Connection, Database
from pricebook.http.pagination import CursorPage, cursor_page_of
from pricebook.pricelists.schemas.reference_rates import ReferenceRate
from pricebook.rates import repository
from pricebook.rates.schemas import (
    MANUAL,
    MAX_SOURCE,
    CurrencyRate,
    ExchangeRule,
    FormerRates,
    HeldCurrency,
    NewRate,
    RateAge,
    RateChanges,
    RateQuery,
    RateSource,
    StoredRate,
    StoreResult,
    today,
)

# 500,000 prices take up to a minute on a busy machine.
RECOMPUTE_SECONDS = 300


class RateContext(Struct, frozen=True):
    """The database, and the age in days up to which a rate is used."""

    database: Database
    max_age_days: int


async def store_rates(
    context: RateContext, rates: Sequence[NewRate], source: RateSource
) -> StoreResult:
    """Store rates and re-compute the prices of items in other currencies, in one transaction.

    Raises DatabaseBusyError if an import or a request holds a lock for too long; nothing is stored.
    """
    async with context.database.short_transaction(statement_seconds=RECOMPUTE_SECONDS) as conn:
        changes = await _upsert_rates(conn, rates, source)
        recomputed = await repository.recompute_prices(conn, today(), context.max_age_days)
    unchanged = len(rates) - changes.inserted - changes.changed
    return StoreResult(changes.inserted, changes.changed, unchanged, recomputed, changes.replaced)


async def add_reference_rates(
    database: Database, rates: Sequence[ReferenceRate], source_name: str
) -> RateChanges:
    """Store the rates of a file or address; manual rates stay. Prices are not re-computed."""
    async with database.short_transaction() as conn:
        return await _upsert_rates(conn, new_rates_of(rates), RateSource(source_name[:MAX_SOURCE]))


async def _upsert_rates(
    conn: Connection, rates: Sequence[NewRate], source: RateSource
) -> RateChanges:
    """Store rates; those of a file have one audit entry, manual ones have theirs by triggers."""
    changes = await repository.upsert_rates(conn, rates, source)
    if source.name != MANUAL and (changes.inserted or changes.changed):
        await audit.insert_entry(
            conn,
            NewEntry(
                action="exchange_rate.imported",
                entity_type="exchange_rate",
                entity_name=source.name,
                after={"inserted": changes.inserted, "changed": changes.changed},
            ),
        )
    return changes


def new_rates_of(rates: Sequence[ReferenceRate]) -> list[NewRate]:
    """Return the rates of a file in the form in which they are stored."""
    return [NewRate(rate.base, rate.currency, rate.rate, rate.day) for rate in rates]


async def recompute_prices(context: RateContext) -> int:
    """Set the prices of items in other currencies to the rates of today; return how many changed.

    Raises DatabaseBusyError if an import or a request holds a lock for too long.
    """
    async with context.database.short_transaction(statement_seconds=RECOMPUTE_SECONDS) as conn:
        return await repository.recompute_prices(conn, today(), context.max_age_days)


async def list_rates(database: Database, query: RateQuery) -> CursorPage[StoredRate]:
    """Return a page of the rates: the newest days first, then by base and currency."""
    async with database.connection() as conn:
        return cursor_page_of(query, await repository.list_rates(conn, query))


async def list_rate_ages(database: Database) -> list[RateAge]:
    """Return the age of the newest rate of each currency of supplier items, by currency."""
    async with database.connection() as conn:
        return await repository.list_rate_ages(conn, today())


async def list_held_currencies(context: RateContext) -> list[HeldCurrency]:
    """Return each currency of items but that of the catalog; those without a rate first."""
    async with context.database.connection() as conn:
        return await repository.list_held_currencies(conn, today(), context.max_age_days)


async def list_newest_rates(database: Database) -> list[StoredRate]:
    """Return the newest rate of each pair of currencies."""
    async with database.connection() as conn:
        return await repository.list_newest_rates(conn)


async def find_former_rates(database: Database, rate: NewRate) -> FormerRates:
    """Return the newest rate of the currencies of a new one, that of its day, and their items.

    The currency of the catalog has no items here.
    """
    query = RateQuery(1, 1, base=rate.base, currency=rate.currency)
    async with database.connection() as conn:
        page = cursor_page_of(query, await repository.list_rates(conn, query))
        of_day = await repository.find_rate(conn, rate.base, rate.currency, rate.day)
        items = [await repository.count_items(conn, each) for each in (rate.base, rate.currency)]
    return FormerRates(page.data[0] if page.data else None, of_day, sum(items))


async def find_newest_date(database: Database, source_name: str) -> date | None:
    """Return the newest day of the rates of a file or address; None if none is stored."""
    async with database.connection() as conn:
        return await repository.find_newest_date(conn, source_name[:MAX_SOURCE])


async def lock_prices(conn: Connection) -> None:
    """Keep prices from being re-computed until the caller's transaction ends.

    A transaction that writes many items calls it before it locks the first one: it cannot deadlock
    with the re-computation then, and its items are re-computed if they have an old rate.
    """
    await repository.lock_prices(conn)


async def find_rates(
    conn: Connection, currencies: Sequence[str], rule: ExchangeRule
) -> list[CurrencyRate]:
    """Return today's rate of each currency that has one, in units of the catalog's currency."""
    return await repository.find_rates(conn, currencies, rule, today())


def missing_rate_sentence(currency: str, rule: ExchangeRule) -> str:
    """Return the sentence for rows in a currency without a rate, with what to do."""
    return (
        f"There is no exchange rate from {currency} to {rule.catalog_currency} of the last"
        f" {rule.max_age_days} days: set one with `pricebook rates set {currency}"
        f" {rule.catalog_currency} RATE` or POST /api/v1/admin/exchange-rates, then import the"
        " price list again."
    )
