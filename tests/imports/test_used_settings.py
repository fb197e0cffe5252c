"""What of a supplier a preview uses: settings, remembered answers; and how these are forgotten."""

from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

import builders
from import_fixtures import rows
from preview_fixtures import Previews
from pricebook.db.database import Connection
from pricebook.errors import ConflictError
from pricebook.imports import preview_service, used_settings
from pricebook.imports.preview_basis import UsedSetting, basis_of
from pricebook.imports.preview_schemas import Preview
from pricebook.suppliers import service as suppliers
from pricelists.workbooks import workbook_of
from worker_fixtures import RunningWorker, WaitForEnd

LIST = "Code,Name,Price A,Price B\nA-1,Hammer,12.50,20.00\nA-2,Saw,7.10,9.90\n"


async def list_used(previews: Previews, preview: Preview) -> tuple[UsedSetting, ...]:
    """Return the settings with which a preview would be read now."""
    async with previews.database.connection() as conn:
        supplier = await suppliers.find_supplier(conn, preview.supplier_id)
    assert supplier
    return basis_of(preview.config, supplier, 7, new_layout=preview.new_layout).used


async def used_by(previews: Previews, preview_id: UUID) -> list[tuple[Any, ...]]:
    preview = (await previews.state(preview_id)).preview
    found = await list_used(previews, preview)
    return [(each.name, each.member, each.value, each.origin) for each in found]


async def test_settings_and_remembered_answers_stay_until_they_are_forgotten(
    conn: Connection, previews: Previews, running_worker: RunningWorker
) -> None:
    supplier_id = await builders.supplier(conn)
    config: dict[str, Any] = {"url": "https://a.example/l.csv", "vat_included": False}
    config["column_mapping"] = {"name": "Name"}
    metadata = Jsonb({"source_config": config})
    await conn.execute("UPDATE suppliers SET metadata = %s", [metadata])
    preview_id = await previews.upload(supplier_id, LIST)
    answer = {"column_mapping": {"price": "Price A"}, "currency": "USD"}
    changed = await preview_service.answer(previews.database, preview_id, [answer])
    await preview_service.remember(previews.database, preview_id, changed)
    assert await used_by(previews, preview_id) == [("vat_included", None, False, "setting")]

    later = await previews.upload(supplier_id, LIST)
    of_supplier = [
        ("column_mapping", "name", "Name", "setting"),
        ("column_mapping", "price", "Price A", "answer"),
        ("currency", None, "USD", "answer"),
        ("vat_included", None, False, "setting"),
    ]
    assert await used_by(previews, later) == of_supplier
    await used_settings.forget(previews.database, later, "column_mapping", "price")
    await used_settings.forget(previews.database, later, "currency", None)
    assert await used_by(previews, later) == [of_supplier[0], of_supplier[3]]
    async with running_worker():
        preview, result = await previews.read(later)
    assert preview.state == "refused"
    assert [issue.option for issue in result.issues] == ["column_mapping.price"]


async def test_setting_that_was_changed_since_is_no_remembered_answer(
    conn: Connection, previews: Previews
) -> None:
    supplier_id = await builders.supplier(conn)
    preview_id = await previews.upload(supplier_id, LIST)
    await preview_service.remember(previews.database, preview_id, {"currency": "USD"})
    assert await used_by(previews, preview_id) == [("currency", None, "USD", "answer")]
    await conn.execute(
        """
        UPDATE suppliers SET metadata = jsonb_set(metadata, '{source_config,currency}', '"EUR"')
        """
    )
    assert await used_by(previews, preview_id) == [("currency", None, "EUR", "setting")]


async def test_answer_from_the_last_list_is_forgotten(
    conn: Connection, previews: Previews, running_worker: RunningWorker, wait_for_end: WaitForEnd
) -> None:
    supplier_id = await builders.supplier(conn)
    async with running_worker():
        first = await previews.upload(supplier_id, LIST)
        answer = {"column_mapping": {"price": "Price A"}, "vat_included": True}
        await preview_service.answer(previews.database, first, [answer])
        preview, _ = await previews.read(first)
        task_id = await previews.apply(preview)
        assert task_id
        await wait_for_end(task_id, "succeeded")
        with pytest.raises(ConflictError, match="applied"):
            await used_settings.forget(previews.database, first, "vat_included", None)
        second = await previews.upload(supplier_id, LIST)
        await previews.read(second)
        assert await used_by(previews, second) == [("vat_included", None, True, "previous")]
        await used_settings.forget(previews.database, second, "vat_included", None)
        assert await used_by(previews, second) == []
        again, result = await previews.read(second)
    assert (again.state, "VAT not stated" in str(result.understood)) == ("ready", True)
    entries = "SELECT before FROM audit_log WHERE action = 'supplier.layout_forgotten'"
    assert await rows(conn, entries) == [({"vat_included": "true"},)]


