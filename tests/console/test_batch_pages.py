"""Bulk changes: from the filters of the list to a preview, applied, undone, and their history."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import pytest

import builders
from console.conftest import HTML, SAME_ORIGIN, Client, LogInAs, send
from console.fragments import follow, show_text
from pricebook.console.batch_previews import FILTERS
from pricebook.db.database import Connection
from pricebook.product_batches import service

FORM = "/console/products/change"
BATCHES = "/console/batches"


async def preview(client: Client, **fields: Any) -> str:
    """Preview a bulk change; return the path of the batch."""
    response = await send(client, FORM, **fields)
    await follow(client, response)
    return response.headers["location"].partition("?")[0]


@pytest.mark.parametrize(
    "change",
    [
        "price_action=margin&amount=25&rounding=down&step=1&ending=0.99&only_raises=1",
        "max_margin=20.5&is_priced=false&price_action=percent&amount=-3.5",
        f"search=a+%26+b&category_id={UUID(int=1)}&include_subcategories=true&price_action=remove",
        "new_status=active&new_category=none&price_action=set&amount=9.95",
        "status=draft&price_action=rules&only_raises=1",
        "updated_since=2026-11-27&price_action=remove",
    ],
)
async def test_form_of_a_batch_is_that_of_its_request(
    client: Client, log_in_as: LogInAs, conn: Connection, change: str
) -> None:
    await log_in_as("admin")
    await builders.offered_product(conn, "Hammer", "10")
    await builders.pricing_rule(conn, "Twice")
    path = await preview(client, **dict(parse_qsl(change)))
    text = unescape(await show_text(client, path))
    assert ("changed since 2026-11-27" in text) == ("updated_since" in change)
    (found,) = re.findall(r'href="/console/products/change\?([^"]*)"', text)
    assert dict(parse_qsl(found)) == dict(parse_qsl(change))
    (listed,) = re.findall(
        r'href="/console/products\??([^"]*)" data-key="b">Back to the list', text
    )
    filters = {name: text for name, text in parse_qsl(change) if name in FILTERS}
    assert dict(parse_qsl(listed)) == filters


async def products(conn: Connection) -> list[tuple[str, str, str | None, str | None]]:
    cursor = await conn.execute("""
        SELECT product.name, status::text, category.name, round(target_price, 2)::text
        FROM products AS product LEFT JOIN categories AS category ON category.id = category_id
        ORDER BY 1
    """)
    return await cursor.fetchall()


async def test_products_of_the_filters_change_as_previewed_and_come_back(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("procurement")
    office = await builders.category(conn, "Office")
    await builders.offered_product(conn, "Anvil", "15", target_price="20")
    await builders.offered_product(conn, "Hammer", "5", target_price="10")
    await builders.product(conn, "Glue", status="draft")
    before = await products(conn)
    listed = await show_text(client, "/console/products?status=active&sort=margin")
    (address,) = re.findall(rf'href="({FORM}[^"]*)"[^>]*>Change all 2', listed)
    assert address.partition("&back=")[0] == f"{FORM}?status=active"
    assert "2 products pass the filters." in await show_text(client, address)
    wanted = {"price_action": "percent", "amount": "-5", "new_category": str(office)}
    path = await preview(client, status="active", **wanted)
    text = await show_text(client, path)
    assert "2 products would change. Nothing is changed yet." in text
    for value in ("20.00", "19.00", "10.00", "9.50", "Office", "-5.00"):
        assert value in text
    assert await products(conn) == before
    applied = await follow(client, await send(client, f"{path}/apply"))
    assert "Applied to 2 products." in applied
    assert await products(conn) == [
        ("Anvil", "active", "Office", "19.00"),
        ("Glue", "draft", None, None),
        ("Hammer", "active", "Office", "9.50"),
    ]
    undone = await follow(client, await send(client, f"{path}/undo"))
    assert "Undone for 2 products." in undone
    assert await products(conn) == before
    history = await show_text(client, BATCHES)
    assert f'href="{path}"' in history
    assert history.count(name) >= 3
    assert "Category Office, target price -5 %" in history
    assert "of products that are active" in history


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"new_status": "archived"}, ("archived", "Tools", "10.00")),
        ({"new_category": "none"}, ("active", None, "10.00")),
        ({"price_action": "set", "amount": "12.5"}, ("active", "Tools", "12.50")),
        ({"price_action": "percent", "amount": "3"}, ("active", "Tools", "10.30")),
        ({"price_action": "remove"}, ("active", "Tools", None)),
    ],
)
async def test_each_kind_of_change_is_applied(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    wanted: dict[str, str],
    expected: tuple[str, str | None, str | None],
) -> None:
    await log_in_as("admin")
    tools = await builders.category(conn, "Tools")
    await builders.product(conn, "Hammer", category_id=tools, target_price="10")
    path = await preview(client, **wanted)
    await follow(client, await send(client, f"{path}/apply"))
    assert await products(conn) == [("Hammer", *expected)]


@pytest.mark.parametrize(
    ("wanted", "issue"),
    [
        ({"price_action": "percent", "amount": "many"}, "expected a number"),
        ({"price_action": "percent", "amount": "-100"}, "-99 to 1000"),
        ({"price_action": "percent", "amount": ""}, "expected a number"),
        ({"price_action": "set", "amount": "-1"}, "over 0"),
        ({"price_action": "set", "amount": "1.23456"}, "four decimals"),
        ({"amount": "5"}, "Choose what is done with the target price."),
    ],
)
async def test_refused_amount_is_named_and_what_was_typed_is_kept(
    client: Client, log_in_as: LogInAs, conn: Connection, wanted: dict[str, str], issue: str
) -> None:
    await log_in_as("procurement")
    await builders.product(conn, "Hammer", target_price="10")
    response = await send(client, FORM, search="ham", new_status="draft", **wanted)
    text = unescape(response.text)
    assert response.status_code == 400
    assert re.findall(r'id="(\w+)"[^>]*aria-invalid', text) in (["amount"], ["price_action"])
    assert issue in text
    assert f'value="{wanted["amount"]}"' in text
    assert 'value="draft" selected' in text
    assert 'name="search" value="ham"' in text


async def test_form_without_a_change_is_refused(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    await builders.product(conn, "Hammer")
    response = await send(client, FORM, search="ham")
    assert response.status_code == 400
    assert "Choose what is changed." in response.text


async def test_unknown_category_and_filters_are_refused(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    await builders.product(conn, "Hammer")
    unknown = "0b6f3a52-5f5c-4c8e-9a31-3f1f0d5f7a10"
    response = await send(client, FORM, new_category=unknown)
    assert (response.status_code, "no such category" in response.text) == (400, True)
    for field in ("new_category", "new_status", "status", "price_action"):
        response = await send(client, FORM, **{"new_status": "draft", field: "nonsense"})
        assert response.status_code == 400, field
    empty = await show_text(client, f"{FORM}?search=nowhere")
    assert "No product matches" in empty


async def test_sales_change_prices_only(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    product_id = await builders.product(conn, "Hammer", target_price="10")
    text = await show_text(client, FORM)
    assert "new_status" not in text
    assert "new_category" not in text
    assert (await send(client, FORM, new_status="archived")).status_code == 403
    for state in ("previewed", "applied", "undoing"):
        batch_id = await builders.status_batch(conn, product_id, state=state)
        await conn.execute("UPDATE product_batch_changes SET outcome = 'applied'")
        text = await show_text(client, f"{BATCHES}/{batch_id}")
        assert "/apply" not in text
        assert "/undo" not in text
        for action in ("apply", "undo"):
            response = await send(client, f"{BATCHES}/{batch_id}/{action}", rest="1")
            assert response.status_code == 403
    path = await preview(client, price_action="percent", amount="5")
    assert "Apply to 1 product" in await show_text(client, path)


async def test_outdated_preview_is_previewed_anew_with_the_same_change(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    await builders.product(conn, "Hammer", target_price="10")
    await builders.product(conn, "Sledge hammer", target_price="20")
    path = await preview(client, search="hammer", price_action="percent", amount="10")
    await conn.execute("UPDATE products SET target_price = 30 WHERE name = 'Hammer'")
    response = await send(client, f"{path}/apply")
    text = await follow(client, response)
    assert "This is the preview as of now" in text
    assert "Hammer</a>: The target price was changed after the preview." in text
    renewed = response.headers["location"].partition("?")[0]
    altered = await client.get(f"{renewed}?note=renewed&instead_of=x", headers=HTML)
    assert altered.status_code == 400
    assert "33.00" in text
    assert (await products(conn))[0][3] == "30.00"
    assert f"{FORM}?search=hammer&price_action=percent&amount=10" in text
    await conn.execute("UPDATE product_batches SET request = NULL")  # as by an earlier release
    unknown = await follow(client, await send(client, f"{path}/apply"))
    assert "1 product was changed since the preview" in unknown
    rest = await follow(client, await send(client, f"{path}/apply", rest="1"))
    assert "Applied to 1 product. 1 was left out" in rest
    assert "left out: The target price was changed after the preview." in rest
    assert [price for *_, price in await products(conn)] == ["30.00", "22.00"]
    left_out = await show_text(client, f"{path}?outcome=skipped")
    assert "Sledge" not in left_out


async def test_undo_leaves_what_was_changed_since_and_names_it(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    await builders.product(conn, "Hammer", target_price="10")
    path = await preview(client, price_action="set", amount="12")
    assert (await send(client, f"{path}/undo")).status_code == 409
    await send(client, f"{path}/apply")
    await conn.execute("UPDATE products SET target_price = 13")
    text = await follow(client, await send(client, f"{path}/undo"))
    assert "Undone for 0 products. 1 was left out" in text
    assert "not undone: The target price was changed after the batch." in text
    assert (await products(conn))[0][3] == "13.00"
    assert (await send(client, f"{path}/apply")).status_code == 409


async def test_large_batch_goes_on_by_itself_in_a_browser(
    client: Client, log_in_as: LogInAs, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log_in_as("sales")
    await builders.product(conn, "Hammer", target_price="10")
    path = await preview(client, price_action="set", amount="12")
    headers = {**SAME_ORIGIN, "HX-Request": "true"}
    with monkeypatch.context() as patch:
        patch.setattr(service, "REQUEST_SECONDS", -1.0)
        started = await client.post(f"{path}/apply", headers=headers)
    assert started.text.lstrip().startswith('<section id="batch"')
    assert 'hx-trigger="load, submit"' in started.text
    assert "<progress" in started.text
    assert started.headers["hx-push-url"].startswith(path)
    reopened = await show_text(client, path)
    assert "Go on" in reopened
    assert "hx-trigger" not in reopened
    ended = await client.post(f"{path}/apply", headers=headers)
    assert "Applied to 1 product" in ended.text
    assert (await products(conn))[0][3] == "12.00"


async def test_lines_and_history_are_paged(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    assert "No products were changed in bulk yet" in await show_text(client, BATCHES)
    for number in range(60):
        await builders.product(conn, f"Hammer {number:02}", target_price="10")
    for _ in range(26):
        await preview(client, price_action="set", amount="12")
    history = await show_text(client, BATCHES)
    (following,) = re.findall(r'rel="next" href="([^"]+)"', history)
    assert (await show_text(client, following)).count("60") >= 1
    (path, *_) = re.findall(rf'href="({BATCHES}/[^"]+)"', history)
    text = await show_text(client, path)
    (following,) = re.findall(r'rel="next" href="([^"]+)"', text)
    names = re.findall(r"Hammer \d\d", text + await show_text(client, following))
    assert len({*names}) == len(names) == 60
    refused = await client.get(f"{path}?cursor=nonsense", headers=HTML)
    assert refused.status_code == 400


async def test_history_counts_up_to_a_limit(
    client: Client, log_in_as: LogInAs, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricebook.console.batch_pages.MAX_COUNTED", 2)
    await log_in_as("sales")
    product_ids = [await builders.product(conn) for _ in range(3)]
    await builders.status_batch(conn, *product_ids)
    assert "over 2" in await show_text(client, BATCHES)


async def test_large_batch_is_counted_after_its_page_is_shown(
    client: Client, log_in_as: LogInAs, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricebook.console.batch_pages.COUNTED_AT_ONCE", 1)
    await log_in_as("procurement")
    product_ids = [await builders.product(conn) for _ in range(2)]
    path = f"{BATCHES}/{await builders.status_batch(conn, *product_ids)}"
    text = await show_text(client, path)
    assert "The changes are being counted." in text
    assert text.count("Hammer") == 2
    assert "/apply" not in text
    (address,) = re.findall(r'hx-get="([^"]+)" hx-trigger="load"', text)
    counted = await client.get(address, headers={**HTML, "HX-Request": "true"})
    assert counted.text.lstrip().startswith('<section id="batch"')
    assert "2 products would change." in counted.text
    assert "Apply to 2 products" in await show_text(client, address)


async def test_prices_to_a_margin_are_previewed_and_described(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    tools = await builders.category(conn, "Tools")
    product_id = await builders.offered_product(
        conn, "Axe", "10", category_id=tools, target_price="11"
    )
    await builders.product(conn, "No supplier", category_id=tools)
    form = {"category_id": str(tools), "price_action": "margin", "amount": "25"}
    response = await send(client, FORM, **form, step="1", ending="0,99", rounding="up")
    text = await follow(client, response)
    pricing = "Target price: lowest price with a margin of 25 %, rounded up to 5.99, 6.99 and so on"
    assert pricing in text
    assert "of products in the category Tools" in text
    assert "1 without a price of a supplier, from which the new one follows" in text
    address = response.headers["location"].partition("?")[0]
    await send(client, f"{address}/apply")
    product = await show_text(client, f"/console/products/{product_id}")
    assert f'<a href="{address}">{pricing}</a>' in product
    assert ">now </span>13.99</ins>" in product
    assert pricing in await show_text(client, "/console/batches")
    await send(client, f"{address}/undo")
    undone = await show_text(client, address)
    assert "taken back" in undone
    assert ">until it was undone </span>13.99</del>" in undone
    assert ">now </span>11.00</ins>" in undone
    assert "Prices that rise" not in undone


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"price_action": "margin", "amount": "100"}, "amount"),
        ({"price_action": "markup", "amount": "x"}, "amount"),
        ({"price_action": "margin", "amount": "25", "step": "0"}, "step"),
        ({"price_action": "margin", "amount": "25", "ending": "2"}, "ending"),
    ],
)
async def test_refused_margin_is_marked_and_kept(
    client: Client, log_in_as: LogInAs, conn: Connection, fields: dict[str, str], refused: str
) -> None:
    await log_in_as("sales")
    await builders.offered_product(conn, "Axe", "10")
    response = await send(client, FORM, **fields)
    assert response.status_code == 400
    assert f'value="{fields[refused]}" aria-describedby="{refused}-note"' in response.text
    assert 'aria-invalid="true"' in response.text


async def test_each_kind_of_change_and_filter_is_described(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    tools = await builders.category(conn, "Tools")
    supplier_id = await builders.supplier(conn, "Acme")
    await builders.offered_product(conn, "Axe", "10", target_price="11")
    for fields, sentence in (
        ({"new_status": "draft"}, "status draft"),
        ({"new_category": str(tools)}, "category Tools"),
        ({"new_category": "none"}, "no category any more"),
        ({"price_action": "percent", "amount": "38"}, "target price +38 %"),
        ({"price_action": "percent", "amount": "-5.5"}, "target price -5.5 %"),
        ({"price_action": "set", "amount": "19,9"}, "target price 19.90 USD"),
        ({"price_action": "remove"}, "no target price any more"),
        ({"price_action": "markup", "amount": "40"}, "target price: lowest price plus 40 %"),
    ):
        text = await follow(client, await send(client, FORM, **fields))
        assert f"data-focus>{sentence[0].upper()}{sentence[1:]}" in text
        assert "of all products" in text
    filters = {"status": "active", "search": "axe", "min_margin": "1", "max_margin": "50"}
    more = {"supplier_id": str(supplier_id), "category_id": str(tools)}
    text = await follow(
        client,
        await send(
            client, FORM, **filters, **more, include_subcategories="true", new_status="draft"
        ),
    )
    assert (
        "of products that are active, in the category Tools and those below it, of the supplier"
        " Acme, with a margin of at least 1 %, with a margin of at most 50 %, found by “axe”"
        in text
    )
