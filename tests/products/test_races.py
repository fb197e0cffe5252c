"""Concurrent requests: one wins, none gets a 500, and the aggregates are right afterwards."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import msgspec
import pytest

import builders
from pricebook.api.application import create_app
from pricebook.db.database import Connection, Database
from pricebook.imports import importer as ingestion
from pricebook.imports.importer_schemas import ImportRequest
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_request import FileSource
from pricebook.products.service import create_products_from_unmatched
from pricebook.settings import Settings

Client = httpx.AsyncClient
Importer = tuple[Database, ParserPool]
PRODUCTS = "/api/v1/admin/products"
IMPORTS, REQUESTS = 8, 200
WRONG = """
    SELECT product.id FROM products AS product
    WHERE (min_price, max_price, supplier_count::bigint) IS DISTINCT FROM (
            SELECT (min(current_price), max(current_price), count(DISTINCT supplier_id))
            FROM supplier_items WHERE product_id = product.id)
        OR margin_percentage IS DISTINCT FROM
            round((target_price - min_price) / target_price * 100, 2)
"""


@pytest.fixture
async def procurement(settings: Settings, as_role: builders.AsRole) -> AsyncIterator[Client]:
    """A client whose requests run side by side, as those of Litestar's test client do not."""
    app = create_app(msgspec.structs.replace(settings, db_pool_min=5, db_pool_max=20))
    async with (
        app.lifespan(),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False),
            base_url="http://testserver.local",
            headers=await as_role("procurement"),
            timeout=120,
        ) as client,
    ):
        yield client


async def status_of(client: Client, method: str, path: str, body: dict[str, str]) -> int:
    """Repeat a request while it gets no connection to the database in three seconds."""
    async with asyncio.timeout(120):
        while True:
            response = await client.request(method, path, json=body)
            if response.status_code != 503:
                return response.status_code


async def match(client: Client, action: str, item_id: UUID, product_id: UUID) -> int:
    body = {"action": action, "supplier_item_id": str(item_id)}
    return await status_of(client, "PATCH", f"{PRODUCTS}/{product_id}/match", body)


async def products_of(conn: Connection, item_id: UUID) -> list[tuple[Any, ...]]:
    cursor = await conn.execute("SELECT product_id FROM supplier_items WHERE id = %s", [item_id])
    return await cursor.fetchall()


async def test_of_200_links_of_one_item_one_product_wins(
    procurement: Client, conn: Connection
) -> None:
    supplier_id = await builders.supplier(conn)
    product_ids = [await builders.product(conn) for _ in range(50)]
    for _ in range(3):
        item_id = await builders.item(conn, supplier_id)
        # The same product four times over: its repeats are no conflict.
        statuses = await asyncio.gather(
            *(match(procurement, "link", item_id, product_ids[n % 50]) for n in range(200))
        )
        ((winner,),) = await products_of(conn, item_id)
        won = product_ids.index(winner)
        for number, status in enumerate(statuses):
            assert status == (200 if number % 50 == won else 409)
        assert await match(procurement, "unlink", item_id, winner) == 200
    assert await (await conn.execute(WRONG)).fetchall() == []


async def test_of_100_creates_with_one_sku_one_wins(procurement: Client, conn: Connection) -> None:
    supplier_id = await builders.supplier(conn)
    item_ids = [await builders.item(conn, supplier_id) for _ in range(100)]

    async def create(item_id: UUID) -> int:
        body = {"name": "Axe", "internal_sku": "AX-1", "supplier_item_id": str(item_id)}
        return await status_of(procurement, "POST", PRODUCTS, body)

    statuses = Counter(await asyncio.gather(*map(create, item_ids)))
    assert statuses == {201: 1, 400: 99}
    linked = await conn.execute("SELECT FROM supplier_items WHERE product_id IS NOT NULL")
    assert len(await linked.fetchall()) == 1


async def test_of_100_creates_from_one_item_one_wins(procurement: Client, conn: Connection) -> None:
    item_id = await builders.item(conn, await builders.supplier(conn))
    body = {"name": "Axe", "supplier_item_id": str(item_id)}
    statuses = await asyncio.gather(
        *(status_of(procurement, "POST", PRODUCTS, body) for _ in range(100))
    )
    assert Counter(statuses) == {201: 1, 400: 99}
    assert len(await (await conn.execute("SELECT FROM products")).fetchall()) == 1


@pytest.fixture
def importer(database: Database, parser_pool: ParserPool) -> Importer:
    return database, parser_pool


async def import_lists(importer: Importer, folder: Path, supplier: str, count: int) -> None:
    """Import price lists one after the other; every second one creates products."""
    for number in range(count):
        rows = [f"A-{n},Nail {n},{random.randint(1, 99)}.50" for n in range(40)]  # noqa: S311 (prices)
        random.shuffle(rows)
        path = folder / f"{supplier}.csv"
        path.write_text("\n".join(["Article code,Name,Price", *rows]))
        import_request = ImportRequest(
            source=FileSource(str(path)),
            supplier_name=supplier,
            currency="USD",
            safety_thresholds=None,
        )
        after_merge = create_products_from_unmatched if number % 2 else None
        await ingestion.run_import(*importer, import_request, lambda _: None, after_merge)


async def test_links_edits_and_imports_of_the_same_items_at_once(
    procurement: Client, conn: Connection, importer: Importer, tmp_path: Path
) -> None:
    for supplier in ("ACME", "Best"):
        await import_lists(importer, tmp_path, supplier, 1)
    product_ids = [await builders.product(conn, target_price="20") for _ in range(5)]
    item_ids = [
        row[0] for row in await (await conn.execute("SELECT id FROM supplier_items")).fetchall()
    ]
    seen: Counter[int] = Counter()
    imported = asyncio.Event()

    async def run_imports() -> None:
        async with asyncio.TaskGroup() as group:
            for supplier in ("ACME", "Best"):
                group.create_task(import_lists(importer, tmp_path, supplier, IMPORTS))
        imported.set()

    async def staff(seed: int) -> None:
        chosen = random.Random(seed)  # noqa: S311 (a repeatable choice)
        while not imported.is_set() or sum(seen.values()) < REQUESTS:
            item_id, product_id = chosen.choice(item_ids), chosen.choice(product_ids)
            action = chosen.choice(["link", "unlink", "edit"])
            if action == "edit":
                body = {"target_price": chosen.randint(1, 99)}
                response = await procurement.patch(f"{PRODUCTS}/{product_id}", json=body)
                seen[response.status_code] += 1
            else:
                seen[await match(procurement, action, item_id, product_id)] += 1

    async with asyncio.TaskGroup() as group:
        for seed in range(8):
            group.create_task(staff(seed))
        group.create_task(run_imports())
    imports = await conn.execute("SELECT count(*) FROM ingestion_tasks WHERE state = 'succeeded'")
    assert await imports.fetchone() == (2 * (1 + IMPORTS),)
    # A request that waits two seconds for a lock, as on a slow machine, gets a 503.
    assert set(seen) - {503} == {200, 400, 409}
    assert await (await conn.execute(WRONG)).fetchall() == []
