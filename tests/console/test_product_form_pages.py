"""Products changed on their page: conflicts, refusals, roles, and prices set back."""

import re
from uuid import UUID

import pytest

import builders
from console.conftest import HTML, Client, LogInAs, send
from console.fragments import follow, require_refusal, show_text
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value

PRICE = "SELECT target_price::text FROM products"
NAME = "SELECT name FROM products"


async def form_of(client: Client, product_id: UUID) -> dict[str, str]:
    """Return the fields of the form on the page of a product, with their values."""
    text = await show_text(client, f"/console/products/{product_id}")
    form = text[text.index('id="edit-form"') :].partition("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', form))
    for name, options in re.findall(
        r'<select id="\w+" name="(\w+)".*?>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.findall(r'value="([^"]*)" selected', options)
        fields[name] = chosen[0] if chosen else ""
    return fields


async def test_each_field_is_changed_and_the_history_has_old_and_new(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("procurement")
    tools = await builders.category(conn, "Tools")
    saws = await builders.category(conn, "Saws", tools)
    product_id = await builders.offered_product(
        conn, "Hammer", "15", category_id=tools, status="draft"
    )
    form = await form_of(client, product_id)
    assert (form["name"], form["category_id"], form["status"]) == ("Hammer", str(tools), "draft")
    typed = {
        **form,
        "name": " Claw hammer ",
        "category_id": str(saws),
        "status": "active",
        "target_price": "20,50",
        "gtin": "4006381333931",
        "mpn": "H-20",
        "brand": "Bahco",
    }
    path = f"/console/products/{product_id}/edit"
    text = await follow(client, await send(client, path, **typed))
    assert "The product was changed." in text
    for value in (
        "Claw hammer",
        "Tools › Saws",
        "20.50",
        "26.83 %",
        "4006381333931",
        "Bahco",
        name,
    ):
        assert value in text
    for old, new in (("Tools", "Tools › Saws"), ("draft", "active"), ("–", "20.50")):
        assert re.search(rf">before </span>{old}</del>.*?>now </span>{new}</ins>", text)
    form = await form_of(client, product_id)
    cleared = {**form, "category_id": "", "target_price": "", "gtin": "", "mpn": "", "brand": ""}
    await follow(client, await send(client, path, **cleared))
    left = "SELECT num_nonnulls(category_id, target_price, gtin, mpn, brand) FROM products"
    assert await fetch_value(conn, left) == 0
    assert "Nothing was changed" in await follow(client, await send(client, path, **cleared))


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"name": " "}, ("name", "1 to 500")),
        ({"target_price": "cheap"}, ("target_price", "expected a number")),
        ({"target_price": "1,234"}, ("target_price", "expected a number")),
        ({"target_price": "0"}, ("target_price", "over 0")),
        ({"gtin": "4006381333932"}, ("gtin", "check digit")),
        ({"category_id": str(UUID(int=1))}, ("category_id", "no such category")),
    ],
)
async def test_refused_field_is_named_and_what_was_typed_is_kept(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    wrong: dict[str, str],
    refusal: tuple[str, str],
) -> None:
    field, issue = refusal
    await log_in_as("admin")
    product_id = await builders.offered_product(conn, "Hammer", "15")
    form = {**await form_of(client, product_id), "brand": 'B"osch', **wrong}
    response = await send(client, f"/console/products/{product_id}/edit", **form)
    require_refusal(response, field, issue)
    assert 'value="B&#34;osch"' in response.text
    assert await fetch_value(conn, "SELECT brand FROM products") is None


