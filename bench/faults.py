"""The whole system under load while parts of it fail: `python bench/faults.py [--quick]`.

A thousand connections read the catalog and the staff list, link and unlink items. Others request
syncs, and a long price list is imported repeatedly. Two API processes and two workers serve them.
One part after the other is stopped and started again. Exits with 1 if an acknowledged change was
lost or applied twice, or a response was wrong.
"""

import asyncio
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import Event
from uuid import UUID

import msgspec
import psycopg
import queries
import sample
from load import Demand, Load, drive, family, megabytes, require_wrk
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from servers import free_port, served
from tasks_system import WAIT_TIMEOUT_SECONDS, Soak, soaking, until

from clients import Clients
from pricebook.embedded.postgres import accepts_connections
from tasks import expect

PORT = 8095
PRODUCTS = 10_000
BROWSING, STAFF, LINKING, SYNCING = 850, 100, 50, 20
PAUSE_MS = 10_000
QUIET = "no fault"
LEAST_IMPORTS = 2
PRICE_LIST = b"Article code,Name,Price\n" + b"\n".join(
    b"S-%d,Screw %d,9.50" % (n, n) for n in range(100)
)

HEADER = (
    "\nphase                              responses    p50    p95    p99   failed  recovered,"
    "\n                                     catalog     ms     ms     ms      all    after s,"
    " last failure"
)
# Returns the monotonic time at which the part was available again.
Fault = Callable[[], float]


class Size(msgspec.Struct, frozen=True):
    """Seconds without a fault, of a phase with one and of an outage; rows of a price list."""

    baseline: int
    phase: int
    outage: int
    rows: int


LARGE = Size(baseline=300, phase=60, outage=20, rows=100_000)
QUICK = Size(baseline=15, phase=20, outage=5, rows=10_000)


def main() -> None:
    """Start the system and run all phases."""
    require_wrk()
    size = QUICK if "--quick" in sys.argv else LARGE
    with (
        soaking(workers=2, port=PORT, log_requests=False) as soak,
        network_of(soak) as network,
        served(soak.settings) as api,
    ):
        sample.fill(psycopg.connect(soak.settings.required_database_url), products=PRODUCTS)
        soak.start_worker()
        soak.start_worker()
        asyncio.run(Faults(soak, api, network, size).run())


@contextmanager
def network_of(soak: Soak) -> Generator[int]:
    """Put a TCP proxy between the system and PostgreSQL; yield its process id."""
    given = conninfo_to_dict(soak.settings.required_database_url)
    port = free_port()
    target = f"{given['host']}/.s.PGSQL.{given['port']}"
    script = str(Path(__file__).parents[1] / "tests/network_proxy.py")
    process = subprocess.Popen([sys.executable, script, str(port), target])
    url = make_conninfo(soak.settings.required_database_url, host="127.0.0.1", port=port)
    soak.settings = msgspec.structs.replace(soak.settings, database_url=url)
    try:
        until(lambda: accepts_connections(url))
        yield process.pid
    finally:
        process.kill()
        process.wait()


