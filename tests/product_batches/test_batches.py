"""Bulk changes of products: previewed, applied as previewed, undone except where changed since."""

from typing import Any, LiteralString
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection

Client = AsyncTestClient[Litestar]
BATCHES = "/api/v1/admin/product-batches"
Row = tuple[str, str, UUID | None, str | None]


async def preview(client: Client, changes: dict[str, Any], **selection: Any) -> dict[str, Any]:
    response = await client.post(BATCHES, json={"changes": changes, **selection})
    assert response.status_code == 201, response.text
    return response.json()


async def carry_out(client: Client, batch: dict[str, Any], action: str) -> dict[str, Any]:
    response = await client.post(f"{BATCHES}/{batch['id']}/{action}")
    assert response.status_code == 200, response.text
    return response.json()


async def changes_of(client: Client, batch: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    response = await client.get(f"{BATCHES}/{batch['id']}/changes", params=query)
    assert response.status_code == 200, response.text
    return response.json()["data"]


async def products(conn: Connection) -> list[Row]:
    cursor = await conn.execute("""
        SELECT internal_sku, status::text, category_id, round(target_price, 2)::text
        FROM products ORDER BY 1
    """)
    return await cursor.fetchall()


async def test_all_fields_change_as_previewed_and_come_back(
    procurement: Client, conn: Connection
) -> None:
    tools, office = [await builders.category(conn, name) for name in ("Tools", "Office")]
    await builders.offered_product(conn, "Axe", "5", sku="A", category_id=tools, target_price="10")
    await builders.product(conn, sku="B", status="draft")
    await builders.product(conn, sku="C", category_id=office, target_price="12.50")
    await builders.product(conn, sku="D", status="archived", category_id=tools)
    before = await products(conn)
    wanted = {"status": "active", "category_id": str(office), "target_price": "12.50"}
    batch = await preview(procurement, wanted, filter={"expected_count": 4})
    assert await products(conn) == before
    assert (batch["state"], batch["fields"]) == (
        "previewed",
        ["category_id", "status", "target_price"],
    )
    expected = {"products": 3, "raised": 1, "first_priced": 2, "lowered": 0, "pending": 3}
    assert batch["effect"] | expected == batch["effect"]
    assert (batch["effect"]["margin_before"], batch["effect"]["margin_after"]) == (50.0, 60.0)

    applied = await carry_out(procurement, batch, "apply")
    assert (applied["state"], applied["effect"]["applied"]) == ("applied", 3)
    assert await products(conn) == [(sku, "active", office, "12.50") for sku in "ABCD"]
    undone = await carry_out(procurement, batch, "undo")
    assert (undone["state"], undone["effect"]["undone"]) == ("undone", 3)
    assert await products(conn) == before
    for action in ("apply", "undo"):
        again = await procurement.post(f"{BATCHES}/{batch['id']}/{action}")
        assert again.status_code == (409 if action == "apply" else 200)
    assert await products(conn) == before


@pytest.mark.parametrize(
    ("assignment", "reason"),
    [
        ("target_price = 11", "The target price was changed after the preview."),
        ("status = 'archived'", "The product was archived after the preview."),
    ],
)
async def test_what_changed_after_the_preview_is_skipped(
    procurement: Client, conn: Connection, assignment: LiteralString, reason: str
) -> None:
    changed = await builders.product(conn, sku="A", target_price="10")
    await builders.product(conn, sku="B", target_price="10")
    batch = await preview(procurement, {"target_price_percent": "5"}, filter={})
    await conn.execute(f"UPDATE products SET {assignment} WHERE id = %s", [changed])  # noqa: S608
    applied = await carry_out(procurement, batch, "apply")
    assert (applied["effect"]["applied"], applied["effect"]["skipped"]) == (1, 1)
    (skipped,) = await changes_of(procurement, batch, outcome="skipped")
    assert (skipped["internal_sku"], skipped["reason"]) == ("A", reason)
    assert [row[3] for row in await products(conn)][1] == "10.50"


async def test_a_percentage_sets_no_first_price(procurement: Client, conn: Connection) -> None:
    await builders.product(conn, sku="A")
    await builders.product(conn, sku="B", target_price="0.01")
    batch = await preview(procurement, {"target_price_percent": "-50"}, filter={})
    assert batch["effect"]["products"] == 0


@pytest.mark.parametrize(
    ("price", "percent", "expected"),
    [
        ("0.0125", "3", "0.0129"),
        ("0.0040", "-10", "0.0036"),
        ("0.0001", "1000", "0.0011"),
        ("0.0125", "-99", "0.0001"),
        ("2.50", "3.3333", "2.58"),
        ("0.05", "-99", "0.01"),
    ],
)
async def test_a_percentage_keeps_the_decimals_of_prices_below_a_cent(
    procurement: Client, conn: Connection, price: str, percent: str, expected: str
) -> None:
    await builders.product(conn, target_price=price)
    batch = await preview(procurement, {"target_price_percent": percent}, filter={})
    (change,) = await changes_of(procurement, batch)
    assert change["new_target_price"] == expected


async def test_other_fields_may_have_changed(procurement: Client, conn: Connection) -> None:
    product_id = await builders.product(conn, sku="A", target_price="10")
    batch = await preview(procurement, {"target_price_percent": -10}, filter={})
    await conn.execute("UPDATE products SET status = 'draft' WHERE id = %s", [product_id])
    assert (await carry_out(procurement, batch, "apply"))["effect"]["applied"] == 1
    assert await products(conn) == [("A", "draft", None, "9.00")]


async def test_undo_leaves_what_was_changed_since(procurement: Client, conn: Connection) -> None:
    tools, office = [await builders.category(conn, name) for name in ("Tools", "Office")]
    kept = await builders.product(conn, sku="A", category_id=tools)
    await builders.product(conn, sku="B", category_id=office)
    await builders.product(conn, sku="C", category_id=tools)
    batch = await preview(procurement, {"category_id": None}, filter={})
    await carry_out(procurement, batch, "apply")
    await conn.execute("UPDATE products SET category_id = %s WHERE id = %s", [office, kept])
    await conn.execute("DELETE FROM categories WHERE id = %s", [tools])
    undone = await carry_out(procurement, batch, "undo")
    assert (undone["effect"]["undone"], undone["effect"]["left"]) == (1, 2)
    left = await changes_of(procurement, batch, outcome="left")
    assert {change["internal_sku"]: change["reason"] for change in left} == {
        "A": "The category was changed after the batch.",
        "C": "The category was deleted after the batch.",
    }
    assert [row[2] for row in await products(conn)] == [office, office, None]


async def test_a_deleted_category_is_not_set(procurement: Client, conn: Connection) -> None:
    await builders.product(conn, sku="A")
    tools = await builders.category(conn, "Tools")
    batch = await preview(procurement, {"category_id": str(tools)}, filter={})
    await conn.execute("DELETE FROM categories")
    assert (await carry_out(procurement, batch, "apply"))["effect"]["skipped"] == 1
    (change,) = await changes_of(procurement, batch)
    assert change["reason"] == "The category was deleted after the preview."


async def test_changes_are_listed_by_their_size(procurement: Client, conn: Connection) -> None:
    prices = {"A": "10", "B": "20", "C": None, "D": "5", "E": "40"}
    for sku, price in prices.items():
        await builders.product(conn, sku=sku, target_price=price)
    batch = await preview(procurement, {"target_price": "20"}, filter={})
    for sort, order in (("increase", "CDAE"), ("decrease", "EADC")):
        listed, cursor = "", None
        while True:
            query = {"sort": sort, "limit": 1} | ({"cursor": cursor} if cursor else {})
            response = await procurement.get(f"{BATCHES}/{batch['id']}/changes", params=query)
            page = response.json()
            assert page["total_count"] == 4
            listed += page["data"][0]["internal_sku"]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert listed == order
    sizes = [change["price_change"] for change in await changes_of(procurement, batch)]
    assert sizes == [None, 300.0, 100.0, -50.0]


async def test_a_cursor_belongs_to_its_batch(procurement: Client, conn: Connection) -> None:
    for sku in "AB":
        await builders.product(conn, sku=sku, target_price="10")
    batch, other = [
        await preview(procurement, {"target_price": price}, filter={}) for price in ("20", "30")
    ]
    first = await procurement.get(f"{BATCHES}/{batch['id']}/changes", params={"limit": 1})
    query = {"limit": 1, "cursor": first.json()["next_cursor"]}
    assert (await procurement.get(f"{BATCHES}/{batch['id']}/changes", params=query)).is_success
    refused = await procurement.get(f"{BATCHES}/{other['id']}/changes", params=query)
    assert refused.status_code == 400
    assert "cursor" in refused.json()["detail"]


async def test_locked_products_are_pending_until_they_are_free(
    procurement: Client, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricebook.product_batches.service.RETRY_SECONDS", 0.01)
    product_id = await builders.product(conn, sku="A", target_price="10")
    await builders.product(conn, sku="B", target_price="10")
    batch = await preview(procurement, {"target_price": "11"}, filter={})
    async with conn.transaction():
        await conn.execute("SELECT FROM products WHERE id = %s FOR NO KEY UPDATE", [product_id])
        applying = await carry_out(procurement, batch, "apply")
        assert applying["state"] == "applying"
        assert (applying["effect"]["applied"], applying["effect"]["pending"]) == (1, 1)
    applied = await carry_out(procurement, batch, "apply")
    assert (applied["state"], applied["effect"]["applied"]) == ("applied", 2)


async def test_products_are_named_by_id_or_filter(procurement: Client, conn: Connection) -> None:
    hammers = [await builders.product(conn, f"Hammer {n}", target_price="1") for n in range(3)]
    await builders.product(conn, "Axe", target_price="1")
    changes = {"target_price": "2"}
    by_id = await preview(procurement, changes, product_ids=[str(hammers[0])])
    assert by_id["effect"]["products"] == 1
    by_filter = await preview(procurement, changes, filter={"search": "hammer"})
    assert by_filter["effect"]["products"] == 3
    body = {"changes": changes, "filter": {"search": "hammer", "expected_count": 4}}
    refused = await procurement.post(BATCHES, json=body)
    assert refused.status_code == 409
    assert refused.json()["detail"] == (
        "3 products pass the filter, not 4: nothing was done; look again."
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"changes": {}, "filter": {}}, "changes"),
        ({"changes": {"status": "draft"}}, "product_ids"),
        ({"changes": {"status": "draft"}, "filter": {}, "product_ids": [str(uuid4())]}, "product_"),
        ({"changes": {"category_id": str(uuid4())}, "filter": {}}, "changes.category_id"),
        ({"changes": {"target_price": "0"}, "filter": {}}, "target_price"),
        ({"changes": {"target_price_percent": "-99.5"}, "filter": {}}, "target_price_percent"),
        (
            {"changes": {"target_price_percent": f"0.{'0' * 20_000}1"}, "filter": {}},
            "target_price_percent",
        ),
        (
            {"changes": {"target_price_percent": "1", "target_price": "1"}, "filter": {}},
            "target_price_percent",
        ),
        (
            {"changes": {"status": "draft"}, "filter": {"min_margin": 2, "max_margin": 1}},
            "filter.min_margin",
        ),
    ],
)
async def test_refused_requests_name_the_field(
    procurement: Client, body: dict[str, Any], field: str
) -> None:
    response = await procurement.post(BATCHES, json=body)
    assert response.status_code == 400, response.text
    assert field in response.json()["detail"]


