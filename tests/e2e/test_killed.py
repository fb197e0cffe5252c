"""SIGKILL of the whole system in the middle of an import: nothing is left running or half done."""

import random
import signal
import time
from pathlib import Path
from subprocess import Popen
from typing import Any

from running_system import System, eventually

ROWS = 10_000
ROUNDS = 3


def write_list(path: Path, price: int) -> None:
    lines = [f"A-{number},Nail {number},{price}.50" for number in range(ROWS)]
    path.write_text("\n".join(["Article code,Name,Price", *lines]))


def state(system: System) -> tuple[int, str, str]:
    """How many products there are, and the lowest and the highest of their prices."""
    page: dict[str, Any] = system.get("/api/v1/catalog?limit=1")
    total = page["total_count"]
    prices = {
        system.get(f"/api/v1/catalog?limit=1&page={number}")["data"][0]["min_price"]
        for number in {1, total // 3, total // 2, total}
    }
    return total, min(prices), max(prices)


def wait_for_exit(importing: Popen[str]) -> str:
    output, _ = importing.communicate(timeout=60)
    return output


def test_a_killed_system_is_before_or_after_the_import(system: System) -> None:
    path = system.folder / "list.csv"
    write_list(path, 1)
    system.up("--empty")
    first = system.run("import", "list.csv", "--supplier", "ACME", "--create-products")
    assert first.returncode == 0, first.stderr
    for price in range(2, 2 + ROUNDS):
        before = state(system)
        write_list(path, price)
        importing = system.start("import", "list.csv", "--supplier", "ACME")
        time.sleep(0.7 + random.uniform(0, 1))  # noqa: S311 (any moment will do)
        assert system.stop(signal.SIGKILL) == -signal.SIGKILL
        output = wait_for_exit(importing)
        assert "Traceback" not in output, output
        eventually(lambda: not system.processes())

        system.up("--empty")
        after = (ROWS, f"{price}.50", f"{price}.50")
        assert state(system) in ((after,) if importing.returncode == 0 else (before, after))
        again = system.run("import", "list.csv", "--supplier", "ACME")
        assert again.returncode == 0, again.stderr
        assert state(system) == after
