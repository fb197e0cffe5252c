"""What was understood of the tables of a price list, on the page of its preview."""

import re

import msgspec
from psycopg.types.json import Jsonb

import builders
from console.conftest import Client, LogInAs
from console.fragments import show_text
from pricebook.db.database import Connection
from pricebook.pricelists.profile_sentence import Description

PREVIEWS = "/console/imports/previews"
TABLES = (
    Description("All tables", ("EUR", "code from A")),
    Description("From row 2 on", ("price from column C, for one",)),
    Description("From row 9 on", ("price from column D, per 100",)),
)


async def test_each_table_is_listed_with_its_clauses(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    await conn.execute(
        "UPDATE import_previews SET result = jsonb_set(result, '{understood}', %s)",
        [Jsonb(msgspec.to_builtins(TABLES))],
    )
    text = await show_text(client, path)
    assert re.findall(r"<h3>([^<]+)</h3>", text) == [each.place for each in TABLES]
    assert re.findall(r"<li>((?:EUR|Code|Price)[^<]*)</li>", text) == [
        *("EUR", "Code from A", "Price from column C, for one", "Price from column D, per 100")
    ]


async def test_preview_without_what_was_understood_is_of_an_earlier_release(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    await conn.execute("UPDATE import_previews SET result = result - 'understood'")
    text = await show_text(client, path)
    assert "It was read by an earlier release of Pricebook." in text
    assert 'data-key="a"' not in text
