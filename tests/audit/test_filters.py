"""Filters of the audit log: known actions, names of what was changed, decisions about rows."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from audit.changing_requests import quarantined_row
from pricebook.audit import service as audit
from pricebook.audit.actions import ACTIONS, ENTITY_TYPES
from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError, NotFoundError

Client = AsyncTestClient[Litestar]
PATH = "/api/v1/admin/audit"
ROWS = "/api/v1/admin/quarantined-rows"


@pytest.mark.parametrize(
    ("query", "known"),
    [({"action": "product.bought"}, ACTIONS), ({"entity_type": "produkt"}, ENTITY_TYPES)],
)
async def test_unknown_action_is_an_error_that_lists_the_known_ones(
    admin: Client, query: dict[str, str], known: tuple[str, ...]
) -> None:
    response = await admin.get(PATH, params=query)
    assert response.status_code == 400
    (name,) = query
    assert f"{name}: expected one of {', '.join(known)}." in response.json()["detail"]


async def test_entities_are_found_by_their_names(conn: Connection, database: Database) -> None:
    supplier = await builders.supplier(conn, "ACME")
    product = await builders.product(conn, sku="HAM-1")
    item = await builders.item(conn, supplier, sku="A:1")
    user = await builders.user(conn, "Anna", "admin")
    category = await builders.category(conn, "Tools")
    named: dict[str, Any] = {
        "acme": supplier,
        "HAM-1": product,
        "Acme:A:1": item,
        "anna": user,
        "tools": category,
        str(product): product,
    }
    for name, expected in named.items():
        assert await audit.find_entity_id(database, name) == expected, name
    with pytest.raises(NotFoundError, match="There is nothing named HAM-2: give an id, the SKU of"):
        await audit.find_entity_id(database, "HAM-2")
    await builders.supplier(conn, "Tools")
    with pytest.raises(ConflictError, match="several: category and supplier"):
        await audit.find_entity_id(database, "Tools")
    assert await audit.find_entity_id(database, "Tools", "category") == category


@pytest.mark.parametrize("decision", ["accept", "refuse"])
async def test_decisions_about_rows_belong_to_the_task_of_their_price_list(
    admin: Client, conn: Connection, decision: str
) -> None:
    row_id = await quarantined_row(conn)
    cursor = await conn.execute("SELECT supplier_id FROM quarantined_rows")
    ((supplier_id,),) = await cursor.fetchall()
    task_id = await builders.import_task(conn, supplier_id)
    await conn.execute("UPDATE quarantined_rows SET task_id = %s", [task_id])
    decided = await admin.post(f"{ROWS}/{decision}", json={"ids": [str(row_id)]})
    assert decided.json()["decided"] == 1, decided.text
    page = (await admin.get(PATH, params={"task_id": str(task_id)})).json()
    entry = page["data"][0]
    assert entry["action"].startswith(f"quarantined_row.{decision}")
    assert (entry["task_id"], entry["entity_id"]) == (str(task_id), str(row_id))
