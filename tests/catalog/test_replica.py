"""Visitors read from a standby while it knows all that was told, and from the primary otherwise.

What is changed without a word (with triggers off) while replay is paused, tells the two apart.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import httpx
import msgspec
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from structlog.testing import capture_logs
from structlog.typing import EventDict

import builders
from databases import Databases
from pricebook.api import create_app
from pricebook.catalog import cache, replica
from pricebook.catalog.service import Catalog
from pricebook.db import Database
from pricebook.migrations import rights
from pricebook.settings import Settings
from replication import Server

UNTOLD = """
    SET session_replication_role = replica;
    UPDATE products SET name = 'Primary';
    UPDATE categories SET name = 'Primary'
"""
USED = "the catalog is read from the standby"
NOT_USED = "the catalog is not read from the standby"


@contextmanager
def open_folder() -> Generator[Path]:
    """One that the servers may enter, whoever they run as."""
    with TemporaryDirectory(prefix="pricebook-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def primary() -> Iterator[Server]:
    with open_folder() as folder:
        server = Server(folder)
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="module")
def replicated_url(primary: Server) -> str:
    return Databases(primary.url).create()


@pytest.fixture
def standby(primary: Server, replicated_url: str) -> Iterator[Server]:
    """One that was not started yet."""
    assert replicated_url
    with open_folder() as folder:
        server = primary.copy_to(folder)
        yield server
        server.stop()


@pytest.fixture
def successor(primary: Server, standby: Server) -> Iterator[Server]:
    """Another one, which was promoted."""
    assert standby
    with open_folder() as folder:
        server = primary.copy_to(folder)
        server.start()
        server.run("SELECT pg_promote()")
        yield server
        server.stop()


@pytest.fixture
def database(replicated_url: str) -> str:
    return str(conninfo_to_dict(replicated_url)["dbname"])


@pytest.fixture
def read_url(standby: Server, database: str) -> str:
    return make_conninfo(standby.url, dbname=database, user=rights.API)


@pytest.fixture
def replicated(settings: Settings, replicated_url: str, read_url: str) -> Settings:
    """An API that keeps nothing: every answer is read from a database."""
    return msgspec.structs.replace(
        settings,
        database_url=make_conninfo(replicated_url, user=rights.API),
        database_read_url=read_url,
        catalog_memory_mb=0,
    )


@pytest.fixture
async def written(replicated_url: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """The primary, with a product that both servers show as `Hammer`."""
    async with Database(replicated_url) as database, database.connection() as conn:
        await conn.execute("TRUNCATE products, suppliers, categories CASCADE")
        tools = await builders.category(conn, "Hammer")
        await builders.offered_product(conn, "Hammer", "10", category_id=tools)
        yield conn


@pytest.fixture
def told() -> Iterator[list[EventDict]]:
    with capture_logs() as lines:
        yield lines


class Visitor:
    """Visitors of an API, which may come at the same time, and a look at where it reads."""

    def __init__(self, client: httpx.AsyncClient, catalog: Catalog) -> None:
        self.client = client
        self.catalog = catalog

    def is_served_by_standby(self) -> bool:
        reads = self.catalog.reads
        due = reads._due  # pyright: ignore[reportPrivateUsage]
        standby = reads._standby  # pyright: ignore[reportPrivateUsage]
        return bool(standby and due and reads._holds(due))  # pyright: ignore[reportPrivateUsage]

    async def until_served_by_standby(self) -> None:
        await until(self.is_served_by_standby)

    async def names(self) -> set[str]:
        """What every public route calls the product and its category."""
        page = await self.client.get("/catalog", params={"search": "r"})
        (product,) = page.json()["data"]
        one = (await self.client.get(f"/catalog/{product['id']}")).json()
        categories = (await self.client.get("/categories")).json()["data"]
        return {product["name"], one["name"], one["category_name"], categories[0]["name"]}

    async def price(self) -> str:
        response = await self.client.get("/catalog")
        assert response.status_code == 200, response.text
        return response.json()["data"][0]["min_price"]

    async def prices(self) -> set[str]:
        """What many see who come at once."""
        return set(await asyncio.gather(*(self.price() for _ in range(20))))

    async def hear_of(self, conn: psycopg.AsyncConnection[Any], price: str) -> None:
        """Change the price, and return once the API was told."""
        generation = self.catalog.memory.generation
        await conn.execute("UPDATE supplier_items SET current_price = %s", [price])
        await until(lambda: self.catalog.memory.generation != generation)


@asynccontextmanager
async def visited(settings: Settings) -> AsyncGenerator[Visitor]:
    app = create_app(settings)
    async with app.lifespan():
        transport = httpx.ASGITransport(cast("Any", app))
        base_url = "http://test/api/v1"
        async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
            yield Visitor(client, app.state.catalog)


@pytest.fixture
async def visitor(
    replicated: Settings, written: psycopg.AsyncConnection[Any], told: list[EventDict]
) -> AsyncIterator[Visitor]:
    assert written
    assert told == []
    async with visited(replicated) as opened:
        yield opened


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 (nobody sets an event for a test)
            await asyncio.sleep(0.01)


def events(told: list[EventDict]) -> list[str]:
    return [line["event"] for line in told if line["event"] in {USED, NOT_USED}]


async def part(primary: Server, standby: Server, database: str) -> None:
    """Let the two differ in what nobody is told of."""
    await asyncio.to_thread(standby.pause, primary)
    await asyncio.to_thread(primary.run, UNTOLD, database)


async def test_it_is_read_while_it_knows_all_that_was_told(
    primary: Server,
    standby: Server,
    database: str,
    visitor: Visitor,
    written: psycopg.AsyncConnection[Any],
) -> None:
    standby.start()
    await visitor.hear_of(written, "11")
    await visitor.until_served_by_standby()
    await part(primary, standby, database)
    assert await visitor.names() == {"Hammer"}
    assert "Primary" in (await visitor.client.get("/catalog/export")).text
    for price in range(12, 20):
        await visitor.hear_of(written, str(price))
        assert await visitor.price() == f"{price}.00"
        assert await visitor.names() == {"Primary"}
    standby.run("SELECT pg_wal_replay_resume()")
    await visitor.until_served_by_standby()
    assert await visitor.price() == "19.00"
    await asyncio.to_thread(standby.pause, primary)
    await written.execute("ALTER TABLE products DISABLE TRIGGER USER")
    await written.execute("UPDATE products SET name = 'Saw'")
    await written.execute("ALTER TABLE products ENABLE TRIGGER USER")
    assert await visitor.names() == {"Primary"}


async def test_a_standby_that_comes_late_is_used_when_it_comes(
    primary: Server, standby: Server, database: str, visitor: Visitor, told: list[EventDict]
) -> None:
    await until(lambda: events(told) == [NOT_USED])
    assert await visitor.names() == {"Hammer"}
    standby.start()
    await visitor.until_served_by_standby()
    await part(primary, standby, database)
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
    with standby.frozen():
        assert await visitor.price() == "10.00"
        assert not visitor.is_served_by_standby()
        assert await visitor.price() == "10.00"
    await visitor.until_served_by_standby()


async def test_it_is_not_read_while_nobody_tells_of_changes(
    primary: Server,
    standby: Server,
    database: str,
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    standby.start()
    await visitor.until_served_by_standby()
    await part(primary, standby, database)
    assert await visitor.names() == {"Hammer"}
    monkeypatch.setattr(cache, "TRUST_SECONDS", -1.0)
    await until(lambda: not visitor.is_served_by_standby())
    assert await visitor.names() == {"Primary"}


async def test_what_was_written_after_a_promotion_is_never_shown(
    standby: Server, database: str, visitor: Visitor, told: list[EventDict]
) -> None:
    standby.start()
    await visitor.until_served_by_standby()
    await visitor.names()
    assert standby.run("SELECT pg_promote()") == [(True,)]
    standby.run("UPDATE products SET name = 'Forked'", database)
    assert await visitor.names() == {"Hammer"}
    await until(lambda: NOT_USED in events(told))
    assert not visitor.is_served_by_standby()


async def test_a_standby_of_a_history_that_ended_is_not_read(
    primary: Server, standby: Server, successor: Server, database: str, replicated: Settings
) -> None:
    standby.start()
    primary.run("SELECT pg_logical_emit_message(false, 'more', repeat('x', 100000))")
    moved = make_conninfo(successor.url, dbname=database, user=rights.API)
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
