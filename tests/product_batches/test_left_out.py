"""A preview counts the products that it leaves out, by reason, and adds up to those selected."""

import csv
from typing import Any
from uuid import UUID, uuid4

from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection

Client = AsyncTestClient[Litestar]
ADMIN = "/api/v1/admin"
NONE = {
    "archived": 0,
    "without_cost": 0,
    "without_target": 0,
    "without_rule": 0,
    "unchanged": 0,
    "lowered": 0,
}


async def some_products(conn: Connection) -> None:
    """Insert products for each reason, and two that the rule changes: "Dear" and "Unpriced"."""
    tools = await builders.category(conn, "Tools")
    await builders.offered_product(conn, "Archived", "5", status="archived", category_id=tools)
    await builders.product(conn, "Without cost", target_price="9", category_id=tools)
    await builders.offered_product(conn, "Equal", "5", target_price="10", category_id=tools)
    await builders.offered_product(conn, "Dear", "5", target_price="12", category_id=tools)
    await builders.offered_product(conn, "Unpriced", "5", category_id=tools)
    await builders.offered_product(conn, "No rule", "5")
    await builders.offered_product(conn, "No rule, archived", "5", status="archived")
    await builders.pricing_rule(conn, "Tools", category_id=tools)


async def listed(client: Client, batch_id: str) -> dict[str, int]:
    """Return the numbers of the products that the list of those left out has, by reason."""
    path = f"{ADMIN}/product-batches/{batch_id}/left-out"
    page = (await client.get(path)).json()
    exported = list(csv.DictReader((await client.get(f"{path}/export")).text.splitlines()))
    assert page["total_count"] == len(page["data"]) == len(exported)
    reasons = [each["reason"] for each in page["data"]]
    assert reasons == [each["reason"] for each in exported]
    return {reason: reasons.count(reason) for reason in NONE}


async def preview(client: Client, path: str, body: dict[str, Any]) -> tuple[int, dict[str, int]]:
    """Return how many products change, and how many do not, by reason."""
    response = await client.post(f"{ADMIN}/{path}", json=body)
    assert response.status_code == 201, response.text
    batch = response.json()
    assert await listed(client, batch["id"]) == batch["left_out"]
    again = await client.get(f"{ADMIN}/product-batches/{batch['id']}")
    assert again.json()["left_out"] == batch["left_out"]
    return batch["effect"]["products"], batch["left_out"]


async def test_rules_count_what_they_leave_out(admin: Client, conn: Connection) -> None:
    await some_products(conn)
    left_out = NONE | {"archived": 2, "without_cost": 1, "without_rule": 1, "unchanged": 1}
    assert await preview(admin, "pricing-rules/preview", {}) == (2, left_out)
    raises = await preview(admin, "pricing-rules/preview", {"only_raises": True})
    assert raises == (1, left_out | {"lowered": 1})
    of_active = {"filter": {"status": "active"}}
    assert await preview(admin, "pricing-rules/preview", of_active) == (
        2,
        left_out | {"archived": 0},
    )


async def test_bulk_change_counts_what_it_leaves_out(admin: Client, conn: Connection) -> None:
    await some_products(conn)
    percent = {"changes": {"target_price_percent": "10"}, "filter": {}}
    left_out = NONE | {"archived": 2, "without_target": 2}
    assert await preview(admin, "product-batches", percent) == (3, left_out)
    fixed = {"changes": {"target_price": "12"}, "filter": {}}
    left_out = NONE | {"archived": 2, "unchanged": 1}
    assert await preview(admin, "product-batches", fixed) == (4, left_out)
    doubled = {"method": "markup", "percent": "100"}
    derived = {"changes": {"target_price_from_lowest": doubled}, "filter": {}, "only_raises": True}
    left_out = NONE | {"archived": 2, "without_cost": 1, "unchanged": 1, "lowered": 1}
    assert await preview(admin, "product-batches", derived) == (2, left_out)
    activated = {"changes": {"status": "active"}, "filter": {}}
    assert await preview(admin, "product-batches", activated) == (2, NONE | {"unchanged": 5})


async def test_batch_of_an_earlier_version_counts_nothing(admin: Client, conn: Connection) -> None:
    batch_id = await builders.status_batch(conn, await builders.product(conn, "Axe"))
    batch = (await admin.get(f"{ADMIN}/product-batches/{batch_id}")).json()
    assert (batch["left_out"], batch["without_cost"]) == (None, None)
    unknown = await admin.get(f"{ADMIN}/product-batches/{batch_id}/left-out/export")
    assert unknown.status_code == 404
    assert "an earlier release previewed it." in unknown.json()["detail"]


async def test_products_left_out_are_paged_and_filtered(sales: Client, conn: Connection) -> None:
    await some_products(conn)
    body = {"changes": {"target_price_percent": "10"}, "filter": {}}
    batch = (await sales.post(f"{ADMIN}/product-batches", json=body)).json()
    path = f"{ADMIN}/product-batches/{batch['id']}/left-out"
    all_names = [each["name"] for each in (await sales.get(path)).json()["data"]]
    pages = [(await sales.get(path, params={"page": n, "limit": 3})).json() for n in (1, 2)]
    assert [each["name"] for page in pages for each in page["data"]] == all_names
    of_reason = (await sales.get(path, params={"reason": "without_target"})).json()
    assert of_reason["total_count"] == 2
    assert {(each["name"], each["sentence"]) for each in of_reason["data"]} == {
        (name, "It has no target price that a change in percent could change.")
        for name in ("Unpriced", "No rule")
    }
    exported = await sales.get(f"{path}/export", params={"reason": "archived"})
    names = {each["name"] for each in csv.DictReader(exported.text.splitlines())}
    assert names == {"Archived", "No rule, archived"}
    assert (await sales.get(path, params={"reason": "none"})).status_code == 400
    assert (await sales.get(path.replace(batch["id"], str(uuid4())))).status_code == 404


async def test_product_that_was_deleted_stays_counted(sales: Client, conn: Connection) -> None:
    product_id: UUID = await builders.product(conn, "Axe", target_price="12")
    body = {"changes": {"target_price": "12"}, "product_ids": [str(product_id)]}
    batch = (await sales.post(f"{ADMIN}/product-batches", json=body)).json()
    await conn.execute("DELETE FROM products")
    page = (await sales.get(f"{ADMIN}/product-batches/{batch['id']}/left-out")).json()
    assert page["total_count"] == 1
    (left_out,) = page["data"]
    assert (left_out["product_id"], left_out["internal_sku"]) == (str(product_id), None)
