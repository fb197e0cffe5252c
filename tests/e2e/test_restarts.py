"""Parts of `pricebook up` that are killed: they are restarted, or the system stops cleanly."""

import os
import re
import signal
from contextlib import suppress
from typing import Any

import httpx
import msgspec
import psycopg
import pytest
from redis import Redis

from e2e.api_client import admin_client, create, get_task, upload, wait_for_success
from pricebook.embedded import Endpoints
from running_system import System, eventually, ready

NAMES = {
    "serve": "The API",
    "worker": "The worker",
    "postgres": "PostgreSQL",
    "valkey-server": "Valkey",
}
ROWS = 20_000


def price_list(rows: int) -> bytes:
    lines = (f"A-{number},Nail {number},1.50" for number in range(rows))
    return "\n".join(["sku,name,price", *lines]).encode()


def database_url(system: System) -> str:
    endpoints = (system.folder / ".pricebook/endpoints.json").read_bytes()
    return msgspec.json.decode(endpoints, type=Endpoints).database_url


def one(system: System, statement: str) -> Any:
    with psycopg.connect(database_url(system)) as conn:
        (value,) = conn.execute(statement.encode()).fetchone() or (None,)
        return value


def wait_for_exit(system: System) -> tuple[int | None, str]:
    """Wait for the end of the system; return its exit code and its output since it was ready."""
    running = system.running
    assert running
    printed = system.rest()
    return running.returncode, printed


def upload_list(client: httpx.Client, supplier: str, content: bytes) -> str:
    """Upload a price list of a new supplier; return the id of its task."""
    supplier_id = create(client, "suppliers", name=supplier, source_type="csv")
    return upload(client, supplier_id, "list.csv", content)


def test_killed_part_is_restarted_and_imports_succeed(system: System) -> None:
    with admin_client(system, system.up("--empty")) as client:
        for number, word in enumerate(NAMES):
            system.kill(word)
            eventually(lambda: ready(system) == 200)
            assert client.get("/catalog", params={"search": f"lamp {number}"}).status_code == 200
            wait_for_success(client, upload_list(client, f"ACME {word}", price_list(3)))
            (system.folder / "list.csv").write_bytes(price_list(2))
            done = system.run(
                "import", "list.csv", "--supplier", f"Nordwerk {word}", "--create-supplier"
            )
            assert done.returncode == 0, done.stderr
    assert system.running
    system.running.send_signal(signal.SIGTERM)
    code, printed = wait_for_exit(system)
    assert code == 0
    restarted = re.findall(
        r"^pricebook: (.+) exited \(SIGKILL\); restarted after .+ s\.$", printed, re.MULTILINE
    )
    assert restarted == [*NAMES.values()]
    eventually(lambda: not system.processes())


@pytest.mark.parametrize("word", ["postgres", "worker"])
def test_interrupted_import_is_applied_exactly_once(system: System, word: str) -> None:
    with admin_client(system, system.up("--empty", WORKER_LEASE_SECONDS="2")) as client:
        task_id = upload_list(client, "ACME", price_list(ROWS))
        eventually(lambda: get_task(client, task_id)["state"] == "running")
        system.kill(word)
        eventually(lambda: state(client, task_id) == "succeeded")
    assert one(system, "SELECT count(*) FROM price_history") == ROWS
    assert one(system, "SELECT count(*) FROM supplier_items") == ROWS


def state(client: httpx.Client, task_id: str) -> str | None:
    response = client.get(f"/admin/tasks/{task_id}")
    return response.json()["state"] if response.status_code == 200 else None


@pytest.mark.parametrize(
    ("word", "log"), [("worker", "its log is the lines above"), ("valkey-server", "redis.log")]
)
def test_part_that_is_killed_repeatedly_ends_the_system(
    system: System, word: str, log: str
) -> None:
    system.up("--empty")
    running = system.running
    assert running

    def has_ended() -> bool:
        with suppress(LookupError, FileNotFoundError, ProcessLookupError):
            os.kill(system.child(word), signal.SIGKILL)
        return running.poll() is not None

    eventually(has_ended)
    code, printed = wait_for_exit(system)
    assert code == 1
    *restarts, last = [line for line in printed.splitlines() if line.startswith("pricebook: ")]
    assert len(restarts) == 4
    assert re.fullmatch(rf"pricebook: {NAMES[word]} exited 5 times in a row, .+\(SIGKILL\).+", last)
    assert log in last
    eventually(lambda: not system.processes())


def test_sigterm_during_a_restart_delay_stops_all_parts(system: System) -> None:
    system.up("--empty")
    for _ in range(3):
        system.kill("worker")
    os.kill(system.child("worker"), signal.SIGKILL)  # the next delay is the longest
    assert system.stop() == 0
    eventually(lambda: not system.processes())


def test_restarted_parts_end_with_a_killed_system(system: System) -> None:
    system.up("--empty")
    for word in NAMES:
        system.kill(word)
    assert system.stop(signal.SIGKILL) == -signal.SIGKILL
    eventually(lambda: not system.processes())


def test_a_pushed_message_survives_a_killed_redis(system: System) -> None:
    system.up("--empty")
    uploads = system.folder / ".pricebook/uploads"
    uploads.mkdir(exist_ok=True)
    (uploads / "list.csv").write_bytes(price_list(3))
    assert system.run("suppliers", "add", "ACME", "--type", "csv").returncode == 0
    message = {
        "task_id": "0d3c1e52-7a4b-4a43-b1cf-0c5fbd6a8e90",
        "parser_type": "csv",
        "supplier_name": "ACME",
        "source_config": {"file_path": "list.csv"},
        "retry_count": 0,
        "max_retries": 3,
        "enqueued_at": "2026-03-01T06:14:52Z",
    }
    found = (system.folder / ".pricebook/endpoints.json").read_bytes()
    client: Any = Redis
    with (
        client.from_url(msgspec.json.decode(found, type=Endpoints).redis_url) as redis,
        psycopg.connect(database_url(system)) as conn,
    ):
        conn.execute("LOCK TABLE ingestion_tasks IN EXCLUSIVE MODE")
        redis.lpush("parse-tasks", msgspec.json.encode(message))
        eventually(lambda: redis.llen("parse-tasks:processing") == 1)
        system.kill("valkey-server")
    eventually(lambda: one(system, "SELECT count(*) FROM price_history") == 3)
    assert one(system, "SELECT count(*) FROM ingestion_tasks") == 1
