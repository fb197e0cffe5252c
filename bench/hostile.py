"""Whether the API stands what a hostile client sends, and serves the others meanwhile.

    .venv/bin/python bench/hostile.py

Everything happens on 127.0.0.1, against an API and servers of its own, within a few minutes.
"""

import asyncio
import multiprocessing
import resource
import time
from collections.abc import Awaitable, Generator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import attacks
import attacks_accounts
import attacks_heads
import attacks_lists
import attacks_memory
import attacks_readers
from servers import migrated_servers, served, settings_for

MEBIBYTE = 1024 * 1024
PAUSE_SECONDS = 0.02
PATIENCE_SECONDS = 30
PORT = 8765
REFUSED: dict[str, attacks.Attack] = {
    name: partial(attacks.ask, request=request) for name, request in attacks.REFUSED.items()
}
ATTACKS = (
    REFUSED
    | attacks.SLOW
    | attacks_heads.ATTACKS
    | attacks_readers.ATTACKS
    | attacks_memory.ATTACKS
    | attacks_accounts.ATTACKS
    | attacks_lists.ATTACKS
)


def main() -> None:
    """Attack an API in every way, one after the other, and print what came of each."""
    with (
        migrated_servers() as endpoints,
        served(settings_for(endpoints, PORT)) as pid,
    ):
        print(f"{'attack':32}{'outcome':56}{'MiB before':>11}{'after':>8}{'worst ms':>10}")
        asyncio.run(_attack(PORT, pid))


async def _attack(port: int, pid: int) -> None:
    for name, attack in ATTACKS.items():
        await _try(name, attack(port), port, pid)


async def _try(name: str, attack: Awaitable[str], port: int, pid: int) -> None:
    """Attack while a visitor looks at the catalog; print the outcome."""
    before = memory_of(pid)
    with visitor(port) as worst:
        outcome = await attack
    print(
        f"{name:32}{outcome:56}{before:11.0f}{memory_of(pid):8.0f}{worst.value * 1000:10.0f}",
        flush=True,
    )


@contextmanager
def visitor(port: int) -> Generator[Any]:
    """Let a process of its own ask for the catalog; yields how long it waited at worst."""
    apart = multiprocessing.get_context("spawn")
    begun, ended, worst = apart.Event(), apart.Event(), apart.Value("d", 0.0)
    process = apart.Process(target=visit, args=(port, begun, ended, worst))
    process.start()
    begun.wait()
    yield worst
    ended.set()
    process.join()
    if process.exitcode:
        raise SystemExit("A visitor was not served.")


def visit(port: int, begun: Any, ended: Any, worst: Any) -> None:
    """Ask for the catalog on a new connection each time, until told that it has ended."""
    while not ended.is_set():
        asked_at = time.perf_counter()
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        connection.request("GET", "/api/v1/catalog", headers={"Connection": "close"})
        if connection.getresponse().status != HTTPStatus.OK:
            raise SystemExit(1)
        worst.value = max(worst.value, time.perf_counter() - asked_at)
        begun.set()
        time.sleep(PAUSE_SECONDS)


def memory_of(pid: int) -> float:
    """Return the memory of the processes that a process has started, in MiB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pages = sum(int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in children)
    return pages * resource.getpagesize() / MEBIBYTE


if __name__ == "__main__":
    main()
