import asyncio
from decimal import Decimal

import pytest

import builders
from import_fixtures import LIST, RunImport, history_length, rows
from pricebook.db.database import Connection
from pricebook.errors import PriceListError
from pricebook.imports.importer_schemas import Progress
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.products.service import create_products_from_unmatched
from pricebook.tasks.counts import Counts

COMPARED_ROWS = 60_000
TIMEOUT_SECONDS = 120


async def test_every_row_of_a_list_is_accounted_for(
    run_import: RunImport, conn: Connection
) -> None:
    result = await run_import(
        "Our prices\n\nArticle code,Name,Price\nA-1,Hammer,12.50\n,Saw,8\nA-3,Glove,\n\nA-4,Axe,x\n"
    )
    assert result.counts == Counts(new=1, rejected=3, ignored=4)
    assert result.counts.rows == 8
    logged = await rows(
        conn, "SELECT row_number, error_type, row_data FROM parsing_logs ORDER BY row_number"
    )
    assert logged == [
        (5, "missing_sku", ["", "Saw", "8"]),
        (6, "missing_price", ["A-3", "Glove", ""]),
        (8, "price_not_a_number", ["A-4", "Axe", "x"]),
    ]
    assert [error.row_number for error in result.row_errors] == [5, 6, 8]


async def test_items_have_the_values_of_the_list(run_import: RunImport, conn: Connection) -> None:
    await run_import(LIST)
    found = await rows(
        conn,
        "SELECT supplier_sku, name, current_price, characteristics FROM supplier_items ORDER BY 1",
    )
    assert found == [
        ("A-1", "Hammer", Decimal("12.5"), {"category": "Tools", "Colour": "red"}),
        ("A-2", "Saw", Decimal(8), {"category": "Tools"}),
        ("A-3", "Glove", Decimal("3.25"), {"category": "Safety", "Colour": "blue"}),
    ]


async def test_repeated_list_writes_nothing(run_import: RunImport, conn: Connection) -> None:
    await run_import(LIST)
    before = await rows(conn, "SELECT id, updated_at, last_ingested_at, xmin FROM supplier_items")
    result = await run_import(LIST)
    assert result.counts == Counts(unchanged=3, ignored=1)
    after = await rows(conn, "SELECT id, updated_at, last_ingested_at, xmin FROM supplier_items")
    assert after == before
    assert await history_length(conn) == 3


async def test_one_price_changed_is_one_row_of_history(
    run_import: RunImport, conn: Connection
) -> None:
    await run_import(LIST)
    result = await run_import(LIST.replace("8.00", "8.10"))
    assert result.counts == Counts(changed=1, unchanged=2, ignored=1)
    assert await history_length(conn) == 4


async def test_a_changed_name_is_a_change_without_history(
    run_import: RunImport, conn: Connection
) -> None:
    await run_import(LIST)
    result = await run_import(LIST.replace("Hammer", "Claw hammer"))
    assert result.counts == Counts(changed=1, unchanged=2, ignored=1)
    assert await history_length(conn) == 3


async def test_links_survive_every_import(run_import: RunImport, conn: Connection) -> None:
    await run_import(LIST)
    product_id = await builders.product(conn)
    await conn.execute("UPDATE supplier_items SET product_id = %s", [product_id])
    await run_import(LIST.replace("12.50", "13.50").replace("Saw", "Big saw"))
    await run_import("Article code,Name,Price\nA-1,Hammer,1\n")
    linked = await rows(conn, "SELECT DISTINCT product_id FROM supplier_items")
    assert linked == [(product_id,)]


async def test_an_absent_column_leaves_a_characteristic_and_an_empty_cell_clears_it(
    run_import: RunImport, conn: Connection
) -> None:
    await run_import(LIST)
    await run_import("Article code,Name,Price\nA-1,Hammer,12.50\n")
    query = "SELECT characteristics FROM supplier_items WHERE supplier_sku = 'A-1'"
    assert await rows(conn, query) == [({"category": "Tools", "Colour": "red"},)]
    await run_import("Article code,Name,Price,Colour\nA-1,Hammer,12.50,\n")
    assert await rows(conn, query) == [({"category": "Tools"},)]


async def test_repeated_row_is_a_duplicate_of_the_first_row(
    run_import: RunImport,
) -> None:
    result = await run_import("Article code,Name,Price\nA-1,Hammer,2\nA-2,Saw,3\nA-1,Hammer,2.0\n")
    assert result.counts == Counts(new=2, duplicate=1, ignored=1)
    (error,) = result.row_errors
    assert (error.row_number, error.error_type) == (4, "duplicate")
    assert "row 2" in error.error_message


async def test_rows_of_one_code_with_different_prices_are_all_rejected(
    run_import: RunImport, conn: Connection
) -> None:
    await run_import("Article code,Name,Price\nA-1,Hammer,2\n")
    result = await run_import("Article code,Name,Price\nA-1,Hammer,3\nA-2,Saw,3\nA-1,Hammer,4\n")
    assert result.counts == Counts(new=1, rejected=2, ignored=1)
    assert {error.row_number for error in result.row_errors} == {2, 4}
    assert "rows 2 to 4 with prices from 3 to 4" in result.row_errors[0].error_message
    query = "SELECT current_price FROM supplier_items WHERE supplier_sku = 'A-1'"
    assert await rows(conn, query) == [(Decimal(2),)]


