"""Converts the staged rows of an import into the currency of the catalog."""

from decimal import Decimal

import msgspec

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value
from pricebook.pricelists.schemas.profile import AppliedRate, DetectedProfile
from pricebook.rates import service as rates
from pricebook.rates.schemas import ExchangeRule

NO_EXCHANGE_RATE = "no_exchange_rate"


async def convert_staged_rows(conn: Connection, rule: ExchangeRule) -> None:
    """Set price, cost, rate and its date of the staged rows that have a currency.

    The price that was read becomes the cost. Rows in a currency without a rate become errors, as do
    those whose price in the currency of the catalog is too high or 0.
    """
    currencies: list[str] = await fetch_value(
        conn,
        """
        SELECT array_agg(DISTINCT currency) FROM staged_row
        WHERE currency IS NOT NULL AND error_type IS NULL
        """,
    )
    found = await rates.find_rates(conn, currencies or [], rule)
    await conn.execute(
        """
        UPDATE staged_row AS staged
        SET cost = price, price = convert_cost(price, found.rate), exchange_rate = found.rate,
            rate_date = found.rate_date
        FROM unnest(%s::text[], %s::numeric[], %s::date[]) AS found (currency, rate, rate_date)
        WHERE staged.currency = found.currency AND error_type IS NULL
        """,
        [
            [each.currency for each in found],
            [each.rate for each in found],
            [each.rate_date for each in found],
        ],
    )
    await _reject_rows_without_rate(conn, rule)
    await _reject_inconvertible_costs(conn, rule)


async def with_applied_rates(
    conn: Connection, profile: DetectedProfile, rule: ExchangeRule
) -> DetectedProfile:
    """Return a profile with the rates by which the staged rows were converted."""
    currency = profile.price_facts.get("currency")
    is_assumed = currency is None or currency.origin == "assumed"  # that of the catalog
    if is_assumed and not profile.sheet_profiles:
        return profile
    cursor = await conn.execute(
        """
        SELECT DISTINCT currency, exchange_rate, rate_date FROM staged_row
        WHERE exchange_rate IS NOT NULL ORDER BY currency
        """
    )
    rates = {
        currency: AppliedRate(rate, rate_date, rule.catalog_currency)
        for currency, rate, rate_date in await cursor.fetchall()
    }
    return msgspec.structs.replace(profile, exchange_rates=rates)


async def list_used_rates(conn: Connection) -> dict[str, Decimal | None]:
    """Return the rate of each currency of the staged rows, None if it has none."""
    cursor = await conn.execute(
        """
        SELECT DISTINCT currency, exchange_rate FROM staged_row
        WHERE exchange_rate IS NOT NULL OR error_type = %s
        """,
        [NO_EXCHANGE_RATE],
    )
    return dict(await cursor.fetchall())


async def list_missing_rates(conn: Connection) -> list[str]:
    """Return one sentence for each currency in which staged rows have no exchange rate."""
    return await fetch_value(
        conn,
        """
        SELECT coalesce(array_agg(DISTINCT error_message ORDER BY error_message), '{}')
        FROM staged_row WHERE error_type = %s
        """,
        [NO_EXCHANGE_RATE],
    )


async def _reject_rows_without_rate(conn: Connection, rule: ExchangeRule) -> None:
    """Mark the rows in a currency without a rate as errors, with the command that sets one."""
    await conn.execute(
        """
        UPDATE staged_row
        SET error_type = %(error_type)s,
            error_message = replace(%(sentence)s, '{currency}', currency),
            row_data = jsonb_build_object('sku', supplier_sku, 'name', name,
                'price', coalesce(details -> 'list_price', to_jsonb(price)), 'currency', currency)
        WHERE error_type IS NULL AND currency IS NOT NULL AND exchange_rate IS NULL
        """,
        {
            "error_type": NO_EXCHANGE_RATE,
            "sentence": rates.missing_rate_sentence("{currency}", rule),
        },
    )


async def _reject_inconvertible_costs(conn: Connection, rule: ExchangeRule) -> None:
    """Mark the rows with a price that is too high or 0 in the currency of the catalog as errors.

    An upcoming price is converted again on its day.
    """
    await conn.execute(
        """
        UPDATE staged_row AS staged
        SET error_type =
                CASE WHEN listed < 1 THEN 'price_too_precise' ELSE 'price_out_of_range' END,
            error_message = format('The price %%s %%s is %%s %%s.', trim_scale(listed), currency,
                CASE WHEN listed < 1 THEN 'rounded to six decimals 0'
                    ELSE 'above 9,999,999,999' END,
                %(catalog_currency)s::text),
            row_data = jsonb_build_object('sku', supplier_sku, 'name', name,
                'price', coalesce(details -> 'list_price', to_jsonb(listed)), 'currency', currency)
        FROM (
            SELECT row_number, CASE WHEN price IS NULL AND cost IS NOT NULL THEN cost
                WHEN convert_cost(next_price, exchange_rate) IS NULL THEN next_price END AS listed
            FROM staged_row
            WHERE error_type IS NULL AND exchange_rate IS NOT NULL
        ) AS inconvertible
        WHERE staged.row_number = inconvertible.row_number AND listed IS NOT NULL
        """,
        {"catalog_currency": rule.catalog_currency},
    )
