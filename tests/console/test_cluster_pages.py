"""Groups of unmatched items: a draft product of each by one press, its undo, and refusals."""

import re
from html import unescape

import pytest
from httpx import Response

import builders
from console.conftest import HTML, Client, LogInAs
from console.fragments import batch_of, post_fragment, show
from match_fixtures import examine
from pricebook.console import cluster_pages
from pricebook.db.database import Connection, Database
from pricebook.db.row_types import fetch_value

PATH = "/console/matches/clusters"
NAME = "DeWalt DW745 table saw 250 mm"
LINKED = "SELECT count(product_id) FROM supplier_items"


async def shown_group(
    client: Client, conn: Connection, database: Database, suppliers: int = 2
) -> dict[str, list[str]]:
    """Insert items of a group and show them; return the fields of its form."""
    for _ in range(suppliers):
        await builders.item(conn, await builders.supplier(conn), name=NAME)
    await examine(database)
    text = await show(client, PATH)
    assert "1 group of items" in text
    return {
        name: re.findall(rf'name="{name}"[^>]* value="([^"]*)"', text)
        for name in ("cluster_id", "item", "name", "internal_sku")
    }


async def make(client: Client, **fields: object) -> Response:
    return await post_fragment(client, f"{PATH}/product", **fields)


async def test_one_press_makes_a_draft_product_of_a_group(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await log_in_as("procurement")
    made = await make(client, **await shown_group(client, conn, database))
    assert "A draft product was made" in made.text
    assert "Drafts are not in the catalog." in made.text
    assert "No items seem to be one article" in made.text
    assert await fetch_value(conn, LINKED) == 2
    assert await fetch_value(conn, "SELECT status FROM products") == "draft"
    undone = await post_fragment(client, f"{PATH}/undo", batch_id=batch_of(made))
    assert "Taken back" in undone.text
    assert "archived now" in undone.text
    assert "1 group of items" in undone.text
    assert await fetch_value(conn, LINKED) == 0
    assert await fetch_value(conn, "SELECT status FROM products") == "archived"


async def test_name_sku_and_items_are_those_of_the_form(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await log_in_as("procurement")
    fields = await shown_group(client, conn, database, 3)
    fields |= {"item": fields["item"][:2], "name": ["Table saw"], "internal_sku": ["SAW-1"]}
    made = await make(client, **fields)
    assert "Table saw" in made.text
    assert await fetch_value(conn, "SELECT internal_sku || name FROM products") == "SAW-1Table saw"
    assert await fetch_value(conn, LINKED) == 2


async def test_undo_says_that_a_product_which_was_changed_stays(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await log_in_as("procurement")
    made = await make(client, **await shown_group(client, conn, database))
    await conn.execute("UPDATE products SET name = 'Saw of somebody else'")
    undone = await post_fragment(client, f"{PATH}/undo", batch_id=batch_of(made))
    assert "The product that was made stays" in undone.text


async def test_refused_fields_are_shown_beside_them_and_what_was_typed_is_kept(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await log_in_as("procurement")
    fields = await shown_group(client, conn, database)
    await builders.product(conn, sku="SAW-1")
    taken = await make(client, **(fields | {"internal_sku": ["SAW-1"], "item": fields["item"][:1]}))
    assert taken.status_code == 400
    assert 'id="sku-1-note">is taken</p>' in taken.text
    assert 'value="SAW-1"' in taken.text
    assert len(re.findall(r"data-mark checked", taken.text)) == 1
    long = await make(client, **(fields | {"name": ["x" * 2000]}))
    assert long.status_code == 400
    assert 'id="name-1-note"' in long.text
    none = await make(client, **(fields | {"item": []}))
    assert none.status_code == 400
    assert "No item is checked" in none.text
    assert (await make(client, item="x")).status_code == 400
    assert (await post_fragment(client, f"{PATH}/undo", batch_id="x")).status_code == 400
    assert await fetch_value(conn, LINKED) == 0


async def test_group_whose_item_somebody_linked_meanwhile_is_refused(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await log_in_as("procurement")
    fields = await shown_group(client, conn, database)
    other = await builders.product(conn, sku="OTHER-1")
    await conn.execute(
        "UPDATE supplier_items SET product_id = %s WHERE id = %s", [other, fields["item"][0]]
    )
    late = await make(client, **fields)
    assert late.status_code == 409
    assert "is linked to OTHER-1" in late.text
    assert await fetch_value(conn, LINKED) == 1


async def test_pages_of_groups_follow_each_other(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await log_in_as("procurement")
    for _ in range(2):
        supplier_id = await builders.supplier(conn)
        for name in (NAME, "Bosch GBH drill 13 mm", "Makita KP0800 planer 82 mm"):
            await builders.item(conn, supplier_id, name=name)
    await examine(database)
    monkeypatch.setattr(cluster_pages, "SHOWN_CLUSTERS", "2")
    first = await show(client, PATH)
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    last = await show(client, unescape(following))
    groups = [re.findall(r'name="cluster_id" value="([^"]+)"', text) for text in (first, last)]
    assert [len(each) for each in groups] == [2, 1]
    assert len({*groups[0], *groups[1]}) == 3
    items = re.findall(r'name="item" value="([^"]+)"', last)
    (cursor,) = re.findall(r'name="cursor" value="([^"]+)"', last)
    emptied = await make(client, item=items, cursor=unescape(cursor))
    assert "That was the last page" in emptied.text
    refused = await client.get(f"{PATH}?cursor=x", headers=HTML)
    assert refused.status_code == 400


async def test_groups_keep_the_supplier_of_the_queue(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await log_in_as("procurement")
    await shown_group(client, conn, database)
    supplier_id = await fetch_value(conn, "SELECT supplier_id FROM supplier_items LIMIT 1")
    other = await builders.supplier(conn)
    queue = await show(client, f"/console/matches?supplier_id={supplier_id}")
    assert re.search(rf'href="{PATH}\?supplier_id={supplier_id}[^"]*" data-key="f"', queue)
    text = await show(client, f"{PATH}?supplier_id={supplier_id}")
    assert "1 group of items" in text
    assert f'href="/console/matches?supplier_id={supplier_id}" data-key="b"' in text
    assert f'name="supplier_id" value="{supplier_id}"' in text
    empty = await show(client, f"{PATH}?supplier_id={other}")
    assert "No items seem to be one article" in empty
    assert 'data-key="x"' in empty
