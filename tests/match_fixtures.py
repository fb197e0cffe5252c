"""Items and products that match, and decisions about them over HTTP."""

from typing import Any
from uuid import UUID

from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from import_fixtures import rows
from pricebook.db.database import Connection, Database
from pricebook.matching import service
from pricebook.matching.run_schemas import RunRequest
from pricebook.matching.runs import run_next

Client = AsyncTestClient[Litestar]
PATH = "/api/v1/admin/matches"
SAFE = {"min_band": "likely", "without_objections": True}
NAME = "DeWalt DW745 table saw 250 mm"


async def examine(database: Database) -> None:
    run = await service.request_run(database, RunRequest(), "paula")
    ended = await run_next(database, run.id)
    assert ended
    assert (ended.state, ended.error) == ("succeeded", None)


async def pair(conn: Connection) -> tuple[UUID, UUID, UUID]:
    """Insert a saw as a product and as an unmatched item; return supplier, product and item."""
    supplier_id = await builders.supplier(conn, "Nordwerk")
    product_id = await builders.product(conn, NAME, sku="SAW-745")
    item_id = await builders.item(conn, supplier_id, sku="NW-1", name="DeWalt DW745 saw 250 mm")
    return supplier_id, product_id, item_id


async def decide(
    client: Client, item_id: UUID, product_id: UUID | None, action: str
) -> dict[str, Any]:
    decision = {"supplier_item_id": str(item_id), "action": action}
    if product_id is not None:
        decision["product_id"] = str(product_id)
    response = await client.post(f"{PATH}/bulk", json={"decisions": [decision]})
    assert response.status_code == 200, response.text
    return response.json()


async def undo(client: Client, decided: dict[str, Any]) -> dict[str, Any]:
    return (await client.post(f"{PATH}/batches/{decided['batch_id']}/undo")).json()


async def linked_product(conn: Connection, item_id: UUID) -> UUID | None:
    return dict(await rows(conn, "SELECT id, product_id FROM supplier_items"))[item_id]


async def accept_safe(client: Client) -> int:
    """Accept all likely matches without objections; return how many were linked."""
    params = {"min_band": "likely", "without_objections": "true"}
    count = (await client.get(PATH, params=params)).json()["total_count"]
    wanted = {**SAFE, "action": "accept", "expected_count": count}
    response = await client.post(f"{PATH}/bulk", json={"filter": wanted})
    assert response.status_code == 200, response.text
    return response.json()["linked"]


async def objections(client: Client, item_id: UUID) -> list[str]:
    """Return what speaks against the best product of an item."""
    page = (await client.get(PATH, params={"limit": 50})).json()
    (found,) = [each for each in page["data"] if each["supplier_item"]["id"] == str(item_id)]
    return found["suggestions"][0]["objections"]


async def run_waiting(database: Database) -> None:
    """Carry out all runs that wait."""
    while run := await run_next(database):
        assert (run.state, run.error) == ("succeeded", None)
