"""A list in an upload form is sent as repeated fields, as generated clients do, or as JSON."""

import json
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection
from pricebook.http import multipart

Client = AsyncTestClient[Litestar]
PRICE_LIST = {"file": ("nordwerk.csv", b"Article code,Name,Price\nA-1,Hammer,12.50\n", "text/csv")}


async def upload(client: Client, supplier_id: object, **fields: Any) -> Any:
    path = f"/api/v1/admin/suppliers/{supplier_id}/upload"
    return await client.post(path, data=fields, files=PRICE_LIST)


@pytest.mark.parametrize(
    ("sent", "columns"),
    [
        (["Colour", "[Size]"], ["Colour", "[Size]"]),
        ("Colour", ["Colour"]),
        ('["Colour", "Size"]', ["Colour", "Size"]),
        ([f"Column {number}" for number in range(200)], [f"Column {n}" for n in range(200)]),
    ],
)
async def test_characteristic_columns_are_repeated_fields_or_json(
    admin: Client, conn: Connection, sent: Any, columns: list[str]
) -> None:
    response = await upload(admin, await builders.supplier(conn), characteristic_columns=sent)
    assert response.status_code == 202, response.text
    task = (await admin.get(response.headers["location"])).json()
    assert task["source_config"]["characteristic_columns"] == columns


async def test_codes_that_are_left_out_are_an_option_of_one_upload(
    admin: Client, conn: Connection
) -> None:
    supplier_id = await builders.supplier(conn)
    response = await upload(admin, supplier_id, left_out_codes=["A-1", "A-2"])
    assert response.status_code == 202, response.text
    task = (await admin.get(response.headers["location"])).json()
    assert task["source_config"]["left_out_codes"] == ["A-1", "A-2"]
    path = f"/api/v1/admin/suppliers/{supplier_id}"
    refused = await admin.patch(path, json={"source_config": {"left_out_codes": ["A-1"]}})
    assert refused.status_code == 400


async def test_options_of_prices_are_fields_of_the_form(admin: Client, conn: Connection) -> None:
    options = {
        "currency": "EUR",
        "price_quantity": 100,
        "prices_per_pack": False,
        "vat_included": True,
        "vat_rate": "19.5",
        "discount": "30+5",
        "discount_groups": {"A": "30+5", "B": "10"},
        "discount_base": "list_price",
        "sheet_names": ["Tools", "Fasteners"],
        "ignored_columns": ["PU"],
        "key_columns": ["Name", "Pack"],
        "column_mapping": {"price_quantity": "PE"},
    }
    texts = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in options.items()
    }
    response = await upload(admin, await builders.supplier(conn), **texts)
    assert response.status_code == 202, response.text
    stored = (await admin.get(response.headers["location"])).json()["source_config"]
    assert {name: stored[name] for name in options} == options


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"characteristic_columns": ["x"] * 201}, "characteristic_columns"),
        ({"characteristic_columns": ["Colour", "x" * 256]}, "characteristic_columns"),
        ({"characteristic_columns": ["Colour", "\0"]}, "characteristic_columns"),
        ({"delimiter": [";", ","]}, "delimiter"),
        ({"currency": "EURO"}, "currency"),
        ({"vat_rate": "100"}, "vat_rate"),
        ({"discount_groups": '{"A": "many"}'}, "discount_groups"),
        ({"sheet_name": ["Tools", "Tools"]}, "sheet_name"),
    ],
)
async def test_bad_repeated_fields_are_refused_by_name(
    admin: Client, conn: Connection, fields: dict[str, Any], refused: str
) -> None:
    response = await upload(admin, await builders.supplier(conn), **fields)
    assert response.status_code == 400, response.text
    (issue,) = response.json()["error"]["details"]["errors"]
    assert (issue["in"], issue["field"]) == ("body", refused)


async def test_the_fields_of_a_form_have_a_limit_together(
    admin: Client, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multipart, "MAX_FIELDS_BYTES", 1000)
    supplier_id = await builders.supplier(conn)
    accepted = await upload(admin, supplier_id, characteristic_columns=["x" * 250] * 4)
    assert accepted.status_code == 202, accepted.text
    refused = await upload(admin, supplier_id, characteristic_columns=["x" * 250] * 5)
    assert (refused.status_code, refused.json()["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
