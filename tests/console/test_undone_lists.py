"""Price lists that were undone: what their pages show, and where they are marked."""

import re
from uuid import UUID

import pytest

import builders
from console.conftest import Client, LogInAs
from console.fragments import show_text
from import_fixtures import rows
from merge_fixtures import MergeRows, item_row, item_rows, merge_rows
from price_history import CHANGES_A_DAY_APART
from pricebook.db.database import Connection, Database
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.undo import service as undo

SUPPLIERS = "/console/suppliers"
IMPORTS = "/console/imports"

__all__ = ["merge_rows"]


@pytest.fixture
async def supplier_id(conn: Connection) -> UUID:
    """A supplier whose newest price list was undone."""
    supplier_id = await builders.supplier(conn, "Acme")
    task_id = await builders.import_task(conn, supplier_id, state="succeeded")
    undo_id = await builders.import_task(conn, supplier_id, undo_of=task_id)
    await conn.execute(
        "UPDATE ingestion_tasks SET undone_by = %s, completed_at = now() WHERE id = %s",
        [undo_id, task_id],
    )
    return supplier_id


@pytest.mark.parametrize("path", [SUPPLIERS, "/console"])
async def test_undone_list_is_not_shown_as_imported(
    client: Client, log_in_as: LogInAs, supplier_id: UUID, path: str
) -> None:
    await log_in_as("admin")
    text = await show_text(client, path)
    assert str(supplier_id) in text
    assert '<span class="quiet">undone</span>' in text


async def test_page_of_a_supplier_leads_to_an_upload_for_it(
    client: Client, log_in_as: LogInAs, supplier_id: UUID
) -> None:
    path = f"{SUPPLIERS}/{supplier_id}"
    upload = f'href="/console/imports/new?supplier_id={supplier_id}"'
    await log_in_as("procurement")
    text = await show_text(client, path)
    assert upload in text
    assert "undone" in text
    await log_in_as("sales")
    assert upload not in await show_text(client, path)


async def import_rows(merge_rows: MergeRows) -> UUID:
    """Import a list that changes an item, adds one and leaves one out; return its task."""
    await merge_rows(item_rows(3))
    merged = await merge_rows([item_row("A1", "11.00"), item_row("A2"), item_row("A4")])
    return merged.task_id


async def test_page_of_an_import_undone_in_part_states_what_stays(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database, merge_rows: MergeRows
) -> None:
    task_id = await import_rows(merge_rows)
    await conn.execute("UPDATE supplier_items SET name = 'Other' WHERE supplier_sku = 'A3'")
    done = await undo.undo_inline(database, task_id, "eva", 10)
    await log_in_as("admin")
    text = await show_text(client, f"{IMPORTS}/{task_id}")
    assert "Undone in part: 2 of 3; 1 stays as it is, with the reason below." in text
    assert "1 item as before · 1 new item deleted · 1 left as it is<" in text
    assert "The item was changed after the import." in text
    ((item_id,),) = await rows(conn, "SELECT id FROM supplier_items WHERE supplier_sku = 'A3'")
    assert f'href="{SUPPLIERS}/{done.supplier_id}/items/{item_id}"' in text
    assert f'href="{IMPORTS}/{done.id}"' in text


async def test_page_of_an_undone_import_states_that_all_of_it_was_undone(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database, merge_rows: MergeRows
) -> None:
    task_id = await import_rows(merge_rows)
    await undo.undo_inline(database, task_id, "eva", 10)
    await log_in_as("admin")
    text = await show_text(client, f"{IMPORTS}/{task_id}")
    assert "All of it was undone." in text
    assert "2 items as before · 1 new item deleted<" in text
    assert "What the undo left as it was" not in text
    await conn.execute("DELETE FROM ingestion_tasks WHERE undo_of IS NOT NULL")
    assert "It was undone." in await show_text(client, f"{IMPORTS}/{task_id}")


async def test_list_that_is_in_force_after_an_undo_is_named(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database, merge_rows: MergeRows
) -> None:
    first = await merge_rows(item_rows(2))
    second = await merge_rows(item_rows(2, "11.00"))
    await conn.execute(
        "UPDATE ingestion_tasks SET enqueued_at = '2026-01-02 03:04Z' WHERE id = %s",
        [first.task_id],
    )
    await log_in_as("admin")
    ((supplier_id,),) = await rows(conn, "SELECT id FROM suppliers")
    page = f"{SUPPLIERS}/{supplier_id}"
    assert "Price list in force" not in await show_text(client, page)
    done = await undo.undo_inline(database, second.task_id, "eva", 10)
    text = await show_text(client, page)
    link = f'href="{IMPORTS}/{first.task_id}">2026-01-02 03:04</a>'
    assert re.search(rf"Price list in force</dt><dd><a {link}", text)
    assert "Prices and items are those of this one, as the newest was undone." in text
    assert re.search(
        rf"{link}</td>\s*<td[^>]*>imported <span class=\"quiet\">in force</span>", text
    )
    for task_id in (second.task_id, done.id):
        text = await show_text(client, f"{IMPORTS}/{task_id}")
        assert f"The price list in force is now that of <a {link}" in text
    await undo.undo_inline(database, first.task_id, "eva", 10)
    assert "none: none was imported yet, or each was undone" in await show_text(client, page)
    text = await show_text(client, f"{IMPORTS}/{first.task_id}")
    assert "No price list of this supplier is in force now" in text
    await log_in_as("sales")
    assert f"{IMPORTS}/" not in await show_text(client, page)


async def test_prices_of_undone_lists_are_marked(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database, merge_rows: MergeRows
) -> None:
    await merge_rows(item_rows(1))
    product_id = await builders.product(conn)
    await conn.execute("UPDATE supplier_items SET product_id = %s", [product_id])
    wrong = await merge_rows(item_rows(1, "5.00"))
    await undo.undo_inline(database, wrong.task_id, "anna", 10)
    await conn.execute(CHANGES_A_DAY_APART)
    await log_in_as("sales")
    text = await show_text(client, f"/console/products/{product_id}")
    assert text.count("of an import that was undone later") == 1
    assert "are of imports that were undone later." in text
    ((item_id, supplier_id),) = await rows(conn, "SELECT id, supplier_id FROM supplier_items")
    text = await show_text(client, f"{SUPPLIERS}/{supplier_id}/items/{item_id}")
    assert text.count("of an import that was undone later") == 1


async def test_newer_list_that_is_not_undone_is_named_before_an_undo(
    client: Client, log_in_as: LogInAs, merge_rows: MergeRows
) -> None:
    await merge_rows(item_rows(1))
    wrong = await merge_rows([item_row("A1", "11.00")])
    await log_in_as("admin")
    path = f"{IMPORTS}/{wrong.task_id}/undo"
    assert "a newer price list" not in await show_text(client, path)
    newer = await merge_rows([item_row("A1", "11.00")])
    text = await show_text(client, path)
    assert "What a newer price list of this supplier has like this one" in text
    assert f'href="{IMPORTS}/{newer.task_id}"' in text


async def test_undo_names_the_rows_out_of_line_that_it_closes(
    client: Client, log_in_as: LogInAs, merge_rows: MergeRows
) -> None:
    await merge_rows(item_rows(100), safety_thresholds=SafetyThresholds())
    changed = [item_row("A1", "90.00"), *item_rows(100, "11.00")[1:]]
    imported = await merge_rows(changed, safety_thresholds=SafetyThresholds())
    await log_in_as("admin")
    text = await show_text(client, f"{IMPORTS}/{imported.task_id}/undo")
    assert "1 row out of line of it waits for a decision, and is closed without one." in text
