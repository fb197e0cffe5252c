"""The stored margin is exact, with halves rounded away from zero."""

import asyncio
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import builders
from pricebook.db.database import Database

Margin = Callable[[Decimal, Decimal], Decimal]
prices = st.decimals(min_value=0, max_value=Decimal("9999999999.9999"), places=4)
targets = st.decimals(min_value=Decimal("0.0001"), max_value=Decimal("9999999999.9999"), places=4)
everyday = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(200), places=2)


def exact(target: Decimal, lowest: Decimal) -> Decimal:
    """Round the true quotient as `Decimal` does by ROUND_HALF_UP, without rounding it before."""
    hundredths = (Fraction(target) - Fraction(lowest)) / Fraction(target) * 10000
    whole, rest = divmod(abs(hundredths), 1)
    rounded = Decimal(int(whole) + (rest >= Fraction(1, 2))) / 100
    return -rounded if hundredths < 0 else rounded


@pytest.fixture
def stored_margin(database_url: str) -> Margin:
    """Write a target and an item's price, and read the margin that the database computed."""

    async def begin() -> None:
        async with Database(database_url) as database, database.connection() as conn:
            await builders.offered_product(conn, "Saw", "1", target_price="1")

    asyncio.run(begin())

    def read(target: Decimal, lowest: Decimal) -> Decimal:
        with psycopg.connect(database_url, autocommit=True) as conn:
            conn.execute("UPDATE supplier_items SET current_price = %s", [lowest])
            conn.execute("UPDATE products SET target_price = %s", [target])
            row = conn.execute("SELECT margin_percentage FROM products").fetchone()
        assert row
        return row[0]

    return read


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(target=targets | everyday, lowest=prices | everyday)
@example(target=Decimal(200), lowest=Decimal("199.99"))  # 0.005
@example(target=Decimal(200), lowest=Decimal("200.01"))  # -0.005
@example(target=Decimal("0.0001"), lowest=Decimal("9999999999.9999"))
@example(target=Decimal("9999999999.9999"), lowest=Decimal(0))
@example(target=Decimal("9999999999.9999"), lowest=Decimal("8765499999.9999"))
def test_the_margin_is_the_exact_one_rounded_once(
    stored_margin: Margin, target: Decimal, lowest: Decimal
) -> None:
    assert stored_margin(target, lowest) == exact(target, lowest)


@given(target=everyday, lowest=everyday)
def test_halves_are_rounded_away_from_zero(target: Decimal, lowest: Decimal) -> None:
    quotient = (target - lowest) / target * 100
    if abs(quotient * 1000 % 10 - 5) > Decimal("1e-20") or quotient * 1000 % 1 == 0:
        assert exact(target, lowest) == quotient.quantize(Decimal("0.01"), ROUND_HALF_UP)
