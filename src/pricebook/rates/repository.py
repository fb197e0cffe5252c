from collections.abc import Sequence
from datetime import date
from typing import LiteralString

from pricebook.db.database import Connection
from pricebook.db.fragments import all_of, equals, fragment
from pricebook.db.keyset import Listing
from pricebook.db.list_pages import ListPage, as_structs, read_page
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.db.sort_keys import Key
from pricebook.rates.schemas import (
    MANUAL,
    MAX_COUNTED_ITEMS,
    CurrencyRate,
    ExchangeRule,
    HeldCurrency,
    NewRate,
    RateAge,
    RateChanges,
    RateQuery,
    RateSource,
    ReplacedRate,
    StoredRate,
)

# The lock that db/sql/exchange_rates.sql takes to re-compute prices.
PRICES_LOCK = 7_301_003
MAX_SHOWN_AGE_DAYS = 366


GIVEN: LiteralString = """
    given AS MATERIALIZED (
        SELECT * FROM unnest(%(bases)s::text[], %(currencies)s::text[], %(dates)s::date[],
            %(rates)s::numeric[]) AS given (base, currency, date, rate)
        ORDER BY base, currency, date
    )
"""
INSERT_NEW_RATES: LiteralString = """
    WITH {given}
    INSERT INTO exchange_rates (base, currency, date, rate, source, set_by)
    SELECT base, currency, date, rate, %(source)s, %(set_by)s
    FROM given ORDER BY base, currency, date
    ON CONFLICT (base, currency, date) DO NOTHING
"""
REPLACE_RATES: LiteralString = """
    WITH {given}, former AS MATERIALIZED (
        SELECT base, currency, date, stored.rate, stored.source, stored.set_by,
            given.rate AS new_rate
        FROM exchange_rates AS stored JOIN given USING (base, currency, date)
        WHERE (stored.rate, stored.source) IS DISTINCT FROM (given.rate, %(source)s)
            AND (stored.source <> %(manual)s OR %(source)s = %(manual)s)
        ORDER BY base, currency, date
        FOR UPDATE OF stored
    )
    UPDATE exchange_rates AS stored
    SET rate = former.new_rate, source = %(source)s, set_by = %(set_by)s
    FROM former
    WHERE (stored.base, stored.currency, stored.date)
        = (former.base, former.currency, former.date)
    RETURNING stored.base, stored.currency, stored.date, trim_scale(stored.rate)::text AS rate,
        trim_scale(former.rate)::text AS former_rate, former.source AS former_source,
        former.set_by AS former_set_by
"""


async def lock_prices(conn: Connection) -> None:
    """Keep prices from being re-computed until the transaction ends; imports do not exclude others.

    Items are locked after it.
    """
    await conn.execute("SELECT pg_advisory_xact_lock_shared(%s)", [PRICES_LOCK])


async def upsert_rates(
    conn: Connection, rates: Sequence[NewRate], source: RateSource
) -> RateChanges:
    """Store rates, each pair of currencies once a day; equal rates write nothing.

    A rate that was set by hand is replaced only by another such rate. The rows are locked in the
    order of their key. New rates are inserted first: those that another transaction inserts at the
    same time are then among the replaced ones.
    """
    values = {
        "source": source.name,
        "set_by": source.set_by,
        "manual": MANUAL,
        "bases": [rate.base for rate in rates],
        "currencies": [rate.currency for rate in rates],
        "dates": [rate.day for rate in rates],
        "rates": [rate.rate for rate in rates],
    }
    inserted = (await conn.execute(INSERT_NEW_RATES.format(given=GIVEN), values)).rowcount
    async with conn.cursor(row_factory=struct_row(ReplacedRate)) as cursor:
        await cursor.execute(REPLACE_RATES.format(given=GIVEN), values)
        changed = await cursor.fetchall()
    replaced = [each for each in changed if each.rate != each.former_rate]
    return RateChanges(inserted, len(changed), replaced)


