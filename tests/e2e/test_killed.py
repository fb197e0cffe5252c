"""SIGKILL of the whole system in the middle of an import: nothing is left running or half done."""

import signal
from contextlib import closing
from pathlib import Path
from subprocess import Popen
from typing import Any

import psycopg
import pytest

from e2e.test_restarts import database_url, one
from running_system import System, eventually

ROWS = 10_000


def write_list(path: Path, price: int) -> None:
    lines = [f"A-{number},Nail {number},{price}.50" for number in range(ROWS)]
    path.write_text("\n".join(["Article code,Name,Price", *lines]))


def state(system: System) -> tuple[int, str, str]:
    """Return the number of products, and the lowest and highest of some of their prices."""
    page: dict[str, Any] = system.get("/api/v1/catalog?limit=1")
    total = page["total_count"]
    prices = {
        system.get(f"/api/v1/catalog?limit=1&page={number}")["data"][0]["min_price"]
        for number in {1, total // 3, total // 2, total}
    }
    return total, min(prices), max(prices)


def wait_for_exit(importing: Popen[str]) -> str:
    output, _ = importing.communicate(timeout=300)
    return output


def wait_for_lock(system: System) -> None:
    """Wait until an import waits for a lock; statements of the worker skip locked rows."""
    waiting = """
        SELECT count(*) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND query NOT LIKE '%SKIP LOCKED%'
    """
    eventually(lambda: one(system, waiting) == 1)


@pytest.mark.parametrize("table", ["suppliers", "supplier_items", "price_history"])
def test_a_system_killed_in_an_import_is_as_before_the_import(system: System, table: str) -> None:
    path = system.folder / "list.csv"
    write_list(path, 4)
    system.up("--empty")
    first = system.run(
        "import", "list.csv", "--supplier", "ACME", "--create-supplier", "--create-products"
    )
    assert first.returncode == 0, first.stderr
    before = state(system)
    write_list(path, 5)
    with closing(psycopg.connect(database_url(system))) as conn:
        conn.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE".encode())
        importing = system.start("import", "list.csv", "--supplier", "ACME")
        wait_for_lock(system)
        assert system.stop(signal.SIGKILL) == -signal.SIGKILL
        output = wait_for_exit(importing)
    assert importing.returncode == 1, output
    assert "Traceback" not in output, output
    eventually(lambda: not system.processes())

    system.up("--empty")
    assert state(system) == before
    again = system.run("import", "list.csv", "--supplier", "ACME")
    assert again.returncode == 0, again.stderr
    assert state(system) == (ROWS, "5.50", "5.50")
