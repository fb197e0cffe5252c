"""A worker that is killed: what was cancelled stays so, a deletion and a refresh go on."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

from pricebook.cli.lookups import COMMAND_LINE
from pricebook.db.migrations import rights
from running_system import System, eventually

TASK = """
    WITH supplier AS (
        INSERT INTO suppliers (name, source_type) VALUES (%s, 'csv') RETURNING id, name
    )
    INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, source_config)
    SELECT id, name, 'csv', jsonb_build_object('file_path', %s::text) FROM supplier
    RETURNING id::text
"""
ENDED = "SELECT count(*) FROM ingestion_tasks WHERE completed_at IS NOT NULL"
SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'pricebook_worker'"
ROWS = 60_000
ITEMS = 20_000
PARTIAL = Jsonb({"mode": "partial"})
StartWorker = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def environment(system: System, database_url: str, redis_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "UPLOADS_DIR": str(system.folder),
        "WORKER_LEASE_SECONDS": "2",
    }


@pytest.fixture
def start_worker(
    system: System, environment: dict[str, str], database_url: str
) -> Iterator[StartWorker]:
    started: list[subprocess.Popen[str]] = []
    url = make_conninfo(database_url, user=rights.WORKER_ROLE)

    def start() -> subprocess.Popen[str]:
        process = system.start("worker", **environment | {"DATABASE_URL": url})
        started.append(process)
        return process

    yield start
    for process in started:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=300)


def one(url: str, statement: str, *values: Any) -> Any:
    with psycopg.connect(url, autocommit=True) as conn:
        row = conn.execute(statement.encode(), values).fetchone()
    assert row
    return row[0]


def test_a_task_that_was_cancelled_is_not_run_by_the_next_worker(
    system: System, environment: dict[str, str], database_url: str, start_worker: StartWorker
) -> None:
    lines = (f"A-{number},Nail {number},1.50" for number in range(ROWS))
    Path(system.folder / "list.csv").write_text("\n".join(["Code,Name,Price", *lines]))
    (system.folder / "other.csv").write_text("Code,Name,Price\nB-1,Saw,7\n")
    task_id = one(database_url, TASK, "ACME", "list.csv")
    state = f"SELECT state::text FROM ingestion_tasks WHERE id = '{task_id}'"  # noqa: S608 (ours)
    worker = start_worker()
    eventually(lambda: one(database_url, state) == "running")
    worker.kill()
    worker.wait()
    done = system.run("tasks", "cancel", task_id, **environment)
    assert (done.returncode, done.stdout) == (
        0,
        f"Task {task_id} was cancelled by {COMMAND_LINE}.\n",
    )
    start_worker()
    one(database_url, TASK, "Best", "other.csv")
    eventually(lambda: one(database_url, ENDED) == 2)
    assert one(database_url, state) == "failed"
    assert one(database_url, "SELECT errors ->> 0 FROM ingestion_tasks WHERE state = 'failed'") == (
        f"Cancelled by {COMMAND_LINE}."
    )
    assert one(database_url, "SELECT count(*) FROM supplier_items") == 1
    assert system.run("tasks", "retry", task_id, **environment).returncode == 0
    eventually(lambda: one(database_url, state) == "succeeded")
    assert one(database_url, "SELECT count(*) FROM supplier_items") == ROWS + 1
    again = system.run("tasks", "cancel", task_id, **environment)
    assert again.returncode == 1
    assert again.stderr == f"pricebook: Task {task_id} has already ended: it is succeeded.\n"


def test_a_deletion_outlives_killed_workers(database_url: str, start_worker: StartWorker) -> None:
    one(
        database_url,
        """
        WITH supplier AS (
            INSERT INTO suppliers (name, source_type, deleting_since, is_active)
            VALUES ('ACME', 'csv', now(), false) RETURNING id
        ), item AS (
            INSERT INTO supplier_items (supplier_id, supplier_sku, name, current_price)
            SELECT id, 'A-' || n, 'Nail', 5 FROM supplier, generate_series(1, 20000) AS n
            RETURNING id
        )
        SELECT count(*) FROM item
        """,
    )
    left = "SELECT count(*) FROM supplier_items"
    worker = start_worker()
    eventually(lambda: one(database_url, left) < ITEMS)
    worker.kill()
    worker.wait()
    eventually(lambda: one(database_url, SESSIONS) == 0)
    before = one(database_url, left)
    assert 0 < before < ITEMS
    assert one(database_url, "SELECT count(*) FROM price_history") == before
    start_worker()
    eventually(lambda: one(database_url, "SELECT count(*) FROM suppliers") == 0)
    assert one(database_url, left) == 0


def test_products_of_a_deactivated_supplier_outlive_killed_workers(
    database_url: str, start_worker: StartWorker
) -> None:
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("INSERT INTO suppliers (name, source_type) VALUES ('ACME', 'csv')")
        conn.execute(
            "INSERT INTO products (internal_sku, name, status)"
            " SELECT 'P-' || n, 'Nail', 'active' FROM generate_series(1, %s) AS n",
            [ITEMS],
        )
        conn.execute("""
            INSERT INTO supplier_items (supplier_id, product_id, supplier_sku, name, current_price)
            SELECT suppliers.id, products.id, internal_sku, 'Nail', 5 FROM suppliers, products
        """)
        conn.execute("UPDATE suppliers SET is_active = false")
    left = "SELECT count(*) FROM products WHERE supplier_count > 0"
    assert one(database_url, left) == ITEMS
    worker = start_worker()
    eventually(lambda: one(database_url, left) < ITEMS)
    worker.kill()
    worker.wait()
    eventually(lambda: one(database_url, SESSIONS) == 0)
    assert 0 < one(database_url, left) < ITEMS
    start_worker()
    eventually(lambda: one(database_url, "SELECT count(*) FROM aggregate_refreshes") == 0)
    assert one(database_url, left) == 0


def test_prices_are_quarantined_and_applied_once(
    system: System, database_url: str, start_worker: StartWorker
) -> None:
    lines = (f"A-{number},Nail,{150 if number <= 100 else 5.5}" for number in range(1, ITEMS + 1))
    Path(system.folder / "list.csv").write_text("\n".join(["Code,Name,Price", *lines]))
    task_id = one(database_url, TASK, "ACME", "list.csv")
    items = "INSERT INTO supplier_items (supplier_id, supplier_sku, name, current_price)"
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute(
            items.encode() + b" SELECT id, 'A-' || n, 'Nail', 5"
            b" FROM suppliers, generate_series(1, %s) AS n",
            [ITEMS],
        )
        conn.execute(
            items.encode() + b" SELECT id, 'B-' || n, 'Saw', 5"
            b" FROM suppliers, generate_series(1, %s) AS n",
            [ITEMS],
        )
        conn.execute(
            "UPDATE supplier_items SET next_cost = 6, next_from = '2026-01-01' WHERE name = 'Saw'"
        )
        conn.execute("UPDATE ingestion_tasks SET source_config = source_config || %s", [PARTIAL])
    state = f"SELECT state::text FROM ingestion_tasks WHERE id = '{task_id}'"  # noqa: S608 (ours)
    upcoming = "SELECT count(*) FROM supplier_items WHERE next_from IS NOT NULL"
    for left in (ITEMS, ITEMS // 2, ITEMS // 4):
        worker = start_worker()
        eventually(lambda left=left: one(database_url, upcoming) <= left)
        worker.kill()
        worker.wait()
    start_worker()
    eventually(lambda: one(database_url, state) == "partially_succeeded")
    eventually(lambda: one(database_url, upcoming) == 0)
    history = "SELECT count(*) FROM price_history WHERE price = %s"
    counts = [one(database_url, history, price) for price in (5, 5.5, 6, 150)]
    assert counts == [2 * ITEMS, ITEMS - 100, ITEMS, 0]
    quarantined = "SELECT count(*) FROM quarantined_rows WHERE state = 'open' AND price = 150"
    assert one(database_url, quarantined) == 100
