"""Products made meanwhile: unmatched items that equal theirs are examined again at once."""

from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from import_fixtures import rows
from match_fixtures import NAME, examine
from pricebook.db.database import Connection, Database
from pricebook.matching import equal_items
from pricebook.matching.runs import run_next

Client = AsyncTestClient[Litestar]
MATCHES = "/api/v1/admin/matches"
CLUSTERS = "/api/v1/admin/clusters"
QUEUED = """
    SELECT item_ids FROM match_runs WHERE state = 'queued' AND item_ids IS DISTINCT FROM '{}'
    ORDER BY created_at
"""


async def item(conn: Connection, name: str, details: str = "{}", sku: str = "A-1") -> UUID:
    supplier_id = await builders.supplier(conn)
    item_id = await builders.item(conn, supplier_id, sku=sku, name=name)
    await conn.execute(
        "UPDATE supplier_items SET price_details = %s::jsonb WHERE id = %s", [details, item_id]
    )
    return item_id


async def make(client: Client, *item_ids: UUID) -> str:
    body = {"supplier_item_ids": [*map(str, item_ids)], "name": "Another name"}
    response = await client.post(f"{MATCHES}/products", json=body)
    assert response.status_code == 201, response.text
    return response.json()["batch_id"]


async def queued(conn: Connection) -> list[set[UUID]]:
    return [set(item_ids or ()) for (item_ids,) in await rows(conn, QUEUED)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Saw", '{"gtin": "4006381333931"}'), ("Zaag", '{"gtin": "04006381333931"}')),
        (("Saw", '{"mpn": "DW-745"}'), ("Zaag", '{"mpn": "dw745"}')),
        (("Table saw DWX-7450", "{}"), ("Zaag dwx 7450 blau", "{}")),
        (("Mallet of rubber", "{}"), ("Rubber mallet of 500 g", "{}")),
    ],
)
async def test_items_with_the_same_code_or_words_are_examined_again(
    procurement: Client, conn: Connection, first: tuple[str, str], second: tuple[str, str]
) -> None:
    made, equal = await item(conn, *first), await item(conn, *second)
    await item(conn, "Bucket")
    await make(procurement, made)
    assert await queued(conn) == [{equal}]


async def test_no_run_is_queued_without_such_an_item(procurement: Client, conn: Connection) -> None:
    made = await item(conn, "Saw")
    await item(conn, "Bucket")
    linked = await item(conn, "Saw")
    product_id = await builders.product(conn)
    await conn.execute(
        "UPDATE supplier_items SET product_id = %s WHERE id = %s", [product_id, linked]
    )
    await make(procurement, made)
    assert await queued(conn) == []


async def test_cluster_gives_way_to_the_product_that_was_made_of_an_equal_item(
    procurement: Client, conn: Connection, database: Database
) -> None:
    grouped = [await item(conn, NAME), await item(conn, NAME)]
    await builders.product(conn, "Hammer")
    await examine(database)
    later = await item(conn, NAME)
    assert (await procurement.get(CLUSTERS)).json()["total_count"] == 1
    batch_id = await make(procurement, later)
    assert await queued(conn) == [{*grouped}]
    assert await run_next(database)
    listed = (await procurement.get(MATCHES)).json()["data"]
    assert {each["suggestions"][0]["name"] for each in listed} == {"Another name"}
    assert (await procurement.get(CLUSTERS)).json()["total_count"] == 0
    undone = await procurement.post(f"{MATCHES}/batches/{batch_id}/undo")
    assert undone.status_code == 200
    assert {*grouped} in await queued(conn)
    while await run_next(database):
        pass
    assert (await procurement.get(MATCHES)).json()["data"] == []
    assert (await procurement.get(CLUSTERS)).json()["total_count"] == 1


async def test_run_for_a_product_made_elsewhere(conn: Connection, database: Database) -> None:
    made, equal = await item(conn, NAME), await item(conn, NAME)
    product_id = await builders.product(conn, NAME)
    await conn.execute(
        "UPDATE supplier_items SET product_id = %s WHERE id = %s", [product_id, made]
    )
    await conn.execute("DELETE FROM match_runs")
    await equal_items.request_run_for_product(database, product_id, "paula")
    assert await queued(conn) == [{equal}]


async def test_clusters_of_a_supplier(
    procurement: Client, conn: Connection, database: Database
) -> None:
    for name in (NAME, "Makita planer KP0800 82 mm"):
        for _ in range(2):
            await item(conn, name)
    await examine(database)
    assert (await procurement.get(CLUSTERS)).json()["total_count"] == 2
    (supplier_id,) = (await rows(conn, "SELECT supplier_id FROM supplier_items LIMIT 1"))[0]
    page = (await procurement.get(CLUSTERS, params={"supplier_id": str(supplier_id)})).json()
    assert page["total_count"] == len(page["data"]) == 1
    items = page["data"][0]["supplier_items"]
    assert str(supplier_id) in {each["supplier_id"] for each in items}
    assert len(items) == 2
