"""An undone import leaves everything as it was before."""

from collections.abc import Sequence
from decimal import Decimal

import builders
from catalog_state import catalog_state
from correction_files import edited, rejected_rows
from import_fixtures import RunImport, rows
from merge_fixtures import MergeRows, item_row, item_rows, profile
from pricebook.db.database import Connection, Database
from pricebook.imports import importer
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.matching import service as matching
from pricebook.pricelists.schemas.price_list_rows import ItemRow
from pricebook.quarantine import service as quarantine
from pricebook.quarantine.schemas import QuarantineSelection
from pricebook.tasks import history
from pricebook.undo import service

FULL = profile("stock", "gtin", "pack_size", "next_price")
HISTORY = """
    SELECT id, supplier_item_id, recorded_at, price, cost, currency,
        coalesce(old_price, undone_old_price), change_percent, product_id, margin_change
    FROM price_history
"""
LINKED = """
    WITH product AS (
        INSERT INTO products (internal_sku, name, status, target_price)
        SELECT 'P-' || supplier_sku, name, 'active', 100 FROM supplier_items RETURNING *
    )
    UPDATE supplier_items SET product_id = product.id FROM product
    WHERE internal_sku = 'P-' || supplier_sku
"""


def varied_rows() -> Sequence[ItemRow]:
    """Return rows with what items can have."""
    return [
        *item_rows(6),
        item_row("A7", availability={"stock": 5}),
        item_row("A8", details={"gtin": "4006381333931", "pack_size": 10}),
        item_row("A9", next_price="12.00", next_from="2099-01-01"),
        item_row("A10", characteristics={"colour": "red"}),
    ]


def changed_rows() -> Sequence[ItemRow]:
    """Return rows in which each value changes, of which one is absent and two are new."""
    return [
        item_row("A1", "11.00"),
        item_row("A2", name="Screw"),
        item_row("A3"),
        item_row("A5", characteristics={"colour": "blue"}),
        item_row("A6", details={"gtin": "4006381333931"}),
        item_row("A7", availability={"stock": 0}),
        item_row("A8", "12.50", details={"mpn": "X-1"}),
        item_row("A9", "10.00"),
        item_row("A10"),
        item_row("A11", "3.00"),
        item_row("A12", "4.00", details={"gtin": "4006381333948"}),
    ]


