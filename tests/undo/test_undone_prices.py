"""Price changes that were undone: kept in the history, left out of the report unless requested."""

import csv
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from import_fixtures import rows
from merge_fixtures import MergeRows, item_row, item_rows
from pricebook.db.database import Connection, Database
from pricebook.undo import service

Client = AsyncTestClient[Litestar]
CHANGES = "/api/v1/admin/price-changes"
LINKED = """
    WITH product AS (
        INSERT INTO products (internal_sku, name, status, target_price)
        SELECT 'P-' || supplier_sku, name, 'active', 100 FROM supplier_items RETURNING *
    )
    UPDATE supplier_items SET product_id = product.id FROM product
    WHERE internal_sku = 'P-' || supplier_sku
"""
PRODUCT = "SELECT id FROM products WHERE internal_sku = 'P-A1'"
Change = tuple[str, str, str]


async def changes(client: Client, **query: Any) -> list[Change]:
    response = await client.get(CHANGES, params={"sort": "newest", **query})
    assert response.status_code == 200, response.text
    return sorted(
        (each["supplier_sku"], each["old_price"], each["price"]) for each in response.json()["data"]
    )


@pytest.fixture
async def undo_id(merge_rows: MergeRows, conn: Connection, database: Database) -> UUID:
    """A rise by 10 %, then an import of ten times the prices, which was undone but for A3."""
    await merge_rows(item_rows(3))
    await conn.execute(LINKED)
    await merge_rows(item_rows(3, "11.00"))
    wrong = await merge_rows(item_rows(3, "110.00"))
    await merge_rows([*item_rows(2, "110.00"), item_row("A3", "12.00")])
    undo = await service.undo_inline(database, wrong.task_id, "anna", 10)
    assert undo.undo is not None
    assert (undo.undo.restored, undo.undo.left_as_is) == (2, 1)
    return undo.id


RISE = [("A1", "10.00", "11.00"), ("A2", "10.00", "11.00"), ("A3", "10.00", "11.00")]
LEFT = [("A3", "11.00", "110.00"), ("A3", "110.00", "12.00")]
UNDONE = [
    ("A1", "11.00", "110.00"),
    ("A1", "110.00", "11.00"),
    ("A2", "11.00", "110.00"),
    ("A2", "110.00", "11.00"),
]


@pytest.mark.usefixtures("undo_id")
async def test_report_lacks_what_was_undone(sales: Client) -> None:
    assert await changes(sales) == sorted([*RISE, *LEFT])
    assert await changes(sales, undone="false", direction="down") == [LEFT[1]]
    for sort in ("margin_loss", "margin_gain", "percent_up", "percent_down"):
        assert await changes(sales, sort=sort) == sorted([*RISE, *LEFT])
    page = (await sales.get(CHANGES)).json()
    assert {(each["undone_by"], each["state"]) for each in page["data"]} == {(None, "counted")}


async def test_undone_changes_are_listed_if_asked_for(sales: Client, undo_id: UUID) -> None:
    assert await changes(sales, undone="true") == UNDONE
    assert await changes(sales, undone="true", direction="up", min_percent=900) == UNDONE[::2]
    assert await changes(sales, undone="true", direction="down", min_percent=90) == UNDONE[1::2]
    page = (await sales.get(CHANGES, params={"undone": "true"})).json()
    assert {each["undone_by"] for each in page["data"]} == {str(undo_id)}
    assert {(each["state"], each["margin_change"]) for each in page["data"]} == {
        ("undone", "-99.00"),
        ("restored", "99.00"),
    }


async def test_file_states_which_change_was_undone_and_which_restored_the_price(
    sales: Client, undo_id: UUID
) -> None:
    exported = await sales.get(f"{CHANGES}/export", params={"undone": "true", "sort": "newest"})
    lines = list(csv.DictReader(exported.text.splitlines()))
    assert sorted((line["supplier_sku"], line["price"], line["state"]) for line in lines) == [
        ("A1", "11.00", "restored"),
        ("A1", "110.00", "undone"),
        ("A2", "11.00", "restored"),
        ("A2", "110.00", "undone"),
    ]
    assert {(line["undone_by"], line["currency"]) for line in lines} == {(str(undo_id), "USD")}
    counted = (await sales.get(f"{CHANGES}/export")).text.splitlines()
    assert {(line["undone_by"], line["state"]) for line in csv.DictReader(counted)} == {
        ("", "counted")
    }


