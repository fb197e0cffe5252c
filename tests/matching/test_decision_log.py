"""Who decided what; filters of the list; products made of items; what a run says."""

from typing import Any

from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from import_fixtures import rows
from match_fixtures import PATH, decide, examine, linked_product, pair, undo
from pricebook.db.database import Connection, Database

Client = AsyncTestClient[Litestar]


async def get(client: Client, path: str, **params: Any) -> dict[str, Any]:
    response = await client.get(f"{PATH}{path}", params=params)
    assert response.status_code == 200, response.text
    return response.json()


async def test_log_says_who_linked_what_and_whether_it_holds(
    procurement: Client, conn: Connection
) -> None:
    supplier_id, product_id, item_id = await pair(conn)
    accepted = await decide(procurement, item_id, product_id, "accept")
    await decide(procurement, item_id, product_id, "unlink")
    for params in (
        {},
        {"supplier_id": supplier_id},
        {"supplier_item_id": item_id},
        {"product_id": product_id},
    ):
        log = await get(procurement, "/decisions", **params)
        states = [(each["action"], each["state"]) for each in log["data"]]
        assert states == [("unlink", "in_effect"), ("accept", "changed")]
    entry = log["data"][1]
    assert (entry["supplier_sku"], entry["internal_sku"]) == ("NW-1", "SAW-745")
    assert (entry["supplier_name"], entry["batch_id"]) == ("Nordwerk", accepted["batch_id"])
    batch = await get(procurement, f"/batches/{accepted['batch_id']}", limit=1)
    assert batch["decisions"]["data"] == [entry]
    assert (batch["linked"], batch["changed"], batch["undone"]) == (1, 1, 0)
    missing = await procurement.get(f"{PATH}/batches/{item_id}")
    assert missing.status_code == 404
    other_id = await builders.supplier(conn)
    for params in ({"supplier_item_id": supplier_id}, {"supplier_id": other_id}):
        assert (await get(procurement, "/decisions", **params))["data"] == []


CHANGE = ("state", "changed_by", "changed_batch_id", "new_product_id", "new_internal_sku")


async def change_of(client: Client, number: int, **params: Any) -> list[Any]:
    """Return what the log has about the change of a decision; the newest is 0."""
    entry = (await get(client, "/decisions", **params))["data"][number]
    assert (entry["changed_at"] is None) == (entry["state"] == "in_effect")
    return [entry[name] for name in CHANGE]


async def test_log_has_by_whom_and_when_a_decision_was_changed_and_to_what(
    procurement: Client, conn: Connection
) -> None:
    _, product_id, item_id = await pair(conn)
    other_id = await builders.product(conn, sku="SAW-9")
    await decide(procurement, item_id, product_id, "accept")
    assert await change_of(procurement, 0) == ["in_effect", None, None, None, None]
    unlinked = await decide(procurement, item_id, product_id, "unlink")
    user = (await get(procurement, "/decisions"))["data"][0]["decided_by"]
    expected = ["changed", user, unlinked["batch_id"], None, None]
    assert await change_of(procurement, 1) == expected

    again = await decide(procurement, item_id, product_id, "accept")
    await conn.execute("UPDATE supplier_items SET product_id = %s", [other_id])
    ((session_user,),) = await rows(conn, "SELECT session_user::text")
    expected = ["changed", session_user, None, str(other_id), "SAW-9"]
    assert await change_of(procurement, 0, batch_id=again["batch_id"]) == expected


async def test_log_has_who_undid_a_batch_and_what_replaced_a_rejection(
    procurement: Client, conn: Connection
) -> None:
    _, product_id, item_id = await pair(conn)
    rejected = await decide(procurement, item_id, product_id, "reject")
    accepted = await decide(procurement, item_id, product_id, "accept")
    user = (await get(procurement, "/decisions"))["data"][0]["decided_by"]
    expected = ["changed", user, accepted["batch_id"], str(product_id), "SAW-745"]
    assert await change_of(procurement, 0, batch_id=rejected["batch_id"]) == expected
    await undo(procurement, accepted)
    undone = ["undone", user, None, None, None]
    assert await change_of(procurement, 0, batch_id=accepted["batch_id"]) == undone


async def test_batches_of_several_decisions_are_listed_alone(
    procurement: Client, conn: Connection
) -> None:
    supplier_id, product_id, item_id = await pair(conn)
    other_id = await builders.item(conn, supplier_id, sku="NW-2")
    await decide(procurement, item_id, product_id, "accept")
    assert (await get(procurement, "/batches", several=True))["data"] == []
    decisions = [
        {"supplier_item_id": str(each), "product_id": str(product_id), "action": action}
        for each, action in ((item_id, "unlink"), (other_id, "accept"))
    ]
    decided = await procurement.post(f"{PATH}/bulk", json={"decisions": decisions})
    assert (await get(procurement, "/batches"))["total_count"] == 2
    (batch,) = (await get(procurement, "/batches", several=True))["data"]
    assert batch["id"] == decided.json()["batch_id"]


