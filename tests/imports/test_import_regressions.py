"""Known failures of other import systems, one test for each.

Tasks that hang after a crash are tested in tests/worker, the speed in bench/import_speed.py.
"""

from decimal import Decimal

import pytest

import builders
from import_fixtures import LIST, RunImport, history_length, rows
from pricebook.db.database import Connection
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.tasks.counts import Counts


async def test_repeated_import_keeps_the_links(run_import: RunImport, conn: Connection) -> None:
    await run_import(LIST)
    product_id = await builders.product(conn)
    await conn.execute("UPDATE supplier_items SET product_id = %s", [product_id])
    await run_import(LIST.replace("12.50", "13.00"))
    await run_import("Article code,Name,Price\nA-9,Axe,1\n")
    await run_import(LIST)
    linked = "SELECT supplier_sku, product_id FROM supplier_items WHERE product_id IS NOT NULL"
    assert sorted(await rows(conn, linked)) == [
        (code, product_id) for code in ("A-1", "A-2", "A-3")
    ]


async def test_column_missing_from_the_file_keeps_the_value(
    run_import: RunImport, conn: Connection
) -> None:
    await run_import(LIST)
    await run_import("Article code,Name,Price\nA-1,Hammer,12.50\n")
    stored = "SELECT characteristics FROM supplier_items WHERE supplier_sku = 'A-1'"
    assert await rows(conn, stored) == [({"category": "Tools", "Colour": "red"},)]


async def test_repeated_code_is_a_duplicate_or_rejected(run_import: RunImport) -> None:
    same = await run_import("sku,name,price\nA,Axe,2\nA,Axe,2.00\n")
    assert same.counts == Counts(new=1, duplicate=1, ignored=1)
    assert "row 2" in same.row_errors[0].error_message
    other = await run_import("sku,name,price\nA,Axe,2\nA,Axe,3\nB,Saw,4\n")
    assert (other.counts.new, other.counts.rejected) == (1, 2)
    assert {error.row_number for error in other.row_errors} == {2, 3}
    assert "rows 2 to 3" in other.row_errors[0].error_message


async def test_failed_import_leaves_no_rows(run_import: RunImport, conn: Connection) -> None:
    async def fail(*_: object) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await run_import(LIST, after_merge=fail)
    assert await rows(conn, "SELECT FROM supplier_items") == []
    for _ in range(3):
        await run_import(LIST)
    assert len(await rows(conn, "SELECT FROM supplier_items")) == 3
    assert await history_length(conn) == 3


async def test_rows_without_a_code_are_rejected(run_import: RunImport, conn: Connection) -> None:
    result = await run_import("sku,name,price\nA,Axe,2\n,Saw,3\n,Nail,4\n")
    assert (result.counts.new, result.counts.rejected) == (1, 2)
    assert await rows(conn, "SELECT name, current_price FROM supplier_items") == [
        ("Axe", Decimal("2.00"))
    ]


async def test_absent_items_are_marked_and_kept(run_import: RunImport, conn: Connection) -> None:
    await run_import(LIST)
    without_saw = LIST.replace("A-2,Saw,8.00,Tools,\n", "")
    state = "SELECT absent_since IS NULL FROM supplier_items WHERE supplier_sku = 'A-2'"
    assert (await run_import(without_saw)).counts.absent == 1
    assert await rows(conn, state) == [(False,)]
    assert (await run_import(LIST)).plan[0].outcome == "back"
    assert await rows(conn, state) == [(True,)]


async def test_truncated_file_is_held(run_import: RunImport, conn: Connection) -> None:
    whole = "sku,name,price\n" + "".join(f"A-{n},Nail {n},1.50\n" for n in range(100))
    await run_import(whole)
    cut = await run_import(whole[: len(whole) // 2], safety_thresholds=SafetyThresholds())
    assert cut.status == "held"
    absent = "SELECT count(*) FROM supplier_items WHERE absent_since IS NOT NULL"
    assert await rows(conn, absent) == [(0,)]


async def test_rejected_rows_have_reasons(run_import: RunImport, conn: Connection) -> None:
    await run_import("sku,name,price\nA,Axe,2\nB,Saw,soon\n")
    stored = "SELECT row_number, error_message, row_data FROM parsing_logs"
    assert await rows(conn, stored) == [
        (3, 'The price "soon" is not a number.', ["B", "Saw", "soon"])
    ]


async def test_unchanged_rows_are_not_written(run_import: RunImport, conn: Connection) -> None:
    await run_import(LIST)
    versions = "SELECT supplier_sku, xmin::text FROM supplier_items ORDER BY 1"
    before = await rows(conn, versions)
    await run_import(LIST.replace("8.00", "8.10"))
    after = await rows(conn, versions)
    changed = [code for (code, old), (_, new) in zip(before, after, strict=True) if old != new]
    assert changed == ["A-2"]


async def test_list_without_valid_rows_fails_with_a_reason(run_import: RunImport) -> None:
    text = "Our list\n\nsku,name,price\nA,Axe,2\nA,Axe,2\nB,Saw,x\nTools,,\n,,\nTotal,,2\n"
    counts = (await run_import(text)).counts
    assert counts.rows == len(text.splitlines())
    assert counts == Counts(new=1, duplicate=1, rejected=1, ignored=6)


async def test_many_rows_are_imported(run_import: RunImport) -> None:
    text = "sku,name,price\n" + "".join(f"A-{n},Nail {n},1.50\n" for n in range(30_000))
    assert (await run_import(text)).counts.new == 30_000
    assert (await run_import(text)).counts.unchanged == 30_000
