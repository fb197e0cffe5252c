"""Suppliers: the list with what each needs, one supplier with its items, and its deletion."""

import re
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, show, show_text
from pricebook.audit import service as audit
from pricebook.audit.schemas import AuditQuery
from pricebook.db.database import Connection, Database
from pricebook.db.row_types import fetch_value

PATH = "/console/suppliers"
ATTACK = "<img src=x onerror=alert(1)>"
PROFILE = {
    "format": "csv",
    "header_row": 1,
    "columns": {"sku": "Code", "name": "Name", "price": "Net price"},
    "headers": ["Code", "Name", "Net price"],
    "characteristic_columns": [],
    "currency": "EUR",
    "numbers": {},
}


async def price_list(
    conn: Connection, supplier_id: UUID, articles: int, *, days: int, **columns: Any
) -> None:
    values: dict[str, Any] = {"state": "succeeded", "source_config": {}, **columns}
    await conn.execute(
        """
        INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, state, source_config,
            count_unchanged, average_price_change, enqueued_at, completed_at)
        VALUES (%s, 'Any', 'csv', %s, %s, %s, %s, now() - make_interval(days => %s), now())
        """,
        [
            supplier_id,
            values["state"],
            Jsonb(values["source_config"]),
            articles,
            values.get("average_price_change"),
            days,
        ],
    )


