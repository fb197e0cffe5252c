"""The function that derives a target price from a cost, compared with exact fractions."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PROPOSED = "SELECT proposed_price(%s, %s, %s, %s, %s, %s)"
amounts = st.decimals("0.0001", "100000", places=4)
steps = st.sampled_from(["0.0001", "0.01", "0.05", "0.5", "1", "10", "100"]).map(Decimal)


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url) as conn:
        yield conn


def proposed(conn: psycopg.Connection, *values: Any) -> Decimal | None:
    row = conn.execute(PROPOSED, values).fetchone()
    assert row
    return row[0]


@pytest.mark.parametrize(
    ("values", "price"),
    [
        (("80", "markup", "25", "0.01", "0", "up"), "100"),
        (("75", "margin", "25", "0.01", "0", "up"), "100"),
        (("10", "margin", "33.3333", "0.01", "0", "up"), "15.00"),
        (("10", "markup", "0", "1", "0.99", "up"), "10.99"),
        (("10", "markup", "0", "1", "0.99", "down"), "9.99"),
        (("10.49", "markup", "0", "1", "0.99", "nearest"), "10.99"),
        (("10.48", "markup", "0", "1", "0.99", "nearest"), "9.99"),
        (("9.99", "markup", "0", "1", "0.99", "up"), "9.99"),
        (("0.10", "markup", "30", "0.05", "0", "nearest"), "0.15"),
        (("0.01", "markup", "0", "1", "0.99", "down"), "0.99"),
        (("0.40", "markup", "0", "1", "0", "down"), "1"),
        (("13", "markup", "0", "10", "9.9", "up"), "19.9"),
        (("0", "markup", "30", "0.01", "0", "up"), None),
        ((None, "markup", "30", "0.01", "0", "up"), None),
    ],
)
def test_examples(
    connection: psycopg.Connection, values: tuple[str | None, ...], price: str | None
) -> None:
    assert proposed(connection, *values) == (None if price is None else Decimal(price))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_price_is_the_next_of_its_form(data: st.DataObject, connection: psycopg.Connection) -> None:
    cost, step = data.draw(amounts), data.draw(steps)
    method = data.draw(st.sampled_from(["markup", "margin"]))
    percent = data.draw(st.decimals(0, "99.9999" if method == "margin" else 1000, places=4))
    ending = data.draw(st.decimals(0, step - Decimal("0.0001"), places=4))
    exact = Fraction(cost)
    exact *= 1 + Fraction(percent) / 100 if method == "markup" else 1
    exact /= 1 - Fraction(percent) / 100 if method == "margin" else 1
    prices = {
        rounding: proposed(connection, cost, method, percent, step, ending, rounding)
        for rounding in ("up", "nearest", "down")
    }
    for price in prices.values():
        assert price is not None
        assert price > 0
        assert (Fraction(price) - Fraction(ending)) % Fraction(step) == 0
    up, nearest, down = (Fraction(price) for price in prices.values() if price is not None)
    assert exact <= up < exact + Fraction(step)
    assert nearest in {up, down}
    if down > exact:
        assert up == down
    else:
        assert exact - Fraction(step) < down <= exact
        assert abs(nearest - exact) <= abs(up + down - nearest - exact)
        assert nearest == up or nearest - exact != up - exact
