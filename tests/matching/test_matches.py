"""Suggested matches over HTTP: runs, lists, decisions and how they are undone."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from import_fixtures import rows
from pricebook.db.database import Connection, Database
from pricebook.matching import runs, service
from pricebook.matching.run_schemas import RunRequest
from pricebook.matching.runs import run_next

Client = AsyncTestClient[Litestar]
PATH = "/api/v1/admin/matches"
SAWS = (
    "DeWalt DW745 table saw 250 mm",
    "Makita MLT100 table saw 260 mm",
    "Bosch GTS635 saw 216 mm",
)


async def examine(database: Database, **request: Any) -> None:
    run = await service.request_run(database, RunRequest(**request), "paula")
    ended = await run_next(database, run.id)
    assert ended
    assert (ended.state, ended.error) == ("succeeded", None)


async def shelf(conn: Connection) -> tuple[UUID, dict[str, UUID], dict[str, UUID]]:
    """Insert three saws as products, and as unmatched items of a supplier in other words."""
    supplier_id = await builders.supplier(conn, "Nordwerk")
    products = {name: await builders.product(conn, name) for name in SAWS}
    items = {
        name: await builders.item(conn, supplier_id, name=name.replace("table saw", "saw, table,"))
        for name in SAWS
    }
    return supplier_id, products, items


async def links(conn: Connection) -> dict[UUID, UUID | None]:
    return dict(await rows(conn, "SELECT id, product_id FROM supplier_items"))


async def test_matches_are_listed_with_reasons_and_the_best_first(
    procurement: Client, conn: Connection, database: Database
) -> None:
    _, products, items = await shelf(conn)
    await examine(database)
    page = (await procurement.get(PATH)).json()
    assert page["total_count"] == 3
    best = {each["supplier_item"]["id"]: each["suggestions"][0] for each in page["data"]}
    assert {item: suggestion["product_id"] for item, suggestion in best.items()} == {
        str(items[name]): str(products[name]) for name in SAWS
    }
    assert all(suggestion["band"] == "certain" for suggestion in best.values())
    assert any("DW745" in each for each in best[str(items[SAWS[0]])]["reasons"])
    scores = [each["suggestions"][0]["score"] for each in page["data"]]
    assert scores == sorted(scores, reverse=True)


async def test_equal_runs_wait_as_one(procurement: Client, conn: Connection) -> None:
    supplier_id = str(await builders.supplier(conn))
    requests: list[dict[str, Any]] = [
        {},
        {"supplier_id": supplier_id},
        {"supplier_id": supplier_id, "with_unchanged": False},
        {"supplier_item_ids": [str(uuid4())]},
    ]
    accepted = [await procurement.post(f"{PATH}/run", json=each) for each in requests * 2]
    assert {response.status_code for response in accepted} == {202}
    ids = [response.json()["task_id"] for response in accepted]
    assert ids[:4] == ids[4:]
    assert len(set(ids)) == 4
    location = accepted[1].headers["location"]
    run = (await procurement.get(location)).json()
    assert (run["id"], run["supplier_id"], run["state"]) == (ids[1], supplier_id, "queued")
    listed = (await procurement.get(f"{PATH}/runs")).json()
    assert {each["id"] for each in listed["data"]} == set(ids)
    unknown = await procurement.post(f"{PATH}/run", json={"supplier_id": str(uuid4())})
    assert unknown.status_code == 404


async def test_pages_follow_each_other_by_cursor(
    procurement: Client, conn: Connection, database: Database
) -> None:
    await shelf(conn)
    await examine(database)
    seen = list[str]()
    cursor: dict[str, str] = {}
    while True:
        page = (await procurement.get(PATH, params={"limit": 2, **cursor})).json()
        seen += [each["supplier_item"]["id"] for each in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert len(seen) == len(set(seen)) == 3
    other = await procurement.get(PATH, params={"limit": 2, "band": "likely", **cursor})
    assert other.status_code == 400


async def test_filters_agree_with_the_count(
    procurement: Client, conn: Connection, database: Database
) -> None:
    supplier_id, _, _ = await shelf(conn)
    await examine(database)
    for params, count in (
        ({"supplier_id": str(supplier_id)}, 3),
        ({"supplier_id": str(uuid4())}, 0),
        ({"band": "certain"}, 3),
        ({"band": "possible"}, 0),
        ({"min_band": "likely"}, 3),
        ({"min_band": "certain", "band": "likely"}, 0),
        ({"search": "makita saw"}, 1),
        ({"search": "nothing"}, 0),
    ):
        page = (await procurement.get(PATH, params=params)).json()
        assert page["total_count"] == len(page["data"]) == count, params


async def test_bulk_decisions_are_one_batch_that_can_be_undone(
    procurement: Client, conn: Connection, database: Database
) -> None:
    _, products, items = await shelf(conn)
    await examine(database)
    first, second, third = SAWS
    decided = (
        await procurement.post(
            f"{PATH}/bulk",
            json={
                "decisions": [
                    decision(items[first], products[first]),
                    decision(items[second], products[second]),
                    decision(items[third], products[third], "reject"),
                    decision(uuid4(), products[third]),
                ]
            },
        )
    ).json()
    outcomes = [each["outcome"] for each in decided["outcomes"]]
    assert outcomes == ["linked", "linked", "rejected", "refused"]
    assert (await links(conn))[items[first]] == products[first]
    assert (await procurement.get(PATH)).json()["total_count"] == 0
    await conn.execute("UPDATE supplier_items SET product_id = NULL WHERE id = %s", [items[first]])
    undone = (await procurement.post(f"{PATH}/batches/{decided['batch_id']}/undo")).json()
    assert (undone["unlinked"], undone["restored"]) == (1, 1)
    assert [each["supplier_item_id"] for each in undone["left"]] == [str(items[first])]
    assert await links(conn) == dict.fromkeys(items.values())
    (batch,) = (await procurement.get(f"{PATH}/batches")).json()["data"]
    assert (batch["linked"], batch["rejected"]) == (2, 1)
    assert batch["undone_by"] == batch["created_by"]
    again = await procurement.post(f"{PATH}/batches/{decided['batch_id']}/undo")
    assert (again.status_code, again.json()["unlinked"]) == (200, 0)
    assert again.json()["left"] == undone["left"]


async def test_batch_of_which_nothing_is_left_is_undone_once(
    procurement: Client, conn: Connection, database: Database
) -> None:
    _, products, items = await shelf(conn)
    await examine(database)
    pair = decision(items[SAWS[0]], products[SAWS[0]])
    decided = (await procurement.post(f"{PATH}/bulk", json={"decisions": [pair]})).json()
    path = f"{PATH}/batches/{decided['batch_id']}/undo"
    assert (await procurement.post(path)).json()["unlinked"] == 1
    (batch,) = (await procurement.get(f"{PATH}/batches")).json()["data"]
    again = await procurement.post(path)
    at = batch["undone_at"].replace("T", " ")[:16]
    expected = f"was undone by {batch['undone_by']} at {at} UTC: nothing of it is left."
    assert (again.status_code, again.json()["detail"]) == (409, f"Batch {batch['id']} {expected}")


def decision(item_id: UUID, product_id: UUID, action: str = "accept") -> dict[str, str]:
    return {"supplier_item_id": str(item_id), "product_id": str(product_id), "action": action}


async def test_rejected_pair_is_never_suggested_again(
    procurement: Client, conn: Connection, database: Database
) -> None:
    _, products, items = await shelf(conn)
    await examine(database)
    pair = decision(items[SAWS[0]], products[SAWS[0]], "reject")
    for outcome in ("rejected", "unchanged"):
        decided = (await procurement.post(f"{PATH}/bulk", json={"decisions": [pair]})).json()
        assert [each["outcome"] for each in decided["outcomes"]] == [outcome]
    await examine(database)
    await examine(database, supplier_item_ids=[items[SAWS[0]]])
    page = (await procurement.get(PATH)).json()
    suggested = {
        (each["supplier_item"]["id"], suggestion["product_id"])
        for each in page["data"]
        for suggestion in each["suggestions"]
    }
    assert (pair["supplier_item_id"], pair["product_id"]) not in suggested


async def test_decision_for_a_filter_needs_the_right_count(
    procurement: Client, conn: Connection, database: Database
) -> None:
    _, products, items = await shelf(conn)
    await examine(database)
    wanted = {"action": "accept", "band": "certain", "search": "saw"}
    wrong = await procurement.post(f"{PATH}/bulk", json={"filter": {**wanted, "expected_count": 2}})
    assert (wrong.status_code, await links(conn)) == (409, dict.fromkeys(items.values()))
    right = await procurement.post(f"{PATH}/bulk", json={"filter": {**wanted, "expected_count": 3}})
    assert right.json()["linked"] == 3
    assert await links(conn) == {items[name]: products[name] for name in SAWS}


async def test_linked_item_of_another_product_is_refused_and_stays(
    procurement: Client, conn: Connection
) -> None:
    _, products, items = await shelf(conn)
    first, second, _ = SAWS
    await conn.execute(
        "UPDATE supplier_items SET product_id = %s WHERE id = %s", [products[first], items[first]]
    )
    decided = (
        await procurement.post(
            f"{PATH}/bulk", json={"decisions": [decision(items[first], products[second])]}
        )
    ).json()
    assert decided["outcomes"][0]["outcome"] == "refused"
    assert "is linked to SKU-" in decided["outcomes"][0]["reason"]
    assert (await links(conn))[items[first]] == products[first]


async def test_auto_link_links_certain_ones_and_switches_itself_off(
    procurement: Client, conn: Connection, database: Database
) -> None:
    supplier_id, products, items = await shelf(conn)
    path = f"/api/v1/admin/suppliers/{supplier_id}/auto-link"
    assert (await procurement.get(path)).json()["is_on"] is False
    assert (await procurement.put(path, json={"is_on": True})).json()["is_on"] is True
    await examine(database)
    assert await links(conn) == {items[name]: products[name] for name in SAWS}
    (batch,) = (await procurement.get(f"{PATH}/batches")).json()["data"]
    assert (batch["kind"], batch["linked"]) == ("auto_link", 3)
    unlink = {"action": "unlink", "supplier_item_id": str(items[SAWS[0]])}
    response = await procurement.patch(
        f"/api/v1/admin/products/{products[SAWS[0]]}/match", json=unlink
    )
    assert response.status_code == 200
    state = (await procurement.get(path)).json()
    assert state["is_on"] is False
    assert state["switched_off_at"] is not None
    await examine(database)
    assert (await links(conn))[items[SAWS[0]]] is None


async def test_only_new_and_changed_items_are_examined_after_an_import(
    conn: Connection, database: Database
) -> None:
    supplier_id, _, items = await shelf(conn)
    await examine(database)
    changed = items[SAWS[0]]
    await conn.execute("UPDATE supplier_items SET name = 'DW745 saw' WHERE id = %s", [changed])
    added = await builders.item(conn, supplier_id, name="Metabo TS254 table saw")
    unlike = await builders.item(conn, supplier_id, name="йцукен")
    await examine(database, supplier_item_ids=[unlike])
    before = dict(await rows(conn, "SELECT supplier_item_id, examined_at FROM match_items"))
    await examine(database, supplier_id=supplier_id, with_unchanged=False)
    after = dict(await rows(conn, "SELECT supplier_item_id, examined_at FROM match_items"))
    examined = {item for item, at in after.items() if before.get(item) != at}
    assert examined >= {changed, added}
    assert unlike not in examined


async def test_cluster_of_unmatched_items_becomes_a_product(
    procurement: Client, conn: Connection, database: Database
) -> None:
    for supplier in ("Nordwerk", "Toolhaus"):
        supplier_id = await builders.supplier(conn, supplier)
        for name in SAWS:
            await builders.item(conn, supplier_id, name=name)
    await examine(database)
    page = (await procurement.get("/api/v1/admin/clusters")).json()
    assert page["total_count"] == 3
    cluster = page["data"][0]
    made = await procurement.post(
        f"/api/v1/admin/clusters/{cluster['id']}/product", json={"status": "active"}
    )
    assert made.status_code == 201
    product = made.json()
    assert {item["id"] for item in product["supplier_items"]} == {
        item["id"] for item in cluster["supplier_items"]
    }
    rest = (await procurement.get("/api/v1/admin/clusters")).json()
    assert rest["total_count"] == 2
    await conn.execute(
        "UPDATE supplier_items SET product_id = %s WHERE id = %s",
        [product["id"], rest["data"][0]["supplier_items"][0]["id"]],
    )
    assert (await procurement.get("/api/v1/admin/clusters")).json()["total_count"] == 1
    taken = await procurement.post(
        f"/api/v1/admin/clusters/{rest['data'][0]['id']}/product", json={}
    )
    assert taken.status_code == 409


async def test_cluster_with_an_item_in_another_transaction_is_tried_again(
    procurement: Client, conn: Connection, database: Database
) -> None:
    for supplier in ("Nordwerk", "Toolhaus"):
        await builders.item(conn, await builders.supplier(conn, supplier), name=SAWS[0])
    await examine(database)
    (cluster,) = (await procurement.get("/api/v1/admin/clusters")).json()["data"]
    path = f"/api/v1/admin/clusters/{cluster['id']}/product"
    async with conn.transaction():
        await conn.execute(
            "SELECT FROM supplier_items WHERE id = %s FOR UPDATE",
            [cluster["supplier_items"][0]["id"]],
        )
        assert (await procurement.post(path, json={})).status_code == 503
    assert (await procurement.post(path, json={})).status_code == 201


async def test_items_in_groups_compete_with_each_other(
    procurement: Client,
    conn: Connection,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, _, items = await shelf(conn)
    supplier_id = await builders.supplier(conn, "Toolhaus")
    twins = [await builders.item(conn, supplier_id, name="Saw DW745 DeWalt") for _ in range(2)]
    monkeypatch.setattr(runs, "EXAMINED_AT_ONCE", 1)
    await examine(database)
    page = (await procurement.get(PATH)).json()
    bands = {each["supplier_item"]["id"]: each["suggestions"][0]["band"] for each in page["data"]}
    assert {bands[str(item)] for item in items.values()} == {"certain"}
    assert [bands[str(item)] for item in twins] == ["likely", "likely"]
    await service.set_auto_link(database, supplier_id, "paula", is_on=True)
    await examine(database)
    linked = await links(conn)
    assert [linked[item] for item in twins] == [None, None]


async def test_run_that_another_process_has_taken_over_writes_no_end(
    conn: Connection, database: Database
) -> None:
    await shelf(conn)
    run = await service.request_run(database, RunRequest(), "paula")
    async with conn.transaction():
        await conn.execute("LOCK TABLE categories IN ACCESS EXCLUSIVE MODE")
        running = asyncio.create_task(run_next(database, run.id))
        async with asyncio.timeout(120):
            while True:
                if (await service.get_run(database, run.id)).state == "running":
                    break
                await asyncio.sleep(0.02)
        await conn.execute("UPDATE match_runs SET started_at = clock_timestamp()")
    assert await running is None
    assert (await service.get_run(database, run.id)).state == "running"
    assert await rows(conn, "SELECT FROM match_items") == []
