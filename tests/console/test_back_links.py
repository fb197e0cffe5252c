"""Pages lead back to the view from which they were opened, with the filters of that view."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import post_fragment, show, show_text
from match_fixtures import examine, pair
from pricebook.console.back_links import back_address, leading_back
from pricebook.db.database import Connection, Database

QUEUE = "/console/matches"
LIST = f"{QUEUE}/list"


def link_to(text: str, path: str) -> str:
    """Return the address of the one link of a page to a path."""
    addresses: set[str] = {*re.findall(r'href="([^"]+)"', text)}
    (found,) = [each for each in addresses if urlsplit(each).path == path]
    return found


def way_back(text: str) -> str:
    (found,) = re.findall(r'<p class="trail"><a href="([^"]+)" data-key="b"', text)
    return found


@pytest.mark.parametrize(
    "given",
    [
        "https://elsewhere.example/console/matches",
        "//elsewhere.example/console",
        "/console/../login",
        "/consoles",
        "/console/matches?a b",
        "/console/matches\n",
        "javascript:alert(1)",
        "/console/matches?" + "x" * 2000,
    ],
)
def test_only_pages_of_the_console_are_led_back_to(given: str) -> None:
    assert back_address({"back": given}, "/console/products") == "/console/products"


def test_an_address_leads_back_to_a_view_that_is_not_its_default() -> None:
    view = f"{QUEUE}?search=a%20b&band=likely"
    address = leading_back("/console/products/1?days=14", view)
    assert address.startswith("/console/products/1?days=14&back=/console/matches%3Fsearch")
    assert leading_back("/console/x", QUEUE, QUEUE) == "/console/x"
    assert leading_back("/console/x", "") == "/console/x"


@pytest.mark.parametrize("page", [QUEUE, LIST])
async def test_product_of_the_queue_leads_back_to_its_filters(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database, page: str
) -> None:
    _, product_id, item_id = await pair(conn)
    await examine(database)
    await log_in_as("procurement")
    view = f"{page}?search=saw"
    product = f"/console/products/{product_id}"
    address = link_to(await show_text(client, view), product)
    text = await show_text(client, address)
    assert way_back(text) == view
    assert ("Back to the queue" in text) == (page == QUEUE)
    edited = await send(client, f"{product}/edit", name="Saw", before_name="x", back=view)
    assert edited.status_code in {200, 303, 400}
    renamed = await send(
        client, f"{product}/edit", status="draft", before_status="active", back=view
    )
    assert way_back(await show_text(client, renamed.headers["location"])) == view
    fields = {"item_id": item_id, "product_id": product_id, "action": "accept", "back": view}
    linked = await post_fragment(client, f"{product}/items/link", **fields)
    assert way_back(unescape(linked.text)) == view
    assert f"back={page}%3Fsearch" in unescape(linked.headers["hx-replace-url"]).replace("%2F", "/")


async def test_certain_matches_lead_back_to_the_band_of_the_queue(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    supplier_id, product_id, _ = await pair(conn)
    code = "4006381333931"
    await conn.execute("UPDATE products SET gtin = %s", [code])
    await conn.execute(
        "UPDATE supplier_items SET price_details = jsonb_build_object('gtin', %s::text)", [code]
    )
    await builders.item(conn, supplier_id, name="Oddment")
    await examine(database)
    await log_in_as("procurement")
    view = f"{QUEUE}?supplier_id={supplier_id}&band=none"
    look = link_to(await show_text(client, view), f"{QUEUE}/certain")
    text = await show_text(client, look)
    assert way_back(text) == view
    product = await show_text(client, link_to(text, f"/console/products/{product_id}"))
    assert way_back(product).startswith(f"{QUEUE}/certain?")
    fields = {"supplier_id": supplier_id, "count": "1", "back": view}
    assert f'name="back" value="{view}"' in text
    done = await post_fragment(client, f"{QUEUE}/certain", **fields)
    assert done.headers["hx-replace-url"] == view


async def test_number_of_certain_matches_is_that_of_the_words(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    supplier_id, _, _ = await pair(conn)
    code = "4006381333931"
    await conn.execute("UPDATE products SET gtin = %s", [code])
    await conn.execute(
        "UPDATE supplier_items SET price_details = jsonb_build_object('gtin', %s::text)", [code]
    )
    await builders.item(conn, supplier_id, name="Oddment")
    await examine(database)
    await log_in_as("procurement")
    assert "Look at 1 certain" in await show(client, f"{QUEUE}?search=saw")
    assert "Look at" not in await show(client, f"{QUEUE}?search=oddment")


async def test_groups_and_decisions_lead_back_to_the_filters(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    supplier_id, _, _ = await pair(conn)
    await examine(database)
    await log_in_as("procurement")
    view = f"{QUEUE}?supplier_id={supplier_id}&search=saw"
    groups = link_to(await show_text(client, view), f"{QUEUE}/clusters")
    text = await show_text(client, groups)
    assert way_back(text) == view
    assert f'name="back" value="{view}"' in text
    view = f"{LIST}?supplier_id={supplier_id}&search=saw"
    batches = link_to(await show_text(client, view), f"{QUEUE}/batches")
    text = await show_text(client, batches)
    assert way_back(text) == view
    assert f'name="back" value="{view}"' in text
    assert way_back(await show_text(client, f"{QUEUE}/batches?back=//elsewhere.example")) == LIST


async def test_look_at_items_without_candidates_leads_back_to_all_of_them(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await builders.item(conn, await builders.supplier(conn), name="Oddment")
    await examine(database)
    await log_in_as("procurement")
    look = link_to(await show_text(client, LIST), f"{LIST}/all")
    assert "band=none" in look
    assert way_back(await show_text(client, look)) == f"{LIST}?rest=1"
    fields = {"band": "none", "action": "reject", "count": "1", "back": f"{LIST}?rest=1"}
    done = await post_fragment(client, f"{LIST}/all", **fields)
    assert done.headers["hx-replace-url"] == LIST
