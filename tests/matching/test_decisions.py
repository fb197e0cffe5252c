"""Decisions beside accept: links taken back, items that no product fits, and exact undo."""

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from import_fixtures import rows
from match_fixtures import PATH, decide, examine, linked_product, pair, undo
from pricebook.db.database import Connection, Database
from pricebook.matching import decisions, service
from pricebook.matching.decision_repository import NewBatch
from pricebook.matching.decision_schemas import Decision
from pricebook.matching.suggestion_repository import TAKEN_BACK

Client = AsyncTestClient[Litestar]


async def suggested(client: Client) -> list[str]:
    page = (await client.get(PATH)).json()
    return [each["internal_sku"] for match in page["data"] for each in match["suggestions"]]


async def test_link_is_taken_back_and_made_again_by_undo(
    procurement: Client, conn: Connection
) -> None:
    _, product_id, item_id = await pair(conn)
    assert (await decide(procurement, item_id, product_id, "accept"))["linked"] == 1
    unlinked = await decide(procurement, item_id, product_id, "unlink")
    assert (unlinked["unlinked"], await linked_product(conn, item_id)) == (1, None)
    (outcome,) = unlinked["outcomes"]
    assert (outcome["supplier_sku"], outcome["internal_sku"]) == ("NW-1", "SAW-745")
    again = await decide(procurement, item_id, product_id, "unlink")
    assert (again["unchanged"], again["batch_id"]) == (1, None)
    assert (await undo(procurement, unlinked))["relinked"] == 1
    assert await linked_product(conn, item_id) == product_id
    other = await builders.product(conn, sku="SAW-1")
    refused = await decide(procurement, item_id, other, "unlink")
    assert refused["outcomes"][0]["reason"] == "The item is linked to SAW-745, not to SAW-1."


@pytest.mark.parametrize("way", ["bulk", "match", "undo"])
async def test_link_that_somebody_took_back_is_suggested_with_that_objection(
    procurement: Client, conn: Connection, database: Database, way: str
) -> None:
    _, product_id, item_id = await pair(conn)
    accepted = await decide(procurement, item_id, product_id, "accept")
    if way == "bulk":
        await decide(procurement, item_id, product_id, "unlink")
    elif way == "match":
        unlink = {"action": "unlink", "supplier_item_id": str(item_id)}
        await procurement.patch(f"/api/v1/admin/products/{product_id}/match", json=unlink)
    else:
        await undo(procurement, accepted)
    await examine(database)
    (match,) = (await procurement.get(PATH)).json()["data"]
    (suggestion,) = match["suggestions"]
    assert (TAKEN_BACK in suggestion["objections"]) == (way != "undo")
    assert suggestion["band"] == ("certain" if way == "undo" else "likely")


async def test_batches_without_an_effect_are_not_listed(
    procurement: Client, conn: Connection
) -> None:
    _, product_id, item_id = await pair(conn)
    await decide(procurement, item_id, product_id, "unlink")
    assert (await procurement.get(f"{PATH}/batches")).json()["total_count"] == 0


async def test_auto_link_never_links_what_somebody_unlinked(
    procurement: Client, conn: Connection, database: Database
) -> None:
    supplier_id, product_id, item_id = await pair(conn)
    path = f"/api/v1/admin/suppliers/{supplier_id}/auto-link"
    for way in ("match", "bulk"):
        await conn.execute("DELETE FROM match_unlinked_pairs")
        await service.set_auto_link(database, supplier_id, "paula", is_on=True)
        await examine(database)
        assert await linked_product(conn, item_id) == product_id
        if way == "bulk":
            await decide(procurement, item_id, product_id, "unlink")
        else:
            unlink = {"action": "unlink", "supplier_item_id": str(item_id)}
            await procurement.patch(f"/api/v1/admin/products/{product_id}/match", json=unlink)
        state = (await procurement.get(path)).json()
        assert state["switched_off_reason"] == "the link of NW-1 to SAW-745 was taken back"
        assert state["switched_off_by"].startswith("procurement ")
        await service.set_auto_link(database, supplier_id, "paula", is_on=True)
        await examine(database)
        assert await linked_product(conn, item_id) is None, way
        assert await suggested(procurement) == ["SAW-745"]


async def test_auto_link_never_links_again_what_an_undo_took_back(
    procurement: Client, conn: Connection, database: Database
) -> None:
    supplier_id, product_id, item_id = await pair(conn)
    await service.set_auto_link(database, supplier_id, "paula", is_on=True)
    await examine(database)
    (batch,) = (await procurement.get(f"{PATH}/batches")).json()["data"]
    assert (await undo(procurement, {"batch_id": batch["id"]}))["unlinked"] == 1
    await service.set_auto_link(database, supplier_id, "paula", is_on=True)
    await examine(database)
    assert await linked_product(conn, item_id) is None
    assert await suggested(procurement) == ["SAW-745"]
    accepted = await decide(procurement, item_id, product_id, "accept")
    assert (accepted["linked"], await linked_product(conn, item_id)) == (1, product_id)
    assert (await undo(procurement, accepted))["unlinked"] == 1
    await examine(database)
    assert await linked_product(conn, item_id) is None


