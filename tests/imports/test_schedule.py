import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg.types.json import Jsonb

import builders
from pricebook.db.database import Connection, Database
from pricebook.imports import service
from pricebook.suppliers.schedule import next_run_at
from pricebook.tasks.queue import QueueClient

Client = AsyncTestClient[Litestar]
NOON = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)


async def scheduled(conn: Connection, rule: object = "30") -> UUID:
    supplier_id = await builders.supplier(conn)
    config: dict[str, Any] = {"source_config": {"file_path": "a.csv", "sync_every": rule}}
    await conn.execute(
        "UPDATE suppliers SET metadata = %s WHERE id = %s", [Jsonb(config), supplier_id]
    )
    return supplier_id


async def advance_schedules(conn: Connection, hours: int = 30) -> None:
    await conn.execute(
        "UPDATE sync_schedules SET next_at = next_at - make_interval(hours => %s)", [hours]
    )


async def started(database: Database, queue: QueueClient) -> list[UUID | None]:
    return [each.supplier_id for each in await service.start_due_syncs(database, queue)]


async def end_all(conn: Connection) -> None:
    await conn.execute("UPDATE ingestion_tasks SET state = 'succeeded', completed_at = now()")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("30", datetime(2026, 3, 1, 12, 30, 30, tzinfo=UTC)),
        ("0 6 * * *", datetime(2026, 3, 2, 6, tzinfo=UTC)),
        ("*/5 * * * *", datetime(2026, 3, 1, 12, 5, tzinfo=UTC)),
        ("0 6 * * MON", datetime(2026, 3, 2, 6, tzinfo=UTC)),
    ],
)
def test_rule_is_minutes_or_a_cron_expression(rule: str, expected: datetime) -> None:
    assert next_run_at(rule, NOON) == expected


@pytest.mark.parametrize("rule", ["0", "9999999", "daily", "* * * *", "0 0 30 2 *", "", "-5"])
def test_invalid_rule_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        next_run_at(rule, NOON)


async def test_new_rule_starts_at_its_next_time_and_runs_once_each_time(
    conn: Connection, worker_database: Database, queue: QueueClient
) -> None:
    supplier_id = await scheduled(conn)
    assert await started(worker_database, queue) == []
    await advance_schedules(conn)
    assert await started(worker_database, queue) == [supplier_id]  # sixty runs were missed: one
    assert await started(worker_database, queue) == []


async def test_many_workers_start_a_sync_once(
    conn: Connection, worker_database: Database, queue: QueueClient
) -> None:
    await scheduled(conn)
    await scheduled(conn)
    await started(worker_database, queue)
    await advance_schedules(conn)
    all_started = await asyncio.gather(*(started(worker_database, queue) for _ in range(8)))
    assert sum(len(each) for each in all_started) == 2


async def test_supplier_with_an_unfinished_task_is_skipped(
    conn: Connection, worker_database: Database, queue: QueueClient
) -> None:
    supplier_id = await scheduled(conn)
    await started(worker_database, queue)
    await advance_schedules(conn)
    assert await started(worker_database, queue) == [supplier_id]
    await advance_schedules(conn)
    assert await started(worker_database, queue) == []
    await end_all(conn)
    await advance_schedules(conn)
    assert await started(worker_database, queue) == [supplier_id]


async def test_changed_rule_starts_from_now_and_a_removed_rule_deletes_the_schedule(
    conn: Connection, worker_database: Database, queue: QueueClient
) -> None:
    await scheduled(conn)
    await started(worker_database, queue)
    await advance_schedules(conn)
    await conn.execute(
        "UPDATE suppliers SET metadata = jsonb_set(metadata, '{source_config,sync_every}', '45')"
    )
    assert await started(worker_database, queue) == []
    await advance_schedules(conn)
    await conn.execute("UPDATE suppliers SET is_active = false")
    assert await started(worker_database, queue) == []
    await conn.execute("UPDATE suppliers SET is_active = true")
    assert await started(worker_database, queue) == []


@pytest.mark.parametrize(
    ("rule", "status"), [(60, 201), ("0 6 * * *", 201), ("soon", 400), (0, 400)]
)
async def test_supplier_with_an_invalid_rule_is_refused(
    admin: Client, rule: object, status: int
) -> None:
    body = {"name": "ACME", "source_type": "csv", "source_config": {"sync_every": rule}}
    response = await admin.post("/api/v1/admin/suppliers", json=body)
    assert response.status_code == status, response.text
