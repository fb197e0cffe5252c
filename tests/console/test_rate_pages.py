"""Exchange rates: what is missing is named, and a rate is set after a look at what it means."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from uuid import UUID

import pytest

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, require_refusal, show_text
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value
from pricebook.rates.schemas import today

PATH = "/console/administration/exchange-rates"
FORM = {"base": "EUR", "rate": "1.10", "currency": "USD", "date": today().isoformat()}


async def rate(
    conn: Connection, number: str, age_days: int = 0, base: str = "EUR", source: str = "bank.xml"
) -> None:
    await conn.execute(
        "INSERT INTO exchange_rates (base, currency, date, rate, source)"
        " VALUES (%s, 'USD', %s, %s, %s)",
        [base, today() - timedelta(age_days), Decimal(number), source],
    )


async def foreign_item(conn: Connection, currency: str, cost: str) -> UUID:
    item_id = await builders.item(conn, await builders.supplier(conn), cost)
    await conn.execute(
        "UPDATE supplier_items SET currency = %s, cost = %s, exchange_rate = 1, rate_date = %s"
        " WHERE id = %s",
        [currency, Decimal(cost), today() - timedelta(60), item_id],
    )
    return item_id


def hidden_fields(text: str) -> dict[str, str]:
    form = text[text.index('method="post" action="/console/administration') :]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


async def test_currencies_without_a_usable_rate_are_named(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    text = await show_text(client, PATH)
    assert "All items have prices in USD." in text
    assert "There is no exchange rate here" in text
    for currency in ("EUR", "GBP", "GBP", "NOK"):
        await foreign_item(conn, currency, "10")
    await rate(conn, "1.0812")
    await rate(conn, "1.2", 50, base="GBP")
    text = await show_text(client, PATH)
    assert "GBP, NOK have no usable rate." in text
    rows = re.findall(r"<td>([A-Z]{3})</td>\s*<td class=\"number\">(\d+)</td>", text)
    assert rows == [("GBP", "2"), ("NOK", "1"), ("EUR", "1")]
    assert f"newest: {today() - timedelta(50)}" in text
    assert "1.0812" in text
    assert "bank.xml" in text
    assert f"{PATH}/new" not in text


async def test_rate_is_set_after_a_look_at_what_it_means(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("admin")
    item_id = await foreign_item(conn, "EUR", "10")
    await rate(conn, "1", 3)
    query = "&".join(f"{field}={value}" for field, value in FORM.items())
    text = await show_text(client, f"{PATH}/new?{query}")
    for sentence in (
        f"1 EUR = 1.1 USD on {today()}",
        f"The newest one is 1 EUR = 1 USD on {today() - timedelta(3)}: +10.00 %.",
        "1 item has its price in these currencies",
    ):
        assert sentence in text
    assert await fetch_value(conn, "SELECT count(*) FROM exchange_rates") == 1
    text = await follow(client, await send(client, f"{PATH}/new", **hidden_fields(text)))
    assert "The price of 1 item was re-computed." in text
    price = "SELECT current_price FROM supplier_items WHERE id = %s"
    assert await fetch_value(conn, price, [item_id]) == Decimal(11)
    history = await show_text(client, f"{PATH}/history?base=EUR&currency=USD")
    assert re.findall(r'<td class="number">([\d.]+)</td>', history) == ["1.1", "1"]
    assert name in history


@pytest.mark.parametrize(
    ("wrong", "field", "issue"),
    [
        ({"base": "EURO"}, "base", "three letters"),
        ({"currency": "eur"}, "currency", "is the base EUR itself"),
        ({"rate": "much"}, "rate", "expected a number"),
        ({"rate": "0"}, "rate", "above 0"),
        ({"rate": "1.0000000000001"}, "rate", "12 decimals"),
        ({"date": "today"}, "date", "expected a day"),
    ],
    ids=str,
)
async def test_refused_field_is_named_and_what_was_typed_is_kept(
    client: Client, log_in_as: LogInAs, wrong: dict[str, str], field: str, issue: str
) -> None:
    await log_in_as("admin")
    typed = {**FORM, **wrong}
    query = "&".join(f"{name}={value}" for name, value in typed.items())
    for response in (
        await client.get(f"{PATH}/new?{query}"),
        await send(client, f"{PATH}/new", **typed, before=""),
    ):
        require_refusal(response, field, issue)
        assert f'value="{typed[field]}"' in response.text


async def test_rate_that_was_stored_meanwhile_is_shown_first(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    await rate(conn, "1.05", source="manual")
    late = await send(client, f"{PATH}/new", **FORM, before="")
    assert late.status_code == 400
    assert "Another rate was stored meanwhile." in late.text
    assert "It replaces the rate that is stored for this day:" in late.text
    assert re.search(r"<del>.*1\.05</del>.*<ins>.*1\.1</ins>", late.text)
    assert "(+4.76 %). It was set by a command," in unescape(late.text)
    assert "Replace the rate" in late.text
    stored = "SELECT rate FROM exchange_rates"
    assert await fetch_value(conn, stored) == Decimal("1.05")
    done = await follow(client, await send(client, f"{PATH}/new", **hidden_fields(late.text)))
    assert await fetch_value(conn, stored) == Decimal("1.10")
    assert "It replaced the rate of that day: 1.05 → 1.1." in done


async def test_former_rate_of_an_older_day_is_shown_before_it_is_replaced(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    await rate(conn, "1.05")
    await rate(conn, "1.5", age_days=1)
    query = f"base=EUR&currency=USD&rate=1.2&date={today() - timedelta(1)}"
    text = await show_text(client, f"{PATH}/new?{query}")
    assert re.search(r"<del>.*1\.5</del>.*<ins>.*1\.2</ins>", text)
    assert "It came from bank.xml," in text
    assert "It changes no price now" in text
    await conn.execute("UPDATE exchange_rates SET rate = 1.6 WHERE rate = 1.5")
    late = await send(client, f"{PATH}/new", **hidden_fields(text))
    assert "Another rate was stored meanwhile." in late.text
    same = await show_text(client, f"{PATH}/new?{query.replace('1.2', '1.60')}")
    assert "This very rate is stored for this day already." in same


async def test_rate_of_an_older_day_says_that_it_changes_nothing(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    await rate(conn, "1.05")
    query = f"base=EUR&currency=USD&rate=2&date={today() - timedelta(1)}"
    assert "It changes no price now" in await show_text(client, f"{PATH}/new?{query}")