async def test_price_level_is_shown_over_the_last_lists(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    supplier_id = await builders.supplier(conn, "Acme")
    for days, change in ((4, None), (3, 10), (2, -20), (1, 50)):
        await price_list(conn, supplier_id, 100, days=days, average_price_change=change)
    await conn.execute("UPDATE ingestion_tasks SET undone_by = id WHERE average_price_change = 50")
    for path in (PATH, f"{PATH}/{supplier_id}"):
        text = await show_text(client, path)
        assert "100 before them: 100.0, 110.0, 88.0" in text
        assert "-12.0 %" in text
    assert "over the last 2 price lists" in text


async def late(conn: Connection, supplier_id: UUID) -> None:
    await conn.execute(
        """
        INSERT INTO expected_lists (supplier_id, expected_by, expected_at, late_at, late_since)
        VALUES (%s, 'rhythm', '2026-03-01', '2026-03-02', '2026-03-02')
        """,
        [supplier_id],
    )


async def test_schedule_shows_its_next_run_before_the_first_one(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    supplier_id = await builders.supplier(conn, "Acme")
    await conn.execute(
        """UPDATE suppliers SET metadata = '{"source_config": {"sync_every": "30 6 * * *"}}'"""
    )
    for path in (PATH, f"{PATH}/{supplier_id}"):
        text = await show_text(client, path)
        assert re.search(r"20\d\d-\d\d-\d\d 06:30", text), path
        assert "not known" not in text


async def test_cancelled_import_is_not_the_newest_list(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    supplier_id = await builders.supplier(conn, "Acme")
    await price_list(conn, supplier_id, 100, days=2)
    await price_list(conn, supplier_id, 100, days=1, state="failed")
    assert names(await show_text(client, f"{PATH}?needs=stopped")) == ["Acme"]
    await conn.execute("UPDATE ingestion_tasks SET cancelled_by = 'anna' WHERE state = 'failed'")
    assert names(await show_text(client, f"{PATH}?needs=stopped")) == []
    for path in (PATH, f"{PATH}/{supplier_id}"):
        shown = re.findall(
            r'<span class="quiet">(imported|failed)</span>', await show(client, path)
        )
        assert shown == ["imported"], path


def names(text: str) -> list[str]:
    return re.findall(r'<a href="/console/suppliers/[0-9a-f-]{36}" title="([^"]*)"', text)


async def test_list_shows_when_lists_came_and_what_each_supplier_needs(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    assert "There is no supplier yet" in await show_text(client, PATH)
    late_id = await builders.supplier(conn, "Acme")
    await late(conn, late_id)
    held_id = await builders.supplier(conn, "Bolt")
    await price_list(conn, held_id, 1200, days=8)
    await price_list(conn, held_id, 1190, days=1, state="held")
    await builders.item(conn, held_id)
    shrunk_id = await builders.supplier(conn, "Cramp")
    for days, articles in ((3, 1000), (2, 500), (1, 449)):
        await price_list(conn, shrunk_id, articles, days=days)
    await conn.execute("UPDATE suppliers SET is_active = false WHERE id = %s", [shrunk_id])
    text = await show_text(client, PATH)
    assert names(text) == ["Acme", "Bolt", "Cramp"]
    assert "late since 2026-03-02" in text
    assert "list held" in text
    assert "shrunk" in text
    assert "-10.2 %" in text
    assert "the oldest first: 1,000, 500, 449" in text
    assert text.count("inactive</span>") == 1
    assert "/console/matches?" not in text
    assert "New supplier" not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("needs=late", ["Late"]),
        ("needs=stopped", ["Stopped"]),
        ("needs=shrunk", ["Shrunk"]),
        ("needs=quarantined", []),
        ("needs=unmatched", ["Fine"]),
        ("needs=anything", ["Late", "Shrunk", "Stopped"]),
        ("activity=inactive", ["Late"]),
        ("activity=active&search=S", ["Shrunk", "Stopped"]),
        ("sort=items", ["Fine"]),
        ("sort=late", ["Late"]),
        ("sort=newest", ["Stopped"]),
        ("sort=oldest", ["Fine"]),
    ],
)
async def test_list_is_filtered_and_sorted(
    client: Client, log_in_as: LogInAs, conn: Connection, query: str, found: list[str]
) -> None:
    await log_in_as("procurement")
    ids = {name: await builders.supplier(conn, name) for name in ("Fine", "Late", "Shrunk")}
    ids["Stopped"] = await builders.supplier(conn, "Stopped")
    await late(conn, ids["Late"])
    await conn.execute("UPDATE suppliers SET is_active = false WHERE name = 'Late'")
    await builders.item(conn, ids["Fine"])
    await price_list(conn, ids["Fine"], 100, days=9)
    # A partial list, one whose import failed, and a loss that is not clear shrink nothing.
    await price_list(conn, ids["Fine"], 5, days=8, source_config={"mode": "partial"})
    await price_list(conn, ids["Fine"], 91, days=7)
    await price_list(conn, ids["Shrunk"], 100, days=4)
    await price_list(conn, ids["Shrunk"], 89, days=3)
    await price_list(conn, ids["Stopped"], 0, days=1, state="failed")
    shown = names(await show_text(client, f"{PATH}?{query}"))
    assert shown[: len(found)] == found
    if "sort" not in query:
        assert shown == found


async def test_pages_of_the_list_follow_by_cursor(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    for number in range(5):
        supplier_id = await builders.supplier(conn, f"Supplier {number}")
        if number:
            await price_list(conn, supplier_id, 10, days=number)
    for sort in ("name", "newest", "oldest", "items", "late"):
        address = f"{PATH}?limit=2&sort={sort}"
        seen: list[str] = []
        while address:
            text = await show_text(client, address)
            seen += names(text)
            following = re.search(r'rel="next" href="([^"]+)"', text)
            address = following[1] if following else ""
        assert len(seen) == len(set(seen)) == 5, sort
    refused = await client.get(f"{PATH}?sort=up", headers={"Accept": "text/html"})
    assert refused.status_code == 400
    assert "These filters do not fit" in refused.text


async def test_names_are_text_wherever_they_are_shown(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    supplier_id = await builders.supplier(conn, ATTACK)
    item_id = await builders.item(conn, supplier_id, sku='<b>&"1', name=ATTACK)
    await builders.supplier(conn, "W" * 250)
    path = f"{PATH}/{supplier_id}"
    for address in (PATH, path, f"{path}/settings", f"{path}/items/{item_id}"):
        text = await show(client, address)
        assert "<img" not in text
        assert "&lt;img src=x" in text
    assert "search=%3Cb%3E%26%221" in await show(client, path)


async def test_supplier_shows_its_items_and_what_they_are_linked_to(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    supplier_id = await builders.supplier(conn, "Acme")
    product_id = await builders.product(conn, "Claw hammer", sku="HAM-1")
    await builders.item(conn, supplier_id, product_id=product_id, sku="A1", name="Hämmer")
    await builders.item(conn, supplier_id, sku="A2", name="Saw")
    await conn.execute("UPDATE supplier_items SET absent_since = '2026-03-01' WHERE name = 'Saw'")
    await builders.item(conn, await builders.supplier(conn), sku="A3", name="Of another")
    path = f"{PATH}/{supplier_id}"
    text = await show_text(client, path)
    assert "2: 1 linked, 1 unmatched" in text
    assert f'href="/console/products/{product_id}"' in text
    assert f"/console/matches?supplier_id={supplier_id}&search=A2" in text
    assert "absent since 2026-03-01" in text
    assert "Of another" not in text
    for query, found in (
        ("state=linked", ["A1"]),
        ("state=unmatched", ["A2"]),
        ("state=absent", ["A2"]),
        ("search=hammer", ["A1"]),
        ("search=SAW", ["A2"]),
        ("search=a", ["A1", "A2"]),
        ("search=saw&state=unmatched", ["A2"]),
        ("search=nothing", []),
    ):
        shown = await show_text(client, f"{path}?{query}")
        assert re.findall(r'<td class="code wide">(\w+)', shown) == found, query


async def test_item_shows_its_prices_over_time(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    supplier_id = await builders.supplier(conn, "Acme")
    item_id = await builders.item(conn, supplier_id, "10.00")
    await conn.execute("UPDATE supplier_items SET current_price = 12.5")
    text = await show_text(client, f"{PATH}/{supplier_id}/items/{item_id}")
    assert "12.50" in text
    other_id = await builders.supplier(conn)
    for path in (f"{other_id}/items/{item_id}", f"{supplier_id}/items/{supplier_id}"):
        response = await client.get(f"{PATH}/{path}", headers={"Accept": "text/html"})
        assert response.status_code == 404


async def test_auto_link_is_switched_with_its_author(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    path = f"{PATH}/{await builders.supplier(conn)}"
    name = await log_in_as("procurement")
    assert "certain matches wait in the queue" in await show_text(client, path)
    text = await follow(client, await send(client, f"{path}/auto-link", is_on="true"))
    assert "Auto-link is on" in text
    assert f"by {name}." in text
    text = await follow(client, await send(client, f"{path}/auto-link", is_on="false"))
    assert "Auto-link is off." in text
    await log_in_as("sales")
    assert "Auto-link" not in await show_text(client, path)
    assert (await send(client, f"{path}/auto-link", is_on="true")).status_code == 403


async def test_import_is_requested_from_the_source(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    supplier_id = await builders.supplier(conn)
    path = f"{PATH}/{supplier_id}"
    await log_in_as("admin")
    assert "Import now" not in await show_text(client, path)
    refused = await send(client, f"{path}/import")
    assert refused.status_code == 400
    assert "the supplier has no source" in refused.text
    config = {"source_config": {"file_path": "list.csv"}}
    await conn.execute("UPDATE suppliers SET metadata = %s", [Jsonb(config)])
    assert "Import now" in await show_text(client, path)
    response = await send(client, f"{path}/import")
    task_id = await fetch_value(conn, "SELECT id FROM ingestion_tasks WHERE state = 'queued'")
    assert response.headers["location"] == f"/console/imports/{task_id}"
    text = await show_text(client, path)
    assert f'<a href="/console/imports/{task_id}">' in text
    assert "waits" in text


async def test_source_is_tried_as_a_preview(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    path = f"{PATH}/{await builders.supplier(conn)}"
    await log_in_as("procurement")
    assert "Try it" not in await show_text(client, path)
    assert "expected an address such as https://" in (await send(client, f"{path}/try")).text
    config = {"source_config": {"url": "https://acme.example/list.csv"}}
    await conn.execute("UPDATE suppliers SET metadata = %s", [Jsonb(config)])
    assert "Try it" in await show_text(client, path)
    response = await send(client, f"{path}/try")
    preview_id = await fetch_value(conn, "SELECT id FROM import_previews")
    assert response.headers["location"] == f"/console/imports/previews/{preview_id}"
    assert await fetch_value(conn, "SELECT count(*) FROM ingestion_tasks") == 0
    await conn.execute("UPDATE suppliers SET is_active = false")
    assert "Try it" not in await show_text(client, path)
    assert "is inactive" in (await send(client, f"{path}/try")).text


async def test_deletion_names_what_goes_and_keeps_products(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    supplier_id = await builders.supplier(conn, "Acme")
    product_id = await builders.product(conn)
    await builders.item(conn, supplier_id, product_id=product_id)
    await builders.item(conn, supplier_id)
    await builders.pricing_rule(conn, "Of Acme", supplier_id=supplier_id)
    await price_list(conn, supplier_id, 2, days=1)
    text = await show_text(client, f"{PATH}/{supplier_id}/settings")
    assert '<dialog id="delete-supplier"' in text
    assert "2 items with their price history are deleted." in text
    assert "Linked to products: 1." in text
    assert "1 pricing rule for it is deleted." in text
    assert "Records of imports that stay: 1." in text
    text = await follow(client, await send(client, f"{PATH}/{supplier_id}/delete"))
    assert "The supplier was deleted." in text
    assert await fetch_value(conn, "SELECT count(*) FROM supplier_items") == 0
    assert await fetch_value(conn, "SELECT count(*) FROM products") == 1
    assert (await send(client, f"{PATH}/{supplier_id}/delete")).status_code == 404


async def test_learnt_layout_is_shown_and_forgotten(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    name = await log_in_as("admin")
    supplier_id = await builders.supplier(conn, "Acme")
    path = f"{PATH}/{supplier_id}"
    assert "the next price list is read like a first one" in await show_text(
        client, f"{path}/settings"
    )
    metadata = {"found": PROFILE, "source_config": {"currency": "EUR"}}
    await conn.execute("UPDATE suppliers SET metadata = %s", [Jsonb(metadata)])
    sentence = 'Price from column C "Net price"'
    assert sentence in await show_text(client, f"{path}/settings")
    for _ in range(2):
        text = await follow(client, await send(client, f"{path}/forget-layout"))
        assert "The layout was forgotten." in text
        assert sentence not in text
    stored = await fetch_value(conn, "SELECT metadata FROM suppliers")
    assert stored == {"source_config": {"currency": "EUR"}}
    page = await audit.list_entries(database, AuditQuery(action="supplier.layout_forgotten"))
    (entry,) = page.data
    assert (entry.actor.name, entry.entity_name) == (name, "Acme")
    assert sentence in str(entry.before)


async def test_last_decisions_are_counted_beside_auto_link(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("procurement")
    supplier_id = await builders.supplier(conn, "Acme")
    product_id = await builders.product(conn)
    items = [await builders.item(conn, supplier_id, sku=f"A{number}") for number in range(4)]
    path = f"{PATH}/{supplier_id}"
    assert "decisions about its items" not in await show_text(client, path)
    await send(client, f"/console/products/{product_id}/items/link", item_id=str(items[0]))
    for item_id, undone in ((items[1], None), (items[2], "now()")):
        batch_id = await fetch_value(
            conn,
            "INSERT INTO match_batches (kind, created_by) VALUES ('auto_link', %s) RETURNING id",
            [name],
        )
        await conn.execute(
            """
            INSERT INTO match_decisions (batch_id, supplier_item_id, product_id, action, undone_at)
            VALUES (%s, %s, %s, 'accept', %s)
            """,
            [batch_id, item_id, product_id, undone],
        )
    text = await show_text(client, path)
    assert "Of the last 3 decisions about its items: people accepted 1 and rejected 0;" in text
    assert "auto-link made 2, of which 1 are not in effect any more." in text
