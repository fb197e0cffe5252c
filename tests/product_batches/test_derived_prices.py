"""Target prices that follow from lowest prices in a bulk change."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value

Client = AsyncTestClient[Litestar]
BATCHES = "/api/v1/admin/product-batches"
FROM_LOWEST = "target_price_from_lowest"
MARGIN: dict[str, Any] = {"method": "margin", "percent": "25"}


async def preview(client: Client, derivation: dict[str, Any]) -> dict[str, Any]:
    body = {"changes": {FROM_LOWEST: derivation}, "filter": {"status": "active"}}
    response = await client.post(BATCHES, json=body)
    assert response.status_code == 201, response.text
    return response.json()


async def new_prices(client: Client, batch: dict[str, Any]) -> dict[str, str]:
    changes = (await client.get(f"{BATCHES}/{batch['id']}/changes")).json()["data"]
    return {each["internal_sku"]: each["new_target_price"] for each in changes}


@pytest.mark.parametrize(
    ("derivation", "price"),
    [
        (MARGIN, "13.34"),
        (MARGIN | {"rounding": "down"}, "13.33"),
        (MARGIN | {"step": "1", "ending": "0.99"}, "13.99"),
        (MARGIN | {"step": "0.05", "rounding": "nearest"}, "13.35"),
        ({"method": "markup", "percent": "38"}, "13.80"),
        ({"method": "markup", "percent": 0}, "10.00"),
    ],
)
async def test_prices_follow_from_the_lowest_ones(
    sales: Client, conn: Connection, derivation: dict[str, Any], price: str
) -> None:
    await builders.offered_product(conn, "Axe", "10", "12", sku="A", target_price="11")
    await builders.offered_product(conn, "Saw", "10", sku="S")
    await builders.product(conn, "No supplier", sku="N", target_price="5")
    await builders.offered_product(conn, "Draft", "10", sku="D", status="draft")
    batch = await preview(sales, derivation)
    assert await new_prices(sales, batch) == {"A": price, "S": price}
    assert (batch["without_cost"], batch["fields"]) == (1, ["target_price"])
    assert (batch["effect"]["products"], batch["effect"]["first_priced"]) == (2, 1)
    request = batch["request"]
    percent = request["changes"][FROM_LOWEST]["percent"]
    assert Decimal(percent) == Decimal(str(derivation["percent"]))
    assert (request["filter"]["status"], request["product_count"]) == ("active", None)
    listed = (await sales.get(BATCHES)).json()["data"]
    assert [each["request"] for each in listed] == [request]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({FROM_LOWEST: MARGIN | {"percent": "100"}}, f"{FROM_LOWEST}.percent"),
        ({FROM_LOWEST: MARGIN | {"percent": "-1"}}, f"{FROM_LOWEST}.percent"),
        ({FROM_LOWEST: MARGIN | {"step": "0"}}, f"{FROM_LOWEST}.step"),
        ({FROM_LOWEST: MARGIN | {"ending": "1"}}, f"{FROM_LOWEST}.ending"),
        ({FROM_LOWEST: MARGIN, "target_price_percent": "3"}, FROM_LOWEST),
        ({FROM_LOWEST: MARGIN, "target_price": None}, FROM_LOWEST),
    ],
)
async def test_refused_derivation_is_named(
    sales: Client, changes: dict[str, Any], field: str
) -> None:
    response = await sales.post(BATCHES, json={"changes": changes, "filter": {}})
    assert response.status_code == 400
    assert f"{field}: " in response.json()["detail"], response.text


async def test_price_whose_lowest_price_changed_is_not_applied(
    sales: Client, conn: Connection
) -> None:
    await builders.offered_product(conn, "Axe", "10", sku="A", target_price="11")
    batch = await preview(sales, MARGIN)
    await conn.execute("UPDATE supplier_items SET current_price = 12")
    applied = (await sales.post(f"{BATCHES}/{batch['id']}/apply")).json()
    assert (applied["effect"]["applied"], applied["effect"]["skipped"]) == (0, 1)
    assert await fetch_value(conn, "SELECT target_price::text FROM products") == "11.0000"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lowest=st.decimals("0.0001", "99999.9999", places=4),
    percent=st.decimals("0", "99", places=2),
    method=st.sampled_from(["margin", "markup"]),
)
async def test_price_rounded_up_is_the_lowest_that_keeps_margin_or_markup(
    sales: Client, conn: Connection, lowest: Decimal, percent: Decimal, method: str
) -> None:
    await conn.execute("DELETE FROM product_batches")
    await conn.execute("TRUNCATE products, supplier_items CASCADE")
    await builders.offered_product(conn, "Axe", str(lowest), sku="A")
    batch = await preview(sales, {"method": method, "percent": str(percent)})
    price = Decimal((await new_prices(sales, batch))["A"])

    def keeps(target: Decimal) -> bool:
        if method == "markup":
            return target * 100 >= lowest * (100 + percent)
        return (target - lowest) * 100 >= percent * target

    cent = Decimal("0.01")
    assert price % cent == 0
    assert keeps(price)
    assert price == cent or not keeps(price - cent)
