"""GTIN, MPN and brand of own products."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection

Client = AsyncTestClient[Litestar]
PRODUCTS = "/api/v1/admin/products"
MARKS = ("gtin", "mpn", "brand")


def marks_of(product: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(product[name] for name in MARKS)


async def test_marks_are_stored_shown_and_removed(procurement: Client) -> None:
    body = {"name": "Pen", "gtin": " 4006381-333931", "mpn": " STA 3 ", "brand": "Stabilo"}
    made = (await procurement.post(PRODUCTS, json=body)).json()
    assert marks_of(made) == ("4006381333931", "STA 3", "Stabilo")
    path = f"{PRODUCTS}/{made['id']}"
    assert marks_of((await procurement.get(path)).json()) == marks_of(made)
    (listed,) = (await procurement.get(PRODUCTS)).json()["data"]
    assert marks_of(listed) == marks_of(made)
    changed = await procurement.patch(path, json={"mpn": None, "brand": "STABILO"})
    assert marks_of(changed.json()) == ("4006381333931", None, "STABILO")
    changed = await procurement.patch(path, json={"gtin": None, "target_price": 2})
    assert marks_of(changed.json()) == (None, None, "STABILO")


@pytest.mark.parametrize("gtin", ["4006381333932", "400638133393", "", "GTIN", "1" * 15])
async def test_wrong_gtin_is_refused(procurement: Client, conn: Connection, gtin: str) -> None:
    product_id = await builders.product(conn)
    for method, path in (("POST", PRODUCTS), ("PATCH", f"{PRODUCTS}/{product_id}")):
        body = {"name": "Pen", "gtin": gtin}
        response = await procurement.request(method, path, json=body)
        assert response.status_code == 400, response.text
        (error,) = response.json()["error"]["details"]["errors"]
        assert error["field"] == "gtin"


async def test_blank_mpn_and_long_brand_are_refused(procurement: Client) -> None:
    body = {"name": "Pen", "mpn": "  ", "brand": "b" * 256}
    errors = (await procurement.post(PRODUCTS, json=body)).json()["error"]["details"]["errors"]
    assert {error["field"] for error in errors} == {"mpn", "brand"}


async def test_sales_may_not_change_marks(sales: Client, conn: Connection) -> None:
    path = f"{PRODUCTS}/{await builders.product(conn)}"
    assert (await sales.patch(path, json={"brand": "Stabilo"})).status_code == 403


async def test_export_has_marks(procurement: Client) -> None:
    body = {"name": "Pen", "gtin": "4006381333931", "mpn": "=1", "brand": "Stabilo"}
    await procurement.post(PRODUCTS, json=body)
    text = (await procurement.get(f"{PRODUCTS}/export")).text
    header, line = text.splitlines()
    assert header.endswith(",product_gtin,product_mpn,product_brand")
    assert line.endswith(",4006381333931,'=1,Stabilo")
