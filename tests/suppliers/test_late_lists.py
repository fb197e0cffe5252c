"""Price lists that are late: found by the worker, until the next one arrives."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

import builders
from pricebook.db.database import Connection, Database
from pricebook.db.migrations import rights
from pricebook.suppliers.late_lists import find_late_lists, list_late_lists

Client = AsyncTestClient[Litestar]
SUPPLIERS = "/api/v1/admin/suppliers"


@pytest.fixture
async def worker(database_url: str) -> Any:
    async with Database(make_conninfo(database_url, user=rights.WORKER_ROLE)) as opened:
        yield opened


async def supplier(conn: Connection, *list_ages: float, **config: Any) -> UUID:
    """Insert a supplier, created a year ago, with imported lists of some days ago."""
    supplier_id = await builders.supplier(conn)
    await conn.execute(
        """
        UPDATE suppliers SET created_at = now() - interval '1 year',
            metadata = jsonb_build_object('source_config', %s::jsonb)
        WHERE id = %s
        """,
        [Jsonb(config), supplier_id],
    )
    for age in list_ages:
        await add_list(conn, supplier_id, age)
    return supplier_id


async def add_list(
    conn: Connection, supplier_id: UUID, age: float, state: str = "succeeded"
) -> UUID:
    cursor = await conn.execute(
        """
        INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, state, enqueued_at)
        VALUES (%s, 'x', 'csv', %s::task_state, now() - make_interval(secs => %s)) RETURNING id
        """,
        [supplier_id, state, age * 86400],
    )
    ((task_id,),) = await cursor.fetchall()
    return task_id


async def late(database: Database) -> int:
    await find_late_lists(database)
    return len(await list_late_lists(database))


async def state(conn: Connection) -> list[Any]:
    cursor = await conn.execute(
        "SELECT expected_by, late_since IS NOT NULL FROM expected_lists ORDER BY created_at"
    )
    return await cursor.fetchall()


async def test_supplier_shows_when_its_list_is_expected(
    admin: Client, conn: Connection, worker: Database
) -> None:
    supplier_id = await supplier(conn, 29, 22, 15, 8)
    assert (await admin.get(f"{SUPPLIERS}/{supplier_id}")).json()["expected_list"] is None
    assert await late(worker) == 0
    shown = (await admin.get(f"{SUPPLIERS}/{supplier_id}")).json()
    assert shown["expected_list"]["by"] == "rhythm"
    assert shown["expected_list"]["late_since"] is None
    assert (await admin.get(SUPPLIERS)).json()["data"] == [shown]
    await conn.execute("UPDATE ingestion_tasks SET enqueued_at = enqueued_at - interval '3 days'")
    await conn.execute("DELETE FROM expected_lists")
    assert await late(worker) == 1
    expected = (await admin.get(f"{SUPPLIERS}/{supplier_id}")).json()["expected_list"]
    assert expected["late_since"] == expected["late_at"] > expected["expected_at"]


@pytest.mark.parametrize("new_state", ["succeeded", "partially_succeeded", "held"])
async def test_next_list_clears_it(conn: Connection, worker: Database, new_state: str) -> None:
    supplier_id = await supplier(conn, 40, 33, 26, 19)
    assert await late(worker) == 1
    await add_list(conn, supplier_id, 0, "failed")
    await add_list(conn, supplier_id, 0, "running")
    assert await late(worker) == 1
    await add_list(conn, supplier_id, 0, new_state)
    assert await late(worker) == 0


async def test_refused_list_is_none(conn: Connection, worker: Database) -> None:
    supplier_id = await supplier(conn, 40, 33, 26, 19)
    task_id = await add_list(conn, supplier_id, 0, "held")
    assert await late(worker) == 0
    await conn.execute("UPDATE ingestion_tasks SET state = 'refused' WHERE id = %s", [task_id])
    assert await late(worker) == 1


async def test_no_list_becomes_late_while_one_is_read(conn: Connection, worker: Database) -> None:
    supplier_id = await supplier(conn, 40, 33, 26, 19)
    task_id = await add_list(conn, supplier_id, 0, "queued")
    assert await late(worker) == 0
    await conn.execute("UPDATE ingestion_tasks SET state = 'dead' WHERE id = %s", [task_id])
    assert await late(worker) == 1


@pytest.mark.parametrize("ages", [(), (300,), (300, 290, 280)])
async def test_few_lists_have_no_rhythm(
    conn: Connection, worker: Database, ages: tuple[float, ...]
) -> None:
    await supplier(conn, *ages)
    assert await late(worker) == 0
    assert await state(conn) == [(None, False)]


async def test_lists_are_known_after_their_tasks_are_deleted(
    conn: Connection, worker: Database
) -> None:
    supplier_id = await supplier(conn, 40, 33, 26, 19)
    assert await late(worker) == 1
    await conn.execute("DELETE FROM ingestion_tasks")
    assert await late(worker) == 1
    await add_list(conn, supplier_id, 12)
    assert await late(worker) == 1
    await add_list(conn, supplier_id, 0)
    assert await late(worker) == 0


async def test_undo_and_corrections_are_no_lists(conn: Connection, worker: Database) -> None:
    supplier_id = await supplier(conn, 40, 33, 26, 19)
    for column in ("undo_of", "corrections_of"):
        task_id = await add_list(conn, supplier_id, 0)
        await conn.execute(
            f"UPDATE ingestion_tasks SET {column} = %s WHERE id = %s",  # type: ignore[arg-type]  # noqa: S608
            [task_id, task_id],
        )
    assert await late(worker) == 1


async def test_schedule_is_expected_from_its_change_on(conn: Connection, worker: Database) -> None:
    supplier_id = await supplier(conn, 3, sync_every=60)
    assert await late(worker) == 1
    await conn.execute(
        "UPDATE suppliers SET metadata = jsonb_set(metadata, '{source_config,sync_every}', '30')"
    )
    assert await late(worker) == 0
    await conn.execute("UPDATE expected_lists SET rule_since = now() - interval '2 hours'")
    assert await late(worker) == 1
    await conn.execute("UPDATE suppliers SET is_active = false WHERE id = %s", [supplier_id])
    assert await late(worker) == 0
    await conn.execute("UPDATE suppliers SET is_active = true WHERE id = %s", [supplier_id])
    assert await late(worker) == 0
    assert await state(conn) == [("schedule", False)]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"late_after_days": 30}, ("setting", False)),
        ({"late_after_days": 7.5}, ("setting", True)),
        ({"late_after_days": 0}, (None, False)),
        ({"late_after_days": 0, "sync_every": 60}, (None, False)),
        ({"late_after_days": None}, ("rhythm", True)),
        ({"late_after_days": "x"}, ("rhythm", True)),
        ({"late_after_days": 1e99}, ("rhythm", True)),
        ({"sync_every": "never"}, (None, False)),
    ],
)
async def test_setting_comes_first(
    conn: Connection, worker: Database, config: dict[str, Any], expected: tuple[str | None, bool]
) -> None:
    await supplier(conn, 40, 33, 26, 19, **config)
    await find_late_lists(worker)
    assert await state(conn) == [expected]


async def test_many_workers_find_a_late_list_once(conn: Connection, worker: Database) -> None:
    for _ in range(5):
        await supplier(conn, 40, 33, 26, 19)
    await asyncio.gather(*(find_late_lists(worker) for _ in range(6)))
    assert await late(worker) == 5
    changed = "SELECT xmin::text FROM expected_lists ORDER BY supplier_id"
    before = await (await conn.execute(changed)).fetchall()
    assert await late(worker) == 5
    assert await (await conn.execute(changed)).fetchall() == before


async def test_setting_is_checked(admin: Client, conn: Connection) -> None:
    supplier_id = await supplier(conn)
    for days, status in ((-1, 400), (367, 400), ("x", 400), (0, 200), (2.5, 200), (None, 200)):
        response = await admin.patch(
            f"{SUPPLIERS}/{supplier_id}", json={"source_config": {"late_after_days": days}}
        )
        assert response.status_code == status, (days, response.text)


async def test_deleted_suppliers_are_skipped(conn: Connection, worker: Database) -> None:
    supplier_id = await supplier(conn, 40, 33, 26, 19)
    assert await late(worker) == 1
    await conn.execute("UPDATE suppliers SET deleting_since = now() WHERE id = %s", [supplier_id])
    assert await late(worker) == 0
    await conn.execute("DELETE FROM suppliers")
    assert await state(conn) == []
