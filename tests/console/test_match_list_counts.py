"""The match queue as a list: what of its number is on the page, and names of its actions."""

import re
from html import unescape

import pytest

import builders
from console.conftest import Client, LogInAs
from console.fragments import show, show_text
from match_fixtures import examine
from pricebook.console import match_list_pages
from pricebook.db.database import Connection, Database

PATH = "/console/matches/list"
SAWS = ("DeWalt DW745 table saw 250 mm", "Bosch GBH drill 13 mm", "Makita planer 82 mm")


async def items(conn: Connection, database: Database) -> None:
    """Insert three items with a candidate each, and two without."""
    supplier_id = await builders.supplier(conn, "Nordwerk")
    for name in SAWS:
        await builders.product(conn, name)
        await builders.item(conn, supplier_id, name=f"{name} on pallet")
    for name in ("Oddment", "Remnant"):
        await builders.item(conn, supplier_id, name=name)
    await examine(database)


def stated(text: str) -> str:
    (number,) = re.findall(r'<div class="actions summary">\s*<span role="status">([^<]+)<', text)
    return number


def following(text: str) -> str:
    (address,) = re.findall(r'rel="next" href="([^"]+)"', text)
    return unescape(address)


async def test_number_states_what_is_on_the_page_and_where_the_others_are(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await items(conn, database)
    await log_in_as("procurement")
    text = await show_text(client, PATH)
    assert stated(text) == (
        "5 items, 2 of them without a suggestion. 3 are on this page;"
        " those without a suggestion are on the next page."
    )
    last = await show_text(client, following(text))
    assert stated(last) == "5 items, 2 of them without a suggestion. 2 are on this page."
    assert stated(await show_text(client, f"{PATH}?band=none")) == "2 items"
    monkeypatch.setattr(match_list_pages, "SHOWN_ITEMS", "2")
    first = await show_text(client, PATH)
    assert "2 are on this page; those without a suggestion are on the last pages." in stated(first)
    second = await show_text(client, following(first))
    assert "1 is on this page; those without a suggestion are on the next page." in stated(second)


async def test_buttons_name_what_several_marked_items_become(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await items(conn, database)
    await log_in_as("procurement")
    text = await show(client, PATH)
    assert re.findall(r'data-several="([^"]+)"', text) == [
        "Accept all {n}",
        "Reject all {n} pairs",
        "Make {n} draft products",
    ]
    assert 'data-several="No product fits all {n}"' in await show(client, f"{PATH}?band=none")


def pager(text: str) -> tuple[str, list[str]]:
    """Return the words of the pager and the keys of its links."""
    (found,) = re.findall(r'<nav class="pager".*?</nav>', text, re.DOTALL)
    (words,) = re.findall("<span>([^<]+)</span>", found)
    return words, re.findall(r'data-key="(.)"', found)


async def test_pages_of_items_without_a_suggestion_go_on_with_the_numbers(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await items(conn, database)
    await log_in_as("procurement")
    monkeypatch.setattr(match_list_pages, "SHOWN_ITEMS", "1")
    address, seen = PATH, list[tuple[str, list[str]]]()
    for _ in range(5):
        text = await show_text(client, address)
        seen.append(pager(text))
        assert text.count("data-begin") == (address != PATH)
        address = following(text) if 'rel="next"' in text else ""
    assert seen == [
        ("page 1", ["n"]),
        *((f"page {n}", ["g", "n"]) for n in (2, 3, 4)),
        ("page 5", ["g"]),
    ]


@pytest.mark.parametrize("begin", ["x", "-2", "0", "9" * 30])
async def test_a_page_number_that_is_none_is_ignored(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database, begin: str
) -> None:
    await items(conn, database)
    await log_in_as("procurement")
    assert stated(await show_text(client, f"{PATH}?rest={begin}")).startswith("5 items")