async def test_answer_for_a_sheet_is_remembered_imported_and_forgotten(
    conn: Connection, previews: Previews, running_worker: RunningWorker, wait_for_end: WaitForEnd
) -> None:
    pipes = [["Code", "Name", "Net", "Gross"], ["P1", "Pipe", 5, 6]]
    taps = [["Code", "Article", "Price USD"], ["T1", "Tap", 9]]
    content = workbook_of(Pipes=pipes, Taps=taps)
    supplier_id = await builders.supplier(conn)
    answers: list[dict[str, Any]] = [
        {"sheet_names": ["Pipes", "Taps"], "sheet_name": None},
        {"sheet_settings": {"Pipes": {"column_mapping": {"price": "Net"}}}},
        {"sheet_settings": {"Pipes": {"currency": "USD"}}},
    ]
    async with running_worker():
        first = await previews.upload(supplier_id, content)
        changed = await preview_service.answer(previews.database, first, answers)
        await preview_service.remember(previews.database, first, changed)
        preview, result = await previews.read(first)
        assert (preview.state, result.counts and result.counts.accepted) == ("ready", 2)
        task_id = await previews.apply(preview)
        assert task_id
        await wait_for_end(task_id, "succeeded")
        ((items,),) = await rows(conn, "SELECT count(*) FROM supplier_items")
        assert items == 2
        later = await previews.upload(supplier_id, content)
        preview, result = await previews.read(later)
        assert preview.state == "ready"
        found = await list_used(previews, preview)
        assert ("Pipes", "currency", "answer") in [(e.sheet, e.name, e.origin) for e in found]
    await used_settings.forget(previews.database, later, "column_mapping", "price", "Pipes")
    ((settings,),) = await rows(
        conn, "SELECT metadata #> '{source_config,sheet_settings}' FROM suppliers"
    )
    assert settings == {"Pipes": {"column_mapping": {}, "currency": "USD"}}


async def test_setting_of_a_sheet_is_no_answer_for_the_others(
    conn: Connection, previews: Previews, running_worker: RunningWorker, wait_for_end: WaitForEnd
) -> None:
    pipes = [["Code", "Name", "Price USD"], ["P1", "Pipe", 5]]
    taps = [["Code", "Article", "Price USD"], ["T1", "Tap", 9]]
    content = workbook_of(Pipes=pipes, Taps=taps)
    supplier_id = await builders.supplier(conn)
    answers: list[dict[str, Any]] = [
        {"sheet_names": ["Pipes", "Taps"], "sheet_name": None},
        {"sheet_settings": {"Pipes": {"price_quantity": 100}}},
    ]
    async with running_worker():
        first = await previews.upload(supplier_id, content)
        await preview_service.answer(previews.database, first, answers)
        preview, _ = await previews.read(first)
        task_id = await previews.apply(preview)
        assert task_id
        await wait_for_end(task_id, "succeeded")
        later = await previews.upload(supplier_id, content)
        await preview_service.answer(previews.database, later, answers[:1])
        preview, _ = await previews.read(later)
    found = await list_used(previews, preview)
    assert [(each.sheet, each.name, each.value) for each in found] == [
        ("Pipes", "price_quantity", 100)
    ]
    await used_settings.forget(previews.database, later, "price_quantity", None, "Pipes")
    preview = (await previews.state(later)).preview
    assert await list_used(previews, preview) == ()
    entries = "SELECT before FROM audit_log WHERE action = 'supplier.layout_forgotten'"
    assert await rows(conn, entries) == [({"price_quantity (Pipes)": "100"},)]


async def test_setting_of_a_sheet_that_is_still_set_is_listed_once(
    conn: Connection, previews: Previews, running_worker: RunningWorker, wait_for_end: WaitForEnd
) -> None:
    pipes = [["Code", "Name", "Price USD"], ["P1", "Pipe", 5]]
    taps = [["Code", "Article", "Price USD"], ["T1", "Tap", 9]]
    content = workbook_of(Pipes=pipes, Taps=taps)
    supplier_id = await builders.supplier(conn)
    settings = {"Pipes": {"price_quantity": 100}}
    config = {"sheet_names": ["Pipes", "Taps"], "sheet_settings": settings}
    metadata = Jsonb({"source_config": config})
    await conn.execute("UPDATE suppliers SET metadata = %s", [metadata])
    async with running_worker():
        first = await previews.upload(supplier_id, content)
        preview, _ = await previews.read(first)
        task_id = await previews.apply(preview)
        assert task_id
        await wait_for_end(task_id, "succeeded")
        later = await previews.upload(supplier_id, content)
        preview, _ = await previews.read(later)
    found = await list_used(previews, preview)
    assert [(each.sheet, each.name, each.origin) for each in found] == [
        (None, "sheet_names", "setting"),
        ("Pipes", "price_quantity", "setting"),
    ]
