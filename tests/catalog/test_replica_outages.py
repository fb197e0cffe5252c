"""Requests succeed while the standby is down, lags or is no valid standby."""

import asyncio
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from structlog.testing import capture_logs
from structlog.typing import EventDict

from pricebook.catalog import replica, response_cache
from pricebook.db.migrations import rights
from pricebook.settings import Settings
from replication import (
    STANDBY_NOT_USED,
    STANDBY_USED,
    CatalogClient,
    PostgresServer,
    diverge,
    events,
    running_api,
    wait_until,
)


async def test_lagging_standby_is_logged_once(
    primary: PostgresServer,
    standby: PostgresServer,
    catalog_client: CatalogClient,
    primary_conn: psycopg.AsyncConnection[Any],
    log_lines: list[EventDict],
) -> None:
    standby.start()
    await catalog_client.wait_until_served_by_standby()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(replica, "MAX_LAG_SECONDS", 0.1)
        patched.setattr(replica, "RETRY_SECONDS", 0.1)
        await asyncio.to_thread(standby.pause_replay, primary)
        await catalog_client.change_price(primary_conn, "11")
        await wait_until(lambda: STANDBY_NOT_USED in events(log_lines))
        await catalog_client.change_price(primary_conn, "12")
        await asyncio.sleep(1.5)
    assert events(log_lines)[-2:] == [STANDBY_USED, STANDBY_NOT_USED]
    assert log_lines[-1]["error"] == replica.LAGGING


async def test_standby_that_starts_late_is_used(
    primary: PostgresServer,
    standby: PostgresServer,
    database_name: str,
    catalog_client: CatalogClient,
    log_lines: list[EventDict],
) -> None:
    await wait_until(lambda: events(log_lines) == [STANDBY_NOT_USED])
    assert await catalog_client.names() == {"Hammer"}
    standby.start()
    await catalog_client.wait_until_served_by_standby()
    await diverge(primary, standby, database_name)
    assert await catalog_client.names() == {"Hammer"}
    assert events(log_lines) == [STANDBY_NOT_USED, STANDBY_USED]


async def test_killed_standby_causes_no_errors(
    standby: PostgresServer,
    catalog_client: CatalogClient,
    primary_conn: psycopg.AsyncConnection[Any],
    log_lines: list[EventDict],
) -> None:
    standby.start()
    await catalog_client.wait_until_served_by_standby()
    kill_task = asyncio.create_task(asyncio.to_thread(standby.kill))
    while not kill_task.done() or catalog_client.is_served_by_standby():
        assert await catalog_client.prices() == {"10.00"}
    await catalog_client.change_price(primary_conn, "11")
    assert await catalog_client.price() == "11.00"
    await wait_until(lambda: STANDBY_NOT_USED in events(log_lines))
    await asyncio.sleep(2 * replica.RETRY_SECONDS)
    assert events(log_lines) == [STANDBY_USED, STANDBY_NOT_USED]
    standby.start()
    await catalog_client.wait_until_served_by_standby()
    assert await catalog_client.price() == "11.00"


async def test_terminated_sessions_cause_no_errors(
    standby: PostgresServer, catalog_client: CatalogClient
) -> None:
    standby.start()
    await catalog_client.wait_until_served_by_standby()
    await catalog_client.price()
    ended = standby.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'pricebook_api'"
    )
    assert (True,) in ended
    assert await catalog_client.price() == "10.00"
    await catalog_client.wait_until_served_by_standby()


async def test_frozen_standby_falls_back_within_timeout(
    standby: PostgresServer, catalog_client: CatalogClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica, "STANDBY_TIMEOUT_SECONDS", 0.5)
    standby.start()
    await catalog_client.wait_until_served_by_standby()
    async with asyncio.timeout(120):
        with standby.frozen():
            assert await catalog_client.price() == "10.00"
            assert not catalog_client.is_served_by_standby()
            assert await catalog_client.price() == "10.00"
    await catalog_client.wait_until_served_by_standby()


async def test_standby_is_not_read_without_change_notifications(
    primary: PostgresServer,
    standby: PostgresServer,
    database_name: str,
    catalog_client: CatalogClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    standby.start()
    await catalog_client.wait_until_served_by_standby()
    await diverge(primary, standby, database_name)
    assert await catalog_client.names() == {"Hammer"}
    monkeypatch.setattr(response_cache, "FRESH_SECONDS", -1.0)
    await wait_until(lambda: not catalog_client.is_served_by_standby())
    assert await catalog_client.names() == {"Primary"}


async def test_writes_after_promotion_are_never_shown(
    standby: PostgresServer,
    database_name: str,
    catalog_client: CatalogClient,
    log_lines: list[EventDict],
) -> None:
    standby.start()
    await catalog_client.wait_until_served_by_standby()
    await catalog_client.names()
    assert standby.run("SELECT pg_promote()") == [(True,)]
    standby.run("UPDATE products SET name = 'Forked'", database_name)
    assert await catalog_client.names() == {"Hammer"}
    await wait_until(lambda: STANDBY_NOT_USED in events(log_lines))
    assert not catalog_client.is_served_by_standby()


async def test_standby_of_an_old_timeline_is_not_read(
    primary: PostgresServer,
    standby: PostgresServer,
    second_standby: PostgresServer,
    database_name: str,
    replicated_settings: Settings,
) -> None:
    standby.start()
    second_standby.start()
    second_standby.run("SELECT pg_promote()")
    primary.run("SELECT pg_logical_emit_message(false, 'more', repeat('x', 100000))")
    promoted_url = make_conninfo(second_standby.url, dbname=database_name, user=rights.API_ROLE)
    api_settings = msgspec.structs.replace(replicated_settings, database_url=promoted_url)
    await check_standby_is_not_read(api_settings, replica.WRONG_SERVER)


@pytest.mark.parametrize("other", ["server", "database", "kind"])
async def test_server_that_is_not_a_standby_is_not_read(
    primary: PostgresServer,
    standby: PostgresServer,
    replicated_settings: Settings,
    settings: Settings,
    other: str,
) -> None:
    standby.start()
    if other == "server":
        name = conninfo_to_dict(str(settings.database_url))["dbname"]
        primary.run(f'CREATE DATABASE "{name}"')  # pyright: ignore[reportArgumentType]
        url = make_conninfo(str(replicated_settings.database_read_url), dbname=name)
        api_settings = msgspec.structs.replace(settings, database_read_url=url)
    elif other == "database":
        url = make_conninfo(str(replicated_settings.database_read_url), dbname="postgres")
        api_settings = msgspec.structs.replace(replicated_settings, database_read_url=url)
    else:
        api_settings = msgspec.structs.replace(
            replicated_settings, database_read_url=replicated_settings.database_url
        )
    await check_standby_is_not_read(
        api_settings, replica.NOT_A_STANDBY if other == "kind" else replica.WRONG_SERVER
    )


async def check_standby_is_not_read(api_settings: Settings, reason: str) -> None:
    with capture_logs() as log_lines:
        async with running_api(api_settings) as catalog_client:
            await wait_until(lambda: events(log_lines))
            await asyncio.sleep(1.5 * replica.RETRY_SECONDS)
            assert not catalog_client.is_served_by_standby()
            assert (await catalog_client.client.get("/catalog")).status_code == 200
        (line,) = [line for line in log_lines if line["event"] == STANDBY_NOT_USED]
        assert line["error"] == reason
