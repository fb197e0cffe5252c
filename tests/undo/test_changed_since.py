"""What was changed after an import is left by its undo, and listed."""

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

import builders
from import_fixtures import RunImport, rows
from merge_fixtures import MergeRows, item_row, item_rows
from pricebook.db.database import Connection, Database
from pricebook.http.pagination import Paging
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.matching import service as matching
from pricebook.quarantine import service as quarantine
from pricebook.quarantine.schemas import QuarantineSelection
from pricebook.undo import service
from pricebook.undo.schemas import LeftChange, UndoQuery

PRICES = "SELECT supplier_sku, current_price::text FROM supplier_items ORDER BY supplier_sku"
Undo = Callable[[UUID], Awaitable[Sequence[LeftChange]]]


@pytest.fixture
def undo(database: Database) -> Undo:
    """Undo a task; return what was left, which a dry run has listed before."""

    async def run(task_id: UUID) -> Sequence[LeftChange]:
        preview = await service.preview_undo(database, task_id, UndoQuery(dry_run=True))
        task = await service.undo_inline(database, task_id, "anna", 10)
        left = await service.list_left(database, task.id, Paging())
        assert task.undo is not None
        assert preview.counts == task.undo
        assert preview.left.data == left.data
        assert task.undo.left_as_is == left.total_count
        assert task.state == ("partially_succeeded" if left.data else "succeeded")
        return left.data

    return run


def short(left: Sequence[LeftChange]) -> list[tuple[str, str, str]]:
    return [(each.kind, each.code, each.reason) for each in left]


async def test_prices_of_a_later_import_stay(
    merge_rows: MergeRows, conn: Connection, undo: Undo
) -> None:
    await merge_rows(item_rows(3))
    wrong = await merge_rows([*item_rows(3, "20.00"), item_row("A4", "5.00")])
    later = await merge_rows(
        [item_row("A1", "30.00"), *item_rows(3, "20.00")[1:], item_row("A4", "6.00")]
    )
    left = await undo(wrong.task_id)
    assert short(left) == [("item", "A1", "later_import"), ("item", "A4", "later_import")]
    assert {each.later_task_id for each in left} == {later.task_id}
    assert await rows(conn, PRICES) == [
        ("A1", "30.00"),
        ("A2", "10.00"),
        ("A3", "10.00"),
        ("A4", "6.00"),
    ]


async def test_price_that_a_later_import_changed_and_changed_back_stays(
    merge_rows: MergeRows, undo: Undo
) -> None:
    await merge_rows(item_rows(1))
    wrong = await merge_rows(item_rows(1, "20.00"))
    await merge_rows(item_rows(1, "30.00"))
    await merge_rows(item_rows(1, "20.00"))
    assert short(await undo(wrong.task_id)) == [("item", "A1", "later_import")]


async def test_two_imports_are_undone_the_last_one_first(
    merge_rows: MergeRows, conn: Connection, undo: Undo
) -> None:
    await merge_rows(item_rows(2))
    first = await merge_rows(item_rows(2, "20.00"))
    second = await merge_rows(item_rows(2, "30.00"))
    assert await undo(second.task_id) == []
    assert await undo(first.task_id) == []
    assert await rows(conn, PRICES) == [("A1", "10.00"), ("A2", "10.00")]


async def test_link_of_a_person_stays(merge_rows: MergeRows, conn: Connection, undo: Undo) -> None:
    await merge_rows(item_rows(1))
    wrong = await merge_rows([item_row("A1", "20.00"), item_row("A2"), item_row("A3")])
    product_id = await builders.product(conn)
    await conn.execute(
        "UPDATE supplier_items SET product_id = %s WHERE supplier_sku <> 'A3'", [product_id]
    )
    left = await undo(wrong.task_id)
    assert short(left) == [("item", "A2", "linked")]
    assert left[0].product_id == product_id
    assert await rows(conn, PRICES) == [("A1", "10.00"), ("A2", "10.00")]
    linked = "SELECT count(*) FROM supplier_items WHERE product_id IS NOT NULL"
    assert await rows(conn, linked) == [(2,)]
    assert await rows(conn, builders.WRONG_AGGREGATES) == []


async def test_accepted_price_stays(
    merge_rows: MergeRows, conn: Connection, database: Database, undo: Undo
) -> None:
    await merge_rows(item_rows(30))
    wrong = await merge_rows(
        [item_row("A1", "1000"), *item_rows(30, "11.00")[1:]], safety_thresholds=SafetyThresholds()
    )
    selection = QuarantineSelection(task_id=wrong.task_id, expected_count=1)
    assert (await quarantine.accept_rows(database, selection, "anna")).decided == 1
    assert short(await undo(wrong.task_id)) == [("item", "A1", "quarantine_accepted")]
    prices: Any = dict(await rows(conn, PRICES))
    assert (Decimal(prices["A1"]), prices["A2"]) == (1000, "10.00")


async def test_price_by_another_rate_stays(
    merge_rows: MergeRows, conn: Connection, undo: Undo
) -> None:
    await conn.execute("INSERT INTO catalog_settings (currency) VALUES ('USD')")
    rate = """
        INSERT INTO exchange_rates (base, currency, date, rate, source)
        VALUES ('EUR', 'USD', (now() AT TIME ZONE 'UTC')::date - %s, %s, 'test')
    """
    await conn.execute(rate, [1, "1.1"])
    await merge_rows([item_row("A1", currency="EUR")])
    wrong = await merge_rows([item_row("A1", "20.00", currency="EUR")])
    await conn.execute(rate, [0, "1.2"])
    await conn.execute("SELECT recompute_prices((now() AT TIME ZONE 'UTC')::date, 7)")
    assert short(await undo(wrong.task_id)) == [("item", "A1", "rate")]
    assert await rows(conn, "SELECT current_price::integer FROM supplier_items") == [(24,)]


async def test_item_that_another_program_changed_stays(
    merge_rows: MergeRows, conn: Connection, undo: Undo
) -> None:
    await merge_rows(item_rows(2))
    wrong = await merge_rows(item_rows(2, "20.00"))
    await conn.execute("UPDATE supplier_items SET name = 'Bolt' WHERE supplier_sku = 'A1'")
    assert short(await undo(wrong.task_id)) == [("item", "A1", "changed")]
    assert await rows(conn, PRICES) == [("A1", "20.00"), ("A2", "10.00")]


async def test_made_products_that_people_use_stay(
    run_import: RunImport, conn: Connection, undo: Undo
) -> None:
    wrong = await run_import(
        "Article code,Name,Price\nA-1,Hammer,12\nA-2,Saw,8\nA-3,Glove,7\n",
        after_merge=matching.create_products_after_import,
    )
    await conn.execute("UPDATE products SET target_price = 20 WHERE name = 'Hammer'")
    await conn.execute(
        """
        INSERT INTO supplier_items (supplier_id, supplier_sku, name, current_price, product_id)
        SELECT %s, 'B-1', 'Saw', 7, id FROM products WHERE name = 'Saw'
        """,
        [await builders.supplier(conn)],
    )
    left = await undo(wrong.task_id)
    assert sorted((each.name, each.reason) for each in left) == [
        ("Hammer", "product_edited"),
        ("Saw", "product_in_use"),
    ]
    assert await rows(conn, "SELECT name FROM products ORDER BY name") == [("Hammer",), ("Saw",)]
    assert await rows(conn, PRICES) == [("B-1", "7")]
    assert await rows(conn, builders.WRONG_AGGREGATES) == []
