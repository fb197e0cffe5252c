"""Nobody waits without end for a PostgreSQL that is frozen, or behind a network that is silent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import msgspec
import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from structlog.testing import capture_logs

from black_hole import Network, network_to
from pricebook import heartbeat, logs
from pricebook.db import Database
from pricebook.errors import DatabaseUnavailableError
from pricebook.migrations import rights
from pricebook.settings import Settings
from replication import Server, visited

# So long a test waits before it says that somebody waits without end.
HANGS_SECONDS = 10
UNCACHED = "/catalog?limit=17"
LOGIN = {"username": "somebody", "password": "a wrong password"}


@pytest.fixture
async def reached(replicated_url: str) -> AsyncIterator[tuple[Network, str]]:
    async with network_to(make_conninfo(replicated_url, user=rights.API)) as made:
        yield made


@pytest.fixture
def through_network(settings: Settings, reached: tuple[Network, str]) -> Settings:
    return msgspec.structs.replace(settings, database_url=reached[1], catalog_memory_mb=0)


async def statuses(client: httpx.AsyncClient) -> dict[str, int]:
    """The answers of a process that many visitors use at the same time."""
    asked = {
        "ready": client.get("http://test/ready"),
        "health": client.get("http://test/health"),
        "login": client.post("/auth/login", json=LOGIN),
        **{f"catalog {number}": client.get(UNCACHED) for number in range(8)},
    }
    async with asyncio.timeout(HANGS_SECONDS):
        answers = await asyncio.gather(*asked.values())
    for answer in answers:
        if answer.status_code == 503 and answer.url.path != "/health":
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["retry-after"]
    return {name: answer.status_code for name, answer in zip(asked, answers, strict=True)}


def is_well(found: dict[str, int]) -> bool:
    return found.pop("login") == 401 and set(found.values()) == {200}


async def until_well(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(HANGS_SECONDS):
        while not is_well(await statuses(client)):  # noqa: ASYNC110 (nobody sets an event)
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("kind", ["frozen", "silent"])
async def test_all_are_refused_while_it_does_not_answer_and_served_afterwards(
    primary: Server,
    reached: tuple[Network, str],
    through_network: Settings,
    written: psycopg.AsyncConnection[Any],
    kind: str,
) -> None:
    assert written
    async with visited(through_network) as visitor:
        await until_well(visitor.client)
        fault: AbstractContextManager[None] = (
            primary.frozen() if kind == "frozen" else reached[0].silent()
        )
        with fault:
            assert set((await statuses(visitor.client)).values()) == {503}
            assert set((await statuses(visitor.client)).values()) == {503}
        await until_well(visitor.client)


async def test_what_waits_for_the_old_server_after_a_failover_is_ended(
    reached: tuple[Network, str],
    through_network: Settings,
    written: psycopg.AsyncConnection[Any],
) -> None:
    """New connections lead to the new server at once, old ones nowhere."""
    assert written
    async with visited(through_network) as visitor:
        await until_well(visitor.client)
        reached[0].lose_connections()
        await until_well(visitor.client)


@pytest.mark.parametrize("statement_seconds", [0, 60])
async def test_a_slow_statement_is_not_taken_for_a_silent_server(
    replicated_url: str, monkeypatch: pytest.MonkeyPatch, statement_seconds: int
) -> None:
    monkeypatch.setattr("pricebook.db.REQUEST_SECONDS", 0.5)
    monkeypatch.setattr("pricebook.db.WORK_SECONDS", 0.5)
    async with (
        Database(replicated_url, statement_seconds=statement_seconds) as database,
        database.connection() as conn,
    ):
        await conn.execute("SELECT pg_sleep(3)")


async def test_work_without_an_end_is_cut_off_where_the_server_is_silent(
    reached: tuple[Network, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker's statements have no timeout: its heartbeat ends them."""
    monkeypatch.setattr("pricebook.db.WORK_SECONDS", 1.0)

    async def work() -> None:
        async with database.transaction() as conn:
            await conn.execute("SELECT pg_sleep(600)")

    async with Database(reached[1]) as database:
        working = asyncio.create_task(work())
        await asyncio.sleep(2 * heartbeat.INTERVAL_SECONDS)
        with reached[0].silent():
            async with asyncio.timeout(HANGS_SECONDS):
                with pytest.raises(DatabaseUnavailableError):
                    await working
        async with asyncio.timeout(HANGS_SECONDS):
            while not await can_read(database):  # noqa: ASYNC110 (nobody sets an event)
                await asyncio.sleep(0.1)


async def can_read(database: Database) -> bool:
    try:
        async with database.read() as reader:
            return await reader.fetch("SELECT 1") == [(1,)]
    except DatabaseUnavailableError:
        return False


async def test_idle_connections_that_were_lost_fail_nobody(
    primary: Server, replicated_url: str
) -> None:
    async with Database(replicated_url, pool_min=4, pool_max=4) as database:
        async with asyncio.timeout(HANGS_SECONDS):
            while database.figures().available < 4:  # noqa: ASYNC110 (nobody sets an event)
                await asyncio.sleep(0.01)
        await asyncio.to_thread(
            primary.run,
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        )
        for _ in range(8):
            assert await can_read(database)


def test_a_condition_is_logged_once_a_minute_and_when_it_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warning = logs.RecurringWarning("away", "back")
    with capture_logs() as lines:
        for _ in range(5):
            warning.occurred(error="gone")
        warning.ended()
        warning.ended()
        warning.occurred(error="gone")
        monkeypatch.setattr(logs, "REPEAT_SECONDS", 0)
        logs.RecurringWarning("away", "back").occurred()
    assert [line["event"] for line in lines] == ["away", "back", "away"]
