"""All matches of the filters: which are offered, and how many of each band are looked at."""

import re
from html import unescape
from uuid import UUID

import pytest

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import show
from match_fixtures import examine
from pricebook.console import match_list_pages, match_look
from pricebook.db.database import Connection, Database
from pricebook.db.row_types import fetch_value
from pricebook.matching import repository
from pricebook.matching.schemas import MatchQuery

PATH = "/console/matches/list"
LINKED = "SELECT count(product_id) FROM supplier_items"
RIVAL = "SELECT product_id FROM match_suggestions WHERE supplier_item_id = %s AND place = 2"


async def shelf(conn: Connection, database: Database) -> UUID:
    """Insert two items with a certain or likely candidate and one with a possible one."""
    supplier_id = await builders.supplier(conn, "Nordwerk")
    for product, item in (
        ("DeWalt DW745 table saw 250 mm", "DeWalt DW745 table saw 250 mm"),
        ("Claw hammer 450 g fiberglass handle", "Hammer claw 450 g fiberglass handle"),
        ("Bucket, White, 12 l", "Bucket black 12 l"),
    ):
        await builders.product(conn, product)
        await builders.item(conn, supplier_id, name=item)
    await examine(database)
    return supplier_id


def looks(text: str, action: str = "accept") -> list[str]:
    return [unescape(each) for each in re.findall(rf'href="([^"]+/all[^"]*action={action})"', text)]


async def test_possible_ones_are_not_accepted_with_the_others(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    supplier_id = await shelf(conn, database)
    await log_in_as("procurement")
    text = await show(client, f"{PATH}?supplier_id={supplier_id}")
    assert "Accept all 2 likely and certain without objections" in text
    (look,) = looks(text)
    text = await show(client, look)
    assert "1 certain, 1 likely" in text
    assert "Bucket" not in text
    assert f'href="{PATH}?supplier_id={supplier_id}"' in text
    fields = {"supplier_id": supplier_id, "min_band": "likely", "action": "accept"}
    done = await send(client, f"{PATH}/all", **fields, count="2")
    assert "2 linked." in done.text
    assert "Bucket" in done.text
    assert "likely and certain" not in done.text
    assert looks(done.text) == []
    assert await fetch_value(conn, LINKED) == 2


async def test_candidates_with_objections_are_not_accepted_at_once(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    supplier_id = await builders.supplier(conn, "Nordwerk")
    for name, item in (
        ("DeWalt DW745 table saw 250 mm", "DeWalt DW745 table saw 250 mm"),
        ("Bosch GBH226 drill 13 mm", "Bosch GBH226 drill 13 mm in a case"),
    ):
        await builders.product(conn, name)
        await builders.item(conn, supplier_id, name=item)
    await examine(database)
    await log_in_as("procurement")
    text = await show(client, PATH)
    assert "“case” in the item only" in text
    assert "Accept the one likely or certain without objections" in text
    (look,) = looks(text)
    text = await show(client, look)
    assert "Accept the best candidates without objections" in text
    assert "GBH226" not in text
    assert f'href="{PATH}"' in text
    done = await send(client, f"{PATH}/all", action="accept", count="1")
    assert "Linked." in done.text
    assert "GBH226" in done.text
    assert looks(done.text) == []
    late = await send(client, f"{PATH}/all", action="accept", band="likely", count="1")
    assert late.status_code == 409
    assert await fetch_value(conn, LINKED) == 1


async def test_possible_ones_are_accepted_under_their_own_filter_only(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    supplier_id = await shelf(conn, database)
    await log_in_as("procurement")
    assert looks(await show(client, f"{PATH}?band=possible")) == []
    for name in ("Garden rake long", "Garden rake wide"):
        await builders.product(conn, name)
    rake = await builders.item(conn, supplier_id, name="Leaf rake")
    await examine(database)
    assert looks(await show(client, f"{PATH}?band=possible")) == []  # either may be the product
    rival = await fetch_value(conn, RIVAL, [rake])
    await send(client, f"{PATH}/decide", action="reject", pair=f"{rake}:{rival}")
    text = await show(client, f"{PATH}?band=possible")
    assert "Accept the one of these filters without objections" in text
    (look,) = looks(text)
    text = await show(client, look)
    assert "Leaf rake" in text
    assert "Bucket" not in text
    assert "1 possible" in text
    without = await send(client, f"{PATH}/all", action="accept", count="3")
    assert without.status_code == 409
    assert "2 items pass the filter, not 3" in without.text
    assert await fetch_value(conn, LINKED) == 0


async def test_all_may_be_rejected_and_the_look_counts_each_band(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await shelf(conn, database)
    await log_in_as("procurement")
    (look,) = looks(await show(client, PATH), "reject")
    assert "1 certain, 1 likely, 1 possible" in await show(client, look)


async def test_list_and_queue_count_the_items_without_a_suggestion_alike(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    supplier_id = await shelf(conn, database)
    await builders.item(conn, supplier_id, name="Oddment")
    await examine(database)
    await log_in_as("procurement")
    text = await show(client, PATH)
    for each in (
        text,
        await show(client, "/console/matches"),
        await show(client, f"{PATH}?rest=1"),
    ):
        assert "4 items, 1 of them without a suggestion" in each
    assert "Reject the pairs of all 3 with a suggestion" in text
    assert "No product fits the one without a suggestion" in await show(client, f"{PATH}?rest=1")
    alone = await show(client, f"{PATH}?band=possible")
    assert ">1 item</span>" in alone
    assert "Reject the pair of these filters" in alone


async def test_many_items_with_words_are_not_counted_for_a_button(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await shelf(conn, database)
    await log_in_as("procurement")
    counted = await show(client, f"{PATH}?search=a")
    assert "Accept all 2 likely and certain without objections" in counted
    monkeypatch.setattr(match_list_pages, "MAX_WITH_WORDS", 1)
    assert "Accept all likely and certain without objections" in (
        await show(client, f"{PATH}?search=a")
    )


async def test_more_items_than_are_decided_at_once_are_counted_up_to_that_number(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await shelf(conn, database)
    await log_in_as("procurement")
    monkeypatch.setattr(match_look, "MAX_FILTERED", 1)
    text = await show(client, f"{PATH}/all?action=accept")
    assert "1 certain" not in text
    assert 'name="count"' not in text
    async with database.connection() as reading:
        wanted = MatchQuery(min_band="likely")
        counted = await repository.count_bands(reading, wanted, (), 1)
        assert sum(counted.values()) == 1
        assert sum((await repository.count_bands(reading, wanted, (), 2)).values()) == 2
