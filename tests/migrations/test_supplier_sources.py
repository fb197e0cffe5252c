"""Rows of suppliers as the earlier system wrote them: their source is found where it belongs."""

from typing import Any

import psycopg
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg.types.json import Jsonb

import builders
from pricebook.db import migrations
from pricebook.db.database import Connection

SHEET = "https://docs.google.com/spreadsheets/d/1"
OTHER_SHEET = "https://docs.google.com/spreadsheets/d/2"
CASES: list[tuple[Any, Any]] = [
    ({"spreadsheet_url": SHEET}, {"source_config": {"spreadsheet_url": SHEET}}),
    ({"sheet_url": SHEET}, {"source_config": {"spreadsheet_url": SHEET}}),
    (
        {"source_url": SHEET, "sheet_url": SHEET, "sheet_name": "May", "owner": "Eve"},
        {"source_config": {"spreadsheet_url": SHEET, "sheet_name": "May"}, "owner": "Eve"},
    ),
    (
        {"sheet_name": "May", "source_url": None, "source_config": {"delimiter": ";"}},
        {"source_config": {"sheet_name": "May", "delimiter": ";"}},
    ),
    (
        {"sheet_url": SHEET, "source_config": {"spreadsheet_url": OTHER_SHEET}, "found": {}},
        {"source_config": {"spreadsheet_url": OTHER_SHEET}, "found": {}},
    ),
    (
        {"sheet_url": SHEET, "source_url": OTHER_SHEET},
        {"source_config": {"sheet_url": SHEET, "source_url": OTHER_SHEET}},
    ),
    ({"source_config": {"url": "https://a.example/b.csv"}}, None),
    ({}, None),
    (["sheet_url"], None),
]
INSERT = "INSERT INTO suppliers (name, source_type, metadata) VALUES (%s, 'google_sheets', %s)"


def stored_metadata(conn: psycopg.Connection) -> list[Any]:
    return [row for (row,) in conn.execute("SELECT metadata FROM suppliers ORDER BY name")]


def test_migrating_moves_the_source_of_stored_rows(database_url: str) -> None:
    migrations.downgrade(database_url, "0017")
    with psycopg.connect(database_url) as conn:
        for number, (metadata, _) in enumerate(CASES):
            conn.execute(INSERT, [f"Supplier {number}", Jsonb(metadata)])
        written_at = conn.execute("SELECT updated_at FROM suppliers ORDER BY name").fetchall()
    migrations.upgrade(database_url)
    expected = [metadata if moved is None else moved for metadata, moved in CASES]
    with psycopg.connect(database_url) as conn:
        assert stored_metadata(conn) == expected
        now = conn.execute("SELECT updated_at FROM suppliers ORDER BY name").fetchall()
    untouched = [moved is None for _, moved in CASES]
    assert [a == b for a, b in zip(written_at, now, strict=True)] == untouched
    migrations.downgrade(database_url, "0017")
    with psycopg.connect(database_url) as conn:
        assert stored_metadata(conn) == expected
    migrations.upgrade(database_url)


@pytest.mark.parametrize(("metadata", "moved"), CASES)
def test_a_row_that_is_written_later_is_moved_too(
    database_url: str, metadata: Any, moved: Any
) -> None:
    with psycopg.connect(database_url) as conn:
        conn.execute(INSERT, ["Inserted", Jsonb(metadata)])
        conn.execute(INSERT, ["Updated", Jsonb({})])
        conn.execute("UPDATE suppliers SET metadata = %s WHERE name = 'Updated'", [Jsonb(metadata)])
        expected = metadata if moved is None else moved
        assert stored_metadata(conn) == [expected, expected]


async def test_a_supplier_of_the_earlier_system_can_be_synced(
    admin: AsyncTestClient[Litestar], conn: Connection
) -> None:
    supplier_id = await builders.supplier(conn, "ACME")
    await conn.execute("UPDATE suppliers SET metadata = %s", [Jsonb({"sheet_url": SHEET})])
    shown = await admin.get(f"/api/v1/admin/suppliers/{supplier_id}")
    assert shown.json()["source_config"] == {"spreadsheet_url": SHEET}
    response = await admin.post("/api/v1/admin/sync", json={"supplier_id": str(supplier_id)})
    assert response.status_code == 202, response.text
    task = await admin.get(response.headers["location"])
    assert task.json()["source_config"] == {"spreadsheet_url": SHEET}
