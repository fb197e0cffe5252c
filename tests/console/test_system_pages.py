"""The state of the system as a page, also while a part of it does not respond."""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

import builders
from console.conftest import HTML, Client, LogInAs
from console.fragments import show_text
from pricebook.api.application import create_app
from pricebook.db.database import Connection, Database
from pricebook.diagnostics import service
from pricebook.diagnostics.worker_state import WorkerReports
from pricebook.settings import Settings
from worker_fixtures import worker_database, worker_settings

__all__ = ["worker_database", "worker_settings"]

PATH = "/console/administration/system"
CHECKS = [
    *("secret", "PostgreSQL", "migrations", "rights", "schema", "aggregates", "tasks", "lists"),
    *("quarantine", "credentials", "notices", "webhooks", "rates", "Redis", "uploads", "parser"),
]


async def state_of(client: Client, name: str) -> str:
    """Return the state of a check on the page."""
    text = await show_text(client, PATH)
    found = re.search(
        rf'class="check-name">{name}</td>\s*<td class="price"><span[^>]*>([^<]+)', text
    )
    assert found
    return found[1]


def verdict(text: str) -> str:
    found = re.search(r'id="verdict"><strong><?[^>]*>?([^<]+)', text)
    assert found
    return found[1]


async def test_page_shows_versions_servers_and_every_check(
    client: Client, log_in_as: LogInAs
) -> None:
    await log_in_as("admin")
    text = await show_text(client, PATH)
    for part in ("PostgreSQL 1", "Valkey ", "No worker is alive", "GiB free"):
        assert part in text
    assert re.findall(r'class="check-name">([^<]+)', text) == CHECKS
    for name in ("PostgreSQL", "migrations", "Redis", "uploads", "secret"):
        assert await state_of(client, name) == "ok"
    fragment = await client.get(PATH, headers={"HX-Request": "true"})
    assert fragment.text.lstrip().startswith('<div id="state"')
    assert 'hx-trigger="every 10s"' in fragment.text


async def test_slow_checks_have_their_result_later(client: Client, log_in_as: LogInAs) -> None:
    """On a busy machine, a check that needs PostgreSQL waits until that responds in time."""
    await log_in_as("admin")
    async with asyncio.timeout(60):
        for name in ("parser", "schema", "aggregates"):
            while (state := await state_of(client, name)) in {"runs", "not checked"}:
                pass
            assert state == "ok"


async def test_workers_and_their_last_runs(
    client: Client, log_in_as: LogInAs, worker_database: Database, conn: Connection
) -> None:
    await log_in_as("admin")
    reports = WorkerReports(worker_database, "host/12", 2)
    started_at = datetime.now(UTC)
    reports.add("cleanup", started_at, None)
    await reports.store()
    in_order = {
        "Everything that is checked is in order.",
        "No trouble so far; some checks still run.",
    }
    assert verdict(await show_text(client, PATH)) in in_order
    reports.add("notices", started_at, "The mail is broken.")
    await reports.store()
    text = await show_text(client, PATH)
    assert "host/12" in text
    assert "No worker is alive" not in text
    assert verdict(text) == "Needs attention: Send notices."
    assert "Delete what is no longer kept" in text
    assert "The mail is broken." in text
    await conn.execute("UPDATE workers SET seen_at = now() - interval '1 minute'")
    text = await show_text(client, PATH)
    assert "No worker is alive" in text
    assert "lost" in text
    await reports.remove()
    assert "host/12" not in await show_text(client, PATH)


async def test_later_run_of_another_worker_is_kept(
    worker_database: Database, conn: Connection
) -> None:
    first = WorkerReports(worker_database, "a/1", 1)
    second = WorkerReports(worker_database, "b/2", 1)
    first.add("cleanup", datetime.now(UTC), None)
    second.add("cleanup", datetime.now(UTC), "Broken.")
    await second.store()
    await first.store()
    cursor = await conn.execute("SELECT worker, failure FROM periodic_runs")
    assert await cursor.fetchall() == [("b/2", "Broken.")]


async def test_dead_tasks_and_waiting_tasks_are_named(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    await conn.execute(
        "INSERT INTO ingestion_tasks (supplier_name, parser_type, source_config, state,"
        " next_attempt_at) VALUES ('ACME', 'csv', '{}', 'dead', now()),"
        " ('ACME', 'csv', '{}', 'queued', now() - interval '5 minutes')"
    )
    text = await show_text(client, PATH)
    assert "All of their attempts failed" in text
    assert "due for 300 s" in text or "due for 301 s" in text
    assert await state_of(client, "tasks") == "wrong"
    assert verdict(text) == "Needs attention: Workers, Tasks given up, tasks."
    assert "no worker is running: start `pricebook worker`" in text


async def test_held_lists_are_noted(client: Client, log_in_as: LogInAs, conn: Connection) -> None:
    await log_in_as("admin")
    await builders.import_task(conn, await builders.supplier(conn), state="held")
    text = await show_text(client, PATH)
    assert "1 held: see `pricebook tasks list --state held`." in text
    assert await state_of(client, "tasks") == "ok"


async def test_page_says_what_is_not_reachable_without_redis(
    settings: Settings, tmp_path: Path
) -> None:
    broken = msgspec.structs.replace(settings, redis_url=f"unix://{tmp_path}/none.sock")
    app = create_app(broken)
    async with app.lifespan():  # its pool belongs to the loop that uses it
        state = await service.get_state(app.state.system_monitor)
    assert state.redis.status == "down"
    assert state.messages is None
    assert state.database.status == "up"
    states = {each.name: each.state for each in state.checks}
    assert states["Redis"] == "unreachable"
    assert states["PostgreSQL"] == "ok"


async def test_api_returns_the_same_as_data(admin: Any) -> None:
    state = (await admin.get("/api/v1/admin/system")).json()
    assert [each["name"] for each in state["checks"]] == CHECKS
    assert state["database"]["status"] == "up"
    assert state["revision"] == state["migration_head"]


async def test_api_is_for_admins(sales: Any) -> None:
    assert (await sales.get("/api/v1/admin/system")).status_code == 403


async def test_page_is_for_admins(client: Client, log_in_as: LogInAs) -> None:
    await log_in_as("procurement")
    assert (await client.get(PATH, headers=HTML)).status_code == 403
