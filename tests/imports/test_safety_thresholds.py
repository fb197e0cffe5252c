import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from import_fixtures import LIST, RunImport, rows
from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.imports import importer
from pricebook.imports.safety_thresholds import ImportImpact, SafetyThresholds, hold_reasons
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.products.service import create_products_from_unmatched

WITHIN_THRESHOLDS = ImportImpact(
    present_items=100,
    absent=40,
    rows=100,
    rejected=75,
    median_before=Decimal(10),
    median_after=Decimal(20),
)
ITEMS = """
    SELECT supplier_sku, name, current_price, characteristics, product_id, absent_since IS NULL
    FROM supplier_items ORDER BY supplier_sku
"""
LIST_WITH_ONE_ITEM = "Article code,Name,Price,Category,Colour\nA-1,Hammer,12.50,Tools,red\n"


def csv_text(count: int, price: str = "5.00") -> str:
    lines = (f"A-{number},Nail {number},{price}\n" for number in range(count))
    return "Article code,Name,Price\n" + "".join(lines)


def test_list_at_the_thresholds_is_not_held() -> None:
    assert hold_reasons(WITHIN_THRESHOLDS, SafetyThresholds()) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"absent": 41},
            "41 of the supplier's 100 items are missing from the price list, more than 40 %",
        ),
        ({"rejected": 76}, "76 of the price list's 100 rows are rejected, more than 75 %"),
        ({"median_after": Decimal("20.01")}, "changes from 10 to 20.01"),
        ({"median_after": Decimal("4.99")}, "changes from 10 to 4.99"),
        ({"median_after": Decimal(0)}, "changes from 10 to 0"),
    ],
)
def test_list_over_a_threshold_is_held_with_the_reason(change: dict[str, Any], reason: str) -> None:
    (message,) = hold_reasons(
        msgspec.structs.replace(WITHIN_THRESHOLDS, **change), SafetyThresholds()
    )
    assert reason in message


def test_first_list_of_a_supplier_is_not_held() -> None:
    first = ImportImpact(0, 0, 100, 0, None, None)
    assert hold_reasons(first, SafetyThresholds(absent_percent=0)) == []


async def test_half_of_a_list_is_held_and_nothing_is_applied(
    run_import: RunImport, conn: Connection
) -> None:
    await run_import(LIST)
    before = await rows(conn, ITEMS)
    result = await run_import(
        LIST_WITH_ONE_ITEM.replace("12.50", "13.00"), safety_thresholds=SafetyThresholds()
    )
    assert result.status == "held"
    assert result.errors == [
        "2 of the supplier's 3 items are missing from the price list, more than 40 %."
    ]
    assert [(row.outcome, row.supplier_sku) for row in result.plan] == [
        ("changed", "A-1"),
        ("absent", "A-2"),
        ("absent", "A-3"),
    ]
    assert await rows(conn, ITEMS) == before
    held = "SELECT state::text, errors, count_absent FROM ingestion_tasks WHERE id = '{}'"
    assert await rows(conn, held.format(result.task_id)) == [("held", result.errors, 2)]


async def test_a_misread_decimal_mark_is_held(run_import: RunImport) -> None:
    await run_import(csv_text(9))
    result = await run_import(csv_text(9, price="500"), safety_thresholds=SafetyThresholds())
    assert result.status == "held"
    assert "from 5.00 to 500" in result.errors[0]


async def test_many_rejected_rows_are_held(run_import: RunImport) -> None:
    text = csv_text(9, price="on request") + "A-99,Nail,5.00\n"
    assert (await run_import(text, safety_thresholds=SafetyThresholds())).status == "held"


async def test_a_held_list_is_applied_by_one_call(
    run_import: RunImport, conn: Connection, database: Database
) -> None:
    await run_import(LIST)
    held = await run_import(LIST_WITH_ONE_ITEM + ",Axe,1,,\n", safety_thresholds=SafetyThresholds())
    result = await importer.apply_held(database, held.task_id, create_products_from_unmatched)
    assert result.status == "success"
    assert result.task_id == held.task_id
    assert result.counts == held.counts
    assert result.products_created == 1
    state = "SELECT state::text, count_absent, count_ignored FROM ingestion_tasks WHERE id = '{}'"
    assert await rows(conn, state.format(held.task_id)) == [("partially_succeeded", 2, 1)]
    assert await rows(conn, "SELECT FROM held_rows") == []
    logged = "SELECT row_number FROM parsing_logs WHERE task_id = '{}'"
    assert await rows(conn, logged.format(held.task_id)) == [(3,)]
    with pytest.raises(ConflictError, match="not held"):
        await importer.apply_held(database, held.task_id)


async def test_held_list_is_compared_with_the_current_items_when_applied(
    run_import: RunImport, conn: Connection, database: Database
) -> None:
    await run_import(LIST)
    held = await run_import(LIST_WITH_ONE_ITEM, safety_thresholds=SafetyThresholds())
    await conn.execute("UPDATE supplier_items SET current_price = 1")
    result = await importer.apply_held(database, held.task_id)
    assert (result.counts.changed, result.counts.absent) == (1, 2)


async def test_held_list_is_refused_after_a_later_import(
    run_import: RunImport, database: Database
) -> None:
    await run_import(LIST)
    held = await run_import(LIST_WITH_ONE_ITEM, safety_thresholds=SafetyThresholds())
    await run_import(LIST.replace("8.00", "8.50"))
    with pytest.raises(ConflictError, match="is refused, not held"):
        await importer.apply_held(database, held.task_id)


async def test_a_partial_list_that_was_held_stays_partial(
    run_import: RunImport, database: Database
) -> None:
    await run_import(csv_text(9))
    config = ReadConfig(mode="partial")
    held = await run_import(
        csv_text(3, price="500"), config=config, safety_thresholds=SafetyThresholds()
    )
    assert held.status == "held"
    result = await importer.apply_held(database, held.task_id)
    assert (result.counts.changed, result.counts.absent) == (3, 0)


async def test_applying_an_unknown_task_is_not_found(database: Database) -> None:
    with pytest.raises(NotFoundError, match="There is no task"):
        await importer.apply_held(database, uuid4())


async def test_held_list_of_a_deleted_supplier_cannot_be_applied(
    run_import: RunImport, conn: Connection, database: Database
) -> None:
    await run_import(LIST)
    held = await run_import(LIST_WITH_ONE_ITEM, safety_thresholds=SafetyThresholds())
    await conn.execute("DELETE FROM suppliers")
    with pytest.raises(ConflictError, match="no longer exists"):
        await importer.apply_held(database, held.task_id)


async def test_concurrent_applies_of_a_held_list_apply_it_once(
    run_import: RunImport, database: Database
) -> None:
    await run_import(LIST)
    held = await run_import(LIST_WITH_ONE_ITEM, safety_thresholds=SafetyThresholds())

    async def apply(task_id: UUID) -> str:
        try:
            return (await importer.apply_held(database, task_id)).status
        except ConflictError:
            return "refused"

    outcomes = await asyncio.gather(apply(held.task_id), apply(held.task_id))
    assert sorted(outcomes) == ["refused", "success"]
