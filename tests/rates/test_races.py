"""New rates, imports and links of the same items at once: no deadlock, and every price is right."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import msgspec
import psycopg
import pytest

import builders
from databases import wait_until_blocked
from pricebook.api.application import create_app
from pricebook.db.database import Connection, Database
from pricebook.errors import DatabaseBusyError
from pricebook.imports import importer
from pricebook.imports.importer_schemas import ImportRequest
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import FileSource
from pricebook.rates import service
from pricebook.rates.schemas import NewRate, RateSource
from pricebook.rates.service import RateContext
from pricebook.settings import Settings
from rates.conftest import ForeignItem

Client = httpx.AsyncClient
ADMIN = "/api/v1/admin"
RATES = f"{ADMIN}/exchange-rates"
RATE = {"base": "EUR", "currency": "USD", "rate": "1.1"}
SUPPLIERS = ("ACME", "Best")
ITEMS, IMPORTS = 60, 6
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
WRONG_PRICES = """
    SELECT item.id
    FROM supplier_items AS item
    CROSS JOIN LATERAL find_exchange_rate(currency, 'USD', current_date, 7) AS found
    WHERE current_price <> convert_cost(cost, found.rate)
"""


@pytest.fixture
async def client(settings: Settings, as_role: builders.AsRole) -> AsyncIterator[Client]:
    """A client whose requests run side by side, as those of Litestar's test client do not."""
    app = create_app(msgspec.structs.replace(settings, db_pool_min=5, db_pool_max=20))
    async with (
        app.lifespan(),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False),
            base_url="http://testserver.local",
            headers=await as_role("admin"),
            timeout=120,
        ) as opened,
    ):
        yield opened


async def import_lists(
    database: Database, parser_pool: ParserPool, folder: Path, supplier: str, count: int
) -> None:
    """Import price lists in euro one after the other, each in another order."""
    for _ in range(count):
        lines = [f"A-{n},Nail {n},{random.randint(10, 99)}.50" for n in range(ITEMS)]  # noqa: S311 (prices)
        random.shuffle(lines)
        path = folder / f"{supplier}.csv"
        path.write_text("\n".join(["Article code,Name,Price", *lines]))
        request = ImportRequest(
            source=FileSource(str(path)),
            supplier_name=supplier,
            currency="USD",
            config=ReadConfig(currency="EUR"),
            safety_thresholds=None,
        )
        await importer.run_import(database, parser_pool, request, lambda _: None)


class Staff:
    """Requests of staff, repeated until an event; counts their statuses."""

    def __init__(self, client: Client, item_ids: list[UUID], product_ids: list[UUID]) -> None:
        self.link_statuses: Counter[int] = Counter()
        self.rate_statuses: Counter[int] = Counter()
        self.ended = asyncio.Event()
        self._client = client
        self._item_ids = item_ids
        self._product_ids = product_ids

    async def link(self, seed: int) -> None:
        chosen = random.Random(seed)  # noqa: S311 (a repeatable choice)
        while not self.ended.is_set():
            item_id, product_id = chosen.choice(self._item_ids), chosen.choice(self._product_ids)
            action = chosen.choice(["link", "unlink"])
            response = await self._client.patch(
                f"{ADMIN}/products/{product_id}/match",
                json={"action": action, "supplier_item_id": str(item_id)},
            )
            self.link_statuses[response.status_code] += 1

    async def set_rates(self, seed: int) -> None:
        chosen = random.Random(seed)  # noqa: S311 (a repeatable choice)
        while not self.ended.is_set():
            rate = RATE | {"rate": f"1.{chosen.randint(1000, 9999)}"}
            response = await self._client.post(RATES, json={"rates": [rate]})
            self.rate_statuses[response.status_code] += 1


