"""Responses come from the standby once it has replayed all notified changes, never older ones."""

import asyncio
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pricebook.catalog import replica
from pricebook.settings import Settings
from replication import CatalogClient, PostgresServer, diverge, running_api


async def test_standby_is_read_while_it_has_replayed_all_notified_changes(
    primary: PostgresServer,
    standby: PostgresServer,
    database_name: str,
    catalog_client: CatalogClient,
    primary_conn: psycopg.AsyncConnection[Any],
) -> None:
    standby.start()
    await catalog_client.change_price(primary_conn, "11")
    await catalog_client.wait_until_served_by_standby()
    await diverge(primary, standby, database_name)
    assert await catalog_client.names() == {"Hammer"}
    assert "Primary" in (await catalog_client.client.get("/catalog/export")).text
    for price in range(12, 20):
        await catalog_client.change_price(primary_conn, str(price))
        assert await catalog_client.price() == f"{price}.00"
        assert await catalog_client.names() == {"Primary"}
    standby.run("SELECT pg_wal_replay_resume()")
    await catalog_client.wait_until_served_by_standby()
    assert await catalog_client.price() == "19.00"
    await diverge(primary, standby, database_name, "Saw")
    assert await catalog_client.names() == {"Primary"}


@pytest.mark.parametrize("megabytes", [0, 16])
async def test_no_stale_price_while_prices_change(
    standby: PostgresServer,
    replicated_settings: Settings,
    primary_conn: psycopg.AsyncConnection[Any],
    megabytes: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replica, "CHECK_SECONDS", 60)  # only the news make it look
    standby.start()
    api_settings = msgspec.structs.replace(replicated_settings, catalog_memory_mb=megabytes)
    async with running_api(api_settings) as catalog_client:
        for price in range(30):
            await catalog_client.change_price(primary_conn, str(price))
            assert await catalog_client.prices() == {f"{price}.00"}
            if price % 10 == 0:
                await catalog_client.wait_until_served_by_standby()
                assert await catalog_client.prices() == {f"{price}.00"}


async def test_lagging_standby_among_several_is_not_read(
    primary: PostgresServer,
    standby: PostgresServer,
    second_standby: PostgresServer,
    replicated_settings: Settings,
    primary_conn: psycopg.AsyncConnection[Any],
) -> None:
    standby.start()
    second_standby.start()
    await asyncio.to_thread(second_standby.pause_replay, primary)
    hosts = [conninfo_to_dict(each.url)["host"] for each in (standby, second_standby)]
    url = make_conninfo(
        str(replicated_settings.database_read_url),
        host=",".join(map(str, hosts)),
        port="5432,5432",
        load_balance_hosts="random",
    )
    api_settings = msgspec.structs.replace(replicated_settings, database_read_url=url)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(replica, "MAX_LAG_SECONDS", 0.2)
        patched.setattr(replica, "RETRY_SECONDS", 0.2)
        await check_several(api_settings, primary_conn)


async def check_several(api_settings: Settings, primary_conn: psycopg.AsyncConnection[Any]) -> None:
    async with running_api(api_settings) as catalog_client:
        await catalog_client.change_price(primary_conn, "11")
        for _ in range(3):
            await catalog_client.wait_until_served_by_standby()
            for _ in range(20):  # so many that there are several connections
                assert await catalog_client.prices() == {"11.00"}