async def recompute_prices(conn: Connection, today: date, max_age_days: int) -> int:
    """Set the prices of items in other currencies to the newest rates; return how many changed."""
    return await fetch_value(conn, "SELECT recompute_prices(%s, %s)", [today, max_age_days])


async def list_rates(conn: Connection, query: RateQuery) -> ListPage[StoredRate]:
    """Return a page of the rates, the newest days first."""
    return await read_page(conn, rates_listing(query), query.window, as_structs(StoredRate))


def rates_listing(query: RateQuery) -> Listing:
    """Return the list of the rates that pass the filters."""
    filters = equals(base=query.base, currency=query.currency)
    if query.since is not None:
        filters.append(fragment("date >= %s", query.since))
    return Listing(
        table="exchange_rates",
        conditions=all_of(*filters),
        keys=(
            Key("date", "date", is_descending=True),
            Key("base", "text"),
            Key("currency", "text"),
        ),
        details="""
        SELECT base, currency, date, trim_scale(rate)::text AS rate, source, set_by, created_at,
            updated_at
        FROM exchange_rates WHERE date = page.k1 AND base = page.k2 AND currency = page.k3
        """,
    )


async def find_rate(conn: Connection, base: str, currency: str, day: date) -> StoredRate | None:
    """Return the rate of a pair of currencies of a day."""
    async with conn.cursor(row_factory=struct_row(StoredRate)) as cursor:
        await cursor.execute(
            """
            SELECT base, currency, date, trim_scale(rate)::text AS rate, source, set_by,
                created_at, updated_at
            FROM exchange_rates WHERE base = %s AND currency = %s AND date = %s
            """,
            [base, currency, day],
        )
        return await cursor.fetchone()


async def list_rates_of_days(
    conn: Connection, base: str, currency: str, days: Sequence[date]
) -> list[StoredRate]:
    """Return the rates of a pair of currencies of some days."""
    async with conn.cursor(row_factory=struct_row(StoredRate)) as cursor:
        await cursor.execute(
            """
            SELECT base, currency, date, trim_scale(rate)::text AS rate, source, set_by,
                created_at, updated_at
            FROM exchange_rates WHERE base = %s AND currency = %s AND date = ANY (%s)
            """,
            [base, currency, list(days)],
        )
        return await cursor.fetchall()


async def find_newest_date(conn: Connection, source: str) -> date | None:
    """Return the newest day of the rates of a source."""
    return await fetch_value(
        conn, "SELECT max(date) FROM exchange_rates WHERE source = %s", [source]
    )


async def find_rates(
    conn: Connection, currencies: Sequence[str], rule: ExchangeRule, today: date
) -> list[CurrencyRate]:
    """Return the rate of each currency that has one, in units of the catalog's currency."""
    async with conn.cursor(row_factory=struct_row(CurrencyRate)) as cursor:
        await cursor.execute(
            """
            SELECT wanted.currency, found.rate, found.rate_date
            FROM unnest(%s::text[]) AS wanted (currency)
            CROSS JOIN LATERAL find_exchange_rate(wanted.currency, %s, %s, %s) AS found
            """,
            [list(currencies), rule.catalog_currency, today, rule.max_age_days],
        )
        return await cursor.fetchall()


async def list_rate_ages(conn: Connection, today: date) -> list[RateAge]:
    """Return the age of the newest rate for each currency that supplier items have."""
    async with conn.cursor(row_factory=struct_row(RateAge)) as cursor:
        await cursor.execute(
            """
            WITH RECURSIVE held (currency) AS (
                SELECT min(currency) FROM supplier_items WHERE currency IS NOT NULL
                UNION ALL
                SELECT (SELECT min(item.currency) FROM supplier_items AS item
                    WHERE item.currency > held.currency)
                FROM held WHERE held.currency IS NOT NULL
            )
            SELECT held.currency, %(today)s - found.rate_date AS days
            FROM held
            CROSS JOIN catalog_settings AS catalog
            LEFT JOIN LATERAL find_exchange_rate(
                held.currency, catalog.currency, %(today)s, %(max_age)s) AS found ON true
            WHERE held.currency IS NOT NULL
            ORDER BY held.currency
            """,
            {"today": today, "max_age": MAX_SHOWN_AGE_DAYS},
        )
        return await cursor.fetchall()


