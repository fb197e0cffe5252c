"""Attacks on the API, and the latency of another client meanwhile.

    .venv/bin/python bench/hostile.py

It runs for some minutes on 127.0.0.1, against its own API and servers.
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
TIMEOUT_SECONDS = 30
PORT = 8765
REFUSED: dict[str, attacks.Attack] = {
    name: partial(attacks.send_request, request=request)
    for name, request in attacks.REFUSED.items()
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
    """Run all attacks, one after the other, and print the outcomes."""
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
    """Run an attack while another client reads the catalog; print the outcome."""
    before = memory_of(pid)
    with other_client(port) as worst:
        outcome = await attack
    print(
        f"{name:32}{outcome:56}{before:11.0f}{memory_of(pid):8.0f}{worst.value * 1000:10.0f}",
        flush=True,
    )


@contextmanager
def other_client(port: int) -> Generator[Any]:
    """Read the catalog in another process; yield its longest response time in seconds."""
    context = multiprocessing.get_context("spawn")
    started, stopping, worst = context.Event(), context.Event(), context.Value("d", 0.0)
    process = context.Process(target=read_catalog, args=(port, started, stopping, worst))
    process.start()
    started.wait()
    yield worst
    stopping.set()
    process.join()
    if process.exitcode:
        raise SystemExit("The other client got no page.")


def read_catalog(port: int, started: Any, stopping: Any, worst: Any) -> None:
    """Request the catalog on a new connection each time, until `stopping` is set."""
    while not stopping.is_set():
        sent_at = time.perf_counter()
        connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
        connection.request("GET", "/api/v1/catalog", headers={"Connection": "close"})
        status = connection.getresponse().status
        if status != HTTPStatus.OK:
            raise SystemExit(f"The other client got {status} at {time.strftime('%X')}.")
        worst.value = max(worst.value, time.perf_counter() - sent_at)
        started.set()
        time.sleep(PAUSE_SECONDS)


def memory_of(pid: int) -> float:
    """Return the resident memory of the child processes in MiB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pages = sum(int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in children)
    return pages * resource.getpagesize() / MEBIBYTE


if __name__ == "__main__":
    main()
