"""Conversion compared with exact fractions over the whole range of costs and rates."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MILLIONTH = Fraction(1, 1_000_000)
MAX_PRICE = Fraction(10_000_000_000)

costs = st.decimals(0, Decimal("9999999999.999999"), places=6)
rates = st.decimals(Decimal("0.000000000001"), Decimal(999_999_999_999), places=12)
examples = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def connection(database_url: str) -> Any:
    with psycopg.connect(database_url, autocommit=True) as conn:
        yield conn


def half_up(value: Fraction) -> Fraction:
    """Round to six decimals, a half upwards."""
    return ((value / MILLIONTH * 2 + 1) // 2) * MILLIONTH


def expected_price(cost: Decimal, rate: Decimal) -> Fraction | None:
    price = half_up(Fraction(cost) * Fraction(rate))
    return None if price >= MAX_PRICE or (cost and not price) else price


@examples
@given(st.lists(st.tuples(costs, rates), min_size=1, max_size=200))
def test_price_is_the_exact_product_rounded_once(
    connection: psycopg.Connection, pairs: list[tuple[Decimal, Decimal]]
) -> None:
    rows = connection.execute(
        """
        SELECT convert_cost(cost, rate) FROM unnest(%s::numeric[], %s::numeric[])
            WITH ORDINALITY AS pair (cost, rate, number) ORDER BY number
        """,
        [[cost for cost, _ in pairs], [rate for _, rate in pairs]],
    ).fetchall()
    for (price,), pair in zip(rows, pairs, strict=True):
        assert (None if price is None else Fraction(price)) == expected_price(*pair), pair


@pytest.mark.parametrize(
    ("cost", "rate", "price"),
    [
        ("1", "0.0000005", "0.000001"),
        ("3", "0.0000005", "0.000002"),
        ("1", "0.000000499999", None),
        ("0", "0.000000000001", "0"),
        ("9999999999.999999", "1", "9999999999.999999"),
        ("9999999999.999999", "1.0000000000000001", None),
        ("12.50", "1.0812", "13.515"),
    ],
)
def test_bounds_of_a_price(
    connection: psycopg.Connection, cost: str, rate: str, price: str | None
) -> None:
    row = connection.execute(
        "SELECT convert_cost(%s, %s)", [Decimal(cost), Decimal(rate)]
    ).fetchone()
    assert row == (None if price is None else Decimal(price),)


@examples
@given(
    st.lists(st.tuples(rates, rates), min_size=1, max_size=20),
    st.sampled_from(["inverse", "cross", "chain"]),
)
def test_computed_rate_is_the_quotient_to_16_digits(
    connection: psycopg.Connection, pairs: list[tuple[Decimal, Decimal]], form: str
) -> None:
    for first, second in pairs:
        stored = {
            "inverse": [("USD", "EUR", first)],
            "cross": [("GBP", "EUR", first), ("GBP", "USD", second)],
            "chain": [("EUR", "GBP", first), ("GBP", "USD", second)],
        }[form]
        exact = {
            "inverse": 1 / Fraction(first),
            "cross": Fraction(second) / Fraction(first),
            "chain": Fraction(first) * Fraction(second),
        }[form]
        with connection.transaction(force_rollback=True):
            for base, currency, rate in stored:
                connection.execute(
                    """
                    INSERT INTO exchange_rates (base, currency, date, rate, source)
                    VALUES (%s, %s, current_date, %s, 'test')
                    """,
                    [base, currency, rate],
                )
            row = connection.execute(
                "SELECT rate FROM find_exchange_rate('EUR', 'USD', current_date, 7)"
            ).fetchone()
        assert row
        assert abs(Fraction(row[0]) - exact) <= exact * Fraction(1, 2 * 10**15)
        assert len(row[0].normalize().as_tuple().digits) <= 16
