"""Products have the last change of their price from before an import again, once it is undone."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from import_fixtures import rows
from merge_fixtures import MergeRows, item_row, item_rows
from pricebook.db.database import Connection, Database
from pricebook.undo import service

Client = AsyncTestClient[Litestar]
CHANGE = """
    SELECT min_price, price_change_percentage, price_changed_at FROM products ORDER BY internal_sku
"""
LINK = "UPDATE supplier_items SET product_id = %s WHERE supplier_sku = %s"
SET_PRICE = "UPDATE supplier_items SET current_price = %s WHERE id = %s"


@pytest.fixture
async def product_id(merge_rows: MergeRows, conn: Connection) -> UUID:
    """A product whose price rose from 10 to 11; a second one never changed."""
    await merge_rows(item_rows(3))
    product_id = await builders.product(conn, sku="OWN-1")
    await conn.execute(LINK, [product_id, "A1"])
    await conn.execute(LINK, [await builders.product(conn, sku="OWN-2"), "A2"])
    await merge_rows([item_row("A1", "11.00"), *item_rows(3)[1:]])
    return product_id


async def percentages(conn: Connection) -> list[Decimal | None]:
    return [percent for _, percent, _ in await rows(conn, CHANGE)]


async def other_offer(conn: Connection, product_id: UUID, price: str) -> UUID:
    return await builders.item(
        conn, await builders.supplier(conn, "Best"), price, product_id=product_id
    )


@pytest.mark.parametrize(
    "wrong_list",
    [
        pytest.param(item_rows(3, "110.00"), id="raised"),
        pytest.param(item_rows(3, "1.00"), id="lowered"),
        pytest.param(item_rows(3, "0.00"), id="free"),
        pytest.param([item_row("A3")], id="absent"),
    ],
)
@pytest.mark.usefixtures("product_id")
async def test_change_is_that_from_before(
    merge_rows: MergeRows, conn: Connection, database: Database, sales: Client, wrong_list: Any
) -> None:
    before = await rows(conn, CHANGE)
    assert before[0][1] == 10
    query = {"sort": "-price_change"}
    listed = (await sales.get("/api/v1/admin/products", params=query)).json()["data"]
    wrong = await merge_rows(wrong_list)
    assert await rows(conn, CHANGE) != before
    await service.undo_inline(database, wrong.task_id, "anna", 10)
    assert await rows(conn, CHANGE) == before
    again = (await sales.get("/api/v1/admin/products", params=query)).json()["data"]
    assert [each | {"updated_at": ""} for each in again] == [
        each | {"updated_at": ""} for each in listed
    ]


@pytest.mark.usefixtures("product_id")
async def test_two_undone_imports(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    before = await rows(conn, CHANGE)
    first = await merge_rows(item_rows(3, "22.00"))
    between = await rows(conn, CHANGE)
    second = await merge_rows(item_rows(3, "33.00"))
    await service.undo_inline(database, second.task_id, "anna", 10)
    assert await rows(conn, CHANGE) == between
    await service.undo_inline(database, first.task_id, "anna", 10)
    assert await rows(conn, CHANGE) == before


async def test_other_price_since_is_compared_with_the_one_before_the_import(
    merge_rows: MergeRows, conn: Connection, database: Database, product_id: UUID
) -> None:
    other = await other_offer(conn, product_id, "12")
    wrong = await merge_rows(item_rows(3, "1.00"))
    await conn.execute(SET_PRICE, [Decimal("9.90"), other])
    await service.undo_inline(database, wrong.task_id, "anna", 10)
    assert await rows(conn, "SELECT min_price FROM products WHERE internal_sku = 'OWN-1'") == [
        (Decimal("9.90"),)
    ]
    assert (await percentages(conn))[0] == -10


async def test_change_since_that_the_undo_leaves_stays(
    merge_rows: MergeRows, conn: Connection, database: Database, product_id: UUID
) -> None:
    wrong = await merge_rows(item_rows(3, "20.00"))
    await other_offer(conn, product_id, "10")
    before = await rows(conn, CHANGE)
    await service.undo_inline(database, wrong.task_id, "anna", 10)
    assert (await rows(conn, CHANGE))[0] == before[0]
    assert before[0][1] == -50


@pytest.mark.usefixtures("product_id")
async def test_change_is_unknown_of_an_import_before_the_migration(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    wrong = await merge_rows(item_rows(3, "20.00"))
    await conn.execute("DELETE FROM import_product_changes")
    await service.undo_inline(database, wrong.task_id, "anna", 10)
    assert await percentages(conn) == [None, None]


async def test_new_item_that_was_linked_automatically(
    merge_rows: MergeRows, conn: Connection, database: Database, product_id: UUID
) -> None:
    """The import itself did not change the price of the product."""
    wrong = await merge_rows([item_row("A1", "11.00"), *item_rows(3)[1:], item_row("A4", "5.00")])
    await conn.execute(LINK, [product_id, "A4"])
    await conn.execute(
        """
        WITH batch AS (
            INSERT INTO match_batches (kind, created_by) VALUES ('auto_link', 'worker')
            RETURNING id
        )
        INSERT INTO match_decisions (batch_id, supplier_item_id, product_id, action)
        SELECT batch.id, item.id, product.id, 'accept'
        FROM batch, supplier_items AS item, products AS product
        WHERE supplier_sku = 'A4' AND internal_sku = 'OWN-1'
        """
    )
    undo = await service.undo_inline(database, wrong.task_id, "anna", 10)
    assert undo.undo is not None
    assert undo.undo.deleted == 1
    assert (await percentages(conn))[0] is None


@pytest.mark.usefixtures("product_id")
async def test_what_is_kept_is_deleted_with_the_changes_of_items(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    task = await merge_rows(item_rows(3, "20.00"))
    kept = "SELECT count(*) FROM import_product_changes"
    of_task = f"{kept} WHERE task_id = '{task.task_id}'"
    assert await rows(conn, of_task) == [(2,)]
    await conn.execute("UPDATE ingestion_tasks SET completed_at = now() - interval '31 days'")
    await service.purge_changes(database, 30)
    assert await rows(conn, kept) == [(0,)]
