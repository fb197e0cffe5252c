import csv
from io import StringIO
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.catalog import repository, service
from pricebook.catalog.export import FORMATS, NDJSON
from pricebook.catalog.schemas import ExportQuery
from pricebook.db.database import Connection, Database

Client = AsyncTestClient[Litestar]
PATH = "/api/v1/catalog/export"


async def ndjson(client: Client, **parameters: Any) -> list[dict[str, Any]]:
    response = await client.get(PATH, params=parameters)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("application/x-ndjson")
    assert 'filename="catalog.ndjson"' in response.headers["content-disposition"]
    return [msgspec.json.decode(line) for line in response.content.splitlines()]


async def table(client: Client, **parameters: Any) -> list[dict[str, str]]:
    response = await client.get(PATH, params={"format": "csv", **parameters})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(response.text, newline="")))


async def test_export_equals_the_pages(client: Client, conn: Connection) -> None:
    tools = await builders.category(conn, "Tools")
    await builders.offered_product(conn, "Saw “large”\nred", "30", "10.125", category_id=tools)
    await builders.product(conn, "Axe")
    await builders.product(conn, "Draft", status="draft")
    page = (await client.get("/api/v1/catalog")).json()["data"]
    assert await ndjson(client) == page
    as_text = [{name: str(value or "") for name, value in row.items()} for row in page]
    assert await table(client) == [
        {**row, "supplier_count": str(shown["supplier_count"])}
        for row, shown in zip(as_text, page, strict=True)
    ]


async def test_export_applies_filters_and_sort(client: Client, conn: Connection) -> None:
    for number in range(4):
        await builders.offered_product(conn, f"Saw {number}", str(number + 1))
    await builders.offered_product(conn, "Axe", "9")
    rows = await ndjson(client, search="saw", min_price=2, sort="-price")
    assert [row["name"] for row in rows] == ["Saw 3", "Saw 2", "Saw 1"]


async def test_accept_selects_the_format_without_a_parameter(client: Client) -> None:
    for accept, parameters, media_type in (
        ("text/csv", {}, "text/csv"),
        ("*/*", {}, "application/x-ndjson"),
        ("text/csv", {"format": "ndjson"}, "application/x-ndjson"),
    ):
        response = await client.get(PATH, params=parameters, headers={"Accept": accept})
        assert response.headers["content-type"].startswith(media_type)
        assert response.headers["vary"] == "Accept"


async def test_empty_export_has_at_most_a_header(client: Client) -> None:
    assert await ndjson(client) == []
    assert (await client.get(PATH, params={"format": "csv"})).text.startswith("id,internal_sku,")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
async def test_formulas_are_escaped(client: Client, conn: Connection, start: str) -> None:
    text = f"{start}HYPERLINK(1)"
    await builders.product(conn, text, sku=text)
    (row,) = await table(client)
    assert row["name"] == row["internal_sku"] == "'" + text
    (shown,) = await ndjson(client)
    assert shown["name"] == text


@pytest.mark.parametrize("query", ["page=2", "limit=5", "cursor=x", "format=xml", "min_price=-1"])
async def test_unknown_parameter_or_format_is_rejected(client: Client, query: str) -> None:
    assert (await client.get(f"{PATH}?{query}")).status_code == 400


async def test_export_is_read_in_batches(
    database: Database, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "EXPORT_ROWS", 2)
    for _ in range(5):
        await builders.product(conn)
    chunks = service.export_products(database, ExportQuery(), FORMATS[NDJSON], "192.0.2.1")
    assert [len(chunk.splitlines()) async for chunk in chunks] == [2, 2, 1, 0]