async def test_rates_imports_and_links_at_once(
    client: Client, conn: Connection, database: Database, parser_pool: ParserPool, tmp_path: Path
) -> None:
    await client.post(RATES, json={"rates": [RATE]})
    for supplier in SUPPLIERS:
        await import_lists(database, parser_pool, tmp_path, supplier, 1)
    product_ids = [await builders.product(conn, target_price="20") for _ in range(5)]
    items = await (await conn.execute("SELECT id FROM supplier_items")).fetchall()
    staff = Staff(client, [item_id for (item_id,) in items], product_ids)

    async def run_imports() -> None:
        await asyncio.gather(
            *(import_lists(database, parser_pool, tmp_path, each, IMPORTS) for each in SUPPLIERS)
        )
        staff.ended.set()

    async with asyncio.TaskGroup() as group:
        for seed in range(4):
            group.create_task(staff.link(seed))
        for seed in range(2):
            group.create_task(staff.set_rates(seed))
        group.create_task(run_imports())
    currencies = await conn.execute("SELECT DISTINCT currency FROM supplier_items")
    assert await currencies.fetchall() == [("EUR",)]
    # A request that waits two seconds for a lock, as on a slow machine, gets a 503.
    assert set(staff.rate_statuses) - {503} == {200}
    assert set(staff.link_statuses) - {503} <= {200, 400, 409}
    assert await (await conn.execute(WRONG_PRICES)).fetchall() == []
    assert await (await conn.execute(builders.WRONG_AGGREGATES)).fetchall() == []
    assert await (await conn.execute(DEADLOCKS)).fetchone() == (0,)


@pytest.fixture
async def supplier_id(conn: Connection) -> UUID:
    await conn.execute("INSERT INTO catalog_settings (currency) VALUES ('USD')")
    return await builders.supplier(conn)


async def store(database: Database, rate: str) -> int:
    context, new_rate = RateContext(database, 7), NewRate("EUR", "USD", Decimal(rate))
    return (await service.store_rates(context, [new_rate], RateSource())).items_recomputed


async def test_rate_waits_for_an_import_and_then_moves_its_items(
    conn: Connection,
    database: Database,
    database_url: str,
    foreign_item: ForeignItem,
    supplier_id: UUID,
) -> None:
    async with await psycopg.AsyncConnection.connect(database_url) as importing:
        await service.lock_prices(importing)
        storing = asyncio.create_task(store(database, "1.2"))
        await asyncio.sleep(0.2)
        assert not storing.done()
        await foreign_item(supplier_id, "10", "1.1")
        await importing.rollback()
        assert await storing == 1
    price = await conn.execute("SELECT current_price FROM supplier_items")
    assert await price.fetchone() == (12,)


async def test_rate_that_another_transaction_stores_first_is_returned_as_replaced(
    conn: Connection, database: Database, database_url: str, supplier_id: UUID
) -> None:
    assert supplier_id
    context, new_rate = RateContext(database, 7), NewRate("EUR", "USD", Decimal("1.2"))
    async with await psycopg.AsyncConnection.connect(database_url) as other:
        await other.execute(
            "INSERT INTO exchange_rates (base, currency, date, rate, source)"
            " VALUES ('EUR', 'USD', %s, 1.1, 'bank.xml')",
            [new_rate.day],
        )
        storing = asyncio.create_task(service.store_rates(context, [new_rate], RateSource()))
        await wait_until_blocked(conn)
        await other.commit()
        result = await storing
    assert (result.inserted, result.changed) == (0, 1)
    assert [(each.former_rate, each.rate) for each in result.replaced] == [("1.1", "1.2")]


async def test_rate_gives_up_after_two_seconds_and_stores_nothing(
    conn: Connection, database: Database, database_url: str, supplier_id: UUID
) -> None:
    assert supplier_id
    async with await psycopg.AsyncConnection.connect(database_url) as importing:
        await service.lock_prices(importing)
        with pytest.raises(DatabaseBusyError):
            await store(database, "1.2")
        await importing.rollback()
    stored = await conn.execute("SELECT count(*) FROM exchange_rates")
    assert await stored.fetchone() == (0,)


async def test_imports_do_not_wait_for_each_other(database: Database) -> None:
    async with database.short_transaction() as first, database.short_transaction() as second:
        await service.lock_prices(first)
        await service.lock_prices(second)


async def test_quarantined_rows_are_not_accepted_while_prices_are_recomputed(
    database_url: str,
) -> None:
    async with (
        await psycopg.AsyncConnection.connect(database_url) as recomputing,
        await psycopg.AsyncConnection.connect(database_url) as accepting,
    ):
        await recomputing.execute("SELECT recompute_prices(current_date, 7)")
        await accepting.execute("SET lock_timeout = '100ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            await accepting.execute("SELECT accept_quarantined_rows('{}', 'anna')")
