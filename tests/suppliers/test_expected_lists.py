"""When the next list is expected is shown at once after a rule was set, before the worker looks."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg.conninfo import make_conninfo

from pricebook.db.database import Connection, Database
from pricebook.db.migrations import rights
from pricebook.suppliers.late_lists import find_late_lists

Client = AsyncTestClient[Litestar]
SUPPLIERS = "/api/v1/admin/suppliers"


@pytest.fixture
async def worker(database_url: str) -> AsyncGenerator[Database]:
    async with Database(make_conninfo(database_url, user=rights.WORKER_ROLE)) as opened:
        yield opened


async def create(admin: Client, **config: Any) -> dict[str, Any]:
    body = {"name": "ACME", "source_type": "csv", "source_config": config}
    return (await admin.post(SUPPLIERS, json=body)).json()


async def test_new_supplier_shows_the_next_run_of_its_schedule(
    admin: Client, conn: Connection, worker: Database
) -> None:
    created = await create(admin, sync_every="30 6 * * *")
    expected = created["expected_list"]
    assert (expected["by"], expected["late_since"]) == ("schedule", None)
    assert expected["expected_at"].endswith("T06:30:00Z")
    assert expected["late_at"] > expected["expected_at"] > created["created_at"]
    (listed,) = (await admin.get(SUPPLIERS)).json()["data"]
    assert listed["expected_list"] == expected
    await find_late_lists(worker)
    cursor = await conn.execute("SELECT rule FROM expected_lists")
    assert await cursor.fetchall() == [("schedule 30 6 * * *",)]
    address = f"{SUPPLIERS}/{created['id']}"
    assert (await admin.get(address)).json()["expected_list"] == expected


async def test_changed_rule_holds_at_once(admin: Client, worker: Database) -> None:
    created = await create(admin, sync_every="30 6 * * *")
    address = f"{SUPPLIERS}/{created['id']}"
    await find_late_lists(worker)

    async def change(**fields: Any) -> Any:
        return (await admin.patch(address, json=fields)).json()["expected_list"]

    changed = await change(source_config={"sync_every": "45 7 * * *"})
    assert changed["expected_at"].endswith("T07:45:00Z")
    assert (await change(source_config={"late_after_days": 3}))["by"] == "setting"
    assert await change(source_config={"late_after_days": 0}) is None
    assert await change(source_config={"late_after_days": None, "sync_every": None}) is None
    assert await change(source_config={"sync_every": 60}) is not None
    assert await change(is_active=False) is None


async def test_supplier_without_a_rule_expects_nothing_before_it_has_a_rhythm(
    admin: Client, worker: Database
) -> None:
    created = await create(admin)
    assert created["expected_list"] is None
    await find_late_lists(worker)
    assert (await admin.get(f"{SUPPLIERS}/{created['id']}")).json()["expected_list"] is None
