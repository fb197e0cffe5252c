"""CSV has routes of its own; `Accept: text/csv` on the lists returns the same bytes."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg.types.json import Jsonb

import builders
from pricebook.db.database import Connection

Client = AsyncTestClient[Litestar]
CSV = {"Accept": "text/csv"}
JSON = {"Accept": "application/json"}


async def task_with_row_errors(conn: Connection) -> UUID:
    supplier_id = await builders.supplier(conn)
    cursor = await conn.execute(
        "INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, state,"
        " completed_at) VALUES (%s, 'Nordwerk', 'csv', 'partially_succeeded', now()) RETURNING id",
        [supplier_id],
    )
    row = await cursor.fetchone()
    assert row
    (task_id,) = row
    await conn.execute(
        "INSERT INTO parsing_logs (task_id, supplier_id, error_type, error_message, row_number,"
        " row_data) VALUES (%s, %s, 'missing_price', 'The price is missing.', 3, %s)",
        [task_id, supplier_id, Jsonb(["A-2", "Saw", ""])],
    )
    return task_id


async def csv_text(client: Client, path: str, headers: dict[str, str], **query: Any) -> str:
    response = await client.get(path, headers=headers, params=query)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"].startswith("attachment; filename=")
    return response.text


async def test_products_export_is_the_csv_of_the_list(sales: Client, conn: Connection) -> None:
    await builders.offered_product(conn, "Saw", "10", target_price="20")
    await builders.offered_product(conn, "Axe", "10", target_price="20")
    path = "/api/v1/admin/products"
    exported = await csv_text(sales, f"{path}/export", JSON, search="saw")
    assert "Saw" in exported
    assert "Axe" not in exported
    assert exported == await csv_text(sales, path, CSV, search="saw", page=7)


async def test_row_errors_export_is_the_csv_of_the_list(admin: Client, conn: Connection) -> None:
    path = f"/api/v1/admin/tasks/{await task_with_row_errors(conn)}/errors"
    exported = await csv_text(admin, f"{path}/export", JSON)
    assert "A-2 | Saw" in exported
    assert exported == await csv_text(admin, path, CSV)


async def test_row_errors_export_of_an_unknown_task_is_a_404(admin: Client) -> None:
    response = await admin.get(f"/api/v1/admin/tasks/{uuid4()}/errors/export")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")


async def test_catalog_export_csv_is_the_csv_of_the_export(
    client: Client, conn: Connection
) -> None:
    await builders.offered_product(conn, "Saw", "10")
    path = "/api/v1/catalog/export"
    exported = await csv_text(client, f"{path}/csv", JSON)
    assert "Saw" in exported
    assert exported == await csv_text(client, path, CSV)
    assert exported == await csv_text(client, path, JSON, format="csv")


@pytest.mark.parametrize(
    "path", ["/api/v1/admin/products/export", "/api/v1/catalog/export/csv?format=csv"]
)
async def test_exports_refuse_parameters_of_the_list(sales: Client, path: str) -> None:
    query = "" if "?" in path else "?limit=10"
    response = await sales.get(path + query)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
