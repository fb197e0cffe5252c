"""All that speaks against a pair is named wherever the pair is shown, each as one of a list."""

import re
from uuid import UUID

import pytest

import builders
from console.conftest import Client, LogInAs
from console.fragments import show_text
from match_fixtures import examine
from pricebook.db.database import Connection, Database

OBJECTIONS = ["13 mm, product 10 mm", "colour red, product blue", "size large, product small"]


def lists_of(text: str) -> list[list[str]]:
    """Return the objections of each pair of a page that has several."""
    lists = re.findall(r'<ul class="objections">(.*?)</ul>', text, re.DOTALL)
    return [re.findall("<li>([^<]*)</li>", each) for each in lists]


@pytest.fixture
async def pair_ids(conn: Connection, database: Database) -> tuple[UUID, UUID]:
    """Insert a product and an item that differ in three ways; return their ids."""
    product_id = await builders.product(conn, "Nordwerk hammer drill blue 10 mm small")
    item_id = await builders.item(
        conn, await builders.supplier(conn), name="Nordwerk hammer drill red 13 mm large"
    )
    await examine(database)
    return product_id, item_id


async def test_each_page_of_a_pair_names_all_objections(
    client: Client, log_in_as: LogInAs, pair_ids: tuple[UUID, UUID]
) -> None:
    product_id, item_id = pair_ids
    await log_in_as("procurement")
    for path in (
        "/console/matches",
        "/console/matches/list",
        "/console/matches/list/all?action=reject",
        f"/console/matches/items/{item_id}/search?product=hammer",
        f"/console/products/{product_id}?link=hammer",
    ):
        assert lists_of(await show_text(client, path)) == [OBJECTIONS], path


async def test_one_objection_is_no_list(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await builders.product(conn, "Nordwerk hammer drill 10 mm")
    await builders.item(conn, await builders.supplier(conn), name="Nordwerk hammer drill 13 mm")
    await examine(database)
    await log_in_as("procurement")
    text = await show_text(client, "/console/matches/list")
    assert lists_of(text) == []
    assert '<p class="against"><span class="quiet">Against:</span> 13 mm, product 10 mm</p>' in text


@pytest.mark.usefixtures("pair_ids")
async def test_item_that_is_not_suggested_has_no_facts_of_the_pair(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    other = await builders.product(conn, "Bucket")
    await log_in_as("procurement")
    text = await show_text(client, f"/console/products/{other}?link=hammer")
    assert "Nordwerk hammer drill red" in text
    assert "Against:" not in text
