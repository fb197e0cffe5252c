from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection

Client = AsyncTestClient[Litestar]
SUPPLIERS = "/api/v1/admin/suppliers"
ACME: dict[str, Any] = {"name": "ACME", "source_type": "csv"}


async def create(client: Client, **body: Any) -> dict[str, Any]:
    response = await client.post(SUPPLIERS, json=ACME | body)
    assert response.status_code == 201, response.text
    assert response.headers["location"] == f"{SUPPLIERS}/{response.json()['id']}"
    return response.json()


async def test_a_supplier_is_made_and_found(admin: Client) -> None:
    config = {
        "url": "https://example.org/list.csv",
        "column_mapping": {"sku": "Code", "price": "Net"},
        "header_row": 3,
        "delimiter": ";",
        "encoding": "cp1251",
        "decimal_separator": ",",
        "characteristic_columns": ["Colour"],
    }
    made = await create(
        admin, name="  ACME\u00a0", source_config=config, contact_email="a.b@example.org"
    )
    assert (await admin.get(f"{SUPPLIERS}/{made['id']}")).json() == made
    assert (await admin.get(SUPPLIERS)).json() == {
        "total_count": 1,
        "total_count_is_exact": True,
        "page": 1,
        "limit": 50,
        "next_cursor": None,
        "data": [made],
    }
    assert made.pop("created_at").endswith("Z")
    assert made.pop("updated_at").endswith("Z")
    assert made.pop("id")
    assert made == {
        "name": "ACME",
        "source_type": "csv",
        "source_config": config,
        "credentials": None,
        "contact_email": "a.b@example.org",
        "is_active": True,
        "deleting_since": None,
        "items_count": 0,
        "last_task": None,
        "expected_list": None,
    }


@pytest.mark.parametrize("name", ["spreadsheet_url", "sheet_url", "source_url"])
async def test_older_names_of_spreadsheet_url_are_accepted(admin: Client, name: str) -> None:
    made = await create(admin, source_config={name: "https://docs.google.com/x", "encoding": None})
    assert made["source_config"] == {"spreadsheet_url": "https://docs.google.com/x"}


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 256}),
        ("name", {"name": "a\0"}),
        ("source_type", {"source_type": "pdf"}),
        ("contact_email", {"contact_email": "acme"}),
        ("contact_email", {"contact_email": "a@b c.org"}),
        ("contact_email", {"contact_email": "a@b@c.org"}),
        ("is_active", {"is_active": "yes"}),
        ("is_active", {"is_active": None}),
        ("colour", {"colour": "red"}),
        ("source_config", {"source_config": {"colour": "red"}}),
        ("source_config.header_row", {"source_config": {"header_row": -1}}),
        ("source_config.header_row", {"source_config": {"header_row": "3"}}),
        ("source_config.url", {"source_config": {"url": "http://example.org"}}),
        ("source_config.url", {"source_config": {"url": "https://ann:pa55@example.org"}}),
        (
            "source_config.spreadsheet_url",
            {"source_config": {"spreadsheet_url": "https://ann@docs.google.com/x"}},
        ),
        ("source_config.encoding", {"source_config": {"encoding": "klingon"}}),
        ("source_config.delimiter", {"source_config": {"delimiter": ";;"}}),
        ("source_config.decimal_separator", {"source_config": {"decimal_separator": "'"}}),
        ("source_config.currency", {"source_config": {"currency": "euro"}}),
        ("source_config.price_quantity", {"source_config": {"price_quantity": 0}}),
        ("source_config.vat_rate", {"source_config": {"vat_rate": "-1"}}),
        ("source_config.vat_rate", {"source_config": {"vat_rate": "NaN"}}),
        ("source_config.discount", {"source_config": {"discount": "30+"}}),
        ("source_config.discount_groups.A", {"source_config": {"discount_groups": {"A": "x"}}}),
        ("source_config.discount_base", {"source_config": {"discount_base": "cost"}}),
        ("source_config.spreadsheet_url", {"source_config": {"sheet_url": "a", "source_url": "b"}}),
        ("source_config", {"source_config": {"sheet_name": "a\0"}}),
    ],
)
async def test_a_bad_field_is_refused_by_its_name(
    admin: Client, conn: Connection, field: str, body: dict[str, Any]
) -> None:
    supplier_id = await builders.supplier(conn)
    for response in (
        await admin.post(SUPPLIERS, json=ACME | body),
        await admin.patch(f"{SUPPLIERS}/{supplier_id}", json=body),
    ):
        assert response.status_code == 400, response.text
        (error,) = response.json()["error"]["details"]["errors"]
        assert (error["in"], error["field"]) == ("body", field)


