from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg.types.json import Jsonb

import builders
from item_terms import plain_terms
from pricebook.db.database import Connection

Client = AsyncTestClient[Litestar]
UNMATCHED = "/api/v1/admin/suppliers/unmatched"


async def codes(client: Client, **parameters: Any) -> list[str]:
    response = await client.get(UNMATCHED, params=parameters)
    assert response.status_code == 200, response.text
    skus = [item["supplier_sku"] for item in response.json()["data"]]
    assert response.json()["total_count"] == len(skus)
    return skus


async def test_an_item_without_a_product_is_shown_with_its_supplier(
    procurement: Client, conn: Connection
) -> None:
    supplier_id = await builders.supplier(conn, "ACME")
    item_id = await builders.item(conn, supplier_id, "3.5", sku="A", name="Axe")
    (item,) = (await procurement.get(UNMATCHED)).json()["data"]
    assert item.pop("created_at").endswith("Z")
    assert item.pop("last_ingested_at").endswith("Z")
    assert item == {
        "id": str(item_id),
        "supplier_id": str(supplier_id),
        "supplier_name": "ACME",
        "supplier_sku": "A",
        "name": "Axe",
        "current_price": "3.50",
        "characteristics": {},
        "absent_since": None,
        **plain_terms("3.50"),
    }


async def test_items_with_a_product_are_not_among_them(
    procurement: Client, conn: Connection
) -> None:
    acme, best = await builders.supplier(conn), await builders.supplier(conn)
    await builders.offered_product(conn, "Axe", "3")
    for supplier_id, code in ((acme, "A"), (best, "B"), (acme, "C")):
        await builders.item(conn, supplier_id, sku=code)
    assert await codes(procurement) == ["A", "B", "C"]
    assert await codes(procurement, supplier_id=str(acme)) == ["A", "C"]
    assert await codes(procurement, supplier_id=str(uuid4())) == []


@pytest.mark.parametrize(
    ("words", "skus"),
    [
        ("HAMMER", ["A-1"]),
        ("a-", ["A-1", "A-2"]),
        ("cafe a-2", ["A-2"]),
        ("50%", ["B_3"]),
        ("b_3", ["B_3"]),
        ("b%3", []),
        ("hammer saw", []),
    ],
)
async def test_every_search_word_occurs_in_name_or_code(
    procurement: Client, conn: Connection, words: str, skus: list[str]
) -> None:
    supplier_id = await builders.supplier(conn)
    for code, name in (("A-1", "Claw hammer"), ("A-2", "Café table"), ("B_3", "50% saw")):
        await builders.item(conn, supplier_id, sku=code, name=name)
    assert await codes(procurement, search=words) == skus


@pytest.fixture
async def coded_items(conn: Connection) -> None:
    """Items with all kinds of codes, one of which has a product."""
    supplier_id = await builders.supplier(conn)
    product_id = await builders.product(conn)
    for sku, name, details in (
        ("NW-20417", "Axe", {"gtin": "4006381333931"}),
        ("B-1", "Saw", {"mpn": "DW/745-X"}),
        ("C-20418", "File 745", None),
        ("D-1", "Linked", {"gtin": "4006381333931", "mpn": "DW/745-X"}),
    ):
        item_id = await builders.item(conn, supplier_id, sku=sku, name=name)
        await conn.execute(
            "UPDATE supplier_items SET price_details = %s, product_id = %s WHERE id = %s",
            [details and Jsonb(details), product_id if name == "Linked" else None, item_id],
        )


@pytest.mark.usefixtures("coded_items")
@pytest.mark.parametrize(
    ("text", "skus"),
    [
        ("4006381333931", ["NW-20417"]),
        ("04006381333931", ["NW-20417"]),
        ("axe 4006381333931", ["NW-20417"]),
        ("saw 4006381333931", []),
        ("dw745x", ["B-1"]),
        ("DW 745 X", ["B-1"]),
        ("saw DW/745-X", ["B-1"]),
        ("745", ["C-20418"]),
        ("nw20417", ["NW-20417"]),
        ("NW 20417", ["NW-20417"]),
        ("nw_20417", []),
        ("nw%20417", []),
    ],
)
async def test_items_are_found_by_codes(procurement: Client, text: str, skus: list[str]) -> None:
    assert await codes(procurement, search=text) == skus


async def test_pages_give_each_item_once_the_oldest_first(
    procurement: Client, conn: Connection
) -> None:
    supplier_id = await builders.supplier(conn)
    made: list[UUID] = []
    for day in (2, 1, 1, 3, 1, 2, 3):
        item_id = await builders.item(conn, supplier_id)
        await conn.execute(
            "UPDATE supplier_items SET created_at = make_date(2026, 1, %s) WHERE id = %s",
            [day, item_id],
        )
        made.append(item_id)
    rows: list[tuple[str, UUID]] = []
    for page in (1, 2, 3):
        response = (await procurement.get(UNMATCHED, params={"page": page, "limit": 3})).json()
        assert response["total_count"] == 7
        rows += [(item["created_at"], UUID(item["id"])) for item in response["data"]]
    assert rows == sorted(rows)
    assert {item_id for _, item_id in rows} == set(made)
    beyond = (await procurement.get(UNMATCHED, params={"page": 9})).json()
    assert (beyond["total_count"], beyond["data"]) == (7, [])


async def test_a_page_is_an_estimate_and_a_statement_however_long(
    procurement: Client, conn: Connection, statements: list[str]
) -> None:
    supplier_id = await builders.supplier(conn)
    for _ in range(20):
        await builders.item(conn, supplier_id)
    await codes(procurement)
    statements.clear()
    assert len(await codes(procurement)) == 20
    assert len(statements) == 2


@pytest.mark.parametrize("query", ["search=%20", "supplier_id=acme", "limit=0", "status=draft"])
async def test_a_bad_parameter_is_refused(procurement: Client, query: str) -> None:
    assert (await procurement.get(f"{UNMATCHED}?{query}")).status_code == 400


async def test_sales_do_not_see_unmatched_items(sales: Client) -> None:
    assert (await sales.get(UNMATCHED)).status_code == 403


async def test_the_prices_of_an_item_come_newest_first(sales: Client, conn: Connection) -> None:
    item_id = await builders.item(conn, await builders.supplier(conn), "10")
    for price in ("12.5", "12.5", "0.0125"):
        await conn.execute("UPDATE supplier_items SET current_price = %s", [price])
    address = f"/api/v1/admin/supplier-items/{item_id}/price-history"
    response = (await sales.get(address)).json()
    assert [row["price"] for row in response["data"]] == ["0.0125", "12.50", "10.00"]
    times = [row["recorded_at"] for row in response["data"]]
    assert times == sorted(times, reverse=True)
    assert all(moment.endswith("Z") for moment in times)
    second = (await sales.get(address, params={"limit": 1, "page": 2})).json()
    assert (second["total_count"], second["data"]) == (3, response["data"][1:2])
    assert (await sales.get(address, params={"page": 9})).json()["data"] == []
    unknown = f"/api/v1/admin/supplier-items/{uuid4()}/price-history"
    assert (await sales.get(unknown)).status_code == 404
    assert (await sales.get(f"{address}?search=x")).status_code == 400
