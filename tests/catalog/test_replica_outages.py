"""Visitors do not notice that a standby is away, behind, or none that may be read."""

import asyncio
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from structlog.testing import capture_logs
from structlog.typing import EventDict

from pricebook.catalog import cache, replica
from pricebook.migrations import rights
from pricebook.settings import Settings
from replication import NOT_USED, USED, Server, Visitor, events, part, until, visited


async def test_one_that_stays_behind_is_told_of_once(
    primary: Server,
    standby: Server,
    visitor: Visitor,
    written: psycopg.AsyncConnection[Any],
    told: list[EventDict],
) -> None:
    standby.start()
    await visitor.until_served_by_standby()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(replica, "BEHIND_SECONDS", 0.1)
        patched.setattr(replica, "RETRY_SECONDS", 0.1)
        await asyncio.to_thread(standby.pause, primary)
        await visitor.hear_of(written, "11")
        await until(lambda: NOT_USED in events(told))
        await visitor.hear_of(written, "12")
        await asyncio.sleep(1.5)
    assert events(told)[-2:] == [USED, NOT_USED]
    assert told[-1]["error"] == replica.BEHIND


async def test_a_standby_that_comes_late_is_used_when_it_comes(
    primary: Server, standby: Server, database_name: str, visitor: Visitor, told: list[EventDict]
) -> None:
    await until(lambda: events(told) == [NOT_USED])
    assert await visitor.names() == {"Hammer"}
    standby.start()
    await visitor.until_served_by_standby()
    await part(primary, standby, database_name)
    assert await visitor.names() == {"Hammer"}
    assert events(told) == [NOT_USED, USED]


async def test_visitors_do_not_notice_that_it_is_killed(
    standby: Server,
    visitor: Visitor,
    written: psycopg.AsyncConnection[Any],
    told: list[EventDict],
) -> None:
    standby.start()
    await visitor.until_served_by_standby()
    killing = asyncio.create_task(asyncio.to_thread(standby.kill))
    while not killing.done() or visitor.is_served_by_standby():
        assert await visitor.prices() == {"10.00"}
    await visitor.hear_of(written, "11")
    assert await visitor.price() == "11.00"
    await until(lambda: NOT_USED in events(told))
    await asyncio.sleep(2 * replica.RETRY_SECONDS)
    assert events(told) == [USED, NOT_USED]
    standby.start()
    await visitor.until_served_by_standby()
    assert await visitor.price() == "11.00"


async def test_visitors_do_not_notice_that_their_statements_are_cancelled(
    standby: Server, visitor: Visitor
) -> None:
    standby.start()
    await visitor.until_served_by_standby()
    await visitor.price()
    ended = standby.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'pricebook_api'"
    )
    assert (True,) in ended
    assert await visitor.price() == "10.00"
    await visitor.until_served_by_standby()


async def test_a_standby_that_freezes_holds_nobody_up_for_long(
    standby: Server, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica, "PATIENCE_SECONDS", 0.5)
    standby.start()
    await visitor.until_served_by_standby()
    async with asyncio.timeout(30):
        with standby.frozen():
            assert await visitor.price() == "10.00"
            assert not visitor.is_served_by_standby()
            assert await visitor.price() == "10.00"
    await visitor.until_served_by_standby()


async def test_it_is_not_read_while_nobody_tells_of_changes(
    primary: Server,
    standby: Server,
    database_name: str,
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    standby.start()
    await visitor.until_served_by_standby()
    await part(primary, standby, database_name)
    assert await visitor.names() == {"Hammer"}
    monkeypatch.setattr(cache, "TRUST_SECONDS", -1.0)
    await until(lambda: not visitor.is_served_by_standby())
    assert await visitor.names() == {"Primary"}


async def test_what_was_written_after_a_promotion_is_never_shown(
    standby: Server, database_name: str, visitor: Visitor, told: list[EventDict]
) -> None:
    standby.start()
    await visitor.until_served_by_standby()
    await visitor.names()
    assert standby.run("SELECT pg_promote()") == [(True,)]
    standby.run("UPDATE products SET name = 'Forked'", database_name)
    assert await visitor.names() == {"Hammer"}
    await until(lambda: NOT_USED in events(told))
    assert not visitor.is_served_by_standby()


async def test_a_standby_of_a_history_that_ended_is_not_read(
    primary: Server, standby: Server, another: Server, database_name: str, replicated: Settings
) -> None:
    standby.start()
    another.start()
    another.run("SELECT pg_promote()")
    primary.run("SELECT pg_logical_emit_message(false, 'more', repeat('x', 100000))")
    moved = make_conninfo(another.url, dbname=database_name, user=rights.API)
    given = msgspec.structs.replace(replicated, database_url=moved)
    await check_that_it_is_not_read(given, replica.OTHER)


@pytest.mark.parametrize("other", ["server", "database", "kind"])
async def test_what_is_no_standby_of_this_database_is_not_read(
    primary: Server, standby: Server, replicated: Settings, settings: Settings, other: str
) -> None:
    standby.start()
    if other == "server":
        name = conninfo_to_dict(str(settings.database_url))["dbname"]
        primary.run(f'CREATE DATABASE "{name}"')  # pyright: ignore[reportArgumentType]
        url = make_conninfo(str(replicated.database_read_url), dbname=name)
        given = msgspec.structs.replace(settings, database_read_url=url)
    elif other == "database":
        url = make_conninfo(str(replicated.database_read_url), dbname="postgres")
        given = msgspec.structs.replace(replicated, database_read_url=url)
    else:
        given = msgspec.structs.replace(replicated, database_read_url=replicated.database_url)
    await check_that_it_is_not_read(given, replica.PROMOTED if other == "kind" else replica.OTHER)


async def check_that_it_is_not_read(given: Settings, why: str) -> None:
    with capture_logs() as told:
        async with visited(given) as visitor:
            await until(lambda: events(told))
            await asyncio.sleep(1.5 * replica.RETRY_SECONDS)
            assert not visitor.is_served_by_standby()
            assert (await visitor.client.get("/catalog")).status_code == 200
        (line,) = [line for line in told if line["event"] == NOT_USED]
        assert line["error"] == why