@pytest.mark.usefixtures("undo_id")
async def test_a_cursor_belongs_to_one_of_both(sales: Client) -> None:
    query: dict[str, Any] = {"undone": "true", "limit": 1}
    cursor = (await sales.get(CHANGES, params=query)).json()["next_cursor"]
    assert (await sales.get(CHANGES, params=query | {"cursor": cursor})).status_code == 200
    assert (await sales.get(CHANGES, params={"limit": 1, "cursor": cursor})).status_code == 400


@pytest.mark.usefixtures("undo_id")
async def test_sums_and_file_lack_what_was_undone(sales: Client) -> None:
    (supplier,) = (await sales.get(f"{CHANGES}/suppliers")).json()["data"]
    assert (supplier["raised"], supplier["lowered"], supplier["margin_change"]) == (4, 1, "-4.00")
    (undone,) = (await sales.get(f"{CHANGES}/suppliers", params={"undone": "true"})).json()["data"]
    assert (undone["raised"], undone["lowered"], undone["margin_change"]) == (2, 2, "0.00")
    exported = await sales.get(f"{CHANGES}/suppliers/export", params={"undone": "true"})
    (line,) = csv.DictReader(exported.text.splitlines())
    assert (line["raised"], line["margin_change"], line["currency"]) == ("2", "0.00", "USD")
    for query, expected in (({}, len(RISE + LEFT)), ({"undone": "true"}, len(UNDONE))):
        response = await sales.get(f"{CHANGES}/export", params=query)
        lines = list(csv.DictReader(response.text.splitlines()))
        assert len(lines) == expected
        assert all(line["old_price"] for line in lines)


@pytest.mark.usefixtures("undo_id")
async def test_prices_of_the_past_keep_what_was_undone(sales: Client, conn: Connection) -> None:
    ((product_id,),) = await rows(conn, PRODUCT)
    times = await rows(
        conn,
        """
        SELECT recorded_at, price::text FROM price_history
        WHERE product_id = (SELECT id FROM products WHERE internal_sku = 'P-A1')
        ORDER BY recorded_at
        """,
    )
    assert [price for _, price in times] == ["11.00", "110.00", "11.00"]
    for at, price in times:
        path = f"/api/v1/admin/products/{product_id}/prices"
        assert isinstance(at, datetime)
        found = (await sales.get(path, params={"as_of": f"{at.astimezone(UTC):%FT%T.%fZ}"})).json()
        assert found["lowest"] == price


@pytest.mark.usefixtures("undo_id")
async def test_item_was_listed_before_its_first_kept_price(sales: Client, conn: Connection) -> None:
    """Of a month that is no longer kept; the first price since then was undone."""
    ((product_id,),) = await rows(conn, PRODUCT)
    await conn.execute("DELETE FROM price_history WHERE undone_by IS NULL")
    await conn.execute("UPDATE supplier_items SET created_at = '2020-01-01'")
    path = f"/api/v1/admin/products/{product_id}/prices"
    found = (await sales.get(path, params={"as_of": "2021-01-01"})).json()
    assert [each["state"] for each in found["prices"]] == ["unknown"]


async def test_each_of_two_undone_imports_has_its_undo(
    merge_rows: MergeRows, sales: Client, database: Database
) -> None:
    await merge_rows(item_rows(1))
    first = await merge_rows(item_rows(1, "20.00"))
    second = await merge_rows(item_rows(1, "30.00"))
    undos = [
        await service.undo_inline(database, each.task_id, "anna", 10) for each in (second, first)
    ]
    assert await changes(sales) == []
    page = (await sales.get(CHANGES, params={"undone": "true", "sort": "newest"})).json()
    assert [(each["price"], each["state"], each["undone_by"]) for each in page["data"]] == [
        ("10.00", "restored", str(undos[1].id)),
        ("20.00", "restored", str(undos[0].id)),
        ("30.00", "undone", str(undos[0].id)),
        ("20.00", "undone", str(undos[1].id)),
    ]


async def test_import_before_the_migration_is_undone_as_before(
    merge_rows: MergeRows, sales: Client, conn: Connection, database: Database
) -> None:
    """The time of its transaction is unknown: both changes count, so that sums are right."""
    await merge_rows(item_rows(1))
    wrong = await merge_rows(item_rows(1, "20.00"))
    await conn.execute("UPDATE ingestion_tasks SET changes_at = NULL")
    await service.undo_inline(database, wrong.task_id, "anna", 10)
    assert await changes(sales) == [("A1", "10.00", "20.00"), ("A1", "20.00", "10.00")]
