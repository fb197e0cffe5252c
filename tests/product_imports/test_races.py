"""Imports of own products against each other, against single links, and killed ones."""

import asyncio
import random
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection
from pricebook.product_imports import applying, service
from pricebook.product_imports.import_context import ImportContext
from pricebook.product_imports.importing import run_queued
from product_import_fixtures import ImportProducts, linked_skus, products_of

Client = AsyncTestClient[Litestar]
PRODUCTS = "/api/v1/admin/products"


async def wrong_aggregates(conn: Connection) -> int:
    return len(await (await conn.execute(builders.WRONG_AGGREGATES)).fetchall())


async def test_two_imports_of_the_same_new_skus(
    import_products: ImportProducts, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "CHUNK_ROWS", 20)
    numbers = list(range(100))
    texts: list[str] = []
    for brand in ("first", "second", "third"):
        random.shuffle(numbers)
        texts.append(
            "sku,name,category,brand\n"
            + "".join(f"N-{n},Nail,Nails > {n % 5},{brand}\n" for n in numbers)
        )
    imports = await asyncio.gather(
        *(import_products(text, name=f"{n}.csv") for n, text in enumerate(texts))
    )
    assert {imported.result.state for imported in imports} == {"succeeded"}
    assert sum(imported.counts[0] for imported in imports) == 100
    assert sum(imported.counts[1] for imported in imports) == 200
    assert len(await products_of(conn)) == 100


async def test_import_against_single_links(
    procurement: Client,
    import_products: ImportProducts,
    conn: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(applying, "CHUNK_ROWS", 10)
    supplier_id = await builders.supplier(conn, "ACME")
    items = {f"X-{n}": await builders.item(conn, supplier_id, sku=f"X-{n}") for n in range(60)}
    product_ids = [await builders.product(conn, "Pen", sku=f"P-{n}") for n in range(60)]
    other_id = await builders.product(conn, "Other", sku="OTHER")
    statuses: dict[str, int] = {}

    async def link(code: str) -> None:
        body = {"action": "link", "supplier_item_id": str(items[code])}
        response = await procurement.patch(f"{PRODUCTS}/{other_id}/match", json=body)
        statuses[code] = response.status_code

    text = "sku,supplier,supplier_sku\n" + "".join(f"P-{n},ACME,X-{n}\n" for n in range(60))
    codes = random.sample(list(items), 30)
    importing = asyncio.ensure_future(import_products(text))
    await asyncio.gather(*map(link, codes))
    imported, linked = await importing, await linked_skus(conn)
    for code in items:
        winner = "OTHER" if statuses.get(code) == 200 else code.replace("X", "P")
        assert linked[code] == winner, (code, statuses.get(code))
    assert set(statuses.values()) <= {200, 409, 503}
    assert imported.counts[3] == list(statuses.values()).count(200)
    assert len(product_ids) == imported.counts[1] + imported.counts[3]
    assert await wrong_aggregates(conn) == 0


async def test_worker_goes_on_with_an_interrupted_import(
    import_products: ImportProducts,
    import_context: ImportContext,
    conn: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The worker that ran it was killed between two chunks: no SKU is generated twice."""
    monkeypatch.setattr(applying, "CHUNK_ROWS", 10)
    apply: Any = applying._apply_chunk  # pyright: ignore[reportPrivateUsage]
    chunks = 0

    async def apply_three(*arguments: Any) -> int | None:
        nonlocal chunks
        chunks += 1
        if chunks > 3:
            raise RuntimeError
        return await apply(*arguments)

    monkeypatch.setattr(applying, "_apply_chunk", apply_three)
    with pytest.raises(RuntimeError):
        await import_products("name\n" + "".join(f"Nail {n}\n" for n in range(55)))
    assert len(await products_of(conn)) == 30
    monkeypatch.setattr(applying, "_apply_chunk", apply)
    await conn.execute("UPDATE product_imports SET lease_expires_at = now() - interval '1 second'")
    await run_queued(import_context)
    assert len(await products_of(conn)) == 55
    cursor = await conn.execute("SELECT id FROM product_imports")
    ((import_id,),) = await cursor.fetchall()
    ended = await service.get_import(import_context.database, import_id)
    assert (ended.state, ended.counts.new, ended.rows_done) == ("succeeded", 55, 55)
