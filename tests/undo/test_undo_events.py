"""An undo is an event of its own; prices that it takes back are no jumps of the supplier's."""

from typing import Any

from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from merge_fixtures import MergeRows, item_rows
from pricebook.db.database import Connection, Database
from pricebook.events import service as events
from pricebook.undo import service

Client = AsyncTestClient[Litestar]
LINK = "UPDATE supplier_items SET product_id = %s WHERE supplier_sku = 'A1'"


async def placed(client: Client, database: Database, kind: str) -> list[dict[str, Any]]:
    await events.place_events(database)
    response = await client.get("/api/v1/admin/events", params={"type": kind})
    assert response.status_code == 200, response.text
    return [event["data"] for event in response.json()["data"]]


async def test_undone_prices_are_no_jumps(
    admin: Client, merge_rows: MergeRows, database: Database
) -> None:
    await merge_rows(item_rows(2))
    wrong = await merge_rows(item_rows(2, "20.00"))
    undo = await service.undo_inline(database, wrong.task_id, "anna", 10)
    (undone,) = await placed(admin, database, "import.undone")
    assert (undone["task_id"], undone["undo_of"]) == (str(undo.id), str(wrong.task_id))
    (jumped,) = await placed(admin, database, "price.jumped")
    assert {each["price"] for each in jumped["items"]} == {"20.00"}
    await merge_rows(item_rows(2, "30.00"))
    assert len(await placed(admin, database, "price.jumped")) == 2


async def test_margin_that_is_low_again_is_an_event(
    admin: Client, merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    await events.set_thresholds(database, 25, 15)
    await merge_rows(item_rows(1, "90.00"))
    await conn.execute(LINK, [await builders.product(conn, target_price="100")])
    wrong = await merge_rows(item_rows(1, "50.00"))
    await service.undo_inline(database, wrong.task_id, "anna", 10)
    (fallen,) = await placed(admin, database, "margin.below")
    assert fallen["products"][0]["margin_percentage"] == 10
