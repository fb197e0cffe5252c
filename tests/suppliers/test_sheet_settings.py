"""Settings of single sheets of a supplier: merge patches, and what is refused."""

from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from pricebook.imports.configuration import merge_config
from pricebook.pricelists.schemas.read_config import ReadConfig, SheetConfig
from pricebook.suppliers.schemas import Supplier

Client = AsyncTestClient[Litestar]
SUPPLIERS = "/api/v1/admin/suppliers"


async def create(admin: Client, **config: Any) -> str:
    body = {"name": "ACME", "source_type": "csv", "source_config": config}
    return f"{SUPPLIERS}/{(await admin.post(SUPPLIERS, json=body)).json()['id']}"


async def test_members_of_a_sheet_are_changed_one_by_one(admin: Client) -> None:
    settings = {
        "Taps": {"currency": "EUR", "column_mapping": {"price": "Net", "name": "Item"}},
        "Pipes": {"discount": "30"},
    }
    address = await create(admin, sheet_settings=settings)
    taps = {"currency": None, "column_mapping": {"price": "Gross", "name": None}}
    change = {"sheet_settings": {"Taps": {**taps, "vat_included": True}, "Pipes": None}}
    changed = (await admin.patch(address, json={"source_config": change})).json()
    assert changed["source_config"]["sheet_settings"] == {
        "Taps": {"column_mapping": {"price": "Gross"}, "vat_included": True}
    }
    removed = await admin.patch(address, json={"source_config": {"sheet_settings": None}})
    assert "sheet_settings" not in removed.json()["source_config"]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"currency": "EURO"}, "Lugs.currency"),
        ({"vat_rate": "120"}, "Lugs.vat_rate"),
        ({"sheet_name": "Nuts"}, "Lugs"),
        ({"column_mapping": {"price": 1}}, "Lugs.column_mapping[...]"),
    ],
)
async def test_refusal_names_the_sheet(admin: Client, options: dict[str, Any], field: str) -> None:
    address = await create(admin)
    settings = {"Taps": {"currency": "EUR"}, "Lugs": options}
    change = {"source_config": {"sheet_settings": settings}}
    response = await admin.patch(address, json=change)
    assert response.status_code == 400
    (issue,) = response.json()["error"]["details"]["errors"]
    assert issue["field"] == f"source_config.sheet_settings.{field}"


def test_option_of_a_request_comes_before_that_of_a_stored_sheet() -> None:
    options: dict[str, Any] = {"currency": "EUR", "discount": "30"}
    options["column_mapping"] = {"price": "Net", "name": "Item"}
    config = {"sheet_settings": {"Taps": options}}
    supplier = Supplier(uuid4(), "ACME", "csv", {"source_config": config})
    request = ReadConfig(currency="CHF", column_mapping={"price": "Gross"})
    taps = merge_config(request, supplier).sheet_settings["Taps"]
    assert taps == SheetConfig(column_mapping={"name": "Item"}, discount="30")
    assert merge_config(ReadConfig(), supplier).sheet_settings["Taps"].currency == "EUR"
    own = ReadConfig(sheet_settings={"Taps": SheetConfig(currency="USD")})
    assert merge_config(own, supplier).sheet_settings == own.sheet_settings
