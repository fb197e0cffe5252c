"""The match queue: decisions one at a time, their undo, and all certain ones after a look."""

import re
from html import unescape

import pytest
from httpx import Response

import builders
from console.conftest import Client, LogInAs
from console.fragments import batch_of, post_fragment, show
from import_fixtures import rows
from match_fixtures import examine, linked_product, pair
from pricebook.db.database import Connection, Database
from pricebook.db.row_types import fetch_value

PATH = "/console/matches"


async def post(client: Client, path: str, **fields: object) -> Response:
    return await post_fragment(client, f"{PATH}/{path}", **fields)


async def test_accepted_item_leaves_the_queue_and_comes_back_by_undo(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    _, product_id, item_id = await pair(conn)
    await examine(database)
    await log_in_as("procurement")
    text = await show(client, PATH)
    assert "DeWalt DW745 saw 250 mm" in text
    assert "<mark>table</mark>" in text
    fields = {"item_id": item_id, "product_id": product_id, "action": "accept"}
    accepted = await post(client, "decide", **fields)
    assert await linked_product(conn, item_id) == product_id
    assert "Nothing is left to decide here" in accepted.text
    assert accepted.headers["hx-replace-url"] == PATH
    undone = await post(client, "undo", batch_id=batch_of(accepted))
    assert "Taken back" in undone.text
    assert await linked_product(conn, item_id) is None
    await examine(database)
    assert "DeWalt DW745 saw 250 mm" in await show(client, PATH)


@pytest.mark.parametrize("decision", ["reject Pair", "none No product fits"])
async def test_other_decisions_can_be_undone_too(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database, decision: str
) -> None:
    action, _, says = decision.partition(" ")
    _, product_id, item_id = await pair(conn)
    await examine(database)
    await log_in_as("procurement")
    product = product_id if action == "reject" else ""
    await builders.item(conn, await builders.supplier(conn), name="Oddment")
    await examine(database)
    decided = await post(client, "decide", item_id=item_id, product_id=product, action=action)
    assert says in decided.text
    assert re.search(r"Left: \d items?", decided.text)
    await post(client, "undo", batch_id=batch_of(decided))
    await examine(database)
    assert "<mark>table</mark>" in await show(client, PATH)


async def test_new_product_is_made_of_an_item_and_undone(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    _, _, item_id = await pair(conn)
    await examine(database)
    await log_in_as("procurement")
    made = await post(client, "product", item_id=item_id)
    assert "A draft product was made" in made.text
    assert "Drafts are not in the catalog." in made.text
    assert 'href="/console/products?status=draft&amp;sort=-updated"' in made.text
    product_id = await linked_product(conn, item_id)
    assert product_id is not None
    assert (
        f'href="/console/products/{product_id}?back=/console/matches">DeWalt DW745 saw 250 mm</a>'
        in made.text
    )
    undone = await post(client, "undo", batch_id=batch_of(made))
    assert await linked_product(conn, item_id) is None
    assert "The product that was made is archived now" in undone.text
    assert f'href="/console/products/{product_id}?back=/console/matches"' in undone.text


async def test_undo_says_that_a_made_product_which_was_changed_stays(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    _, _, item_id = await pair(conn)
    await examine(database)
    await log_in_as("procurement")
    made = await post(client, "product", item_id=item_id)
    await conn.execute("UPDATE products SET name = 'Saw of somebody else'")
    undone = await post(client, "undo", batch_id=batch_of(made))
    assert "The product that was made stays" in undone.text


async def test_decision_that_somebody_else_made_first_is_refused_with_the_reason(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    _, product_id, item_id = await pair(conn)
    other = await builders.product(conn, sku="SAW-1")
    await examine(database)
    await log_in_as("procurement")
    await post(client, "decide", item_id=item_id, product_id=other, action="accept")
    late = await post(client, "decide", item_id=item_id, product_id=product_id, action="accept")
    assert "Not done." in late.text
    assert await linked_product(conn, item_id) == other


async def test_skipped_items_wait_at_the_beginning(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    supplier_id = await builders.supplier(conn)
    for name in ("DeWalt saw 250 mm", "Bosch drill 13 mm"):
        await builders.item(conn, supplier_id, name=name)
        await builders.product(conn, f"{name} in a case")
    await examine(database)
    await log_in_as("procurement")
    first = await show(client, PATH)
    seen = re.findall(r"<h2[^>]*>(.*?)</h2>", first)
    while link := re.search(r'href="([^"]+)"[^>]*data-key="s"', first):
        first = await show(client, unescape(link[1]))
        seen += re.findall(r"<h2[^>]*>(.*?)</h2>", first)
    assert len(set(seen)) == len(seen) == 2


async def test_all_certain_matches_are_accepted_if_they_are_as_many_as_were_shown(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    supplier_id, product_id, item_id = await pair(conn)
    await conn.execute("UPDATE products SET gtin = '4006381333931'")
    await conn.execute("""UPDATE supplier_items SET price_details = '{"gtin": "4006381333931"}'""")
    await examine(database)
    await log_in_as("procurement")
    text = await show(client, f"{PATH}/certain?supplier_id={supplier_id}")
    (count,) = re.findall(r'name="count" value="(\d+)"', text)
    assert count == "1"
    assert "SAW-745" in text
    refused = await post(client, "certain", supplier_id=supplier_id, count="2")
    assert refused.status_code == 409
    assert refused.headers["hx-retarget"] == "#toasts"
    assert await linked_product(conn, item_id) is None
    taken_out = {"shown": str(item_id), "count": count}
    empty = await post(client, "certain", supplier_id=supplier_id, **taken_out, step="stay")
    assert "1 was taken out" in empty.text
    assert 'data-key="a" disabled' in empty.text
    assert await linked_product(conn, item_id) is None
    accepted = await post(client, "certain", supplier_id=supplier_id, count=count)
    assert "Linked." in accepted.text
    assert await linked_product(conn, item_id) == product_id
    await post(client, "undo", batch_id=batch_of(accepted))
    assert await fetch_value(conn, "SELECT count(product_id) FROM supplier_items") == 0


async def test_items_without_candidates_follow_the_others(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    supplier_id, _, _ = await pair(conn)
    await builders.item(conn, supplier_id, name="Oddment")
    await builders.item(conn, await builders.supplier(conn), name="Remnant")
    await examine(database)
    await log_in_as("procurement")
    text = await show(client, f"{PATH}?supplier_id={supplier_id}")
    assert "2 items" in text
    assert "DeWalt DW745 saw 250 mm" in text
    (skip,) = re.findall(r'href="([^"]+)"[^>]*data-key="s"', text)
    text = await show(client, unescape(skip))
    assert "2 items" in text
    assert "Oddment" in text
    assert 'data-key="s"' not in text


@pytest.mark.parametrize("page", [PATH, f"{PATH}/list"])
async def test_price_of_a_candidate_has_a_label(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database, page: str
) -> None:
    _, product_id, _ = await pair(conn)
    await examine(database)
    await log_in_as("procurement")
    assert "no target price" in await show(client, page)
    await conn.execute("UPDATE products SET target_price = 104.90 WHERE id = %s", [product_id])
    text = await show(client, page)
    assert 'target price <span class="price">104.90' in text
    assert "no target price" not in text


async def test_empty_view_leads_to_what_is_left(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    _, product_id, item_id = await pair(conn)
    await builders.item(conn, await builders.supplier(conn), name="Oddment")
    await examine(database)
    await log_in_as("procurement")
    band = "likely" if "1 likely" in await show(client, f"{PATH}?search=nowhere") else "possible"
    fields = {"item_id": item_id, "product_id": product_id, "action": "accept"}
    decided = await post(client, "decide", **fields, band=band)
    assert "All of these filters are decided" in decided.text
    assert f'href="{PATH}?band=none" data-key="n"' in decided.text
    assert "1 without a suggestion" in decided.text
    assert "Oddment" in (await post(client, "decide", **fields)).text


@pytest.mark.parametrize("page", [PATH, f"{PATH}/list"])
async def test_end_of_a_supplier_says_what_was_done_and_what_is_next(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database, page: str
) -> None:
    supplier_id, product_id, item_id = await pair(conn)
    await examine(database)
    await log_in_as("procurement")
    fields = {"item_id": item_id, "product_id": product_id, "action": "accept"}
    await post(client, "decide", **fields, supplier_id=supplier_id)
    text = await show(client, f"{page}?supplier_id={supplier_id}")
    assert "All items of Nordwerk are decided: 1 linked." in text
    assert f'href="/console/products?status=draft&amp;supplier_id={supplier_id}"' in text
    assert "pricebook matches run" not in text
    await builders.item(conn, supplier_id, name="Oddment")
    text = await show(client, f"{page}?supplier_id={supplier_id}")
    assert "All items of Nordwerk" not in text
    assert "1 new item is being compared with all products" in text
    poll = f'hx-get="{page}?supplier_id={supplier_id}" hx-trigger="every 2s"'
    assert poll in text
    await examine(database)
    oddment = (await rows(conn, "SELECT id FROM supplier_items WHERE name = 'Oddment'"))[0][0]
    await post(client, "decide", item_id=oddment, action="none", supplier_id=supplier_id)
    text = await show(client, f"{page}?supplier_id={supplier_id}")
    assert "All items of Nordwerk are decided: 1 linked, 1 without a product." in text
    assert poll not in text


@pytest.mark.parametrize("page", [PATH, f"{PATH}/list", f"{PATH}/clusters", f"{PATH}/certain"])
async def test_end_of_all_names_no_command(
    client: Client, log_in_as: LogInAs, conn: Connection, page: str
) -> None:
    await builders.supplier(conn)
    await log_in_as("procurement")
    text = await show(client, page)
    assert "pricebook matches run" not in text
    if page in {PATH, f"{PATH}/list"}:
        assert 'href="/console/products?status=draft"' in text


async def test_malformed_decision_is_refused(client: Client, log_in_as: LogInAs) -> None:
    await log_in_as("procurement")
    for path, fields in (
        ("decide", {"item_id": "x", "action": "accept"}),
        ("decide", {}),
        ("undo", {"batch_id": "<script>"}),
        ("certain", {"count": "many"}),
        ("product", {}),
    ):
        response = await post(client, path, **fields)
        assert response.status_code == 400, path
        assert "<script>" not in response.text
