"""The batches of decisions about matches: found and undone after the page is left."""

from uuid import uuid4

import builders
from console.conftest import Client, LogInAs
from console.fragments import post_fragment, show, show_text
from match_fixtures import examine
from pricebook.db.database import Connection, Database
from pricebook.db.row_types import fetch_value

LIST = "/console/matches/list"
PATH = "/console/matches/batches"
LINKED = "SELECT count(product_id) FROM supplier_items"
SAWS = ("DeWalt DW745 table saw 250 mm", "Bosch GBH drill 13 mm", "Makita planer 82 mm")


async def accept_all(client: Client, conn: Connection, database: Database) -> str:
    """Accept the candidates of three items at once; return the batch."""
    supplier_id = await builders.supplier(conn, "Nordwerk")
    for name in SAWS:
        await builders.product(conn, name)
        await builders.item(conn, supplier_id, name=f"{name} on pallet")
    await examine(database)
    await post_fragment(client, f"{LIST}/all", action="accept", count="3", step="decide")
    assert await fetch_value(conn, LINKED) == 3
    return str(await fetch_value(conn, "SELECT id FROM match_batches"))


async def test_bulk_acceptance_is_found_and_undone_later(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    name = await log_in_as("procurement")
    batch_id = await accept_all(client, conn, database)
    assert f'href="{PATH}"' in await show(client, LIST)
    text = await show(client, PATH)
    assert "3 linked." in text
    assert name in text
    assert f'name="batch_id" value="{batch_id}"' in text
    undone = await post_fragment(client, f"{PATH}/undo", batch_id=batch_id)
    assert "Taken back." in undone.text
    assert f"{name}: 3 taken back" in undone.text
    assert 'name="batch_id"' not in undone.text
    assert await fetch_value(conn, LINKED) == 0
    again = await post_fragment(client, f"{PATH}/undo", batch_id=batch_id)
    assert again.status_code == 409


async def test_links_that_were_changed_since_are_counted_and_left(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await log_in_as("procurement")
    batch_id = await accept_all(client, conn, database)
    await conn.execute("UPDATE supplier_items SET product_id = NULL WHERE name LIKE 'Bosch%'")
    assert "1 changed since" in await show(client, PATH)
    undone = await post_fragment(client, f"{PATH}/undo", batch_id=batch_id)
    assert "2 taken back" in undone.text
    assert '<ul class="reasons">' in undone.text
    assert 'name="batch_id"' not in undone.text


async def test_undo_stays_at_its_page_of_the_list(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await log_in_as("procurement")
    batch_id = await accept_all(client, conn, database)
    text = await show(client, f"{PATH}?limit=1")
    assert '<input type="hidden" name="limit" value="1">' in text
    undone = await post_fragment(client, f"{PATH}/undo", batch_id=batch_id, limit="1")
    assert undone.status_code == 200
    unknown = await post_fragment(client, f"{PATH}/undo", batch_id=str(uuid4()))
    assert unknown.status_code == 404


async def test_bulk_changes_of_products_lead_to_those_of_matches(
    client: Client, log_in_as: LogInAs
) -> None:
    await log_in_as("procurement")
    text = await show_text(client, "/console/batches")
    assert f'href="{PATH}"' in text
    assert "Nothing was decided about matches yet" in await show_text(client, PATH)
    await log_in_as("sales")
    assert f'href="{PATH}"' not in await show_text(client, "/console/batches")


async def test_decisions_of_several_items_at_once_are_a_filter(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await log_in_as("procurement")
    assert "Nothing was decided several at once" in await show(client, f"{PATH}?several=true")
    several = await accept_all(client, conn, database)
    item_id = await fetch_value(conn, "SELECT min(id::text) FROM supplier_items")
    product_id = await fetch_value(
        conn, "SELECT product_id FROM supplier_items WHERE id = %s", [item_id]
    )
    fields = {"item_id": item_id, "product_id": product_id, "action": "unlink"}
    await post_fragment(client, "/console/matches/decide", **fields)
    assert "1 unlinked." in await show(client, PATH)
    text = await show(client, f"{PATH}?several=true")
    assert "1 unlinked." not in text
    assert "3 linked." in text
    assert '<option value="true" selected>several at once</option>' in text
    undone = await post_fragment(client, f"{PATH}/undo", batch_id=several, several="true")
    assert "1 unlinked." not in undone.text
    assert undone.headers["hx-replace-url"] == f"{PATH}?several=true"
