import asyncio
import csv
from contextlib import suppress
from io import StringIO
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg.types.json import Jsonb

import builders
from pricebook.db.database import Connection, Database
from pricebook.errors import DatabaseUnavailableError
from pricebook.http.safe_csv import cell, lines
from pricebook.products import repository, service
from pricebook.products.export_columns import EXPORT_HEADER
from pricebook.products.list_filters import StaffProductQuery

Client = AsyncTestClient[Litestar]


async def export(client: Client, **parameters: Any) -> list[dict[str, str]]:
    response = await client.get(
        "/api/v1/admin/products", params=parameters, headers={"Accept": "text/csv"}
    )
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["content-disposition"]
    reader = csv.DictReader(StringIO(response.text, newline=""))
    rows = list(reader)
    assert reader.fieldnames == list(EXPORT_HEADER)
    return rows


async def test_an_export_has_a_line_per_item_and_one_for_a_product_without_items(
    sales: Client, conn: Connection
) -> None:
    product_id = await builders.offered_product(
        conn, "Saw, “large”", "30", "10", sku="S", target_price="20.5"
    )
    await builders.product(conn, "Axe", status="draft")
    axe, cheap, dear = await export(sales)
    assert (axe["name"], axe["status"], axe["target_price"]) == ("Axe", "draft", "")
    assert {axe[name] for name in EXPORT_HEADER[6:]} == {""}
    assert cheap["id"] == dear["id"] == str(product_id)
    assert (cheap["name"], cheap["internal_sku"]) == ("Saw, “large”", "S")
    assert (cheap["target_price"], cheap["margin_percentage"]) == ("20.50", "51.22")
    assert (cheap["current_price"], dear["current_price"]) == ("10.00", "30.00")
    assert cheap["last_ingested_at"].endswith("Z")
    assert "T" in cheap["last_ingested_at"]


async def test_it_exports_all_that_the_filters_match_whatever_the_page(
    sales: Client, conn: Connection
) -> None:
    for number in range(7):
        await builders.offered_product(conn, f"Saw {number}", "10", target_price="20")
    await builders.offered_product(conn, "Axe", "10", target_price="20")
    rows = await export(sales, search="saw", min_margin=1, page=2, limit=3)
    assert [row["name"] for row in rows] == [f"Saw {number}" for number in range(7)]


async def test_an_empty_result_has_only_a_header(sales: Client) -> None:
    assert await export(sales) == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
async def test_formulas_are_escaped(sales: Client, conn: Connection, start: str) -> None:
    text = f"{start}HYPERLINK(1)"
    supplier_id = await builders.supplier(conn, text)
    product_id = await builders.product(conn, text, sku=text, target_price="10")
    item_id = await builders.item(
        conn, supplier_id, "25", product_id=product_id, sku=text, name=text
    )
    await conn.execute(
        "UPDATE supplier_items SET characteristics = %s WHERE id = %s",
        [Jsonb({"colour": text}), item_id],
    )
    (row,) = await export(sales)
    texts = ("internal_sku", "name", "supplier_name", "supplier_sku", "supplier_item_name")
    assert {row[name] for name in texts} == {"'" + text}
    assert row["margin_percentage"] == "-150.00"
    assert row["characteristics"].startswith("{")


def test_numbers_stay_numbers_and_lines_end_as_the_standard_says() -> None:
    assert lines([[-1.5, None, "-1", "a\nb"]]) == '-1.5,,\'-1,"a\nb"\r\n'
    assert cell("") == ""


async def test_other_accept_headers_get_json(sales: Client) -> None:
    for accept in ("*/*", "text/html", "application/json, text/csv;q=0.5"):
        response = await sales.get("/api/v1/admin/products", headers={"Accept": accept})
        assert response.headers["content-type"].startswith("application/json")


async def test_rows_are_read_in_batches_and_closing_the_export_frees_the_connection(
    database: Database, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "EXPORT_ROWS", 2)
    for _ in range(10):
        await builders.product(conn)
    chunks = service.export_products(database, StaffProductQuery())
    first = await anext(chunks)
    assert len(first.splitlines()) == 3
    with pytest.raises(DatabaseUnavailableError, match="Too many exports"):
        await anext(service.export_products(database, StaffProductQuery()))
    await chunks.aclose()
    again = [chunk async for chunk in service.export_products(database, StaffProductQuery())]
    assert [len(chunk.splitlines()) for chunk in again] == [3, 2, 2, 2, 2]


async def test_a_dropped_export_is_closed_too(
    database: Database, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "EXPORT_ROWS", 2)
    for _ in range(10):
        await builders.product(conn)

    async def leave() -> None:
        async for _ in service.export_products(database, StaffProductQuery()):
            break

    await leave()
    chunks: list[str] = []
    async with asyncio.timeout(120):
        while not chunks:
            with suppress(DatabaseUnavailableError):
                chunks = [
                    each async for each in service.export_products(database, StaffProductQuery())
                ]
            await asyncio.sleep(0.01)
