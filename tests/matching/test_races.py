"""Links, bulk decisions, undo, runs and imports of the same items at once: one winner each."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any, NamedTuple, cast
from uuid import UUID

import httpx
import msgspec
import pytest

import builders
from import_fixtures import rows
from pricebook.api.application import create_app
from pricebook.db.database import Connection, Database
from pricebook.errors import PricebookError
from pricebook.imports import importer
from pricebook.imports.importer_schemas import ImportRequest
from pricebook.matching import service
from pricebook.matching.decision_schemas import BulkDecision, Decision
from pricebook.matching.run_schemas import RunRequest
from pricebook.matching.runs import run_next
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_request import FileSource
from pricebook.products import service as products
from pricebook.settings import Settings

Client = httpx.AsyncClient
ADMIN = "/api/v1/admin"
SUPPLIER = "Nordwerk"
ROUNDS, LINKERS = 10, 4
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"

LINKED_TWICE = """
    SELECT supplier_item_id FROM match_decisions
    WHERE action = 'accept' AND superseded_at IS NULL
    GROUP BY supplier_item_id HAVING count(*) > 1
"""
NOT_LINKED = """
    SELECT decision.id FROM match_decisions AS decision
    JOIN supplier_items AS item ON item.id = supplier_item_id
    WHERE action = 'accept' AND superseded_at IS NULL
        AND item.product_id IS DISTINCT FROM decision.product_id
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
            headers=await as_role("procurement"),
            timeout=120,
        ) as opened,
    ):
        yield opened


class Shelf(NamedTuple):
    """As many items without a product as products."""

    items: list[UUID]
    products: list[UUID]


@pytest.fixture
async def shelf(conn: Connection, request: pytest.FixtureRequest) -> Shelf:
    pairs = cast("int", request.config.getoption("pairs"))
    supplier_id = await builders.supplier(conn, SUPPLIER)
    items = [
        await builders.item(conn, supplier_id, sku=f"A{number}", name=f"Nail {number}")
        for number in range(pairs)
    ]
    return Shelf(
        items, [await builders.product(conn, f"Nail {number} mm") for number in range(pairs)]
    )


def price_list(folder: Path, number: int, pairs: int) -> ImportRequest:
    """Return an import of all items, each at another price than before."""
    path = folder / f"{number}.csv"
    lines = [f"A{item};Nail {item};{10 + number}.{item % 100:02}" for item in range(pairs)]
    path.write_text("Article code;Name;Price\n" + "\n".join(random.sample(lines, pairs)) + "\n")
    return ImportRequest(source=FileSource(str(path)), supplier_name=SUPPLIER, currency="USD")


class Writers(NamedTuple):
    """What writes the links and prices of the same items at once."""

    client: Client
    database: Database
    parser_pool: ParserPool
    folder: Path
    items: list[UUID]
    products: list[UUID]

    async def link_one_by_one(self, number: int) -> None:
        pairs = list(zip(self.items, self.products[number:] + self.products[:number], strict=True))
        for item, product in random.sample(pairs, len(pairs) // 8):
            match = {"action": "link", "supplier_item_id": str(item)}
            response = await self.client.patch(f"{ADMIN}/products/{product}/match", json=match)
            assert response.status_code in {200, 409, 503}, response.text

    async def link_all_and_undo(self, number: int) -> None:
        pairs = zip(self.items, self.products[::-1], strict=True)
        wanted = [Decision(item, "accept", product) for item, product in pairs]
        batch = await service.decide(self.database, BulkDecision(decisions=wanted), "paula")
        assert len(batch.outcomes) == len(self.items)
        if number % 2 and batch.batch_id:
            await service.undo_batch(self.database, batch.batch_id, "paula")

    async def import_list(self, number: int) -> None:
        after = products.create_products_from_unmatched if number % 3 == 2 else None
        request = price_list(self.folder, number, len(self.items))
        await importer.run_import(self.database, self.parser_pool, request, lambda _: None, after)

    async def examine(self) -> None:
        run = await service.request_run(self.database, RunRequest(), "paula")
        ended = await run_next(self.database, run.id)
        assert ended is None or ended.error is None

    async def run_all(self, number: int) -> None:
        work: list[Awaitable[None]] = [
            *(self.link_one_by_one(number + start) for start in range(LINKERS)),
            self.link_all_and_undo(number),
            self.link_all_and_undo(number + 1),
            self.import_list(number),
            self.examine(),
        ]
        for result in await asyncio.gather(*work, return_exceptions=True):
            assert result is None or isinstance(result, PricebookError), result


@pytest.fixture
def writers(
    client: Client, database: Database, parser_pool: ParserPool, tmp_path: Path, shelf: Shelf
) -> Writers:
    return Writers(client, database, parser_pool, tmp_path, *shelf)


async def test_links_batches_undo_runs_and_imports_of_the_same_items(
    conn: Connection, database: Database, writers: Writers
) -> None:
    before = await rows(conn, DEADLOCKS)
    ((supplier_id,),) = await rows(conn, "SELECT id FROM suppliers")
    for number in range(ROUNDS):
        await service.set_auto_link(database, supplier_id, "paula", is_on=True)
        await writers.run_all(number)
        assert await rows(conn, builders.WRONG_AGGREGATES) == []
        assert await rows(conn, LINKED_TWICE) == []
        assert await rows(conn, NOT_LINKED) == []
        await conn.execute("UPDATE supplier_items SET product_id = NULL")
    assert await rows(conn, DEADLOCKS) == before


async def test_batches_for_the_same_items_have_one_winner_each(
    conn: Connection, database: Database, shelf: Shelf
) -> None:
    items, shelved = shelf
    batches = await asyncio.gather(
        *(
            service.decide(
                database,
                BulkDecision(
                    decisions=[
                        Decision(item, "accept", product)
                        for item, product in zip(
                            items, shelved[start:] + shelved[:start], strict=True
                        )
                    ]
                ),
                f"user {start}",
            )
            for start in range(4)
        )
    )
    assert sum(batch.linked for batch in batches) == len(items)
    assert sum(batch.refused for batch in batches) == 3 * len(items)
    assert await rows(conn, builders.WRONG_AGGREGATES) == []
