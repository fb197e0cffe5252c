"""Which rate is in force, and rates of a day that another one replaced, put back by a request."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from console.conftest import Client, LogInAs, send
from console.fragments import show_text
from console.test_rate_pages import PATH, hidden_fields, rate
from import_fixtures import rows
from pricebook.db.database import Connection
from pricebook.rates.schemas import today

HISTORY = f"{PATH}/history?base=EUR&currency=USD"
STATE = re.compile(r'<td class="price">1 (\w+)</td><td class="number">([\d.]+)</td>')


async def test_rate_in_force_is_named_beside_one_of_a_later_day(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    for number, age in (("1.07", 2), ("1.08", 1), ("1.12", -3)):
        await rate(conn, number, age)
    await rate(conn, "1.3", 90, base="GBP")
    await log_in_as("sales")
    text = await show_text(client, PATH)
    shown = dict(STATE.findall(text))
    assert "1.07" not in text
    assert shown["GBP"] == "1.3"
    states = re.findall(r">(in force|not yet in force|too old to be used)<", text)
    assert states == ["not yet in force", "in force", "too old to be used"]
    history = await show_text(client, HISTORY)
    assert re.findall(r">(in force|not yet in force)<", history) == ["not yet in force", "in force"]
    assert "Replaced rates" not in history


async def test_newer_rate_of_the_inverse_pair_is_the_one_in_force(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await rate(conn, "1.08", 2)
    await conn.execute(
        "INSERT INTO exchange_rates (base, currency, date, rate, source)"
        " VALUES ('USD', 'EUR', %s, 0.9, 'bank.xml')",
        [today() - timedelta(1)],
    )
    await log_in_as("sales")
    text = await show_text(client, PATH)
    assert text.count(">in force<") == 1
    assert text.index("1 USD") < text.index(">in force<")


async def test_replaced_rate_is_put_back_by_one_request(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await rate(conn, "1.0812")
    name = await log_in_as("admin")
    for number in ("1.10", "1.20"):
        preview = await show_text(client, f"{PATH}/new?base=EUR&currency=USD&rate={number}")
        assert (await send(client, f"{PATH}/new", **hidden_fields(preview))).status_code == 303
    text = await show_text(client, HISTORY)
    table = text[text.index('id="replaced"') :]
    assert re.findall(r"</span>([\d.]+)</(?:del|ins)>", table) == ["1.1", "1.2", "1.0812", "1.1"]
    assert table.count(name) == 2
    (address, *_) = re.findall(r'href="([^"]*rate=1\.0812[^"]*)"', table)
    preview = await show_text(client, address)
    assert "It replaces the rate that is stored for this day:" in preview
    before = await rows(conn, "SELECT count(*) FROM audit_log")
    assert (await send(client, f"{PATH}/new", **hidden_fields(preview))).status_code == 303
    assert await rows(conn, "SELECT rate FROM exchange_rates") == [(Decimal("1.0812"),)]
    assert await rows(conn, "SELECT count(*) - 1 FROM audit_log") == before
    assert "stored again" in await show_text(client, HISTORY)


@pytest.mark.parametrize("role", ["sales", "procurement"])
async def test_who_may_not_read_the_audit_log_sees_no_replaced_rates(
    client: Client, log_in_as: LogInAs, conn: Connection, role: str
) -> None:
    await rate(conn, "1.0812")
    await conn.execute("UPDATE exchange_rates SET rate = 1.1, source = 'manual'")
    await log_in_as(role)  # pyright: ignore[reportArgumentType]
    assert "Replaced rates" not in await show_text(client, HISTORY)
