"""Everything that writes prices, at once: no deadlock, no lost price, right aggregates."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import make_conninfo

import builders
from import_fixtures import rows
from pricebook.db.database import Connection, Database
from pricebook.db.migrations import rights
from pricebook.errors import ConflictError, DatabaseBusyError
from pricebook.imports import importer
from pricebook.imports.importer_schemas import ImportRequest
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_request import FileSource, ReadConfig
from pricebook.quarantine import service as quarantine
from pricebook.quarantine.schemas import QuarantineQuery, QuarantineSelection
from pricebook.rates import service as rates
from pricebook.rates.schemas import NewRate, RateSource
from pricebook.rates.service import RateContext
from pricebook.suppliers.activity import refresh_requested_products
from pricebook.suppliers.upcoming_prices import apply_upcoming_prices

SUPPLIERS = ("ACME", "Best")
ITEMS, IMPORTS = 60, 8
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
WRONG_PRICES = """
    SELECT item.id FROM supplier_items AS item
    CROSS JOIN LATERAL find_exchange_rate(currency, 'USD', current_date, 7) AS found
    WHERE current_price <> convert_cost(cost, found.rate)
"""
# The newest cost in the history is the present one: each change wrote a row, in its order.
WRONG_HISTORY = """
    SELECT item.id FROM supplier_items AS item
    WHERE cost <> (SELECT cost FROM price_history WHERE supplier_item_id = item.id
        ORDER BY recorded_at DESC, id DESC LIMIT 1)
"""
ANNOUNCE = """
    UPDATE supplier_items SET next_cost = cost * 1.1, next_from = current_date
    WHERE id IN (SELECT id FROM supplier_items ORDER BY random() LIMIT 5 FOR UPDATE SKIP LOCKED)
"""


CHANGE_ACTIVITY = "UPDATE suppliers SET is_active = NOT is_active WHERE name = %s"
LINK = "UPDATE supplier_items SET product_id = (%s::uuid[])[1 + (hashtext(supplier_sku) & 3)]"
LOST_LINKS = "SELECT count(*) FROM supplier_items WHERE product_id IS NULL"


@pytest.fixture
async def writers(database: Database, database_url: str) -> AsyncIterator["Writers"]:
    async with (
        Database(make_conninfo(database_url, user=rights.API_ROLE)) as api,
        Database(make_conninfo(database_url, user=rights.WORKER_ROLE)) as worker,
    ):
        yield Writers(database, api, worker)


async def import_lists(
    database: Database, parser_pool: ParserPool, folder: Path, supplier: str, count: int
) -> None:
    """Import price lists in euro, each in another order and with a few prices times 100."""
    for _ in range(count):
        lines = [f"A-{n},Nail {n},{random.randint(20, 29)}.50" for n in range(ITEMS)]  # noqa: S311 (prices)
        lines[:3] = [f"A-{n},Nail {n},{random.randint(2000, 2002)}" for n in range(3)]  # noqa: S311
        random.shuffle(lines)
        path = folder / f"{supplier}.csv"
        path.write_text("\n".join(["Article code,Name,Price", *lines]))
        request = ImportRequest(
            source=FileSource(str(path)),
            supplier_name=supplier,
            currency="USD",
            config=ReadConfig(currency="EUR"),
            safety_thresholds=SafetyThresholds(),
        )
        result = await importer.run_import(database, parser_pool, request, lambda _: None)
        if result.status == "held":
            with suppress(ConflictError):
                await importer.apply_held(database, result.task_id)


class Writers:
    """What API and worker do beside imports, each with its rights, until an event."""

    def __init__(self, database: Database, api: Database, worker: Database) -> None:
        self.ended = asyncio.Event()
        self._database, self._api, self._worker = database, api, worker
        self._context = RateContext(api, 7)

    async def repeat(self, do: Callable[[], Awaitable[Any]]) -> None:
        """Call `do` until the event, again where a lock was not free in time."""
        while not self.ended.is_set():
            with suppress(DatabaseBusyError):
                await do()
            await asyncio.sleep(0.01)

    async def set_rate(self) -> None:
        rate = NewRate("EUR", "USD", Decimal(random.randint(10000, 19999)) / 10000)  # noqa: S311
        await rates.store_rates(self._context, [rate], RateSource())

    async def decide(self) -> None:
        page = await quarantine.list_rows(self._api, QuarantineQuery(limit=20))
        if ids := [row.id for row in page.data]:
            random.shuffle(ids)
            decide = random.choice([quarantine.accept_rows, quarantine.refuse_rows])  # noqa: S311
            await decide(self._api, QuarantineSelection(ids=ids), "ann")

    async def change_activity(self) -> None:
        async with self._api.short_transaction() as conn:
            name = random.choice(SUPPLIERS)  # noqa: S311
            await conn.execute(CHANGE_ACTIVITY, [name])

    async def announce(self) -> None:
        async with self._database.short_transaction() as conn:
            await conn.execute(ANNOUNCE)

    async def work(self) -> None:
        """Do what a worker does beside imports."""
        await apply_upcoming_prices(self._worker)
        await refresh_requested_products(self._worker)


async def test_imports_decisions_rates_activity_and_upcoming_prices_at_once(
    conn: Connection, database: Database, writers: Writers, parser_pool: ParserPool, tmp_path: Path
) -> None:
    await conn.execute("INSERT INTO catalog_settings (currency) VALUES ('USD')")
    await writers.set_rate()
    for supplier in SUPPLIERS:
        await import_lists(database, parser_pool, tmp_path, supplier, 1)
    product_ids = [await builders.product(conn, target_price="40") for _ in range(5)]
    await conn.execute(LINK, [product_ids])

    async def run_imports() -> None:
        await asyncio.gather(
            *(import_lists(database, parser_pool, tmp_path, each, IMPORTS) for each in SUPPLIERS)
        )
        writers.ended.set()

    async with asyncio.TaskGroup() as group:
        for do in (
            writers.set_rate,
            writers.decide,
            writers.change_activity,
            writers.announce,
            writers.work,
        ):
            group.create_task(writers.repeat(do))
        group.create_task(run_imports())
    await writers.work()
    assert await rows(conn, DEADLOCKS) == [(0,)]
    assert await rows(conn, WRONG_PRICES) == []
    assert await rows(conn, WRONG_HISTORY) == []
    assert await rows(conn, builders.WRONG_AGGREGATES) == []
    assert await rows(conn, LOST_LINKS) == [(0,)]