async def test_everything_is_as_it_was_and_history_is_added_to(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    await merge_rows(varied_rows(), found=FULL)
    await conn.execute(LINKED)
    before = await catalog_state(conn)
    entries = await rows(conn, HISTORY)
    imported = await merge_rows(changed_rows(), found=FULL)
    assert imported.counts.new == 2
    assert imported.counts.absent == 1
    assert await catalog_state(conn) != before
    during = await rows(conn, HISTORY)

    undo = await service.undo_inline(database, imported.task_id, "anna", 10)

    assert await catalog_state(conn) == before
    assert (undo.state, undo.undo_of, undo.requested_by) == ("succeeded", imported.task_id, "anna")
    assert undo.undo is not None
    assert (undo.undo.restored, undo.undo.deleted, undo.undo.left_as_is) == (8, 2, 0)
    assert (await history.get_task(database, imported.task_id)).undone_by == undo.id
    after = await rows(conn, HISTORY)
    assert len(entries) < len(during) < len(after)
    assert all(entry in after for entry in during)
    assert await rows(conn, builders.WRONG_AGGREGATES) == []
    audited = "SELECT entity_id FROM audit_log WHERE action = 'task.undone'"
    assert await rows(conn, audited) == [(imported.task_id,)]


async def test_items_that_came_back_are_absent_again(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    await merge_rows(item_rows(3))
    await merge_rows(item_rows(1))
    before = await catalog_state(conn)
    imported = await merge_rows(item_rows(3, "11.00"))
    await service.undo_inline(database, imported.task_id, "anna", 10)
    assert await catalog_state(conn) == before


async def test_first_import_is_undone_and_can_be_repeated(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    imported = await merge_rows(item_rows(3))
    await service.undo_inline(database, imported.task_id, "anna", 10)
    assert await rows(conn, "SELECT count(*) FROM supplier_items") == [(0,)]
    assert (await rows(conn, "SELECT metadata FROM suppliers")) == [({},)]
    again = await merge_rows(item_rows(3))
    assert again.counts.new == 3


async def test_products_and_categories_that_were_made_are_deleted(
    run_import: RunImport, conn: Connection, database: Database
) -> None:
    before = await catalog_state(conn)
    text = "Article code,Name,Price,Category\nA-1,Hammer,12,Tools\nA-2,Saw,8,Tools\n"
    imported = await run_import(text, after_merge=matching.create_products_after_import)
    assert imported.products_created == 2
    undo = await service.undo_inline(database, imported.task_id, "anna", 10)
    after = await catalog_state(conn)
    assert after | {"suppliers": []} == before
    assert undo.undo is not None
    assert undo.undo.products_deleted == 2


async def test_item_without_a_product_is_unlinked_again(
    run_import: RunImport, conn: Connection, database: Database
) -> None:
    await run_import("Article code,Name,Price\nA-1,Hammer,12\n")
    before = await catalog_state(conn)
    imported = await run_import(
        "Article code,Name,Price\nA-1,Hammer,12\nA-2,Saw,8\n",
        after_merge=matching.create_products_after_import,
    )
    assert imported.products_created == 2
    await service.undo_inline(database, imported.task_id, "anna", 10)
    assert await catalog_state(conn) == before


async def test_applied_held_list_is_undone(
    run_import: RunImport, conn: Connection, database: Database
) -> None:
    text = "Article code,Name,Price\nA-1,Hammer,12\nA-2,Saw,8\n"
    await run_import(text)
    before = await catalog_state(conn)
    dear = text.replace("12", "90").replace(",8", ",70")
    held = await run_import(dear, safety_thresholds=SafetyThresholds())
    assert held.status == "held"
    await importer.apply_held(database, held.task_id)
    await service.undo_inline(database, held.task_id, "anna", 10)
    assert await catalog_state(conn) == before


async def test_corrected_rows_are_rejected_again(
    run_import: RunImport, conn: Connection, database: Database
) -> None:
    first = await run_import("Article code,Name,Price\nA-1,Hammer,12\nA-2,Saw,x\n")
    before = await catalog_state(conn)
    task_before = await history.get_task(database, first.task_id)

    def edit(lines: list[dict[str, str]]) -> None:
        lines[0]["Price"] = "8"

    text = edited(await rejected_rows(database, first.task_id), edit)
    corrections = await run_import(text, corrections_of=first.task_id)
    assert (await history.get_task(database, first.task_id)).counts.rejected == 0
    await service.undo_inline(database, corrections.task_id, "anna", 10)
    assert await catalog_state(conn) == before
    assert await history.get_task(database, first.task_id) == task_before
    assert await rows(conn, "SELECT count(*) FROM parsing_logs WHERE corrected_by IS NULL") == [
        (1,)
    ]


async def test_quarantined_rows_are_closed_and_those_before_are_open_again(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    thresholds = SafetyThresholds()
    await merge_rows(item_rows(30))
    rest = item_rows(30)[2:]
    await merge_rows(
        [item_row("A1", "1000"), item_row("A2", "1000"), *rest], safety_thresholds=thresholds
    )
    imported = await merge_rows(
        [item_row("A1", "2000"), item_row("A2", "1000"), *rest], safety_thresholds=thresholds
    )
    assert imported.counts.quarantined == 2
    await service.undo_inline(database, imported.task_id, "anna", 10)
    found = await rows(
        conn, "SELECT supplier_sku, price::integer, state::text FROM quarantined_rows ORDER BY 1, 2"
    )
    assert found == [("A1", 1000, "open"), ("A1", 2000, "superseded"), ("A2", 1000, "open")]
    (row,) = await rows(conn, "SELECT id FROM quarantined_rows WHERE state = 'open' LIMIT 1")
    decided = await quarantine.accept_rows(database, QuarantineSelection(ids=[row[0]]), "anna")
    assert decided.decided == 1
    assert await rows(conn, "SELECT max(current_price) FROM supplier_items") == [(Decimal(1000),)]