async def test_unreadable_list_changes_nothing_and_is_recorded_as_failed(
    run_import: RunImport, conn: Connection
) -> None:
    with pytest.raises(PriceListError):
        await run_import("Colour,Size\nred,1\n")
    assert await rows(conn, "SELECT name FROM suppliers") == []
    ((state, supplier_name, errors),) = await rows(
        conn, "SELECT state, supplier_name, errors FROM ingestion_tasks"
    )
    assert (state, supplier_name) == ("failed", "ACME")
    assert len(errors) == 1


async def test_task_has_the_result_of_the_import(run_import: RunImport, conn: Connection) -> None:
    result = await run_import(LIST + "A-4,Axe,,Tools,\n")
    assert result.status == "success"
    ((task_id, state, new, rejected, done),) = await rows(
        conn,
        "SELECT id, state, count_new, count_rejected, completed_at >= started_at"
        " FROM ingestion_tasks",
    )
    assert (task_id, state, new, rejected) == (result.task_id, "partially_succeeded", 3, 1)
    assert done


async def test_list_without_a_valid_row_fails(run_import: RunImport, conn: Connection) -> None:
    result = await run_import("Article code,Name,Price\nA-1,Hammer,x\n")
    assert (result.status, result.items_processed) == ("failed", 0)
    assert await rows(conn, "SELECT state FROM ingestion_tasks") == [("failed",)]


async def test_supplier_is_found_case_insensitively_or_created(
    run_import: RunImport, conn: Connection
) -> None:
    assert (await run_import(LIST, supplier_name="Ärzte GmbH")).new_supplier
    assert not (await run_import(LIST, supplier_name="ÄRZTE gmbh")).new_supplier
    ((name, metadata),) = await rows(conn, "SELECT name, metadata FROM suppliers")
    assert name == "Ärzte GmbH"
    assert metadata["found"]["columns"]["price"] == "Price"


async def test_options_of_the_request_override_those_of_the_supplier(
    run_import: RunImport, conn: Connection
) -> None:
    text = "Article code,Name,Price,Dealer price\nA-1,Hammer,5,4\n"
    await conn.execute(
        """
        INSERT INTO suppliers (name, source_type, metadata) VALUES ('ACME', 'csv',
            '{"source_config": {"column_mapping": {"price": "Dealer price"}, "sheet_name": "A"}}')
        """
    )
    query = "SELECT current_price FROM supplier_items"
    await run_import(text)
    assert await rows(conn, query) == [(Decimal(4),)]
    await run_import(text, config=ReadConfig(column_mapping={"price": "Price"}))
    assert await rows(conn, query) == [(Decimal(5),)]


async def test_products_are_created_from_unmatched_items_in_the_lists_categories(
    run_import: RunImport, conn: Connection
) -> None:
    await builders.category(conn, "Tools")
    result = await run_import(LIST, after_merge=create_products_from_unmatched)
    assert result.products_created == 3
    made = await rows(
        conn,
        """
        SELECT product.name, category.name, status, supplier_count, internal_sku LIKE 'PROD-%'
        FROM products AS product JOIN categories AS category ON category.id = category_id
        ORDER BY 1
        """,
    )
    assert made == [
        ("Glove", "Safety", "active", 1, True),
        ("Hammer", "Tools", "active", 1, True),
        ("Saw", "Tools", "active", 1, True),
    ]
    assert (
        await run_import(LIST, after_merge=create_products_from_unmatched)
    ).products_created == 0


async def test_failure_during_the_import_leaves_nothing(
    run_import: RunImport, conn: Connection
) -> None:
    async def fail(*_: object) -> int:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await run_import(LIST, after_merge=fail)
    for table in ("suppliers", "supplier_items", "ingestion_tasks", "price_history"):
        assert await rows(conn, f"SELECT FROM {table}") == []


async def test_concurrent_imports_of_one_list_apply_it_once(
    run_import: RunImport, conn: Connection
) -> None:
    results = await asyncio.gather(*(run_import(LIST) for _ in range(4)))
    assert sorted(result.counts.new for result in results) == [0, 0, 0, 3]
    assert await history_length(conn) == 3


async def test_progress_ends_at_one(run_import: RunImport) -> None:
    seen: list[Progress] = []
    text = "Article code,Name,Price\n" + "".join(f"A-{n},Nail,1.5\n" for n in range(9000))
    await run_import(text, on_progress=seen.append)
    assert [step.stage for step in seen] == ["reading"] * (len(seen) - 1) + ["merging"]
    assert len(seen) > 3
    assert seen == sorted(seen, key=lambda step: (step.fraction, step.rows_read))
    assert (seen[-1].fraction, seen[-1].rows_read) == (1, 9001)


async def test_merge_is_fast_without_statistics_of_the_items(
    conn: Connection, run_import: RunImport
) -> None:
    def list_with_price(price: int) -> str:
        rows = (f"A-{number},Nail,{price}.50" for number in range(COMPARED_ROWS))
        return "\n".join(["Article code,Name,Price", *rows])

    await builders.item(conn, await builders.supplier(conn))
    await conn.execute("ANALYZE supplier_items")
    await run_import(list_with_price(1))
    async with asyncio.timeout(TIMEOUT_SECONDS):  # row by row, it would take twice as long
        result = await run_import(list_with_price(2))
    assert result.counts.changed == COMPARED_ROWS