async def test_items_without_a_suggestion_are_listed_until_they_are_dismissed(
    procurement: Client, conn: Connection, database: Database
) -> None:
    supplier_id, _, _ = await pair(conn)
    unlike = [
        await builders.item(conn, supplier_id, sku=f"NW-{number}", name="йцукен")
        for number in (2, 3, 4)
    ]
    assert (await get(procurement, "/summary"))["not_examined"] == 4
    await examine(database)
    summary = await get(procurement, "/summary", supplier_id=supplier_id)
    assert (summary["unmatched"], summary["not_examined"], summary["certain"]) == (4, 0, 1)
    assert summary["none"] == 3
    seen = list[str]()
    cursor: dict[str, Any] = {}
    while True:
        page = await get(procurement, "", band="none", limit=2, **cursor)
        assert page["total_count"] == 3
        seen += [each["supplier_item"]["id"] for each in page["data"]]
        assert all(each["suggestions"] == [] for each in page["data"])
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert sorted(seen) == sorted(map(str, unlike))
    await decide(procurement, unlike[0], None, "none")
    assert (await get(procurement, "", band="none"))["total_count"] == 2
    summary = await get(procurement, "/summary")
    assert (summary["none"], summary["dismissed"]) == (2, 1)


async def test_filters_by_score_and_objections(
    procurement: Client, conn: Connection, database: Database
) -> None:
    supplier_id, product_id, _ = await pair(conn)
    await examine(database)
    assert (await get(procurement, "", min_score=0.5))["total_count"] == 1
    assert (await get(procurement, "", min_score=1))["total_count"] == 0
    (match,) = (await get(procurement, "", without_objections="true"))["data"]
    assert match["suggestions"][0]["same_supplier_skus"] == []
    await builders.item(conn, supplier_id, sku="NW-0", product_id=product_id)
    (match,) = (await get(procurement, ""))["data"]
    assert match["suggestions"][0]["same_supplier_skus"] == ["NW-0"]
    assert (await get(procurement, "", without_objections="true"))["total_count"] == 0


async def test_product_of_chosen_items_has_what_they_agree_on(
    procurement: Client, conn: Connection
) -> None:
    category_id = await builders.category(conn, "Saws")
    items = [
        await builders.item(conn, await builders.supplier(conn), price, name=name)
        for price, name in (("9.00", "Saw DW745"), ("8.00", "Saw"))
    ]
    await conn.execute(
        """
        UPDATE supplier_items SET price_details = '{"mpn": "DW745", "brand": "DeWalt"}',
            characteristics = '{"category": "saws"}'
        """
    )
    await conn.execute(
        'UPDATE supplier_items SET price_details = \'{"brand": "Other"}\' WHERE id = %s',
        [items[1]],
    )
    body = {"supplier_item_ids": [str(item) for item in items]}
    response = await procurement.post(f"{PATH}/products", json=body)
    assert response.status_code == 201, response.text
    made = response.json()
    facts = (made["name"], made["status"], made["mpn"], made["brand"], made["category_id"])
    assert facts == ("Saw", "draft", "DW745", None, str(category_id))
    assert len(made["supplier_items"]) == 2
    again = await procurement.post(f"{PATH}/products", json=body)
    assert (again.status_code, made["internal_sku"] in again.text) == (409, True)
    undone = await undo(procurement, made)
    assert undone["unlinked"] == 2
    assert undone["made_product"]["outcome"] == "archived"
    assert await linked_product(conn, items[0]) is None
    assert await rows(conn, "SELECT status::text FROM products") == [("archived",)]


async def test_undo_keeps_a_made_product_that_was_changed(
    procurement: Client, conn: Connection
) -> None:
    item_id = await builders.item(conn, await builders.supplier(conn))
    body = {"supplier_item_ids": [str(item_id)], "name": "Hammer 500 g"}
    made = (await procurement.post(f"{PATH}/products", json=body)).json()
    await conn.execute("UPDATE products SET target_price = 12")
    undone = await undo(procurement, made)
    assert (undone["unlinked"], undone["made_product"]["outcome"]) == (1, "kept")


async def test_cluster_of_the_same_items_keeps_its_id_and_comes_back_after_undo(
    procurement: Client, conn: Connection, database: Database
) -> None:
    for supplier in ("Nordwerk", "Toolhaus"):
        await builders.item(
            conn, await builders.supplier(conn, supplier), name="DeWalt DW745 table saw"
        )
    await examine(database)
    (cluster,) = (await procurement.get("/api/v1/admin/clusters")).json()["data"]
    await examine(database)
    (again,) = (await procurement.get("/api/v1/admin/clusters")).json()["data"]
    assert again["id"] == cluster["id"]
    path = f"/api/v1/admin/clusters/{cluster['id']}/product"
    made = (await procurement.post(path, json={})).json()
    assert (await procurement.get("/api/v1/admin/clusters")).json()["total_count"] == 0
    await undo(procurement, made)
    assert (await procurement.get("/api/v1/admin/clusters")).json()["data"] == [cluster]


async def test_run_names_its_weights(conn: Connection, database: Database) -> None:
    await pair(conn)
    await conn.execute(
        """
        INSERT INTO match_models (model, decisions, is_active, created_by)
        VALUES ('{}', 60, true, 'paula')
        """
    )
    await examine(database)
    assert await rows(conn, "SELECT weights FROM match_runs") == await rows(
        conn, "SELECT version FROM match_models"
    )
