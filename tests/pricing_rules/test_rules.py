"""Pricing rules: which one counts for a product, what they propose, and the way to the price."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection

Client = AsyncTestClient[Litestar]
RULES = "/api/v1/admin/pricing-rules"
BATCHES = "/api/v1/admin/product-batches"


async def create(client: Client, name: str, **fields: Any) -> dict[str, Any]:
    body = {"name": name, "method": "markup", "percent": "100", **fields}
    response = await client.post(RULES, json=body)
    assert response.status_code == 201, response.text
    return response.json()


async def proposals(client: Client, **selection: Any) -> dict[str, tuple[str, str]]:
    """Preview all rules; return the new price and the rule of each product by its SKU."""
    response = await client.post(f"{RULES}/preview", json=selection)
    assert response.status_code == 201, response.text
    changes = (await client.get(f"{BATCHES}/{response.json()['id']}/changes")).json()["data"]
    return {each["internal_sku"]: (each["new_target_price"], each["rule"]) for each in changes}


async def test_first_rule_that_fits_counts(sales: Client, conn: Connection) -> None:
    tools = await builders.category(conn, "Tools")
    saws = await builders.category(conn, "Saws", tools)
    cheap, dear = [await builders.supplier(conn, name) for name in ("Cheap", "Dear")]
    products = {
        "plain": await builders.product(conn, sku="plain"),
        "saw": await builders.product(conn, sku="saw", category_id=saws),
        "brand": await builders.product(conn, sku="brand", category_id=saws),
        "cheap": await builders.product(conn, sku="cheap"),
        "archived": await builders.product(conn, sku="archived", status="archived"),
    }
    await conn.execute("UPDATE products SET brand = 'KELVIG' WHERE internal_sku = 'brand'")
    for sku, product_id in products.items():
        supplier = cheap if sku == "cheap" else dear
        await builders.item(conn, supplier, "10", product_id=product_id)
    await builders.item(conn, dear, "12", product_id=products["cheap"])
    await builders.product(conn, sku="no price")

    await create(sales, "others", percent="10", position=90)
    await create(sales, "tools", percent="20", category_id=str(tools), position=30)
    await create(sales, "Kelvig", percent="30", brand="Kelvig", position=20)
    await create(sales, "of Cheap", percent="40", supplier_id=str(cheap), position=10)
    await create(sales, "off", percent="50", position=0, is_active=False)
    assert await proposals(sales) == {
        "plain": ("11.00", "others"),
        "saw": ("12.00", "tools"),
        "brand": ("13.00", "Kelvig"),
        "cheap": ("14.00", "of Cheap"),
    }
    assert set(await proposals(sales, filter={"category_id": str(saws)})) == {"saw", "brand"}
    assert set(await proposals(sales, product_ids=[str(products["saw"])])) == {"saw"}


async def test_no_later_rule_counts_when_the_price_of_the_first_one_is_too_high(
    sales: Client, conn: Connection
) -> None:
    await builders.offered_product(conn, "A", "2000000000", sku="A")
    await builders.offered_product(conn, "B", "2000000000", sku="B", target_price="3000000000")
    await builders.offered_product(conn, "C", "10", sku="C")
    await create(sales, "tenfold", percent="900")
    await create(sales, "double")
    assert await proposals(sales) == {"C": ("100.00", "tenfold")}


async def test_prices_that_would_fall_stay_if_only_raises_are_wanted(
    sales: Client, conn: Connection
) -> None:
    await builders.offered_product(conn, "falls", "10", sku="falls", target_price="30")
    await builders.offered_product(conn, "rises", "10", sku="rises", target_price="12")
    await builders.offered_product(conn, "new", "10", sku="new")
    await create(sales, "double")
    await create(sales, "triple", percent="200")
    assert set(await proposals(sales)) == {"falls", "rises", "new"}
    raised = await proposals(sales, only_raises=True)
    assert raised == {"rises": ("20.00", "double"), "new": ("20.00", "double")}


async def test_a_changed_cost_counts_although_the_rule_is_deleted(
    sales: Client, conn: Connection
) -> None:
    await builders.offered_product(conn, "A", "10", sku="A", target_price="12")
    await create(sales, "double")
    batch = (await sales.post(f"{RULES}/preview", json={})).json()
    await conn.execute("DELETE FROM pricing_rules")
    await conn.execute("UPDATE supplier_items SET current_price = 11")
    applied = (await sales.post(f"{BATCHES}/{batch['id']}/apply")).json()
    assert (applied["effect"]["applied"], applied["effect"]["skipped"]) == (0, 1)


async def test_price_is_applied_unless_the_cost_changes(sales: Client, conn: Connection) -> None:
    for sku in ("A", "B", "C"):
        await builders.offered_product(conn, sku, "10", sku=sku, target_price="12")
    await conn.execute("UPDATE products SET target_price = 20 WHERE internal_sku = 'C'")
    await create(sales, "double")
    batch = (await sales.post(f"{RULES}/preview", json={})).json()
    assert (batch["kind"], batch["effect"]["products"], batch["effect"]["raised"]) == (
        "pricing_rules",
        2,
        2,
    )
    await conn.execute(
        "UPDATE supplier_items SET current_price = 11 WHERE product_id = "
        "(SELECT id FROM products WHERE internal_sku = 'A')"
    )
    applied = (await sales.post(f"{BATCHES}/{batch['id']}/apply")).json()
    assert (applied["effect"]["applied"], applied["effect"]["skipped"]) == (1, 1)
    page = await sales.get(f"{BATCHES}/{batch['id']}/changes", params={"outcome": "skipped"})
    (skipped,) = page.json()["data"]
    assert skipped["reason"] == "The lowest price was changed after the preview."
    await sales.post(f"{BATCHES}/{batch['id']}/undo")
    cursor = await conn.execute("SELECT internal_sku, target_price::int FROM products ORDER BY 1")
    assert await cursor.fetchall() == [("A", 12), ("B", 12), ("C", 20)]


async def test_rule_is_changed_and_deleted(sales: Client, conn: Connection) -> None:
    supplier = await builders.supplier(conn)
    first = await create(sales, "first", supplier_id=str(supplier))
    second = await create(sales, "second")
    assert (first["position"], second["position"]) == (10, 20)
    response = await sales.patch(f"{RULES}/{first['id']}", json={"supplier_id": None, "step": "1"})
    assert response.status_code == 200, response.text
    assert (response.json()["supplier_id"], response.json()["step"]) == (None, "1.00")
    assert response.json()["name"] == "first"
    assert (await sales.delete(f"{RULES}/{second['id']}")).status_code == 204
    assert [rule["name"] for rule in (await sales.get(RULES)).json()["data"]] == ["first"]
    assert (await sales.delete(f"{RULES}/{second['id']}")).status_code == 404
    assert (await sales.patch(f"{RULES}/{second['id']}", json={"step": "1"})).status_code == 404


@pytest.mark.parametrize("scope", ["category", "supplier"])
async def test_rule_that_is_deleted_with_its_scope_is_logged(
    admin: Client, conn: Connection, scope: str
) -> None:
    category, supplier = await builders.category(conn, "Saws"), await builders.supplier(conn)
    path, scope_id = {
        "category": ("/api/v1/admin/categories", category),
        "supplier": ("/api/v1/admin/suppliers", supplier),
    }[scope]
    await create(admin, "all")
    await create(admin, "scoped", **{f"{scope}_id": str(scope_id)}, step="0.05")
    assert (await admin.delete(f"{path}/{scope_id}")).is_success
    assert [rule["name"] for rule in (await admin.get(RULES)).json()["data"]] == ["all"]
    query = {"entity_type": "pricing_rule", "action": "pricing_rule.deleted"}
    (entry,) = (await admin.get("/api/v1/admin/audit", params=query)).json()["data"]
    assert (entry["entity_name"], entry["actor"]["type"]) == ("scoped", "user")
    assert entry["before"][f"{scope}_id"] == str(scope_id)
    assert (entry["before"]["percent"], entry["before"]["step"]) == ("100.00", "0.05")


async def test_without_an_active_rule_nothing_is_proposed(sales: Client) -> None:
    response = await sales.post(f"{RULES}/preview", json={})
    assert response.status_code == 409
    assert response.json()["detail"] == "There is no active pricing rule: create one first."


@pytest.mark.parametrize(
    ("fields", "status", "detail"),
    [
        ({"method": "margin", "percent": "100"}, 400, "expected 0 to less than 100"),
        ({"percent": "-1"}, 400, "expected 0 to 10,000"),
        ({"percent": "1.00001"}, 400, "at most four decimals"),
        ({"step": "0"}, 400, "step"),
        ({"ending": "0.99"}, 400, "expected 0 to less than the step 0.01"),
        ({"name": " "}, 400, "name"),
        ({"name": "TAKEN"}, 409, "There is a pricing rule of this name."),
        ({"category_id": str(uuid4())}, 400, "there is no such category"),
        ({"supplier_id": str(uuid4())}, 400, "there is no such supplier"),
        ({"method": "both"}, 400, "method"),
    ],
)
async def test_refused_rules_name_the_field(
    sales: Client, fields: dict[str, Any], status: int, detail: str
) -> None:
    await create(sales, "taken")
    body = {"name": "new", "method": "markup", "percent": "10", **fields}
    response = await sales.post(RULES, json=body)
    assert (response.status_code, detail in response.json()["detail"]) == (status, True), (
        response.text
    )


async def test_change_must_fit_the_other_fields(sales: Client) -> None:
    rule = await create(sales, "double")
    response = await sales.patch(f"{RULES}/{rule['id']}", json={"method": "margin"})
    assert response.status_code == 400
    assert "expected 0 to less than 100" in response.json()["detail"]


async def test_rules_of_a_deleted_category_are_deleted(sales: Client, conn: Connection) -> None:
    category_id: UUID = await builders.category(conn, "Tools")
    await create(sales, "tools", category_id=str(category_id))
    await conn.execute("DELETE FROM categories")
    assert (await sales.get(RULES)).json() == {"data": []}