async def test_a_name_is_taken_in_any_case(admin: Client, conn: Connection) -> None:
    await create(admin)
    other = await builders.supplier(conn, "Other")
    again = await admin.post(SUPPLIERS, json=ACME | {"name": "acme"})
    renamed = await admin.patch(f"{SUPPLIERS}/{other}", json={"name": "aCme"})
    for response in (again, renamed):
        assert (response.status_code, response.json()["error"]["code"]) == (409, "CONFLICT")
    assert (await admin.patch(f"{SUPPLIERS}/{other}", json={"name": "OTHER"})).status_code == 200


async def test_given_fields_change_and_the_detected_profile_stays(
    admin: Client, conn: Connection
) -> None:
    made = await create(admin, source_config={"header_row": 2}, contact_email="a@example.org")
    address = f"{SUPPLIERS}/{made['id']}"
    await conn.execute('UPDATE suppliers SET metadata = metadata || \'{"found": {"a": 1}}\'')
    changed = (await admin.patch(address, json={"is_active": False})).json()
    assert changed == made | {"is_active": False, "updated_at": changed["updated_at"]}
    changed = (await admin.patch(address, json={"source_config": {"delimiter": "|"}})).json()
    config = {"header_row": 2, "delimiter": "|"}
    assert (changed["source_config"], changed["contact_email"]) == (config, "a@example.org")
    changed = (
        await admin.patch(address, json={"contact_email": None, "source_type": "excel"})
    ).json()
    assert (changed["contact_email"], changed["source_type"]) == (None, "excel")
    (row,) = await (await conn.execute("SELECT metadata FROM suppliers")).fetchall()
    assert row == ({"found": {"a": 1}, "source_config": config},)
    assert (await admin.patch(address, json={})).status_code == 400
    assert (await admin.patch(f"{SUPPLIERS}/{uuid4()}", json={"name": "X"})).status_code == 404


async def test_deleting_takes_items_and_history_but_no_product(
    admin: Client, conn: Connection
) -> None:
    product_id = await builders.offered_product(conn, "Axe", "5", "7", target_price="10")
    items = (await admin.get(f"/api/v1/admin/products/{product_id}")).json()["supplier_items"]
    cheap = items[0]["supplier_id"]
    response = await admin.delete(f"{SUPPLIERS}/{cheap}")
    assert (response.status_code, response.content) == (204, b"")
    product = (await admin.get(f"/api/v1/admin/products/{product_id}")).json()
    assert (product["margin_percentage"], product["supplier_items"]) == (30.0, items[1:])
    assert (await admin.delete(f"{SUPPLIERS}/{cheap}")).status_code == 404
    assert (await admin.get(f"{SUPPLIERS}/{cheap}")).status_code == 404


async def add_task(conn: Connection, supplier_id: UUID, state: str, enqueued_at: str) -> None:
    await conn.execute(
        """
        INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, state, enqueued_at)
        VALUES (%s, 'ACME', 'csv', %s, %s)
        """,
        [supplier_id, state, enqueued_at],
    )


async def test_items_are_counted_and_the_last_task_is_shown(
    sales: Client, conn: Connection, statements: list[str]
) -> None:
    acme, best = await builders.supplier(conn, "ACME"), await builders.supplier(conn, "Best")
    for supplier_id in (acme, acme, best):
        await builders.item(conn, supplier_id)
    await add_task(conn, acme, "failed", "2026-03-01T10:00:00Z")
    await add_task(conn, acme, "running", "2026-03-02T10:00:00Z")
    await sales.get(SUPPLIERS)
    statements.clear()
    first, second = (await sales.get(SUPPLIERS)).json()["data"]
    assert len(statements) == 2
    assert (first["name"], first["items_count"]) == ("ACME", 2)
    assert first["last_task"].pop("id")
    assert first["last_task"] == {
        "state": "running",
        "enqueued_at": "2026-03-02T10:00:00Z",
        "completed_at": None,
    }
    assert (second["items_count"], second["last_task"]) == (1, None)
    assert (await sales.get(SUPPLIERS, params={"page": 3})).json()["total_count"] == 2


@pytest.mark.parametrize("role", ["sales", "procurement"])
async def test_only_an_admin_changes_suppliers(
    client: Client, conn: Connection, as_role: Any, role: str
) -> None:
    client.headers.update(await as_role(role))
    supplier_id = await builders.supplier(conn)
    assert (await client.get(f"{SUPPLIERS}/{supplier_id}")).status_code == 200
    assert (await client.post(SUPPLIERS, json=ACME)).status_code == 403
    assert (await client.patch(f"{SUPPLIERS}/{supplier_id}", json={})).status_code == 403
    assert (await client.delete(f"{SUPPLIERS}/{supplier_id}")).status_code == 403


async def test_refused_http_address_has_what_to_do_instead(admin: Client) -> None:
    body = {"name": "ACME", "source_type": "csv", "source_config": {"url": "http://a.example/x"}}
    refused = await admin.post(SUPPLIERS, json=body)
    for words in ("only, which no setting changes", "the https address", "upload", "UPLOADS_DIR"):
        assert words in refused.json()["detail"]
