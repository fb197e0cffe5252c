"""Visitors read from a standby while it knows all that was told, and never an older price."""

import asyncio
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pricebook.catalog import replica
from pricebook.settings import Settings
from replication import Server, Visitor, part, visited


async def test_it_is_read_while_it_knows_all_that_was_told(
    primary: Server,
    standby: Server,
    database_name: str,
    visitor: Visitor,
    written: psycopg.AsyncConnection[Any],
) -> None:
    standby.start()
    await visitor.hear_of(written, "11")
    await visitor.until_served_by_standby()
    await part(primary, standby, database_name)
    assert await visitor.names() == {"Hammer"}
    assert "Primary" in (await visitor.client.get("/catalog/export")).text
    for price in range(12, 20):
        await visitor.hear_of(written, str(price))
        assert await visitor.price() == f"{price}.00"
        assert await visitor.names() == {"Primary"}
    standby.run("SELECT pg_wal_replay_resume()")
    await visitor.until_served_by_standby()
    assert await visitor.price() == "19.00"
    await part(primary, standby, database_name, "Saw")
    assert await visitor.names() == {"Primary"}


@pytest.mark.parametrize("megabytes", [0, 16])
async def test_nobody_sees_an_older_price_while_prices_change_all_the_time(
    standby: Server,
    replicated: Settings,
    written: psycopg.AsyncConnection[Any],
    megabytes: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replica, "LOOK_SECONDS", 60)  # only the news make it look
    standby.start()
    given = msgspec.structs.replace(replicated, catalog_memory_mb=megabytes)
    async with visited(given) as visitor:
        for price in range(30):
            await visitor.hear_of(written, str(price))
            assert await visitor.prices() == {f"{price}.00"}
            if price % 10 == 0:
                await visitor.until_served_by_standby()
                assert await visitor.prices() == {f"{price}.00"}


async def test_of_several_standbys_one_that_is_behind_is_not_believed(
    primary: Server,
    standby: Server,
    another: Server,
    replicated: Settings,
    written: psycopg.AsyncConnection[Any],
) -> None:
    standby.start()
    another.start()
    await asyncio.to_thread(another.pause, primary)
    hosts = [conninfo_to_dict(each.url)["host"] for each in (standby, another)]
    url = make_conninfo(
        str(replicated.database_read_url),
        host=",".join(map(str, hosts)),
        port="5432,5432",
        load_balance_hosts="random",
    )
    given = msgspec.structs.replace(replicated, database_read_url=url)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(replica, "BEHIND_SECONDS", 0.2)
        patched.setattr(replica, "RETRY_SECONDS", 0.2)
        await check_several(given, written)


async def check_several(given: Settings, written: psycopg.AsyncConnection[Any]) -> None:
    async with visited(given) as visitor:
        await visitor.hear_of(written, "11")
        for _ in range(3):
            await visitor.until_served_by_standby()
            for _ in range(20):  # so many that there are several connections
                assert await visitor.prices() == {"11.00"}
