"""The undo of an import leaves no match with a product or an item that it deletes."""

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from import_fixtures import RunImport, rows
from match_fixtures import accept_safe, examine, linked_product, objections, run_waiting
from pricebook.db.database import Connection, Database
from pricebook.matching import service as matching
from pricebook.undo import service

Client = AsyncTestClient[Litestar]
HAMMER = "Claw Hammer 450 g, Fiberglass Handle, Brantholm"
WRITTEN = "Claw hammer 450 g fiberglass handle Brantholm"
HEADER = "Article code,Name,Price\n"
STALE = "SELECT FROM match_items WHERE best_product_id NOT IN (SELECT id FROM products)"


@pytest.mark.parametrize(
    "other",
    [
        # Another article, which was examined beside the product of the import.
        "Claw Hammer 600 g, Fiberglass Handle, Brantholm",
        # A rival of the product of the import.
        HAMMER,
    ],
)
async def test_matches_with_a_product_that_is_deleted_are_examined_again(
    procurement: Client,
    run_import: RunImport,
    conn: Connection,
    database: Database,
    other: str,
) -> None:
    imported = await run_import(
        f"{HEADER}B-1,{WRITTEN},9.90\n",
        supplier_name="Toolhaus",
        after_merge=matching.create_products_after_import,
    )
    kept = await builders.product(conn, other)
    item_id = await builders.item(conn, await builders.supplier(conn), name=WRITTEN)
    await examine(database)
    await service.undo_inline(database, imported.task_id, "anna", 10)
    assert await rows(conn, "SELECT id FROM products") == [(kept,)]
    assert await accept_safe(procurement) == 0
    assert await linked_product(conn, item_id) is None
    assert await rows(conn, STALE) == []
    await run_waiting(database)
    assert await objections(procurement, item_id) == (
        [] if other == HAMMER else ["450 g, product 600 g"]
    )


async def test_an_item_that_is_deleted_is_no_rival_any_more(
    procurement: Client, run_import: RunImport, conn: Connection, database: Database
) -> None:
    product_id = await builders.product(conn, HAMMER)
    await run_import(f"{HEADER}A,{WRITTEN},9.90\n")
    imported = await run_import(f"{HEADER}A,{WRITTEN},9.90\nB,{WRITTEN},9.90\n")
    await examine(database)
    ((item_id,),) = await rows(conn, "SELECT id FROM supplier_items WHERE supplier_sku = 'A'")
    assert await objections(procurement, item_id) == [f"also likely for B {WRITTEN}"]
    await service.undo_inline(database, imported.task_id, "anna", 10)
    assert await objections(procurement, item_id) == []
    assert await accept_safe(procurement) == 1
    assert await linked_product(conn, item_id) == product_id
