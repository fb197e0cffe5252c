"""No request waits without end for PostgreSQL when it is frozen or its network drops packets."""

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

from network_proxy import NetworkProxy, proxy_to
from pricebook.db import heartbeat
from pricebook.db.database import Database
from pricebook.db.migrations import rights
from pricebook.errors import DatabaseUnavailableError
from pricebook.settings import DatabaseDriver, Settings
from pricebook.system import recurring_warning
from replication import PostgresServer, running_api

HANG_TIMEOUT_SECONDS = 60
UNCACHED = "/catalog?limit=17"
LOGIN = {"username": "unknown", "password": "a wrong password"}


class Value(msgspec.Struct, frozen=True):
    """A row of a query for one value."""

    value: int


@pytest.fixture
async def network_and_url(replicated_url: str) -> AsyncIterator[tuple[NetworkProxy, str]]:
    async with proxy_to(make_conninfo(replicated_url, user=rights.API_ROLE)) as network_and_url:
        yield network_and_url


@pytest.fixture
def through_network(
    settings: Settings, network_and_url: tuple[NetworkProxy, str], driver: DatabaseDriver
) -> Settings:
    return msgspec.structs.replace(
        settings, database_url=network_and_url[1], catalog_memory_mb=0, database_driver=driver
    )


async def statuses(client: httpx.AsyncClient) -> dict[str, int]:
    """Return the statuses of concurrent requests to one process."""
    requests = {
        "ready": client.get("http://test/ready"),
        "health": client.get("http://test/health"),
        "login": client.post("/auth/login", json=LOGIN),
        **{f"catalog {number}": client.get(UNCACHED) for number in range(8)},
    }
    async with asyncio.timeout(HANG_TIMEOUT_SECONDS):
        answers = await asyncio.gather(*requests.values())
    for answer in answers:
        if answer.status_code == 503 and answer.url.path != "/health":
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["retry-after"]
    return {name: answer.status_code for name, answer in zip(requests, answers, strict=True)}


def is_healthy(status_by_request: dict[str, int]) -> bool:
    return status_by_request.pop("login") == 401 and set(status_by_request.values()) == {200}


async def wait_until_healthy(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(HANG_TIMEOUT_SECONDS):
        while not is_healthy(await statuses(client)):  # noqa: ASYNC110 (there is no event)
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("kind", ["frozen", "silent"])
async def test_requests_get_503_while_the_primary_is_unresponsive(
    primary: PostgresServer,
    network_and_url: tuple[NetworkProxy, str],
    through_network: Settings,
    primary_conn: psycopg.AsyncConnection[Any],
    kind: str,
) -> None:
    assert primary_conn
    async with running_api(through_network) as catalog_client:
        await wait_until_healthy(catalog_client.client)
        fault: AbstractContextManager[None] = (
            primary.frozen() if kind == "frozen" else network_and_url[0].blackholed()
        )
        with fault:
            assert set((await statuses(catalog_client.client)).values()) == {503}
            assert set((await statuses(catalog_client.client)).values()) == {503}
        await wait_until_healthy(catalog_client.client)


async def test_connections_to_the_old_server_end_after_failover(
    network_and_url: tuple[NetworkProxy, str],
    through_network: Settings,
    primary_conn: psycopg.AsyncConnection[Any],
) -> None:
    """New connections reach the new server, old ones get no response."""
    assert primary_conn
    async with running_api(through_network) as catalog_client:
        await wait_until_healthy(catalog_client.client)
        network_and_url[0].blackhole_connections()
        await wait_until_healthy(catalog_client.client)


@pytest.mark.parametrize("statement_seconds", [0, 60])
async def test_slow_statement_is_not_an_unresponsive_server(
    replicated_url: str,
    driver: DatabaseDriver,
    monkeypatch: pytest.MonkeyPatch,
    statement_seconds: int,
) -> None:
    monkeypatch.setattr("pricebook.db.database.REQUEST_HEARTBEAT_TIMEOUT_SECONDS", 0.5)
    monkeypatch.setattr("pricebook.db.database.WORK_HEARTBEAT_TIMEOUT_SECONDS", 0.5)
    async with (
        Database(replicated_url, statement_seconds=statement_seconds, driver=driver) as database,
        database.connection() as conn,
    ):
        await conn.execute("SELECT pg_sleep(3)")


async def test_worker_statement_is_aborted_when_the_server_is_unresponsive(
    network_and_url: tuple[NetworkProxy, str],
    driver: DatabaseDriver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The worker's statements have no timeout: the heartbeat aborts them."""
    monkeypatch.setattr("pricebook.db.database.WORK_HEARTBEAT_TIMEOUT_SECONDS", 1.0)

    async def work() -> None:
        async with database.transaction() as conn:
            await conn.execute("SELECT pg_sleep(600)")

    async with Database(network_and_url[1], driver=driver) as database:
        work_task = asyncio.create_task(work())
        await asyncio.sleep(2 * heartbeat.INTERVAL_SECONDS)
        with network_and_url[0].blackholed():
            async with asyncio.timeout(HANG_TIMEOUT_SECONDS):
                with pytest.raises(DatabaseUnavailableError):
                    await work_task
        async with asyncio.timeout(HANG_TIMEOUT_SECONDS):
            while not await can_read(database):  # noqa: ASYNC110 (there is no event)
                await asyncio.sleep(0.1)


async def can_read(database: Database) -> bool:
    try:
        async with database.read() as query_runner:
            return await query_runner.fetch(Value, "SELECT 1 AS value") == [Value(1)]
    except DatabaseUnavailableError:
        return False


async def test_requests_do_not_use_idle_connections_that_were_lost(
    primary: PostgresServer, replicated_url: str, driver: DatabaseDriver
) -> None:
    async with Database(replicated_url, pool_min=4, pool_max=4, driver=driver) as database:
        async with asyncio.timeout(HANG_TIMEOUT_SECONDS):
            while database.pool_metrics().available < 4:  # noqa: ASYNC110 (there is no event)
                await asyncio.sleep(0.01)
        await asyncio.to_thread(
            primary.run,
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        )
        for _ in range(8):
            assert await can_read(database)


def test_warning_is_logged_once_a_minute_and_at_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warning = recurring_warning.RecurringWarning("away", "back")
    with capture_logs() as lines:
        for _ in range(5):
            warning.occurred(error="gone")
        warning.ended()
        warning.ended()
        warning.occurred(error="gone")
        monkeypatch.setattr(recurring_warning, "REPEAT_SECONDS", 0)
        recurring_warning.RecurringWarning("away", "back").occurred()
    assert [line["event"] for line in lines] == ["away", "back", "away"]
