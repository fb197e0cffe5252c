from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from import_fixtures import LIST, RunImport, rows
from pricebook.db.database import Connection
from pricebook.errors import PriceListError
from pricebook.imports.importer_schemas import ImportResult
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.products.service import create_products_from_unmatched

ALL_ROWS = """
    SELECT 'item', to_jsonb(item) FROM supplier_items AS item
    UNION ALL SELECT 'supplier', to_jsonb(supplier) FROM suppliers AS supplier
    UNION ALL SELECT 'product', to_jsonb(product) FROM products AS product
    UNION ALL SELECT 'price', to_jsonb(price) FROM price_history AS price
    UNION ALL SELECT 'task', to_jsonb(task) FROM ingestion_tasks AS task
    UNION ALL SELECT 'log', to_jsonb(log) FROM parsing_logs AS log
    UNION ALL SELECT 'held', to_jsonb(held) FROM held_rows AS held
    ORDER BY 1, 2
"""
SECOND_LIST = """Article code,Name,Price,Category,Colour
A-1,Hammer,15.00,Tools,red
A-3,Glove,3.25,Safety,blue
A-4,Axe,20,Tools,
A-5,Nail,x,Tools,
"""


async def test_a_dry_run_shows_every_item_and_changes_nothing(
    run_import: RunImport, conn: Connection
) -> None:
    await run_import(LIST)
    before = await rows(conn, ALL_ROWS)
    result = await run_import(SECOND_LIST, dry_run=True, after_merge=create_products_from_unmatched)
    assert await rows(conn, ALL_ROWS) == before
    assert (result.status, result.dry_run, result.products_created) == ("success", True, 3)
    shown = [(row.outcome, row.supplier_sku, row.old_price, row.new_price) for row in result.plan]
    assert shown == [
        ("changed", "A-1", Decimal("12.50"), Decimal(15)),
        ("new", "A-4", None, Decimal(20)),
        ("absent", "A-2", Decimal(8), None),
    ]
    assert [row.percent for row in result.plan] == [Decimal(20), None, None]
    assert [error.row_number for error in result.row_errors] == [5]


async def test_a_dry_run_of_a_first_list_leaves_no_supplier(
    run_import: RunImport, conn: Connection
) -> None:
    assert (await run_import(LIST, dry_run=True)).counts.new == 3
    assert await rows(conn, ALL_ROWS) == []


async def test_dry_run_reports_that_a_price_list_would_be_held(
    run_import: RunImport, conn: Connection
) -> None:
    await run_import(LIST)
    before = await rows(conn, ALL_ROWS)
    assert (
        await run_import(SECOND_LIST[:70], dry_run=True, safety_thresholds=SafetyThresholds())
    ).status == "held"
    assert await rows(conn, ALL_ROWS) == before


async def test_dry_run_of_an_invalid_file_leaves_no_task(
    run_import: RunImport, conn: Connection
) -> None:
    with pytest.raises(PriceListError):
        await run_import("nothing at all", dry_run=True)
    assert await rows(conn, ALL_ROWS) == []


ARTICLES = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(["1.00", "2.50", "x"])), min_size=1, max_size=12
)


def as_list(articles: list[tuple[int, str]]) -> str:
    lines = (f"A-{number},Nail {number},{price}\n" for number, price in articles)
    return "Article code,Name,Price\n" + "".join(lines)


async def result_or_error(
    run_import: RunImport, articles: list[tuple[int, str]], *, dry_run: bool = False
) -> ImportResult | str:
    try:
        return await run_import(as_list(articles), dry_run=dry_run)
    except PriceListError as error:
        return error.message


async def test_a_renamed_item_has_both_names(run_import: RunImport) -> None:
    await run_import(LIST)
    renamed = LIST.replace("Hammer", "Claw hammer")
    (row,) = (await run_import(renamed, dry_run=True)).plan
    assert (row.outcome, row.old_name, row.name) == ("changed", "Hammer", "Claw hammer")
    assert row.old_price == row.new_price


async def planned_effect(
    run_import: RunImport,
    conn: Connection,
    first: list[tuple[int, str]],
    second: list[tuple[int, str]],
) -> tuple[list[Any], list[Any]]:
    """Return the items that the plan of a dry run predicts, and the items after the import."""
    await conn.execute("TRUNCATE suppliers CASCADE")
    await run_import(as_list(first))
    items = "SELECT supplier_sku, current_price, absent_since IS NULL FROM supplier_items"
    expected = {code: (price, present) for code, price, present in await rows(conn, items)}
    planned = await result_or_error(run_import, second, dry_run=True)
    applied = await result_or_error(run_import, second)
    if isinstance(planned, ImportResult) and isinstance(applied, ImportResult):
        assert (applied.counts, applied.plan) == (planned.counts, planned.plan)
        for row in planned.plan:
            present = row.outcome != "absent"
            expected[row.supplier_sku] = (row.new_price if present else row.old_price, present)
    else:  # the second price list is laid out otherwise than the first
        assert applied == planned
    actual = {code: (price, present) for code, price, present in await rows(conn, items)}
    return sorted(expected.items()), sorted(actual.items())


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(first=[(0, "1.00")] * 3, second=[(0, "x")] * 3)
@given(first=ARTICLES, second=ARTICLES)
async def test_import_has_the_result_of_the_dry_run(
    run_import: RunImport,
    conn: Connection,
    first: list[tuple[int, str]],
    second: list[tuple[int, str]],
) -> None:
    expected, actual = await planned_effect(run_import, conn, first, second)
    assert expected == actual
