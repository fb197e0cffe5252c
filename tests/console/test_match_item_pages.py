"""An item without a right candidate: its product is searched, or made with a name of its own."""

import re
from uuid import UUID, uuid4

import pytest
from httpx import Response

import builders
from console.conftest import HTML, Client, LogInAs, send
from console.fragments import batch_of, post_fragment, show, show_text
from match_fixtures import examine, linked_product
from pricebook.db.database import Connection, Database
from pricebook.db.row_types import fetch_value

QUEUE = "/console/matches"
NUMBERS = re.compile(r'<button class="button" data-key="(\d)"')


async def oddment(conn: Connection, name: str, sku: str = "NW-1") -> UUID:
    return await builders.item(conn, await builders.supplier(conn), sku=sku, name=name)


def path(item_id: UUID, what: str = "search") -> str:
    return f"{QUEUE}/items/{item_id}/{what}"


def words_of(text: str) -> str:
    (words,) = re.findall(r'name="product" type="search" value="([^"]*)"', text)
    return words


async def make(client: Client, item_id: UUID, **fields: object) -> Response:
    return await post_fragment(client, f"{QUEUE}/product", item_id=item_id, **fields)


async def test_product_is_searched_by_words_and_linked(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    item_id = await oddment(conn, "Steel box 40 cm")
    product_id = await builders.product(conn, "Toolbox steel 40 cm red", sku="BOX-1")
    await builders.product(conn, "Toolbox archived", sku="BOX-2", status="archived")
    await builders.product(conn, "Hammer", sku="HAM-1")
    await log_in_as("procurement")
    text = await show(client, path(item_id) + "?product=toolbox&search=steel")
    assert "<mark>red</mark>" in text
    assert "BOX-1" in text
    assert "BOX-2" in text
    assert "HAM-1" not in text
    assert NUMBERS.findall(text) == ["1"]  # the archived one cannot be linked
    assert words_of(text) == "toolbox"
    assert 'name="search" value="steel"' in text
    fields = {"item_id": item_id, "product_id": product_id, "action": "accept"}
    linked = await post_fragment(client, f"{QUEUE}/decide", **fields)
    assert "Linked." in linked.text
    assert f'href="/console/products/{product_id}?back=/console/matches">BOX-1</a>' in linked.text
    assert await linked_product(conn, item_id) == product_id


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (("Drill GBH-2400 with a case", "NW-1"), "GBH-2400"),
        (("Mallet of rubber, unheard", "NW-1"), "Mallet rubber"),
        (("Something else", "NW-7788X"), "NW-7788X"),
        (("Unheard (of)", "NW-1"), "Unheard (of)"),
    ],
)
async def test_search_begins_with_what_the_item_says(
    client: Client, log_in_as: LogInAs, conn: Connection, item: tuple[str, str], expected: str
) -> None:
    item_id = await oddment(conn, *item)
    await builders.product(conn, "Bosch drill")
    await conn.execute("UPDATE products SET mpn = 'GBH2400'")
    await builders.product(conn, "Rubber mallet")
    await builders.product(conn, "Rubber band")
    await builders.product(conn, "Pump", sku="NW-7788X")
    await log_in_as("procurement")
    assert words_of(await show_text(client, path(item_id))) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Sack Truck 200 kg", "Truck"),
        ("Hand Truck 200 kg", "Truck 200"),
        ("Garden Hose", "Hose"),
        ("Garden rubber hose", "rubber hose"),
        ("Shelf 200 300", "200 300"),
        ("Steel hand rake garden", "rake garden"),
    ],
)
async def test_search_begins_with_the_two_rarest_words_that_find_something(
    client: Client, log_in_as: LogInAs, conn: Connection, name: str, expected: str
) -> None:
    for product in ("Truck platform", "Garden rake", "Garden shears", "Hose of rubber"):
        await builders.product(conn, product)
    await builders.product(conn, "Weight 200 300")
    if name.startswith("Hand"):
        await builders.product(conn, "Truck 200")
    if name.startswith("Steel"):
        await builders.product(conn, "Garden rake, hand, steel")
        for _ in range(3):
            await builders.product(conn, "Steel hand saw")
    item_id = await oddment(conn, name)
    await log_in_as("procurement")
    assert words_of(await show_text(client, path(item_id))) == expected


