"""The pages of products: what they show, and target prices set in the list."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

import builders
from console.conftest import HTML, SAME_ORIGIN, Client, LogInAs, send
from console.fragments import show, show_text
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value
from pricebook.products.list_filters import Sort
from pricebook.rates.schemas import today

ATTACK = "\"><script>alert(1)</script><img src=x onerror=alert(1)>{{3511*3511}}' --"
TARGET_PRICE = "SELECT target_price::text FROM products"


async def set_price(
    client: Client, product_id: object, price: str, before: str, **fields: str
) -> str:
    response = await client.post(
        f"/console/products/{product_id}/target-price",
        data={"target_price": price, "before": before, **fields},
        headers={**SAME_ORIGIN, "HX-Request": "true"},
    )
    assert response.status_code == 200, response.text
    return response.text


async def test_target_price_set_in_the_list_shows_the_margin_it_gives(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    product_id = await builders.offered_product(conn, "Hammer", "15.00")
    row = await set_price(client, product_id, "20", "")
    assert "25.00" in row
    state = re.findall(r'<span class="row-state">(.*?)</form>', row, re.DOTALL)[0]
    assert "saved</span></span>" in state  # in the place of "not saved": the row keeps its height
    assert "row-note" not in row
    assert 'name="before" value="20.00"' in row
    assert await fetch_value(conn, TARGET_PRICE) == "20.0000"
    assert "expected a number" in await set_price(client, product_id, "cheap", "20.00")
    assert "expected a number" in await set_price(client, product_id, "1,234", "20.00")
    assert 'value="22.50"' in await set_price(client, product_id, "22,50", "20.00")
    await set_price(client, product_id, "20", "22.50")
    assert "over 0" in await set_price(client, product_id, "-1", "20.00")
    await set_price(client, product_id, "", "20.00")
    assert await fetch_value(conn, TARGET_PRICE) is None


async def test_second_of_two_people_sees_what_the_first_has_set(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    product_id = await builders.offered_product(conn, "Hammer", "15.00", target_price="20")
    await set_price(client, product_id, "21", "20.00")
    row = await set_price(client, product_id, "22", "20.00")
    assert "Somebody else set 21.00 meanwhile" in row
    assert 'value="22"' in row
    assert await fetch_value(conn, TARGET_PRICE) == "21.0000"
    await set_price(client, product_id, "22", "21.00")
    assert await fetch_value(conn, TARGET_PRICE) == "22.0000"


async def test_price_can_be_set_without_scripts(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    product_id = await builders.offered_product(conn, "Hammer", "15.00")
    path = f"/console/products/{product_id}"
    response = await send(client, f"{path}/target-price", target_price="20", before="")
    assert (response.status_code, response.headers["location"]) == (303, path)


@pytest.mark.parametrize("sort", get_args(Sort))
async def test_form_has_every_sort_and_the_day_of_an_address(
    client: Client, log_in_as: LogInAs, sort: str
) -> None:
    await log_in_as("sales")
    text = await show(client, f"/console/products?sort={sort}&updated_since=2026-11-27")
    assert f'<option value="{sort}" selected>' in text
    assert re.search(r'<input [^>]*name="updated_since"[^>]* value="2026-11-27"', text)
    assert "updated_since" not in await show(client, "/console/products")


async def test_filters_of_the_list_are_those_of_its_export(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    await builders.offered_product(conn, "Hammer", "15.00", target_price="16")
    await builders.offered_product(conn, "Anvil", "15.00", target_price="30")
    page = await client.get("/console/products?max_margin=10&min_margin=", headers=HTML)
    assert "Hammer" in page.text
    assert "Anvil" not in page.text
    assert 'href="/console/products/export?max_margin=10"' in page.text
    exported = await client.get("/console/products/export?max_margin=10")
    assert "Hammer" in exported.text
    assert "Anvil" not in exported.text


async def heads(client: Client, query: str) -> list[str]:
    text = await show(client, f"/console/products{query}")
    return re.findall(r"<th [^>]*>([^<]+)</th>", text)


async def test_columns_are_chosen_in_the_address(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    product_id = await builders.offered_product(conn, "Hammer", "15.00")
    await conn.execute("UPDATE products SET brand = 'Bahco'")
    plain = [
        *("Name", "SKU", "Status", "Lowest, USD", "Lowest changed, %", "Margin, %", "Target, USD"),
    ]
    assert await heads(client, "") == plain
    assert await heads(client, "?columns=none") == ["Name", "Target, USD"]
    query = "?search=ham&columns=none&columns=suppliers&columns=brand&columns=unknown"
    assert await heads(client, query) == ["Name", "Brand", "Suppliers", "Target, USD"]
    text = await show(client, f"/console/products{query}")
    assert ">Bahco" in " ".join(text.split()).replace("> ", ">")
    assert 'href="/console/products?columns=brand%2Csuppliers"' in text
    assert 'href="/console/products/export?search=ham"' in text
    row = await set_price(client, product_id, "20", "", columns="brand,suppliers")
    assert 'name="columns" value="brand,suppliers"' in row
    assert "Bahco" in row
    assert "25.00" not in row


async def test_highest_price_and_its_spread_are_columns_and_on_the_page(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    spread = await builders.offered_product(conn, "Hammer", "15.00", "18.00")
    alone = await builders.offered_product(conn, "Anvil", "15.00")
    query = "?columns=lowest_price,highest_price,spread"
    assert await heads(client, query) == [
        *("Name", "Lowest, USD", "Highest, USD", "Highest over lowest, %", "Target, USD")
    ]
    rows = (await show(client, f"/console/products{query}")).split("<tr id=")
    assert "18.00" in rows[2]
    assert re.search(r'number wide">\s*20\.0\s*</td>', rows[2])
    assert re.search(r'number wide">\s*–\s*</td>', rows[1])
    assert "20.0 % over the lowest" in await show(client, f"/console/products/{spread}")
    assert "over the lowest" not in await show(client, f"/console/products/{alone}")


async def test_change_of_the_lowest_price_is_dearer_or_cheaper(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    await builders.offered_product(conn, "Hammer", "15.00")
    await conn.execute("UPDATE supplier_items SET current_price = 12")
    text = await show(client, "/console/products")
    assert re.search(r"-20\.00<span class=\"quiet\"> cheaper</span>", text)
    await conn.execute("UPDATE supplier_items SET current_price = 18")
    assert '+50.00<span class="quiet"> dearer</span>' in await show(client, "/console/products")


async def test_products_of_one_supplier(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    for name in ("Hammer", "Anvil"):
        supplier_id = await builders.supplier(conn, f"Sells {name}")
        product_id = await builders.product(conn, name)
        await builders.item(conn, supplier_id, product_id=product_id)
    page = await show(client, f"/console/products?supplier_id={supplier_id}")
    assert f'<option value="{supplier_id}" selected>Sells Anvil</option>' in page
    assert ">Anvil</a>" in page
    assert ">Hammer</a>" not in page


@pytest.mark.parametrize("path", ["products", "price-changes", "matches", "matches/list"])
async def test_filter_keeps_a_supplier_beyond_the_offered_ones(
    path: str, client: Client, log_in_as: LogInAs, conn: Connection, monkeypatch: Any
) -> None:
    monkeypatch.setattr("pricebook.console.supplier_choices.MAX_SUPPLIERS", 1)
    await log_in_as("procurement")
    for name in ("Acme", "Beta"):
        await builders.supplier(conn, name)
    supplier_id = await builders.supplier(conn, "Zenith")
    page = await show(client, f"/console/{path}?supplier_id={supplier_id}")
    assert f'<option value="{supplier_id}" selected>Zenith</option>' in page
    assert ">Acme</option>" in page
    assert ">Beta</option>" not in page


async def test_product_shows_its_suppliers_and_its_prices_over_time(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    product_id = await builders.offered_product(conn, "Hammer", "15.00", "17.50")
    text = (await client.get(f"/console/products/{product_id}", headers=HTML)).text
    assert text.index("15.00") < text.index("17.50")
    assert '<polyline class="chart-line"' in text


async def test_page_of_a_product_has_the_price_of_a_new_exchange_rate_alone(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    product_id = await builders.offered_product(conn, "Hammer", "15.00", target_price="30")
    note = "a change of an exchange rate alone is not in it"
    path = f"/console/products/{product_id}"
    assert note not in await show(client, path)
    await conn.execute(
        "UPDATE supplier_items SET currency = 'EUR', cost = 15, exchange_rate = 1, rate_date = %s",
        [today() - timedelta(30)],
    )
    await conn.execute("UPDATE price_history SET recorded_at = recorded_at - interval '1 day'")
    fields = {"base": "EUR", "rate": "1.6", "currency": "USD", "date": today().isoformat()}
    rates = "/console/administration/exchange-rates/new"
    assert (await send(client, rates, **fields, before="- -")).status_code == 303
    text = await show(client, path)
    facts = text[text.index("<dl") : text.index("</dl>")]
    assert (facts.count("24.00"), facts.count("20.00 %"), "15.00" in facts) == (1, 1, False)
    chart = text[text.index('<svg class="chart"') : text.index("Who changed what")]
    assert re.findall(r'text-anchor="end">([\d.]+)<', chart) == ["15.00", "24.00"]
    last_day = rf'<td>{today()}</td><td[^>]*>\s*<span class="price">24.00'
    assert re.search(last_day, chart)
    assert note in text


def before_and_after(text: str) -> list[tuple[str, str]]:
    return re.findall(r"before </span>([\d.]+)</del>.+?now </span>([\d.]+)</ins>", text)


async def test_price_changes_show_what_they_did_to_the_margin(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    await builders.offered_product(conn, "Hammer", "15.00", target_price="20")
    await conn.execute("UPDATE supplier_items SET current_price = 16")
    text = (await client.get("/console/price-changes?direction=up&since=", headers=HTML)).text
    assert "15.00" in text
    assert "-5.00 points" in text
    assert "1 change: 1 dearer, 0 cheaper, median +6.67 %. Margins: 1 lower, 0 higher." in text
    assert '<td class="number">20.00</td>' in text
    assert before_and_after(text) == [("15.00", "16.00"), ("25.00", "20.00")]
    assert 'href="/console/price-changes/export?direction=up"' in text
    exported = await client.get("/console/price-changes/export?direction=up")
    assert "Hammer" in exported.text
    refused = await client.get("/console/price-changes?since=soon", headers=HTML)
    assert (refused.status_code, 'aria-invalid="true"' in refused.text) == (400, True)
    today = (await client.get("/console", headers=HTML)).text
    assert "-5.00 points" in today
    assert before_and_after(today) == [("15.00", "16.00"), ("25.00", "20.00")]
    await conn.execute("UPDATE products SET target_price = 22")
    assert "-5.00 points" not in (await client.get("/console", headers=HTML)).text


async def test_totals_of_price_changes_have_a_limit(
    client: Client, log_in_as: LogInAs, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricebook.console.price_change_pages.MAX_TOTALLED", 1)
    await log_in_as("sales")
    for name in ("Hammer", "Saw"):
        await builders.offered_product(conn, name, "15.00", target_price="20")
    await conn.execute("UPDATE supplier_items SET current_price = 16")
    text = (await client.get("/console/price-changes", headers=HTML)).text
    assert "More than 1 prices changed in these days" in text


async def test_chart_of_a_product_is_of_as_many_days_as_chosen(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    product_id = await builders.offered_product(conn, "Hammer", "15.00", target_price="20")
    first = (await client.get(f"/console/products/{product_id}", headers=HTML)).text
    assert "last 90 days" in first
    assert "Latest change" not in first  # a first price is none
    await conn.execute("UPDATE price_history SET recorded_at = now() - interval '3 days'")
    await conn.execute("UPDATE supplier_items SET current_price = 16")
    path = f"/console/products/{product_id}"
    text = (await client.get(path, headers=HTML)).text
    assert "last 90 days" in text
    assert f'<a href="{path}?days=14#chart">14 days</a>' in text
    assert f"Latest change, on {today()}:" in text
    for days, expected in (("14", 14), ("365", 365), ("x", 90)):
        shown = (await client.get(f"{path}?days={days}", headers=HTML)).text
        assert f"last {expected} days" in shown


@pytest.mark.parametrize("prefix", ["", "x" * 400])
async def test_attack_strings_of_suppliers_are_shown_as_text_everywhere(
    client: Client, log_in_as: LogInAs, conn: Connection, prefix: str
) -> None:
    text = prefix[: 300 - len(ATTACK)] + ATTACK
    supplier_id = await builders.supplier(conn, text[-250:])
    category = await builders.category(conn, text[-250:])
    product_id = await builders.product(
        conn, text, sku=text[-100:], category_id=category, target_price="1"
    )
    await builders.item(
        conn, supplier_id, "9", product_id=product_id, sku=text[-100:], name=text[-300:]
    )
    scope = {"category_id": category, "supplier_id": supplier_id, "brand": text[-255:]}
    rule = await builders.pricing_rule(conn, text[-255:], **scope)
    batch = await builders.status_batch(conn, product_id)
    await log_in_as("admin")
    for path in (
        "/",
        f"/?search={ATTACK}&min_price={ATTACK}",
        f"/?category_id={category}",
        f"/catalog/{product_id}",
        "/console",
        "/console/products",
        f"/console/products?search={ATTACK}&status={ATTACK}",
        f"/console/products/{product_id}",
        "/console/price-changes",
        f"/console/price-changes?since={ATTACK}",
        "/console/matches",
        f"/console/matches?search={ATTACK[:40]}",
        "/console/rules",
        f"/console/rules?done={ATTACK}",
        "/console/rules/new",
        f"/console/rules/{rule}",
        f"/console/products/change?search={ATTACK}",
        f"/console/products/change?new_status={ATTACK}&amount={ATTACK}",
        "/console/batches",
        f"/console/batches/{batch}?again=search%3D{ATTACK}&note={ATTACK}",
        f"/login?next={ATTACK}",
    ):
        response = await client.get(path, headers={**HTML, "Referer": f"http://x/?a={ATTACK}"})
        assert "alert(1)" not in response.text.replace("&gt;alert(1)", "").replace(
            "onerror=alert(1)&gt;", ""
        ), path
        assert "<img" not in response.text
        assert "12327121" not in response.text, path


def test_templates_name_no_other_origin() -> None:
    folder = Path(__file__).parents[2] / "src/pricebook/console"
    for path in [*folder.glob("templates/**/*.html"), *folder.glob("static/*")]:
        text = path.read_text().replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert "//" not in text.replace("/* ", "").replace("\n//", "\n") or "http" not in text, path


@pytest.mark.parametrize(
    ("path", "name"), [("/console/products", "margin"), ("/", "price")], ids=["products", "catalog"]
)
async def test_bounds_of_a_range_are_named(
    client: Client, log_in_as: LogInAs, path: str, name: str
) -> None:
    await log_in_as("sales")
    text = (await client.get(path, headers=HTML)).text
    labels = re.findall(rf'<label for="m\w\w_{name}">([^<]+?)(?:, %)?</label>', text)
    assert labels == [f"{name.title()} at least", f"{name.title()} at most"]


async def test_choice_of_columns_names_the_currency(client: Client, log_in_as: LogInAs) -> None:
    await log_in_as("sales")
    text = await show_text(client, "/console/products")
    (choice,) = re.findall(r'value="lowest_price"[^>]*> ([^<]+)</label>', text)
    assert choice == "Lowest, USD"
