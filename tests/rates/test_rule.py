"""Which rate converts a currency: direct, inverse or over a third currency, and how old."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from psycopg.errors import CheckViolation

from pricebook.db.database import Connection
from pricebook.rates.schemas import today
from rates.conftest import SetRate, days_ago


async def find_rate(
    conn: Connection, source: str, target: str, max_age_days: int = 7
) -> tuple[Decimal, date] | None:
    cursor = await conn.execute(
        "SELECT rate, rate_date FROM find_exchange_rate(%s, %s, %s, %s)",
        [source, target, today(), max_age_days],
    )
    rows: list[Any] = await cursor.fetchall()
    assert len(rows) <= 1
    return rows[0] if rows else None


async def test_direct_rate_is_used_as_it_is(conn: Connection, set_rate: SetRate) -> None:
    await set_rate("EUR", "USD", "1.081234567891")
    assert await find_rate(conn, "EUR", "USD") == (Decimal("1.081234567891"), today())


async def test_inverse_rate_has_16_significant_digits(conn: Connection, set_rate: SetRate) -> None:
    await set_rate("USD", "JPY", "150.25")
    assert await find_rate(conn, "JPY", "USD") == (Decimal("0.006655574043261231"), today())
    await set_rate("USD", "XAU", "0.0003")
    assert await find_rate(conn, "XAU", "USD") == (Decimal("3333.333333333333"), today())


async def test_exact_inverse_has_no_trailing_zeros(conn: Connection, set_rate: SetRate) -> None:
    await set_rate("USD", "GBP", "0.8")
    found = await find_rate(conn, "GBP", "USD")
    assert found
    assert str(found[0]) == "1.25"


@pytest.mark.parametrize("is_manual", [True, False])
async def test_rate_that_was_set_by_hand_outranks_one_of_a_file_in_either_direction(
    conn: Connection, set_rate: SetRate, *, is_manual: bool
) -> None:
    await set_rate("EUR", "USD", "1.05")
    await set_rate("USD", "EUR", "0.8")
    await set_rate("EUR", "GBP", "0.84")
    if is_manual:
        await conn.execute("UPDATE exchange_rates SET source = 'manual' WHERE base = 'USD'")
    found = [await find_rate(conn, source, "USD") for source in ("EUR", "GBP")]
    assert [rate for rate, _ in filter(None, found)] == (
        [Decimal("1.25"), Decimal("1.488095238095238")]
        if is_manual
        else [Decimal("1.05"), Decimal("1.25")]
    )
    await set_rate("EUR", "USD", "1.06", age_days=-1)
    await conn.execute("UPDATE exchange_rates SET date = date - 1")
    assert await find_rate(conn, "EUR", "USD") == (Decimal("1.06"), today())


async def test_cross_rate_over_a_common_base(conn: Connection, set_rate: SetRate) -> None:
    await set_rate("EUR", "GBP", "0.84")
    await set_rate("EUR", "USD", "1.05")
    assert await find_rate(conn, "GBP", "USD") == (Decimal("1.25"), today())


async def test_cross_rate_over_a_third_currency_in_any_direction(
    conn: Connection, set_rate: SetRate
) -> None:
    await set_rate("UAH", "EUR", "0.02")
    await set_rate("EUR", "USD", "1.1")
    assert await find_rate(conn, "UAH", "USD") == (Decimal("0.022"), today())
    assert await find_rate(conn, "USD", "UAH") == (Decimal("45.45454545454545"), today())


async def test_no_rate_over_two_further_currencies(conn: Connection, set_rate: SetRate) -> None:
    await set_rate("AAA", "BBB", "2")
    await set_rate("BBB", "CCC", "2")
    await set_rate("CCC", "DDD", "2")
    assert await find_rate(conn, "AAA", "DDD") is None
    assert await find_rate(conn, "AAA", "USD") is None


async def test_newest_rate_wins_whatever_its_form(conn: Connection, set_rate: SetRate) -> None:
    await set_rate("EUR", "USD", "1.1", age_days=2)
    await set_rate("EUR", "USD", "1.2", age_days=3)
    assert await find_rate(conn, "EUR", "USD") == (Decimal("1.1"), days_ago(2))
    await set_rate("USD", "EUR", "0.5", age_days=1)
    assert await find_rate(conn, "EUR", "USD") == (Decimal(2), days_ago(1))
    await set_rate("GBP", "EUR", "0.25")
    await set_rate("GBP", "USD", "1")
    assert await find_rate(conn, "EUR", "USD") == (Decimal(4), today())


async def test_direct_precedes_inverse_precedes_cross_on_one_day(
    conn: Connection, set_rate: SetRate
) -> None:
    await set_rate("GBP", "EUR", "0.25")
    await set_rate("GBP", "USD", "1")
    assert await find_rate(conn, "EUR", "USD") == (Decimal(4), today())
    await set_rate("USD", "EUR", "0.5")
    assert await find_rate(conn, "EUR", "USD") == (Decimal(2), today())
    await set_rate("EUR", "USD", "1.1")
    assert await find_rate(conn, "EUR", "USD") == (Decimal("1.1"), today())


async def test_cross_rate_is_of_the_older_day(conn: Connection, set_rate: SetRate) -> None:
    await set_rate("EUR", "GBP", "0.5", age_days=7)
    await set_rate("EUR", "USD", "1", age_days=1)
    assert await find_rate(conn, "GBP", "USD") == (Decimal(2), days_ago(7))
    assert await find_rate(conn, "GBP", "USD", max_age_days=6) is None


@pytest.mark.parametrize("age_days", [0, 7])
async def test_rates_of_the_last_days_are_used(
    conn: Connection, set_rate: SetRate, age_days: int
) -> None:
    await set_rate("EUR", "USD", "1.1", age_days)
    assert await find_rate(conn, "EUR", "USD") == (Decimal("1.1"), days_ago(age_days))


@pytest.mark.parametrize("age_days", [8, -1])
async def test_older_and_future_rates_are_not_used(
    conn: Connection, set_rate: SetRate, age_days: int
) -> None:
    await set_rate("EUR", "USD", "1.1", age_days)
    assert await find_rate(conn, "EUR", "USD") is None


async def test_future_rate_leaves_the_present_one(conn: Connection, set_rate: SetRate) -> None:
    await set_rate("EUR", "USD", "1.1", age_days=1)
    await set_rate("EUR", "USD", "9.9", age_days=-1)
    assert await find_rate(conn, "EUR", "USD") == (Decimal("1.1"), days_ago(1))


@pytest.mark.parametrize(
    ("base", "currency", "rate"),
    [
        ("EUR", "USD", "0"),
        ("EUR", "USD", "-1"),
        ("EUR", "USD", "NaN"),
        ("EUR", "USD", "Infinity"),
        ("EUR", "USD", "0.0000000000001"),
        ("EUR", "USD", "1000000000000"),
        ("EUR", "EUR", "1"),
        ("eur", "USD", "1"),
    ],
)
async def test_what_is_no_rate_is_not_stored(
    set_rate: SetRate, base: str, currency: str, rate: str
) -> None:
    with pytest.raises(CheckViolation):
        await set_rate(base, currency, rate)
