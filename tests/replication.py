"""A primary and its streaming standbys, as processes that can be killed, and clients of an API.

A change without notification, made while replay is paused, shows which server a response is from.
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
from pricebook.api.application import create_app
from pricebook.catalog.service import Catalog
from pricebook.embedded import binaries, data_folders, postgres, server_process
from pricebook.settings import Settings
from running_system import eventually

# The embedded servers start without replication; the last value of an option counts.
OPTIONS = {"wal_level": "replica", "max_wal_senders": "5", "wal_receiver_status_interval": "1s"}
UPDATE_WITHOUT_NOTIFY: LiteralString = """
    SET session_replication_role = replica;
    UPDATE products SET name = '{name}';
    UPDATE categories SET name = '{name}'
"""
STANDBY_USED = "the catalog is read from the standby"
STANDBY_NOT_USED = "the catalog is not read from the standby"


class PostgresServer:
    """A PostgreSQL in a folder of its own."""

    def __init__(self, home: Path) -> None:
        self._places = data_folders.prepare_home(home)
        self._running = ExitStack()

    @property
    def url(self) -> str:
        return postgres.url(self._places)

    def start(self) -> None:
        self._running.enter_context(data_folders.socket_folder(self._places))
        lock = self._running.enter_context((self._places.locks / "owner").open("w"))
        postgres.initialize_data_folder(self._places, lock, durable=False)
        postgres.remove_stale_pid_file(self._places)
        program = postgres.server(self._places, durable=False)
        options = [word for each in OPTIONS.items() for word in ("-c", "=".join(each))]
        argv = (*program.argv, *options)
        child = server_process.running(msgspec.structs.replace(program, argv=argv), lock)
        self._running.enter_context(child).wait_until_ready(
            lambda: postgres.accepts_connections(self.url)
        )

    def stop(self) -> None:
        self._running.close()

    def kill(self) -> None:
        """Kill the server, and wait until its processes have ended."""
        self._signal(signal.SIGKILL)
        server_process.wait_until_folder_unused(self._places.postgres, "PostgreSQL")
        self.stop()

    @contextmanager
    def frozen(self) -> Generator[None]:
        """Stop the processes: the server neither responds nor closes connections."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def copy_to(self, home: Path) -> "PostgresServer":
        """Create a streaming standby, not started."""
        copy = PostgresServer(home)
        account = self._places.account
        folder = binaries.find_postgres_folder(account)
        backup_folder = home / "made"
        url = make_conninfo(self.url, dbname="postgres", user=SUPERUSER)
        data_folders.make_private(backup_folder, account)
        subprocess.run(
            [
                *(folder / "pg_basebackup", "--pgdata", backup_folder, "--dbname", url),
                *("--write-recovery-conf", "--checkpoint=fast", "--no-sync"),
            ],
            user=account.uid if account.switch_user else None,
            group=account.gid if account.switch_user else None,
            extra_groups=[] if account.switch_user else None,
            cwd="/",
            check=True,
        )
        backup_folder.rename(copy._places.postgres)
        return copy

    def run(self, statement: LiteralString, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Execute a statement as superuser."""
        url = make_conninfo(self.url, dbname=database, user=SUPERUSER)
        with psycopg.connect(url, autocommit=True) as conn:
            cursor = conn.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def pause_replay(self, primary: "PostgresServer") -> None:
        """Replay all commits of the primary so far, and none that follow."""
        ((position,),) = primary.run("SELECT pg_current_wal_insert_lsn()::text")
        replayed_query = f"SELECT pg_last_wal_replay_lsn() >= '{position}'"
        eventually(lambda: self.run(replayed_query) == [(True,)])  # pyright: ignore[reportArgumentType]
        self.run("SELECT pg_wal_replay_pause()")
        paused = [("paused",)]
        eventually(lambda: self.run("SELECT pg_get_wal_replay_pause_state()") == paused)

    def _signal(self, number: signal.Signals) -> None:
        for pid in server_process.processes_in(self._places.postgres):
            os.kill(pid, number)


@contextmanager
def open_folder() -> Generator[Path]:
    """Yield a folder that the servers' account may enter."""
    with TemporaryDirectory(prefix="pricebook-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


class CatalogClient:
    """A client of an API in this process, and its catalog."""

    def __init__(self, client: httpx.AsyncClient, catalog: Catalog) -> None:
        self.client = client
        self.catalog = catalog

    def is_served_by_standby(self) -> bool:
        read_router = self.catalog.read_router
        replay_target = read_router._replay_target  # pyright: ignore[reportPrivateUsage]
        standby = read_router._standby  # pyright: ignore[reportPrivateUsage]
        return bool(standby and replay_target and read_router._is_current(replay_target))  # pyright: ignore[reportPrivateUsage]

    async def wait_until_served_by_standby(self) -> None:
        await wait_until(self.is_served_by_standby)

    async def names(self) -> set[str]:
        """Return the names of the product and its category in all public routes."""
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
        """Return the prices in concurrent responses."""
        return set(await asyncio.gather(*(self.price() for _ in range(20))))

    async def change_price(self, conn: psycopg.AsyncConnection[Any], price: str) -> None:
        """Change the price, and wait until the API has received the notification."""
        generation = self.catalog.response_cache.generation
        await conn.execute("UPDATE supplier_items SET current_price = %s", [price])
        await wait_until(lambda: self.catalog.response_cache.generation != generation)


@asynccontextmanager
async def running_api(settings: Settings) -> AsyncGenerator[CatalogClient]:
    app = create_app(settings)
    async with app.lifespan():
        transport = httpx.ASGITransport(cast("Any", app))
        base_url = "http://test/api/v1"
        async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
            yield CatalogClient(client, app.state.catalog)


async def wait_until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(120):
        while not condition():  # noqa: ASYNC110 (there is no event)
            await asyncio.sleep(0.01)


def events(log_lines: list[EventDict]) -> list[str]:
    return [
        line["event"] for line in log_lines if line["event"] in {STANDBY_USED, STANDBY_NOT_USED}
    ]


async def diverge(
    primary: PostgresServer, standby: PostgresServer, database: str, name: LiteralString = "Primary"
) -> None:
    """Rename all rows on the primary without notification and without replay on the standby."""
    await asyncio.to_thread(standby.pause_replay, primary)
    await asyncio.to_thread(primary.run, UPDATE_WITHOUT_NOTIFY.format(name=name), database)
