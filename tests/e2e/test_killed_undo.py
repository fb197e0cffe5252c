"""An undo whose worker or database is killed has happened whole or not at all."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from pricebook.db.migrations import rights
from running_system import System, eventually

ITEMS = 20_000
PRICES = "SELECT string_agg(DISTINCT current_price::text, ' ') FROM supplier_items"
UNDO = "SELECT state::text FROM ingestion_tasks WHERE undo_of IS NOT NULL"
UNDONE = "SELECT count(*) FROM ingestion_tasks WHERE undone_by IS NOT NULL"
# The session that has written items and waits for the lock of the test.
UNDOING = """
    SELECT waiting.pid FROM pg_locks AS waiting JOIN pg_locks AS held USING (pid)
    WHERE waiting.relation = 'quarantined_rows'::regclass AND NOT waiting.granted
        AND held.relation = 'supplier_items'::regclass AND held.mode = 'RowExclusiveLock'
"""
REQUEST = """
    INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, undo_of)
    SELECT supplier_id, supplier_name, parser_type, id FROM ingestion_tasks
    WHERE state = 'succeeded' ORDER BY completed_at DESC LIMIT 1 RETURNING id::text
"""
StartWorker = Callable[[], subprocess.Popen[str]]


def one(url: str, statement: str) -> Any:
    with psycopg.connect(url, autocommit=True) as conn:
        row = conn.execute(statement.encode()).fetchone()
    assert row
    return row[0]


@pytest.fixture
def start_worker(system: System, database_url: str, redis_url: str) -> Iterator[StartWorker]:
    started: list[subprocess.Popen[str]] = []
    environment = {
        "DATABASE_URL": make_conninfo(database_url, user=rights.WORKER_ROLE),
        "REDIS_URL": redis_url,
        "UPLOADS_DIR": str(system.folder),
        "WORKER_LEASE_SECONDS": "2",
    }

    def start() -> subprocess.Popen[str]:
        process = system.start("worker", **environment)
        started.append(process)
        return process

    yield start
    for process in started:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=300)


@pytest.fixture
def imported(system: System, database_url: str, redis_url: str) -> None:
    """Import a price list, then another one with other prices."""
    environment = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    for price in ("5", "6"):
        lines = (f"A-{number},Nail {number},{price}" for number in range(ITEMS))
        (system.folder / "list.csv").write_text("\n".join(["Code,Name,Price", *lines]))
        done = system.run(
            "import", "list.csv", "--supplier", "ACME", "--create-supplier", **environment
        )
        assert done.returncode == 0, done.stderr
    assert one(database_url, PRICES) == "6"


def wait_for_undo(url: str) -> int:
    """Wait until an undo is in its middle; return the process id of its session."""
    eventually(lambda: sessions(url) != [])
    return sessions(url)[0]


def sessions(url: str) -> list[int]:
    with psycopg.connect(url) as conn:
        return [pid for (pid,) in conn.execute(UNDOING)]


def is_ready(url: str) -> bool:
    try:
        return one(url, "SELECT true")
    except psycopg.OperationalError:
        return False


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize("killed", ["worker", "database"])
def test_undo_that_is_killed_in_the_middle_has_undone_nothing(
    database_url: str, start_worker: StartWorker, killed: str
) -> None:
    one(database_url, REQUEST)
    other = psycopg.connect(database_url)
    other.execute("LOCK quarantined_rows IN EXCLUSIVE MODE")
    worker = start_worker()
    session = wait_for_undo(database_url)
    if killed == "worker":
        worker.kill()
        worker.wait()
    else:  # PostgreSQL ends all sessions and recovers
        worker.send_signal(signal.SIGSTOP)
        os.kill(session, signal.SIGKILL)
        eventually(lambda: not is_ready(database_url))
    other.close()
    eventually(lambda: is_ready(database_url))
    eventually(lambda: sessions(database_url) == [])
    assert one(database_url, PRICES) == "6"
    assert one(database_url, "SELECT count(*) FROM undo_left") == 0
    if killed == "worker":
        start_worker()
    else:
        worker.send_signal(signal.SIGCONT)
    eventually(lambda: one(database_url, UNDO) == "succeeded")
    assert one(database_url, PRICES) == "5"
    assert one(database_url, UNDONE) == 1
