from typing import Any

import builders
from import_fixtures import LIST, RunImport, history_length, rows
from pricebook.db.database import Connection
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.products.service import create_products_from_unmatched
from pricebook.tasks.counts import Counts

WITHOUT_SAW = LIST.replace("A-2,Saw,8.00,Tools,\n", "")


async def absent(conn: Connection) -> list[str]:
    query = "SELECT supplier_sku FROM supplier_items WHERE absent_since IS NOT NULL ORDER BY 1"
    return [code for (code,) in await rows(conn, query)]


async def product_aggregates(conn: Connection) -> tuple[Any, ...]:
    (found,) = await rows(conn, "SELECT min_price, max_price, supplier_count FROM products")
    return found


async def link_all(conn: Connection) -> None:
    product_id = await builders.product(conn)
    await conn.execute("UPDATE supplier_items SET product_id = %s", [product_id])


async def test_missing_item_is_absent_and_leaves_the_aggregates(
    run_import: RunImport, conn: Connection
) -> None:
    await run_import("Article code,Name,Price\nB-1,Saw,2.00\n", supplier_name="Best")
    await run_import(LIST)
    await link_all(conn)
    assert [str(aggregate) for aggregate in await product_aggregates(conn)] == [
        "2.00",
        "12.50",
        "2",
    ]
    result = await run_import("Article code,Name,Price\nB-2,Axe,30\n", supplier_name="Best")
    assert result.counts == Counts(new=1, absent=1, ignored=1)
    assert await absent(conn) == ["B-1"]
    assert [str(aggregate) for aggregate in await product_aggregates(conn)] == [
        "3.25",
        "12.50",
        "1",
    ]


async def test_absent_item_is_counted_once(run_import: RunImport, conn: Connection) -> None:
    await run_import(LIST)
    await run_import(WITHOUT_SAW)
    (since,) = await rows(conn, "SELECT max(absent_since) FROM supplier_items")
    assert (await run_import(WITHOUT_SAW)).counts.absent == 0
    assert await rows(conn, "SELECT max(absent_since) FROM supplier_items") == [since]


async def test_item_returns_with_its_link_and_its_history(
    run_import: RunImport, conn: Connection
) -> None:
    await run_import(LIST)
    await link_all(conn)
    before = await rows(conn, "SELECT id, product_id FROM supplier_items ORDER BY id")
    await run_import(WITHOUT_SAW)
    result = await run_import(LIST)
    assert result.counts == Counts(changed=1, unchanged=2, ignored=1)
    assert [row.outcome for row in result.plan] == ["back"]
    assert await absent(conn) == []
    assert await rows(conn, "SELECT id, product_id FROM supplier_items ORDER BY id") == before
    assert await history_length(conn) == 3
    assert (await product_aggregates(conn))[2] == 1


async def test_partial_list_makes_no_item_absent(run_import: RunImport, conn: Connection) -> None:
    await run_import(LIST)
    result = await run_import(WITHOUT_SAW, config=ReadConfig(mode="partial"))
    assert result.counts.absent == 0
    assert await absent(conn) == []


async def test_mode_of_the_request_overrides_that_of_the_supplier(
    run_import: RunImport, conn: Connection
) -> None:
    await run_import(LIST)
    await conn.execute(
        """UPDATE suppliers SET metadata = metadata || '{"source_config": {"mode": "partial"}}'"""
    )
    assert (await run_import(WITHOUT_SAW)).counts.absent == 0
    result = await run_import(WITHOUT_SAW, config=ReadConfig(mode="full"))
    assert result.counts.absent == 1


async def test_item_of_a_rejected_row_is_not_absent(
    run_import: RunImport, conn: Connection
) -> None:
    await run_import(LIST)
    result = await run_import(LIST.replace("8.00", "on request"))
    assert (result.counts.rejected, result.counts.absent) == (1, 0)
    assert await absent(conn) == []


async def test_item_with_contradicting_prices_is_not_absent(
    run_import: RunImport, conn: Connection
) -> None:
    await run_import(LIST)
    result = await run_import(LIST + "A-2,Saw,9.00,Tools,\n")
    assert (result.counts.rejected, result.counts.absent) == (2, 0)
    assert await absent(conn) == []


async def test_malformed_row_prevents_absent_items(run_import: RunImport, conn: Connection) -> None:
    await run_import(LIST)
    result = await run_import(WITHOUT_SAW + '"A-9,Axe,\n')
    assert (result.counts.rejected, result.counts.absent) == (1, 0)
    assert await absent(conn) == []


async def test_list_without_a_valid_row_makes_no_item_absent(
    run_import: RunImport, conn: Connection
) -> None:
    await run_import(LIST)
    result = await run_import("Article code,Name,Price\n")
    assert (result.status, result.counts.absent) == ("failed", 0)
    assert await absent(conn) == []


async def test_no_product_is_created_from_an_absent_item(run_import: RunImport) -> None:
    await run_import(LIST)
    result = await run_import(WITHOUT_SAW, after_merge=create_products_from_unmatched)
    assert result.products_created == 2


async def test_discontinued_item_is_absent_and_its_row_is_rejected(
    run_import: RunImport, conn: Connection
) -> None:
    header = "Article code,Name,Price,Status\n"
    await run_import(f"{header}A-1,Hammer,12.50,\nA-2,Saw,8.00,\n")
    result = await run_import(f"{header}A-1,Hammer,12.50,\nA-2,Saw,8.00,deleted\n")
    assert result.counts == Counts(unchanged=1, absent=1, rejected=1, ignored=1)
    assert await absent(conn) == ["A-2"]
