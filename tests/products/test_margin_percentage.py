"""The margin that a target price would give is the one that the database stores."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

import builders
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value
from pricebook.products.margins import margin_percentage

PRICES = st.decimals("0.0001", "9999999999.9999", places=4)
HALVES = [
    (Decimal(8), Decimal("7.9996")),
    (Decimal(8), Decimal("8.0004")),
    (Decimal(1), Decimal(1)),
]


@given(target=PRICES, lowest=PRICES)
def test_margin_is_within_half_a_hundredth_of_the_quotient(
    target: Decimal, lowest: Decimal
) -> None:
    margin = margin_percentage(target, lowest)
    assert abs(margin * target - (target - lowest) * 100) * 200 <= target
    assert (margin > 0) <= (target > lowest)
    assert (margin < 0) <= (target < lowest)


async def test_margin_is_that_of_the_trigger(conn: Connection) -> None:
    await builders.offered_product(conn, "Hammer", "1", target_price="1")
    sevenths = [(Decimal(round(10000 * n * n / 7)) / 10000, Decimal(n)) for n in range(1, 40)]
    for target, lowest in [*HALVES, *sevenths]:
        await conn.execute("UPDATE supplier_items SET current_price = %s", [lowest])
        stored = await fetch_value(
            conn, "UPDATE products SET target_price = %s RETURNING margin_percentage", [target]
        )
        assert margin_percentage(target, lowest) == stored, (target, lowest)
