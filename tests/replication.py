"""A primary and streaming standbys of it, as processes that can be killed, and their visitors.

What is changed without a word (with triggers off) while replay is paused, tells the two apart.
"""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, LiteralString, cast

import httpx
import msgspec
import psycopg
from psycopg.conninfo import make_conninfo
from structlog.typing import EventDict

from databases import SUPERUSER
from pricebook.api import create_app
from pricebook.catalog.service import Catalog
from pricebook.embedded import binaries, places, postgres, process
from pricebook.settings import Settings
from running_system import eventually

# The servers that come with the package are replicated by nobody; the last word counts.
OPTIONS = {"wal_level": "replica", "max_wal_senders": "5", "wal_receiver_status_interval": "1s"}
UNTOLD: LiteralString = """
    SET session_replication_role = replica;
    UPDATE products SET name = '{name}';
    UPDATE categories SET name = '{name}'
"""
USED = "the catalog is read from the standby"
NOT_USED = "the catalog is not read from the standby"


class Server:
    """A PostgreSQL in a folder of its own."""

    def __init__(self, home: Path) -> None:
        self._places = places.prepare(home)
        self._running = ExitStack()

    @property
    def url(self) -> str:
        return postgres.url(self._places)

    def start(self) -> None:
        self._running.enter_context(places.socket_folder(self._places))
        lock = self._running.enter_context((self._places.locks / "owner").open("w"))
        postgres.make_data_once(self._places, lock, durable=False)
        postgres.clear_left_over(self._places)
        program = postgres.server(self._places, durable=False)
        options = [word for each in OPTIONS.items() for word in ("-c", "=".join(each))]
        argv = (*program.argv, *options)
        child = process.running(msgspec.structs.replace(program, argv=argv), lock)
        self._running.enter_context(child).await_ready(lambda: postgres.answers(self.url))

    def stop(self) -> None:
        self._running.close()

    def kill(self) -> None:
        """End it as a crash does, and wait until its processes are gone."""
        self._signal(signal.SIGKILL)
        process.await_vacant(self._places.postgres, "PostgreSQL")
        self.stop()

    @contextmanager
    def frozen(self) -> Generator[None]:
        """Let it neither answer nor end."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def copy_to(self, home: Path) -> "Server":
        """Make a streaming standby, which is not started yet."""
        copy = Server(home)
        account = self._places.account
        folder = binaries.postgres_folder(account)
        made = home / "made"
        url = make_conninfo(self.url, dbname="postgres", user=SUPERUSER)
        places.make_private(made, account)
        subprocess.run(
            [
                *(folder / "pg_basebackup", "--pgdata", made, "--dbname", url),
                *("--write-recovery-conf", "--checkpoint=fast", "--no-sync"),
            ],
            user=account.uid if account.switch else None,
            group=account.gid if account.switch else None,
            extra_groups=[] if account.switch else None,
            cwd="/",
            check=True,
        )
        made.rename(copy._places.postgres)
        return copy

    def run(self, statement: LiteralString, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement as the administrator."""
        url = make_conninfo(self.url, dbname=database, user=SUPERUSER)
        with psycopg.connect(url, autocommit=True) as conn:
            cursor = conn.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def pause(self, primary: "Server") -> None:
        """Show nothing that is committed from here on, but all that was."""
        ((position,),) = primary.run("SELECT pg_current_wal_insert_lsn()::text")
        asked = f"SELECT pg_last_wal_replay_lsn() >= '{position}'"
        eventually(lambda: self.run(asked) == [(True,)])  # pyright: ignore[reportArgumentType]
        self.run("SELECT pg_wal_replay_pause()")
        paused = [("paused",)]
        eventually(lambda: self.run("SELECT pg_get_wal_replay_pause_state()") == paused)

    def _signal(self, number: signal.Signals) -> None:
        for pid in process.processes_in(self._places.postgres):
            os.kill(pid, number)


@contextmanager
def open_folder() -> Generator[Path]:
    """One that the servers may enter, whoever they run as."""
    with TemporaryDirectory(prefix="pricebook-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


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


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 (nobody sets an event for a test)
            await asyncio.sleep(0.01)


def events(told: list[EventDict]) -> list[str]:
    return [line["event"] for line in told if line["event"] in {USED, NOT_USED}]


async def part(
    primary: Server, standby: Server, database: str, name: LiteralString = "Primary"
) -> None:
    """Let the primary give everything another name of which nobody is told, the standby neither."""
    await asyncio.to_thread(standby.pause, primary)
    await asyncio.to_thread(primary.run, UNTOLD.format(name=name), database)
