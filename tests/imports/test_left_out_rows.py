"""Single articles are left out of an import: rejected rows that are imported as they are later."""

from decimal import Decimal

import pytest

import builders
from correction_files import rejected_rows
from import_fixtures import RunImport, rows
from preview_fixtures import Previews
from pricebook.db.database import Connection, Database
from pricebook.errors import PriceListError
from pricebook.imports import importer, preview_service
from pricebook.imports.importer_schemas import ApplyOptions
from pricebook.imports.preview_options import LEFT_OUT_TOO, apply_patch
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.pricelists.schemas.read_config import ReadConfig
from worker_fixtures import RunningWorker, WaitForEnd

HEADER = "Article code,Name,Category,Price"
HAMMERS = [f"H-{n},Hammer {n},Hammers,{10 + n}.50" for n in range(12)]
LIST = "\n".join([HEADER, *HAMMERS, "H-20,Sledge,Hammers,1250"])
LEAVES_OUT = ReadConfig(left_out_codes=["H-20"])
PRICE = "SELECT current_price FROM supplier_items WHERE supplier_sku = 'H-20'"


async def test_a_left_out_article_is_a_rejected_row_with_its_cells(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    result = await run_import(LIST, config=LEAVES_OUT)
    assert (result.counts.new, result.counts.rejected) == (12, 1)
    assert result.row_error_counts == {"left_out": 1}
    (error,) = result.row_errors
    assert error.error_message == (
        "The article H-20 with the price 1250 was left out of the import: import its row as it is,"
        " or correct it."
    )
    assert await rows(conn, PRICE) == []
    text = await rejected_rows(database, result.task_id)
    assert "H-20,Sledge,Hammers,1250" in text
    again = await run_import(text, corrections_of=result.task_id)
    assert again.counts.new == 1
    assert await rows(conn, PRICE) == [(Decimal(1250),)]


async def test_an_item_whose_row_is_left_out_keeps_its_price_and_is_not_absent(
    run_import: RunImport, conn: Connection
) -> None:
    await run_import(LIST.replace("1250", "12.50"))
    result = await run_import(LIST, config=LEAVES_OUT)
    assert (result.counts.changed, result.counts.absent, result.counts.rejected) == (0, 0, 1)
    assert await rows(conn, PRICE) == [(Decimal("12.50"),)]


async def test_the_same_price_is_left_out_again_and_another_one_is_imported(
    run_import: RunImport, conn: Connection
) -> None:
    await run_import(LIST, config=LEAVES_OUT)
    again = await run_import(LIST)
    assert again.row_error_counts == {"left_out": 1}
    other = await run_import(LIST.replace("1250", "12.50"))
    assert (other.counts.new, other.row_error_counts) == (1, {})
    assert (await run_import(LIST)).row_error_counts == {}
    assert await rows(conn, PRICE) == [(Decimal(1250),)]


async def test_a_row_that_was_imported_as_it_is_is_not_left_out_again(
    run_import: RunImport, database: Database
) -> None:
    result = await run_import(LIST, config=LEAVES_OUT)
    text = await rejected_rows(database, result.task_id)
    await run_import(text, corrections_of=result.task_id)
    assert (await run_import(LIST)).row_error_counts == {}


async def test_a_dry_run_leaves_nothing_out_for_later(run_import: RunImport) -> None:
    await run_import(LIST, config=LEAVES_OUT, dry_run=True)
    assert (await run_import(LIST)).row_error_counts == {}


async def test_a_code_that_the_list_does_not_have_is_refused(
    run_import: RunImport, conn: Connection
) -> None:
    with pytest.raises(PriceListError) as refused:
        await run_import(LIST, config=ReadConfig(left_out_codes=["H-2O", "H-20"]))
    assert str(refused.value) == (
        "The price list has no article H-2O that could be left out; nothing was changed. Compare"
        " left_out_codes with its codes."
    )
    assert await rows(conn, "SELECT FROM supplier_items") == []


async def test_left_out_rows_do_not_hold_a_price_list(run_import: RunImport) -> None:
    text = "\n".join([HEADER, *HAMMERS[:3]])
    config = ReadConfig(left_out_codes=["H-0"])
    thresholds = SafetyThresholds(rejected_percent=10)
    result = await run_import(text, config=config, safety_thresholds=thresholds)
    assert (result.status, result.warnings) == ("success", [])


async def test_doubtful_new_prices_of_an_applied_list_are_named(run_import: RunImport) -> None:
    result = await run_import(LIST, safety_thresholds=SafetyThresholds())
    assert " ".join(result.warnings) == (
        "1 new price is more than 50 times higher or lower than the usual one of similar articles:"
        " H-20 with 1250.00, usual are 16.50 (Hammers)."
    )


async def test_doubtful_new_prices_of_a_held_list_are_named(run_import: RunImport) -> None:
    await run_import("\n".join([HEADER, *HAMMERS, *(f"N-{n},Nail {n},Nails,1" for n in range(20))]))
    result = await run_import(LIST, safety_thresholds=SafetyThresholds())
    assert result.status == "held"
    assert ["H-20 with 1250.00" in each for each in result.warnings] == [True]


async def test_a_price_that_was_left_out_since_is_no_part_of_a_held_list(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    await run_import("\n".join([HEADER, *HAMMERS, *(f"N-{n},Nail {n},Nails,1" for n in range(20))]))
    held = await run_import(LIST, safety_thresholds=SafetyThresholds())
    await conn.execute(
        "INSERT INTO left_out_prices (supplier_id, supplier_sku, price, task_id)"
        " SELECT id, 'H-20', 1250, gen_random_uuid() FROM suppliers"
    )
    applied = await importer.apply_held(database, held.task_id)
    assert (applied.status, applied.row_error_counts) == ("success", {"left_out": 1})
    assert await rows(conn, PRICE) == []


async def test_a_doubtful_row_of_a_preview_is_left_out_alone(
    conn: Connection,
    database: Database,
    previews: Previews,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    async with running_worker():
        supplier_id = await builders.supplier(conn)
        preview_id = await previews.upload(supplier_id, LIST)
        await previews.read(preview_id)
        changed = await preview_service.answer(database, preview_id, [{LEFT_OUT_TOO: ["H-20"]}])
        preview, result = await previews.read(preview_id)
        assert changed == {"left_out_codes": ["H-20"]}
        assert (result.unlike, result.row_error_counts) == ((), {"left_out": 1})
        assert result.rejected[0].cells == ["H-20", "Sledge", "Hammers", "1250"]
        task_id = await previews.apply(preview)
        assert task_id is not None
        await wait_for_end(task_id, "partially_succeeded")
    assert await rows(conn, PRICE) == []
    assert "H-20,Sledge,Hammers,1250" in await rejected_rows(database, task_id)
    (stored,) = await rows(conn, "SELECT metadata -> 'source_config' FROM suppliers")
    assert "left_out_codes" not in (stored[0] or {})


def test_codes_are_left_out_beside_those_of_an_earlier_answer() -> None:
    config = apply_patch({"left_out_codes": ["A-1"]}, {}, {LEFT_OUT_TOO: ["A-2", "A-1"]})
    assert config == {"left_out_codes": ["A-1", "A-2"]}
    assert apply_patch(config, {}, {"left_out_codes": ["A-2"]}) == {"left_out_codes": ["A-2"]}


async def test_a_held_list_is_applied_without_an_article(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    await run_import("\n".join([HEADER, *HAMMERS, *(f"N-{n},Nail {n},Nails,1" for n in range(20))]))
    held = await run_import(LIST, safety_thresholds=SafetyThresholds())
    with pytest.raises(PriceListError, match="no article X-1"):
        await importer.apply_held(
            database, held.task_id, options=ApplyOptions(left_out_codes=["X-1"])
        )
    options = ApplyOptions(left_out_codes=["H-20"])
    applied = await importer.apply_held(database, held.task_id, options=options)
    assert (applied.status, applied.row_error_counts) == ("success", {"left_out": 1})
    assert await rows(conn, PRICE) == []