async def test_sales_changes_target_prices_only(
    client: Client, as_role: builders.AsRole, conn: Connection
) -> None:
    await builders.product(conn, target_price="10")
    client.headers.update(await as_role("procurement"))
    others = await preview(client, {"status": "draft"}, filter={})
    client.headers.update(await as_role("sales"))
    batch = await preview(client, {"target_price": "11"}, filter={})
    assert (await carry_out(client, batch, "apply"))["state"] == "applied"
    refused = [
        await client.post(BATCHES, json={"changes": {"status": "draft"}, "filter": {}}),
        await client.post(f"{BATCHES}/{others['id']}/apply"),
        await client.post(f"{BATCHES}/{others['id']}/undo"),
    ]
    for response in refused:
        assert response.status_code == 403
        assert response.json()["detail"] == (
            "Role sales may change target_price only; status needs one of procurement, admin."
        )


async def test_unknown_and_unapplied_batches(procurement: Client, conn: Connection) -> None:
    await builders.product(conn)
    batch = await preview(procurement, {"status": "draft"}, filter={})
    response = await procurement.post(f"{BATCHES}/{batch['id']}/undo")
    assert response.status_code == 409
    unknown = f"{BATCHES}/{uuid4()}"
    for path in (unknown, f"{unknown}/changes"):
        assert (await procurement.get(path)).status_code == 404
    assert (await procurement.post(f"{unknown}/apply")).status_code == 404
    listed = (await procurement.get(BATCHES)).json()
    assert [each["id"] for each in listed["data"]] == [batch["id"]]


@pytest.mark.parametrize("sort", ["increase", "decrease"])
async def test_lines_are_in_the_order_of_the_sort_on_all_pages(
    procurement: Client, conn: Connection, sort: str
) -> None:
    for price in ("10", "20", None):
        await builders.product(conn, sku=f"from {price}", target_price=price)
    batch = await preview(procurement, {"target_price": None, "status": "draft"}, filter={})
    found: list[str] = []
    query: dict[str, Any] = {"sort": sort, "limit": 1}
    while "cursor" not in query or query["cursor"]:
        response = await procurement.get(f"{BATCHES}/{batch['id']}/changes", params=query)
        found += [each["internal_sku"] for each in response.json()["data"]]
        query["cursor"] = response.json()["next_cursor"]
    without_price = 0 if sort == "increase" else 2
    assert (len(found), found.index("from None")) == (3, without_price)