async def test_second_of_two_people_sees_theirs_and_keeps_what_was_typed(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    product_id = await builders.product(conn, "Hammer")
    path = f"/console/products/{product_id}/edit"
    form = await form_of(client, product_id)
    await send(client, path, **{**form, "name": "Theirs", "brand": "Bahco"})
    late = await send(client, path, **{**form, "name": "Mine", "mpn": "H-20"})
    assert late.status_code == 400
    assert "Somebody else changed this product meanwhile" in late.text
    assert "Now: Theirs, set by somebody else." in late.text
    assert 'value="Mine"' in late.text
    assert 'value="H-20"' in late.text
    assert await fetch_value(conn, NAME) == "Theirs"
    again = dict(re.findall(r'name="(before_\w+)" value="([^"]*)"', late.text))
    await follow(client, await send(client, path, **again, name="Mine", mpn="H-20"))
    row = "SELECT name || ' ' || brand || ' ' || mpn FROM products"
    assert await fetch_value(conn, row) == "Mine Bahco H-20"


async def test_fields_that_only_somebody_else_changed_stay_theirs(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    product_id = await builders.product(conn, "Hammer")
    form = await form_of(client, product_id)
    await conn.execute("UPDATE products SET brand = 'Bahco'")
    path = f"/console/products/{product_id}/edit"
    await follow(client, await send(client, path, **{**form, "name": "Mine"}))
    assert await fetch_value(conn, "SELECT name || ' ' || brand FROM products") == "Mine Bahco"


async def test_product_is_archived_and_brought_back(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    product_id = await builders.product(conn, "Hammer")
    path = f"/console/products/{product_id}/edit"
    text = await follow(client, await send(client, path, status="archived", before_status="active"))
    assert "Bring it back as active" in text
    refused = await send(client, path, name="Saw", before_name="Hammer")
    assert refused.status_code == 400
    assert "set draft or active to change it" in refused.text
    await follow(client, await send(client, path, status="active", before_status="archived"))
    assert await fetch_value(conn, "SELECT status::text FROM products") == "active"


async def test_sales_set_the_target_price_only(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    product_id = await builders.offered_product(conn, "Hammer", "15")
    form = await form_of(client, product_id)
    assert set(form) == {"before_target_price", "target_price"}
    path = f"/console/products/{product_id}/edit"
    assert "25.00 %" in await follow(
        client, await send(client, path, **form | {"target_price": "20"})
    )
    assert (await send(client, path, name="Saw", before_name="Hammer")).status_code == 403
    assert await fetch_value(conn, NAME) == "Hammer"


async def test_margin_of_a_typed_price_is_shown_before_it_is_saved(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    product_id = await builders.offered_product(conn, "Hammer", "15")
    path = f"/console/products/{product_id}/margin?target_price="
    for typed, margin in (("20", "25.00 %"), ("12,50", "-20.00 %"), ("0", "–"), ("x", "–")):
        text = (await client.get(path + typed, headers=HTML)).text
        assert margin in text, typed
    assert "below the lowest price" in (await client.get(path + "12.5", headers=HTML)).text
    assert await fetch_value(conn, PRICE) is None


async def test_own_price_changes_are_set_back_by_one_button(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    product_id = await builders.offered_product(conn, "Hammer", "15", target_price="22.18")
    path = f"/console/products/{product_id}"
    await log_in_as("admin")
    await send(client, f"{path}/edit", target_price="30", before_target_price="22.18")
    await log_in_as("sales")
    await send(client, f"{path}/edit", target_price="25", before_target_price="30.00")
    text = await show_text(client, path)
    assert "Set back to 30.00" in text
    assert "Set back to 22.18" not in text
    form = text[text.index('class="set-back"') :].partition("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    await follow(client, await send(client, f"{path}/edit", **fields))
    assert await fetch_value(conn, PRICE) == "30.0000"
    late = await send(client, f"{path}/edit", **fields)
    assert late.status_code == 303
    await send(client, f"{path}/edit", target_price="31", before_target_price="30.00")
    late = await send(client, f"{path}/edit", **fields)
    assert late.status_code == 400
    assert await fetch_value(conn, PRICE) == "31.0000"
    assert (await show_text(client, path)).count("Set back to") == 1  # of the change that holds


async def test_product_is_created_with_a_generated_or_a_typed_sku(
    client: Client, log_in_as: LogInAs
) -> None:
    await log_in_as("procurement")
    assert 'href="/console/products/new"' in await show_text(client, "/console/products")
    path = "/console/products/new"
    form = {"name": "Hammer", "status": "active", "target_price": "20,50", "internal_sku": "H-1"}
    text = await follow(client, await send(client, path, **form, gtin="4006381333931"))
    for value in ("The product was created.", "H-1", "20.50", "4006381333931", "active"):
        assert value in text
    assert "PROD-" in await follow(client, await send(client, path, name="Saw"))


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"name": " "}, ("name", "1 to 500")),
        ({"internal_sku": "TAKEN"}, ("internal_sku", "is taken")),
        ({"target_price": "-1"}, ("target_price", "over 0")),
        ({"gtin": "1"}, ("gtin", "check digit")),
        ({"category_id": str(UUID(int=1))}, ("category_id", "no such category")),
    ],
)
async def test_refused_new_product_keeps_what_was_typed(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    wrong: dict[str, str],
    refusal: tuple[str, str],
) -> None:
    field, issue = refusal
    await log_in_as("procurement")
    await builders.product(conn, "Other", sku="TAKEN")
    form = {"name": "Hammer", "brand": 'B"osch', **wrong}
    response = await send(client, "/console/products/new", **form)
    require_refusal(response, field, issue)
    assert 'value="B&#34;osch"' in response.text
    assert await fetch_value(conn, "SELECT count(*) FROM products") == 1


async def test_new_product_of_an_item_is_prefilled_and_linked(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    tools = await builders.category(conn, "Tools")
    supplier_id = await builders.supplier(conn, "Acme")
    item_id = await builders.item(conn, supplier_id, "7.5", sku="A-1", name="Makita <b> mill")
    await conn.execute(
        'UPDATE supplier_items SET characteristics = \'{"category": "tools"}\','
        ' price_details = \'{"gtin": "4006381333931", "brand": "Makita", "mpn": "HX"}\''
    )
    path = f"/console/products/new?item={item_id}"
    text = await show_text(client, path)
    assert "Of the item Makita <b> mill, Acme A-1, 7.50 USD." in text
    fields = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', text))
    assert (fields["name"], fields["item"]) == ("Makita <b> mill", str(item_id))
    assert (fields["gtin"], fields["brand"], fields["mpn"]) == ("4006381333931", "Makita", "HX")
    assert f'value="{tools}" selected' in text
    refused = await send(client, "/console/products/new", name="", item=str(item_id))
    assert "Of the item Makita" in refused.text
    created = await send(client, "/console/products/new", name="Mill", item=str(item_id))
    assert "Acme" in await follow(client, created)
    linked = "SELECT name FROM products WHERE id = (SELECT product_id FROM supplier_items)"
    assert await fetch_value(conn, linked) == "Mill"
    again = await send(client, "/console/products/new", name="Mill", item=str(item_id))
    assert again.status_code == 400
    assert "is linked to a product already" in again.text
    assert await fetch_value(conn, "SELECT count(*) FROM products") == 1


async def test_unknown_items_and_sales_get_no_form(client: Client, log_in_as: LogInAs) -> None:
    await log_in_as("admin")
    path = "/console/products/new"
    assert (await client.get(f"{path}?item={UUID(int=1)}", headers=HTML)).status_code == 404
    assert (await client.get(f"{path}?item=x", headers=HTML)).status_code == 400
    await log_in_as("sales")
    assert (await client.get(path, headers=HTML)).status_code == 403
    assert path not in await show_text(client, "/console/products")
