"""Draft products of the marked items of the match queue, one of each, and their undo."""

import re
from uuid import UUID

import builders
from console.conftest import Client, LogInAs
from console.fragments import post_fragment, show
from match_fixtures import examine, linked_product
from pricebook.db.database import Connection, Database
from pricebook.db.row_types import fetch_value

PATH = "/console/matches/list"
NAMES = ("Sack truck 200 kg", "Garden hose 25 m", "Oddment")
PRODUCTS = "SELECT string_agg(name || ' ' || status, ', ' ORDER BY name) FROM products"


async def oddments(conn: Connection, database: Database) -> list[UUID]:
    supplier_id = await builders.supplier(conn, "Nordwerk")
    items = [
        await builders.item(conn, supplier_id, sku=f"NW-{number}", name=name)
        for number, name in enumerate(NAMES)
    ]
    await examine(database)
    return items


def batches_of(text: str) -> str:
    (batches,) = {*re.findall(r'name="batch_id" value="([^"]+)"', text)}
    return batches


async def test_marked_items_become_a_draft_product_each_and_come_back_by_one_undo(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    items = await oddments(conn, database)
    await log_in_as("procurement")
    text = await show(client, PATH)
    assert 'formaction="/console/matches/list/products"' in text
    assert "A draft product of each marked" in text
    assert "New products are drafts, so that nobody sees them before" in text
    marked = [f"{item}:" for item in items[:2]]
    made = await post_fragment(client, f"{PATH}/products", pair=marked)
    assert "2 draft products made." in made.text
    assert made.text.count("Drafts are not in the catalog.") == 1
    assert (
        made.text.count('href="/console/products?status=draft&amp;sort=-updated"') == 2
    )  # in the toast, too
    assert await fetch_value(conn, PRODUCTS) == "Garden hose 25 m draft, Sack truck 200 kg draft"
    assert await linked_product(conn, items[0]) not in {None, await linked_product(conn, items[1])}
    assert await linked_product(conn, items[2]) is None
    queued = "SELECT count(*) FROM match_runs WHERE state = 'queued'"
    assert await fetch_value(conn, queued) <= 1
    await conn.execute("UPDATE products SET name = 'Hose' WHERE name LIKE 'Garden%'")
    undone = await post_fragment(client, f"{PATH}/undo", batch_id=batches_of(made.text))
    assert "Taken back: the products that were made are archived." in undone.text
    assert "stays, as it was changed since" in undone.text
    assert await fetch_value(conn, PRODUCTS) == "Hose draft, Sack truck 200 kg archived"
    assert [await linked_product(conn, item) for item in items] == [None] * 3


async def test_items_that_somebody_linked_meanwhile_are_listed_with_the_reason(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    items = await oddments(conn, database)
    other = await builders.product(conn, sku="OTHER-1")
    await conn.execute("UPDATE supplier_items SET product_id = %s WHERE id = %s", [other, items[0]])
    await log_in_as("procurement")
    marked = [f"{item}:" for item in items]
    made = await post_fragment(client, f"{PATH}/products", pair=marked)
    assert "2 draft products made, 1 not done." in made.text
    assert "NW-0 is linked to OTHER-1" in made.text
    assert await linked_product(conn, items[0]) == other


async def test_nothing_marked_and_malformed_ids_make_no_product(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    items = await oddments(conn, database)
    await log_in_as("procurement")
    assert "Nothing is marked" in (await post_fragment(client, f"{PATH}/products")).text
    for pair in ("x", [f"{items[0]}:"] * 101):
        assert (await post_fragment(client, f"{PATH}/products", pair=pair)).status_code == 400
    assert await fetch_value(conn, "SELECT count(*) FROM products") == 0
