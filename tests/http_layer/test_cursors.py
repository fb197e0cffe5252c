"""Every list for staff can be walked by cursor while rows are added and deleted."""

from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection

Client = AsyncTestClient[Litestar]
PREFIX = "/api/v1/admin"
NUMBER = 7
# By path: the statement that adds rows to the list, named by a letter; `{}` is the letter.
LISTS: dict[str, str] = {
    "/products": "INSERT INTO products (internal_sku, name) SELECT '{0}' || n, '{0}' || n",
    "/categories": "INSERT INTO categories (name) SELECT '{0}' || n",
    "/suppliers": "INSERT INTO suppliers (name, source_type) SELECT '{0}' || n, 'csv'",
    "/suppliers/unmatched": """
        INSERT INTO supplier_items (supplier_id, supplier_sku, name, current_price)
        SELECT (SELECT id FROM suppliers LIMIT 1), '{0}' || n, '{0}', 1""",
    "/tasks": """
        INSERT INTO ingestion_tasks (supplier_name, parser_type, state, completed_at)
        SELECT '{0}' || n, 'csv', 'failed', now()""",
    "/exchange-rates": """
        INSERT INTO exchange_rates (base, currency, date, rate, source)
        SELECT 'EUR', 'U' || '{0}' || chr(65 + n), current_date, 1, 'manual'""",
    "/matches/runs": """
        INSERT INTO match_runs (state, requested_by) SELECT 'succeeded', '{0}' || n""",
    "/matches/batches": """
        INSERT INTO match_batches (kind, created_by) SELECT 'decisions', '{0}' || n""",
    "/product-imports": """
        INSERT INTO product_imports (state, file_name) SELECT 'failed', '{0}' || n""",
}


async def add(conn: Connection, path: str, letter: str) -> None:
    statement = LISTS[path].format(letter) + f" FROM generate_series(1, {NUMBER}) AS n"
    await conn.execute(statement.encode())


async def get(client: Client, path: str, **query: Any) -> dict[str, Any]:
    response = await client.get(PREFIX + path, params=query)
    assert response.status_code == 200, response.text
    return response.json()


def identity(row: dict[str, Any]) -> str:
    return row.get("id") or row["currency"]


@pytest.mark.parametrize("path", LISTS)
async def test_walk_by_cursor(admin: Client, conn: Connection, path: str) -> None:
    await builders.supplier(conn, "M")
    await add(conn, path, "M")
    expected = [identity(row) for row in (await get(admin, path))["data"]]
    assert len(expected) in {NUMBER, NUMBER + 1}
    met: list[str] = []
    cursor: dict[str, str] = {}
    for number in range(1, 9):
        page = await get(admin, path, limit=2, **cursor)
        assert page["page"] == number
        met += [identity(row) for row in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
        if number == 1:  # before the position and after it
            await add(conn, path, "A")
            await add(conn, path, "Z")
    assert [each for each in met if each in expected] == expected
    assert len(met) == len(set(met))


async def test_cursor_belongs_to_filters_and_sort(sales: Client, conn: Connection) -> None:
    await add(conn, "/products", "M")
    cursor = (await get(sales, "/products", limit=2))["next_cursor"]
    query = {"limit": 2, "cursor": cursor}
    assert (await get(sales, "/products", **query))["page"] == 2
    for more in ({"status": "draft"}, {"sort": "-name"}, {"page": 2}, {"cursor": cursor + "x"}):
        response = await sales.get(f"{PREFIX}/products", params=query | more)
        assert response.status_code == 400, more


PAIRS = [
    ("/categories", "/suppliers"),
    ("/matches/runs", "/matches/batches"),
    ("/matches/batches", "/product-imports"),
    ("/product-imports", "/matches/runs"),
]


@pytest.mark.parametrize(("path", "other"), PAIRS)
async def test_cursor_belongs_to_its_list(
    admin: Client, conn: Connection, path: str, other: str
) -> None:
    await add(conn, path, "M")
    cursor = (await get(admin, path, limit=2))["next_cursor"]
    assert (await get(admin, path, limit=2, cursor=cursor))["page"] == 2
    response = await admin.get(PREFIX + other, params={"limit": 2, "cursor": cursor})
    assert response.status_code == 400
    assert "cursor" in response.text


async def test_cursor_belongs_to_the_item_or_task_of_its_list(
    admin: Client, conn: Connection
) -> None:
    supplier_id = await builders.supplier(conn)
    for sku in "AB":
        await builders.item(conn, supplier_id, sku=sku)
    await conn.execute("UPDATE supplier_items SET current_price = 11")
    await add(conn, "/tasks", "M")
    await conn.execute("""
        INSERT INTO parsing_logs (task_id, supplier_id, error_type, error_message, row_number)
        SELECT task.id, supplier.id, 'missing_price', '', n
        FROM ingestion_tasks AS task, suppliers AS supplier, generate_series(1, 3) AS n""")
    ids = {
        "/supplier-items/{}/price-history": "SELECT id FROM supplier_items",
        "/tasks/{}/errors": "SELECT id FROM ingestion_tasks LIMIT 2",
    }
    for path, statement in ids.items():
        rows = await (await conn.execute(statement.encode())).fetchall()
        first, second = (path.format(row_id) for (row_id,) in rows)
        cursor = (await get(admin, first, limit=1))["next_cursor"]
        assert (await get(admin, first, limit=1, cursor=cursor))["page"] == 2
        response = await admin.get(PREFIX + second, params={"limit": 1, "cursor": cursor})
        assert response.status_code == 400, path
        assert "cursor" in response.text


async def test_rows_are_counted_exactly_on_request(sales: Client, conn: Connection) -> None:
    await add(conn, "/products", "M")
    page = await get(sales, "/products", limit=2, exact_count="true")
    assert (page["total_count"], page["total_count_is_exact"]) == (NUMBER, True)
    supplier_id = await builders.supplier(conn)
    item_id = await builders.item(conn, supplier_id)
    history = await get(sales, f"/supplier-items/{item_id}/price-history")
    assert (history["total_count"], len(history["data"]), history["next_cursor"]) == (1, 1, None)
    unknown = await sales.get(f"{PREFIX}/supplier-items/{uuid4()}/price-history")
    assert unknown.status_code == 404