async def test_item_without_candidates_has_the_products_that_its_words_find(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await oddment(conn, "Unheard thing")
    await examine(database)
    await builders.product(conn, "Thing of steel", sku="THING-1")
    await log_in_as("procurement")
    text = await show(client, QUEUE)
    assert "No product resembles it" in text
    assert words_of(text) == "thing"
    assert "THING-1" in text
    assert "autofocus" not in text


async def test_enter_goes_to_the_first_product_that_is_found(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    item_id = await oddment(conn, "Thing")
    await builders.product(conn, "Thing of steel")
    await log_in_as("procurement")
    typed = await show(client, path(item_id) + "?product=steel")
    assert re.search(r"<input[^>]* autofocus", typed)
    submitted = await show(client, path(item_id) + "?product=steel&go=true")
    assert re.search(r"<button[^>]* autofocus", submitted)
    assert not re.search(r"<input[^>]* autofocus", submitted)
    assert "No product has these words" in await show(client, path(item_id) + "?product=zzzz")
    assert words_of(await show(client, path(item_id) + "?product=")) == ""
    long = await show(client, path(item_id) + "?product=" + "x" * 2000)
    assert 'aria-invalid="true"' in long
    assert (await client.get(path(uuid4()), headers=HTML)).status_code == 404


async def test_product_is_made_with_name_sku_and_category_of_the_form(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    tools = await builders.category(conn, "Tools")
    item_id = await oddment(conn, "RED BOX 40CM")
    await conn.execute("""UPDATE supplier_items SET characteristics = '{"category": "tools"}'""")
    await log_in_as("procurement")
    text = await show(client, path(item_id, "product"))
    assert 'value="RED BOX 40CM"' in text
    assert f'<option value="{tools}" selected>Tools</option>' in text
    fields = {"name": "Toolbox red", "internal_sku": "BOX-1", "category_id": tools}
    made = await make(client, item_id, **fields)
    assert ">Toolbox red</a>" in made.text
    stored = "SELECT concat_ws('|', name, internal_sku, category_id, status) FROM products"
    assert await fetch_value(conn, stored) == f"Toolbox red|BOX-1|{tools}|draft"
    undone = await post_fragment(client, f"{QUEUE}/undo", batch_id=batch_of(made))
    assert "archived now" in undone.text
    assert await linked_product(conn, item_id) is None


FACTS = """
    UPDATE supplier_items SET characteristics = '{"category": "Hand tools > Boxes"}',
        price_details = '{"brand": "Bahco", "mpn": "BX-1", "gtin": "4006381333931"}'
"""
MADE = "SELECT concat_ws('|', name, brand, mpn, gtin, category_id, target_price) FROM products"


async def test_form_of_a_new_product_has_the_fields_of_the_item(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    boxes = await builders.category(conn, "Boxes", await builders.category(conn, "Tools"))
    item_id = await oddment(conn, "RED BOX 40CM")
    await conn.execute(FACTS)
    await log_in_as("procurement")
    text = await show(client, path(item_id, "product"))
    for name, value in (("brand", "Bahco"), ("mpn", "BX-1"), ("gtin", "4006381333931")):
        assert f'name="{name}" type="text" value="{value}"' in text
    assert f'<option value="{boxes}" selected>' in text
    price = await make(client, item_id, name="Toolbox", target_price="x")
    assert price.status_code == 400
    assert 'id="target_price-note">' in price.text
    empty = dict.fromkeys(("brand", "mpn", "gtin", "category_id"), "")
    made = await make(client, item_id, name="Toolbox", target_price="22,50", **empty)
    assert "It has no category yet." in made.text
    assert await fetch_value(conn, MADE) == "Toolbox|22.5000"


async def test_product_made_by_one_press_has_the_fields_of_the_item_and_leads_to_its_page(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    boxes = await builders.category(conn, "Boxes")
    item_id = await oddment(conn, "RED BOX 40CM")
    await conn.execute(FACTS)
    await log_in_as("procurement")
    made = await make(client, item_id, search="box")
    product_id = await linked_product(conn, item_id)
    expected = f"RED BOX 40CM|Bahco|BX-1|4006381333931|{boxes}"
    assert await fetch_value(conn, MADE) == expected
    assert "It has no target price yet." in made.text
    back = "/console/matches%3Fsearch%3Dbox"
    assert f'href="/console/products/{product_id}?back={back}" data-key="o"' in made.text


async def test_refused_product_is_shown_again_with_what_was_typed(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    item_id = await oddment(conn, "RED BOX 40CM")
    await builders.product(conn, sku="BOX-1")
    await log_in_as("procurement")
    taken = await make(client, item_id, name="Toolbox <b>", internal_sku="BOX-1")
    assert taken.status_code == 400
    assert taken.headers["hx-retarget"] == "#queue-tool"
    assert 'id="internal_sku-note">is taken</p>' in taken.text
    assert 'value="Toolbox &lt;b&gt;"' in taken.text
    page = await send(client, f"{QUEUE}/product", item_id=item_id, name="x" * 2000)
    assert page.status_code == 400
    assert 'id="name-note"' in page.text
    assert "<title>" in page.text
    unknown = await make(client, item_id, name="Toolbox", category_id=uuid4())
    assert 'id="category_id-note">there is no such category</p>' in unknown.text
    malformed = await make(client, item_id, name="Toolbox", category_id="x")
    assert malformed.status_code == 400
    assert (await make(client, uuid4(), name="Toolbox")).status_code == 404
    assert await fetch_value(conn, "SELECT count(*) FROM products") == 1


async def test_product_of_an_item_that_somebody_linked_meanwhile_is_refused(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    item_id = await oddment(conn, "RED BOX 40CM")
    other = await builders.product(conn, sku="OTHER-1")
    await conn.execute("UPDATE supplier_items SET product_id = %s", [other])
    await log_in_as("procurement")
    late = await make(client, item_id, name="Toolbox")
    assert late.status_code == 409
    assert "is linked to OTHER-1" in late.text
    assert 'value="Toolbox"' in late.text
    assert "is linked to OTHER-1 already" in await show(client, path(item_id))