@pytest.mark.parametrize("way", ["reject", "unlink"])
async def test_auto_link_leaves_what_somebody_decided_after_its_run_had_listed_the_pair(
    procurement: Client, conn: Connection, database: Database, way: str
) -> None:
    supplier_id, product_id, item_id = await pair(conn)
    await service.set_auto_link(database, supplier_id, "paula", is_on=True)
    if way == "unlink":
        await decide(procurement, item_id, product_id, "accept")
    await decide(procurement, item_id, product_id, way)
    listed = [Decision(item_id, "accept", product_id)]
    batch = NewBatch("auto_link", "auto-link")
    (outcome,) = await decisions.decide(database, batch, listed, supplier_id)
    assert (outcome.outcome, outcome.reason) == (
        "refused",
        "Somebody has rejected the pair or taken its link back.",
    )
    assert await linked_product(conn, item_id) is None


async def test_undo_of_an_accept_restores_the_rejection_that_it_replaced(
    procurement: Client, conn: Connection, database: Database
) -> None:
    _, product_id, item_id = await pair(conn)
    await decide(procurement, item_id, product_id, "reject")
    accepted = await decide(procurement, item_id, product_id, "accept")
    undone = await undo(procurement, accepted)
    assert (undone["unlinked"], undone["rejected_again"]) == (1, 1)
    await examine(database)
    assert await suggested(procurement) == []


async def test_item_that_no_product_fits_comes_back_with_a_new_product_only(
    procurement: Client, conn: Connection, database: Database
) -> None:
    supplier_id = await builders.supplier(conn, "Nordwerk")
    # More than are suggested at once: those behind the rejected ones are not new.
    for number in range(12):
        await builders.product(conn, "Round hammer handle", sku=f"H-{number}")
    item_id = await builders.item(conn, supplier_id, sku="NW-1", name="Round hammer")
    await examine(database)
    count = len(await suggested(procurement))
    assert 0 < count < 12
    dismissed = await decide(procurement, item_id, None, "none")
    assert (dismissed["dismissed"], dismissed["outcomes"][0]["outcome"]) == (1, "dismissed")
    assert (await decide(procurement, item_id, None, "none"))["unchanged"] == 1
    await examine(database)
    assert await suggested(procurement) == []
    await builders.product(conn, "Round hammer", sku="H-NEW")
    await examine(database)
    assert await suggested(procurement) == ["H-NEW"]
    assert (await undo(procurement, dismissed))["restored"] == count + 1
    await examine(database)
    assert len(await suggested(procurement)) == count


async def test_none_for_a_filter_dismisses_items(
    procurement: Client, conn: Connection, database: Database
) -> None:
    await pair(conn)
    await examine(database)
    wanted = {"action": "none", "band": "certain", "expected_count": 1}
    decided = (await procurement.post(f"{PATH}/bulk", json={"filter": wanted})).json()
    assert decided["dismissed"] == 1


async def test_band_none_has_no_suggestion_to_accept(procurement: Client) -> None:
    wanted = {"action": "accept", "band": "none", "expected_count": 0}
    refused = await procurement.post(f"{PATH}/bulk", json={"filter": wanted})
    assert refused.status_code == 400
    assert "filter.action" in refused.json()["detail"]


async def test_second_item_of_a_supplier_is_linked_with_a_remark(
    procurement: Client, conn: Connection
) -> None:
    supplier_id, product_id, item_id = await pair(conn)
    await builders.item(conn, supplier_id, sku="NW-0", product_id=product_id)
    decided = await decide(procurement, item_id, product_id, "accept")
    remark = decided["outcomes"][0]["remark"]
    assert remark == "SAW-745 has other items of this supplier: NW-0."


async def test_unlinked_item_is_examined_again(procurement: Client, conn: Connection) -> None:
    supplier_id, product_id, item_id = await pair(conn)
    await decide(procurement, item_id, product_id, "accept")
    for _ in range(2):
        await decide(procurement, item_id, product_id, "unlink")
        await decide(procurement, item_id, product_id, "accept")
    assert await rows(conn, "SELECT supplier_id, state::text FROM match_runs") == [
        (supplier_id, "queued")
    ]


async def test_product_is_given_with_each_action_but_none(
    procurement: Client, conn: Connection
) -> None:
    _, product_id, item_id = await pair(conn)
    for decision in (
        {"action": "none", "product_id": str(product_id)},
        {"action": "accept"},
    ):
        body = {"decisions": [{"supplier_item_id": str(item_id), **decision}]}
        response = await procurement.post(f"{PATH}/bulk", json=body)
        assert (response.status_code, "product_id" in response.text) == (400, True)