class Faults:
    """The phases, and the checks after them."""

    def __init__(self, soak: Soak, api: int, network: int, size: Size) -> None:
        self.soak = soak
        self.api = api
        self.network = network
        self.table: list[str] = []
        self.size = size
        self.ended = Event()
        self.disturbed_at = -math.inf
        self.token = soak.header_of("staff")
        self.users = [soak.header_of(f"user {number}") for number in range(SYNCING)]
        self.suppliers = [self._syncable(f"Synced {number}") for number in range(SYNCING)]
        self.items = self._free_items()
        ids = queries.categories(soak.settings.required_database_url)
        self.paths = [*queries.repeated(ids).values(), *queries.different(ids, 1_000)]
        Random(1).shuffle(self.paths)

    async def run(self) -> None:
        """Run the phases, then check tasks, prices and the catalog."""
        outage = self.size.outage
        phases: dict[str, Fault] = {
            f"PostgreSQL down for {outage} s": lambda: self._outage(self.soak.restart, "postgres"),
            f"PostgreSQL frozen for {outage} s": lambda: self._outage(self.soak.freeze, "postgres"),
            f"its connections silent for {outage} s": lambda: self._outage(
                self._silence, "postgres"
            ),
            f"Redis down for {outage} s": lambda: self._outage(self.soak.restart, "redis"),
            "a worker killed every 10 s": lambda: self._kill_repeatedly(self._kill_worker),
            "an API process killed every 10 s": lambda: self._kill_repeatedly(self._kill_api),
        }
        importing = asyncio.create_task(asyncio.to_thread(self._import))
        before = self._memory()
        try:
            accepted = await self._phase(QUIET, self.size.baseline, time.monotonic)
            for name, fault in phases.items():
                accepted += await self._phase(name, self.size.phase, fault)
        finally:
            self.ended.set()
        imported = await importing
        expect("long price lists were imported", imported >= LEAST_IMPORTS, wanted=True)
        print(f"memory: {before} at first, {self._memory()} at the end")
        self._check_tasks(accepted)
        self._check_prices(imported)
        await self._check_catalog()
        print("\n".join([HEADER, *self.table]))

    async def _phase(self, name: str, seconds: int, fault: Fault) -> list[UUID]:
        """Run all clients during a fault; return the accepted tasks."""
        clients = Clients(self.soak.settings, self.token)
        token = f"Authorization: {self.token['Authorization']}"
        staff_paths = [f"/api/v1/admin/products?page={number}" for number in range(1, 150)]
        async with clients.client:
            working = [
                asyncio.create_task(each)
                for each in (
                    *(clients.link_and_unlink(*pair) for pair in self.items),
                    *map(clients.sync, self.suppliers, self.users),
                    clients.browse(),
                    clients.monitor_pool(),
                )
            ]
            browsing, staff, restored_at = await asyncio.gather(
                self._drive(Demand(self.paths, BROWSING, seconds, "", PAUSE_MS)),
                self._drive(Demand(staff_paths, STAFF, seconds, token, PAUSE_MS)),
                asyncio.to_thread(fault),
            )
            if name != QUIET:
                self.disturbed_at = time.monotonic()
            clients.stop.set()
            clients.responses.end()
            await asyncio.gather(*working)
        self._print_phase(name, clients, {"catalog, all": browsing, "staff list": staff})
        failures = browsing.errors + staff.errors + clients.responses.failures
        self.table.append(
            f"{name:34} {browsing.requests:>9,} {browsing.p50:6.0f} {browsing.p95:6.0f}"
            f" {browsing.p99:6.0f} {failures:>8,}"
            f" {clients.responses.seconds_until_recovered(restored_at):10.1f}"
            f"  {clients.responses.last_failure}"
        )
        return clients.accepted

    async def _drive(self, demand: Demand) -> Load:
        return await asyncio.to_thread(drive, self.soak.settings.address, demand)

    def _print_phase(self, name: str, clients: Clients, loads: dict[str, Load]) -> None:
        print(f"\n{name}")
        for kind, load in loads.items():
            print(
                f"  {kind:13} {load.requests:,} responses, p50 {load.p50:.0f} p95 {load.p95:.0f}"
                f" p99 {load.p99:.0f} ms; failed: {load.errors:,}"
            )
        for kind in ("catalog", "links", "products", "syncs", "health"):
            print(f"  {kind:13} {clients.responses.summary(kind)}")
        most = self.soak.settings.db_pool_max
        print(
            f"  {'pool':13} at most {clients.max_connections_used} of {most} connections in use",
            flush=True,
        )
        expect("acknowledged links that were lost", clients.lost_links, 0)

    def _outage(self, fail: Callable[[str, float], None], server: str) -> float:
        """Stop a server within the phase; return the time at which it was available again."""
        time.sleep(self.size.phase / 4)
        fail(server, self.size.outage)
        restored_at = time.monotonic()
        time.sleep(self.size.phase * 3 / 4 - self.size.outage)
        return restored_at

    def _silence(self, _server: str, pause: float) -> None:
        os.kill(self.network, signal.SIGUSR1)
        time.sleep(pause)
        os.kill(self.network, signal.SIGUSR2)

    def _kill_repeatedly(self, kill: Callable[[], None]) -> float:
        """Kill a process every ten seconds; return the time of the last kill."""
        killed_at = time.monotonic()
        for _ in range(self.size.phase // 10):
            time.sleep(10)
            kill()
            killed_at = time.monotonic()
        return killed_at

    def _kill_worker(self) -> None:
        worker = self.soak.workers.pop(0)
        worker.kill()
        worker.wait()
        self.soak.start_worker()  # as systemd or a container engine would

    def _kill_api(self) -> None:
        """Kill one API process; the main process starts another one."""
        os.kill(Random().choice(family(self.api)[1:]), signal.SIGKILL)

    def _import(self) -> int:
        """Import a long price list repeatedly, each time with another price; return the number."""
        supplier_id, price = self.soak.supplier("Importer"), 0
        while not self.ended.is_set():
            price += 1
            task_id = self.soak.submit(supplier_id, self.size.rows, price)
            try:
                self._wait_for_import(task_id)
            except SystemExit:
                print(self.soak.describe(task_id), flush=True)
                raise
        return price

    def _wait_for_import(self, task_id: UUID) -> None:
        """Wait until a price list is imported; exit when it is not being imported any more.

        A fault may interrupt it: the time is limited from the last fault so far.
        """
        submitted = time.monotonic()
        while (state := self.soak.state(task_id)) != "succeeded":
            waited = time.monotonic() - max(submitted, self.disturbed_at)
            if state not in {"queued", "running"} or waited > WAIT_TIMEOUT_SECONDS:
                raise SystemExit(f"The import of a price list is {state} after {waited:.0f} s.")
            time.sleep(0.1)

    def _syncable(self, name: str) -> UUID:
        """Create a supplier with a price list that can be synced."""
        supplier_id = self.soak.supplier(name)
        path = self.soak.settings.uploads / f"{supplier_id}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PRICE_LIST)
        self.soak.one(
            """
            UPDATE suppliers SET metadata = jsonb_build_object(
                'source_config', jsonb_build_object('file_path', %s::text))
            WHERE id = %s RETURNING id
            """,
            path.name,
            supplier_id,
        )
        return supplier_id

    def _free_items(self) -> list[tuple[UUID, UUID]]:
        """Unlink one item of some products; return the pairs of product and item."""
        return self.soak.conn.execute(
            """
            WITH free AS (
                SELECT DISTINCT ON (product.id) product.id AS product_id, item.id AS item_id
                FROM products AS product JOIN supplier_items AS item ON item.product_id = product.id
                WHERE product.status = 'active' ORDER BY product.id, item.id LIMIT %s
            ), freed AS (
                UPDATE supplier_items SET product_id = NULL
                FROM free WHERE supplier_items.id = free.item_id
            )
            SELECT product_id, item_id FROM free
            """,
            [LINKING],
        ).fetchall()  # pyright: ignore[reportReturnType] (two columns)

    def _memory(self) -> str:
        groups = [self.api, *(worker.pid for worker in self.soak.workers)]
        return ", ".join("+".join(f"{mb:.0f}" for mb in megabytes(pid)) for pid in groups) + " MB"

    def _check_tasks(self, accepted: list[UUID]) -> None:
        """Check that every accepted task has succeeded."""
        ended = """
            SELECT count(*) FROM ingestion_tasks WHERE id = ANY(%s) AND state = 'succeeded'
        """
        until(lambda: self.soak.one(ended, accepted) == len(accepted))
        print(f"tasks: {len(accepted):,} accepted, all succeeded")

    def _check_prices(self, imported: int) -> None:
        """Check that every price list was applied once: each item has one price for each."""
        recorded = """
            SELECT count(*) FROM price_history
            JOIN supplier_items ON supplier_item_id = supplier_items.id
            JOIN suppliers ON suppliers.id = supplier_items.supplier_id
            WHERE suppliers.name = 'Importer'
        """
        expect("prices recorded", self.soak.one(recorded), imported * self.size.rows)
        print(f"price lists: {imported} of {self.size.rows:,} rows imported, each once")

    async def _check_catalog(self) -> None:
        """Check that the catalog equals the database."""
        clients = Clients(self.soak.settings, self.token)
        async with clients.client as client:
            page = (await client.get("/api/v1/catalog?limit=200")).raise_for_status().json()
        rows = self.soak.conn.execute(
            """
            SELECT products.id::text, min(current_price)::numeric(14, 2)::text
            FROM products LEFT JOIN supplier_items
                ON product_id = products.id AND absent_since IS NULL
            WHERE status = 'active'
            GROUP BY products.id ORDER BY products.name, products.id LIMIT 200
            """
        ).fetchall()
        shown = [(product["id"], product["min_price"]) for product in page["data"]]
        expect("catalog", shown, [(each, price or "0.00") for each, price in rows])
        print("catalog: equals the database")


if __name__ == "__main__":
    main()
