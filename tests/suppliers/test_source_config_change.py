"""PATCH of a supplier merges its source configuration (JSON Merge Patch, RFC 7396)."""

from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection
from pricebook.suppliers.source_config import SourceConfig
from pricebook.suppliers.source_config_change import SourceConfigChange, merge_patch

Client = AsyncTestClient[Litestar]
SUPPLIERS = "/api/v1/admin/suppliers"
STORED = {
    "url": "https://example.org/list.csv",
    "header_row": 3,
    "column_mapping": {"sku": "Code", "price": "Net"},
    "discount_groups": {"A": "30+5", "B": "10"},
    "key_columns": ["Code", "Size"],
}


@pytest.mark.parametrize(
    ("target", "patch", "expected"),
    [  # the examples of RFC 7396, appendix A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_examples_of_the_standard(target: Any, patch: Any, expected: Any) -> None:
    assert merge_patch(target, patch) == expected


@pytest.mark.parametrize(
    ("sent", "changes"),
    [
        ({}, {}),
        ({"delimiter": ";"}, {"delimiter": ";"}),
        ({"header_row": None, "sheet_name": None}, {"header_row": None}),
        ({"header_row": 0}, {"header_row": 0}),
        (
            {"column_mapping": {"price": "Dealer", "name": "Text"}},
            {"column_mapping": {"sku": "Code", "price": "Dealer", "name": "Text"}},
        ),
        ({"column_mapping": {"sku": None}}, {"column_mapping": {"price": "Net"}}),
        ({"column_mapping": None}, {"column_mapping": None}),
        ({"discount_groups": {"A": None, "C": "5"}}, {"discount_groups": {"B": "10", "C": "5"}}),
        ({"key_columns": ["Code"]}, {"key_columns": ["Code"]}),
        (
            {"url": None, "sheet_url": "https://docs.google.com/x"},
            {"url": None, "spreadsheet_url": "https://docs.google.com/x"},
        ),
        (None, dict.fromkeys(STORED)),
    ],
)
async def test_what_is_not_sent_stays_and_null_removes(
    admin: Client, sent: Any, changes: dict[str, Any]
) -> None:
    body = {"name": "ACME", "source_type": "csv", "source_config": STORED}
    made = (await admin.post(SUPPLIERS, json=body)).json()
    address = f"{SUPPLIERS}/{made['id']}"
    response = await admin.patch(address, json={"source_config": sent})
    assert response.status_code == 200, response.text
    expected = {name: value for name, value in (STORED | changes).items() if value is not None}
    assert response.json()["source_config"] == expected
    assert (await admin.get(address)).json()["source_config"] == expected


async def test_older_name_of_the_address_changes_the_current_one(
    admin: Client, conn: Connection
) -> None:
    supplier_id = await builders.supplier(conn)
    address = f"{SUPPLIERS}/{supplier_id}"
    for sent, expected in (
        ({"source_url": "https://docs.google.com/a"}, "https://docs.google.com/a"),
        ({"sheet_url": "https://docs.google.com/b"}, "https://docs.google.com/b"),
        ({"sheet_url": None}, None),
    ):
        response = await admin.patch(address, json={"source_config": sent})
        assert response.json()["source_config"].get("spreadsheet_url") == expected


def test_change_has_every_field_of_the_configuration() -> None:
    named = [
        [field.name for field in msgspec.structs.fields(kind)]
        for kind in (SourceConfigChange, SourceConfig)
    ]
    assert named[0] == named[1]