async def list_held_currencies(
    conn: Connection, today: date, max_age_days: int
) -> list[HeldCurrency]:
    """Return each currency that supplier items have beside that of the catalog, with its rate."""
    async with conn.cursor(row_factory=struct_row(HeldCurrency)) as cursor:
        await cursor.execute(
            """
            WITH RECURSIVE held (currency) AS (
                SELECT min(currency) FROM supplier_items WHERE currency IS NOT NULL
                UNION ALL
                SELECT (SELECT min(item.currency) FROM supplier_items AS item
                    WHERE item.currency > held.currency)
                FROM held WHERE held.currency IS NOT NULL
            )
            SELECT held.currency, counted.items, usable.rate, usable.rate_date,
                CASE WHEN usable.rate IS NULL THEN known.rate_date END AS newest
            FROM held
            CROSS JOIN catalog_settings AS catalog
            CROSS JOIN LATERAL (
                SELECT count(*) AS items FROM (
                    SELECT FROM supplier_items AS item
                    WHERE item.currency = held.currency LIMIT %(limit)s
                ) AS item
            ) AS counted
            LEFT JOIN LATERAL find_exchange_rate(
                held.currency, catalog.currency, %(today)s, %(max_age)s) AS usable ON true
            LEFT JOIN LATERAL find_exchange_rate(
                held.currency, catalog.currency, %(today)s, %(shown_age)s) AS known ON true
            WHERE held.currency IS NOT NULL
            ORDER BY usable.rate IS NOT NULL, held.currency
            """,
            {
                "limit": MAX_COUNTED_ITEMS + 1,
                "today": today,
                "max_age": max_age_days,
                "shown_age": MAX_SHOWN_AGE_DAYS,
            },
        )
        return await cursor.fetchall()


async def list_newest_rates(conn: Connection) -> list[StoredRate]:
    """Return the newest rate of each pair, and of one of a later day the newest that has come.

    Each pair is found by an index scan.
    """
    async with conn.cursor(row_factory=struct_row(StoredRate)) as cursor:
        await cursor.execute("""
            WITH RECURSIVE pair AS (
                (SELECT base, currency FROM exchange_rates ORDER BY base, currency LIMIT 1)
                UNION ALL
                SELECT following.base, following.currency FROM pair CROSS JOIN LATERAL (
                    SELECT base, currency FROM exchange_rates
                    WHERE (base, currency) > (pair.base, pair.currency)
                    ORDER BY base, currency LIMIT 1
                ) AS following
            )
            SELECT newest.* FROM pair CROSS JOIN LATERAL (
                SELECT base, currency, date, trim_scale(rate)::text AS rate, source, set_by,
                    created_at, updated_at
                FROM exchange_rates
                WHERE base = pair.base AND currency = pair.currency
                    AND date IN (
                        (SELECT max(date) FROM exchange_rates AS any_day
                        WHERE (any_day.base, any_day.currency) = (pair.base, pair.currency)),
                        (SELECT max(date) FROM exchange_rates AS come
                        WHERE (come.base, come.currency) = (pair.base, pair.currency)
                            AND come.date <= (now() AT TIME ZONE 'UTC')::date))
                ORDER BY date DESC
            ) AS newest
            ORDER BY base, currency, date DESC
        """)
        return await cursor.fetchall()


async def count_items(conn: Connection, currency: str) -> int:
    """Return the number of supplier items in a currency, at most MAX_COUNTED_ITEMS and one."""
    return await fetch_value(
        conn,
        """
        SELECT count(*) FROM (SELECT FROM supplier_items WHERE currency = %s LIMIT %s) AS item
        """,
        [currency, MAX_COUNTED_ITEMS + 1],
    )
