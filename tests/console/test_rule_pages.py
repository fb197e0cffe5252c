"""Pricing rules: sentences, forms that keep what was typed, and the way from preview to undo."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, show_text
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value

PATH = "/console/rules"
FORM = {"name": "Tools", "method": "margin", "percent": "25"}
COUNT = "SELECT count(*) FROM pricing_rules"
CHANGE = "/console/products/change"
PRICE = "SELECT target_price::text FROM products"


async def preview(client: Client) -> tuple[str, str]:
    """Preview the rules; return the address of the batch and its page."""
    response = await send(client, f"{PATH}/preview")
    return response.headers["location"].partition("?")[0], await follow(client, response)


async def test_rule_is_created_and_shown_as_a_sentence(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    assert "There is no pricing rule yet" in await show_text(client, PATH)
    tools = await builders.category(conn, "Tools & more")
    saws = await builders.category(conn, "Saws", tools)
    supplier_id = await builders.supplier(conn, "Acme")
    scope = {"category_id": saws, "brand": " Bosch ", "supplier_id": supplier_id}
    rounding = {"step": "1", "ending": "0.99", "rounding": "nearest"}
    text = await follow(client, await send(client, f"{PATH}/new", **FORM, **scope, **rounding))
    assert "The rule was created. No price was changed." in text
    assert (
        "Products in Tools & more › Saws, of the brand Bosch, cheapest at Acme: lowest price with"
        " a margin of 25 %, rounded to the nearest of 5.99, 6.99 and so on." in text
    )
    await send(client, f"{PATH}/new", name="All", method="markup", percent="10.50")
    sentence = "All products: lowest price plus 10.5 %, rounded up to two decimals."
    assert sentence in await show_text(client, PATH)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"percent": "100"}, ("percent", "0 to less than 100")),
        ({"percent": ""}, ("percent", "")),
        ({"percent": "many"}, ("percent", "number")),
        ({"name": " "}, ("name", "")),
        ({"step": "0"}, ("step", "over 0")),
        ({"step": "1", "ending": "1"}, ("ending", "less than the step")),
        ({"position": "first"}, ("position", "")),
        ({"category_id": str(uuid4())}, ("category_id", "no such category")),
        ({"supplier_id": str(uuid4())}, ("supplier_id", "no such supplier")),
        ({"name": "TAKEN"}, ("name", "There is a pricing rule of this name.")),
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
    await log_in_as("sales")
    rule_id = await builders.pricing_rule(conn, "Other")
    await builders.pricing_rule(conn, "Taken")
    before = await updated(conn, rule_id)
    for path, fields in ((f"{PATH}/new", {}), (f"{PATH}/{rule_id}", {"before": before})):
        form = {**FORM, "brand": 'B"osch', **fields, **wrong}
        response = await send(client, path, **form)
        assert response.status_code == 400, path
        text = response.text
        assert re.findall(r'id="(\w+)"[^>]*aria-invalid', text) == [field]
        note = re.search(rf'id="{field}-note">([^<]+)', text)
        assert note
        assert issue in note[1]
        assert 'value="B&#34;osch"' in text
    assert await fetch_value(conn, COUNT) == 2


async def updated(conn: Connection, rule_id: UUID) -> str:
    statement = "SELECT updated_at FROM pricing_rules WHERE id = %s"
    return (await fetch_value(conn, statement, [rule_id])).isoformat()


async def test_rule_is_changed_and_its_limits_are_removed(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    rule_id = await builders.pricing_rule(conn, "Old", brand="Bosch", position=30)
    text = await show_text(client, f"{PATH}/{rule_id}")
    fields = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', text))
    assert fields["percent"] == "100"
    form = {**fields, "method": "markup", "name": "New", "brand": "", "is_active": "false"}
    text = await follow(client, await send(client, f"{PATH}/{rule_id}", **form))
    assert "The rule was changed" in text
    assert "All products: lowest price plus 100 %" in text
    assert "switched off" in text
    assert "Preview the new prices" not in text
    assert await fetch_value(conn, "SELECT position FROM pricing_rules") == 30


async def test_second_of_two_people_sees_what_the_first_has_changed(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    rule_id = await builders.pricing_rule(conn, "Tools")
    path = f"{PATH}/{rule_id}"
    before = await updated(conn, rule_id)
    await send(client, path, **FORM, before=before)
    late = await send(client, path, **{**FORM, "percent": "30"}, before=before)
    assert late.status_code == 400
    assert "Somebody else changed this rule meanwhile" in late.text
    assert "with a margin of 25 %" in late.text
    assert 'value="30"' in late.text
    again = {**FORM, "percent": "30", "before": await updated(conn, rule_id)}
    assert "with a margin of 30 %" in await follow(client, await send(client, path, **again))


async def test_deleting_says_what_happens_and_keeps_prices(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    rule_id = await builders.pricing_rule(conn, "Tools")
    text = await show_text(client, f"{PATH}/{rule_id}")
    assert '<dialog id="delete-rule"' in text
    assert "Target prices that it gave stay as they are" in text
    text = await follow(client, await send(client, f"{PATH}/{rule_id}/delete"))
    assert "The rule was deleted" in text
    assert await fetch_value(conn, COUNT) == 0
    assert (await send(client, f"{PATH}/{rule_id}/delete")).status_code == 404


async def test_preview_changes_nothing_and_is_applied_and_undone(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("sales")
    await builders.offered_product(conn, "Hammer", "10", target_price="15")
    await builders.pricing_rule(conn, "Twice")
    address, text = await preview(client)
    assert "1 product would change. Nothing is changed yet." in text
    assert "Twice" in text
    for value in ("15.00", "20.00", "33.33", "50.00"):
        assert value in text
    assert await fetch_value(conn, PRICE) == "15.0000"
    applied = await follow(client, await send(client, f"{address}/apply"))
    assert "Applied to 1 product" in applied
    assert await fetch_value(conn, PRICE) == "20.0000"
    assert "the old values back" in applied or "its old values back" in applied
    undone = await follow(client, await send(client, f"{address}/undo"))
    assert "Undone" in undone
    assert name in undone
    assert await fetch_value(conn, PRICE) == "15.0000"
    assert f'href="{address}"' in await show_text(client, "/console/batches")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE products SET target_price = 16",
        "UPDATE supplier_items SET current_price = 11",
        "UPDATE products SET status = 'archived'",
    ],
)
async def test_outdated_preview_is_not_applied_but_previewed_anew(
    client: Client, log_in_as: LogInAs, conn: Connection, change: str
) -> None:
    await log_in_as("sales")
    await builders.offered_product(conn, "Hammer", "10", target_price="15")
    await builders.pricing_rule(conn, "Twice")
    address, _ = await preview(client)
    await conn.execute(change.encode())
    before = await fetch_value(conn, PRICE)
    response = await send(client, f"{address}/apply")
    assert address not in response.headers["location"]
    text = await follow(client, response)
    assert "1 product was changed since the preview" in text
    assert "Hammer</a>: The " in text
    assert await fetch_value(conn, PRICE) == before
    if "archived" in change:
        assert "No product would change" in text
        return
    renewed = response.headers["location"].partition("?")[0]
    assert "Applied" in await follow(client, await send(client, f"{renewed}/apply"))
    assert await fetch_value(conn, PRICE) in {"20.0000", "22.0000"}


async def test_changed_rule_makes_a_preview_outdated_too(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    await builders.offered_product(conn, "Hammer", "10", target_price="15")
    rule_id = await builders.pricing_rule(conn, "Twice")
    address, _ = await preview(client)
    await send(client, f"{PATH}/{rule_id}", **FORM, before=await updated(conn, rule_id))
    text = await follow(client, await send(client, f"{address}/apply"))
    assert "the rules were changed since the preview" in text
    assert "13.34" in text
    await conn.execute("UPDATE product_batches SET request = NULL")  # as by an earlier release
    text = await follow(client, await send(client, f"{address}/apply"))
    assert "the rules were changed since the preview" in text
    assert await fetch_value(conn, PRICE) == "15.0000"
    await follow(client, await send(client, f"{address}/apply", rest="1"))
    assert await fetch_value(conn, PRICE) == "20.0000"


async def test_prices_that_fall_are_left_out_and_rules_are_for_filtered_products(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    for name, price in (("Hammer", "15"), ("Sledge hammer", "30"), ("Saw", "12")):
        await builders.offered_product(conn, name, "10", target_price=price)
    await builders.pricing_rule(conn, "Twice")
    response = await send(client, CHANGE, search="hammer", price_action="rules")
    text = await follow(client, response)
    assert re.search(r"2 products? would change", text)
    assert "Saw<" not in text
    (form,) = re.findall(
        r'action="/console/products/change">(.*?)<button [^>]*>Leave out the 1 ', text, re.DOTALL
    )
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    raised = await follow(client, await send(client, CHANGE, **fields))
    assert "only those that rise" in raised
    assert "Leave out" not in raised
    assert "Sledge" not in raised
    whole = await follow(client, await send(client, f"{PATH}/preview", only_raises="1"))
    assert "of all products that a rule fits, only those that rise" in whole
    assert "Sledge" not in whole
    refused = await send(client, CHANGE, new_status="active", price_action="rules")
    assert refused.status_code == 400
    assert "change prices only" in refused.text


async def test_preview_without_an_active_rule_is_refused(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    await builders.pricing_rule(conn, "Off", is_active=False)
    response = await send(client, f"{PATH}/preview")
    assert response.status_code == 409
    assert "There is no active pricing rule" in response.text


async def test_rule_of_a_supplier_beyond_the_offered_ones_keeps_it(
    client: Client, log_in_as: LogInAs, conn: Connection, monkeypatch: Any
) -> None:
    monkeypatch.setattr("pricebook.console.supplier_choices.MAX_SUPPLIERS", 1)
    await log_in_as("sales")
    await builders.supplier(conn, "Acme")
    supplier_id = await builders.supplier(conn, "Zenith")
    rule_id = await builders.pricing_rule(conn, "Tools", supplier_id=supplier_id)
    assert "cheapest at Zenith" in await show_text(client, PATH)
    assert f'value="{supplier_id}" selected' in await show_text(client, f"{PATH}/{rule_id}")


async def test_rule_of_a_supplier_that_is_being_deleted_is_shown(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    supplier_id = await builders.supplier(conn, "Acme")
    await builders.pricing_rule(conn, "Tools", supplier_id=supplier_id)
    await conn.execute("UPDATE suppliers SET deleting_since = now()")
    assert "something that was deleted" in await show_text(client, PATH)


async def test_margin_of_at_least_so_much_raises_prices_only(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    for name, price in (("Hammer", "11"), ("Saw", "30")):
        await builders.offered_product(conn, name, "10", target_price=price)
    response = await send(client, CHANGE, price_action="margin", amount="20", only_raises="1")
    path = response.headers["location"]
    await follow(client, await send(client, f"{path}/apply"))
    assert await fetch_value(conn, f"{PRICE} ORDER BY name LIMIT 1") == "12.5000"
    assert await fetch_value(conn, f"{PRICE} ORDER BY name DESC LIMIT 1") == "30.0000"
    refused = await send(client, CHANGE, new_status="active", only_raises="1")
    assert refused.status_code == 400
    assert "for target prices only" in refused.text
