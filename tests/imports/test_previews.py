"""Previews: a worker reads and compares a file; only applying it changes something."""

from typing import Any

import pytest
from psycopg.types.json import Jsonb

import builders
from import_fixtures import rows
from preview_fixtures import CALLER, LIST, Previews
from pricebook.db.database import Connection
from pricebook.errors import ConflictError, NotFoundError, ValidationError
from pricebook.imports import preview_reading, preview_service, preview_sheets
from pricebook.tasks import service as tasks
from pricelists.workbooks import workbook_of
from worker_fixtures import RunningWorker, SubmitTask, WaitForEnd

TWO_PRICES = "Code,Name,Price A,Price B\nA-1,Hammer,12.50,20.00\nA-2,Saw,7.10,9.90\n"
RECORDS = """
    SELECT (SELECT count(*) FROM ingestion_tasks), (SELECT count(*) FROM events),
        (SELECT count(*) FROM parsing_logs)
"""
RATE = """
    INSERT INTO exchange_rates (base, currency, date, rate, source)
    VALUES ('USD', 'EUR', current_date, 0.8, 'test')
"""
ITEMS = "SELECT supplier_sku, current_price::text FROM supplier_items ORDER BY 1"


async def test_preview_changes_nothing(
    conn: Connection, previews: Previews, running_worker: RunningWorker
) -> None:
    supplier_id = await builders.supplier(conn)
    await builders.item(conn, supplier_id, "10", sku="A-1", name="Hammer")
    before = await rows(conn, "SELECT * FROM suppliers")
    async with running_worker():
        preview, result = await previews.read(await previews.upload(supplier_id))
    counts = result.counts
    assert preview.state == "ready"
    assert counts is not None
    assert (counts.new, counts.changed, counts.absent, counts.rejected) == (1, 1, 0, 1)
    assert "price from column C" in result.understood[0].clauses[0]
    (change,) = result.changes
    assert (str(change.old_price), str(change.percent)) == ("10.00", "25.00")
    (rejected,) = result.rejected
    assert (rejected.row_number, rejected.cells) == (4, ["A-3", "Nail", ""])
    assert result.sheets[0].rows[0] == (1, ["Article code", "Name", "Price"])
    assert await rows(conn, "SELECT * FROM suppliers") == before
    assert await rows(conn, ITEMS) == [("A-1", "10")]
    assert await rows(conn, RECORDS) == [(0, 0, 0)]


async def test_apply_imports_the_stored_rows_once(
    conn: Connection, previews: Previews, running_worker: RunningWorker, wait_for_end: WaitForEnd
) -> None:
    async with running_worker():
        preview, _ = await previews.read(await previews.upload(await builders.supplier(conn)))
        (previews.context.storage.folder / preview.source["file_path"]).unlink()
        task_id = await previews.apply(preview)
        assert task_id is not None
        assert await previews.apply(preview) == task_id  # the second click
        await wait_for_end(task_id, "partially_succeeded")
    assert await rows(conn, "SELECT count(*) FROM ingestion_tasks") == [(1,)]
    assert [sku for sku, _ in await rows(conn, ITEMS)] == ["A-1", "A-2"]
    errors = "SELECT row_number, row_data FROM parsing_logs"
    assert await rows(conn, errors) == [(4, ["A-3", "Nail", ""])]
    assert await rows(conn, "SELECT count(*) FROM preview_rows") == [(0,)]
    actors = "SELECT DISTINCT actor_name FROM audit_log WHERE action = 'task.finished'"
    assert await rows(conn, actors) == [("buyer",)]
    assert await rows(conn, "SELECT metadata ? 'found' FROM suppliers") == [(True,)]


async def test_refused_list_keeps_its_questions_and_an_answer_reads_the_same_file(
    conn: Connection, previews: Previews, running_worker: RunningWorker
) -> None:
    async with running_worker():
        preview_id = await previews.upload(await builders.supplier(conn), TWO_PRICES)
        refused, result = await previews.read(preview_id)
        assert refused.state == "refused"
        (issue,) = result.issues
        assert issue.option == "column_mapping.price"
        assert set(issue.candidates) == {"Price A", "Price B"}
        assert result.sheets[0].rows[1] == (2, ["A-1", "Hammer", "12.50", "20.00"])

        answer = {"column_mapping": {"price": "Price A"}}
        assert await preview_service.answer(previews.database, preview_id, [answer]) == answer
        answered, result = await previews.read(preview_id)
        assert answered.state == "ready"
        assert [str(each.new_price) for each in result.added] == ["12.50", "7.10"]

        await preview_service.answer(previews.database, preview_id, [{"mode": "partial"}])
        again, result = await previews.read(preview_id)
        assert result.mode == "partial"
        assert again.config == {**answer, "mode": "partial"}
        await preview_service.remember(previews.database, preview_id, answer)
    stored = "SELECT metadata -> 'source_config' FROM suppliers"
    assert await rows(conn, stored) == [(answer,)]


async def test_page_of_a_preview_knows_at_once_that_it_is_compared(
    conn: Connection,
    previews: Previews,
    running_worker: RunningWorker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Storing the result locks the preview, so that no later progress is stored."""
    monkeypatch.setattr(preview_reading, "PROGRESS_SECONDS", 3600)
    supplier_id = await builders.supplier(conn)
    async with running_worker():
        async with conn.transaction():
            await conn.execute("LOCK TABLE preview_rows")
            preview_id = await previews.upload(supplier_id)
            await previews.wait_for_stage(preview_id, "merging")
        preview, _ = await previews.read(preview_id)
    assert preview.state == "ready"


async def test_later_import_makes_a_comparison_outdated(
    conn: Connection,
    previews: Previews,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    supplier_id = await builders.supplier(conn)
    async with running_worker():
        preview_id = await previews.upload(supplier_id)
        preview, _ = await previews.read(preview_id)
        await wait_for_end(await submit_task(supplier_id), "succeeded")
        with pytest.raises(ConflictError, match="out of date"):
            await previews.apply(preview)
        assert (await previews.state(preview_id)).is_outdated
        await preview_service.read_again(previews.database, preview_id)
        _, result = await previews.read(preview_id)
        assert result.counts is not None
        assert result.counts.unchanged == 2
        with pytest.raises(ConflictError, match="other settings"):
            await previews.apply(preview)


async def test_import_between_the_request_and_its_task_fails_it(
    conn: Connection,
    previews: Previews,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    supplier_id = await builders.supplier(conn)
    async with running_worker():
        preview, _ = await previews.read(await previews.upload(supplier_id))
    earlier = await submit_task(supplier_id)
    task_id = await previews.apply(preview)
    assert task_id is not None
    async with running_worker():
        await wait_for_end(earlier, "succeeded")
        failed = await wait_for_end(task_id, "failed")
        assert "Preview it again" in failed.errors[0]
        await preview_service.read_again(previews.database, preview.id)
        preview, _ = await previews.read(preview.id)
        task_id = await previews.apply(preview)
        assert task_id is not None
        await wait_for_end(task_id, "partially_succeeded")


async def test_retried_task_of_a_preview_that_was_compared_again_imports_nothing(
    conn: Connection, previews: Previews, running_worker: RunningWorker, wait_for_end: WaitForEnd
) -> None:
    context = previews.context
    async with running_worker():
        preview, _ = await previews.read(await previews.upload(await builders.supplier(conn)))
    task_id = await previews.apply(preview)
    assert task_id is not None
    await conn.execute("UPDATE ingestion_tasks SET state = 'failed', completed_at = now()")
    await preview_service.read_again(previews.database, preview.id)
    await tasks.retry_task(previews.database, context.queue, task_id)
    async with running_worker():
        failed = await wait_for_end(task_id, "failed")
    assert "compared again" in failed.errors[0]
    assert await rows(conn, ITEMS) == []


async def test_remembered_sheets_replace_the_stored_one(
    conn: Connection, previews: Previews
) -> None:
    supplier_id = await builders.supplier(conn)
    config = Jsonb({"source_config": {"sheet_name": "Old"}})
    await conn.execute("UPDATE suppliers SET metadata = %s", [config])
    preview_id = await previews.upload(supplier_id)
    patch: dict[str, Any] = {"sheet_name": None, "sheet_names": ["A", "B"]}
    changed = await preview_service.answer(previews.database, preview_id, [patch])
    await preview_service.remember(previews.database, preview_id, changed)
    stored = "SELECT metadata -> 'source_config' FROM suppliers"
    assert await rows(conn, stored) == [({"sheet_names": ["A", "B"]},)]


async def test_answer_that_cannot_be_remembered_is_refused(
    conn: Connection, previews: Previews
) -> None:
    preview_id = await previews.upload(await builders.supplier(conn))
    patch = {"column_mapping": {"price": "P" * 300}}
    changed = await preview_service.answer(previews.database, preview_id, [patch])
    with pytest.raises(ValidationError, match="cannot be remembered"):
        await preview_service.remember(previews.database, preview_id, changed)


@pytest.mark.parametrize("end", ["held", "succeeded"])
async def test_list_beyond_a_threshold_is_held_unless_the_caller_may_apply_it(
    conn: Connection,
    previews: Previews,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
    end: str,
) -> None:
    supplier_id = await builders.supplier(conn)
    for number in range(4):
        await builders.item(conn, supplier_id, "1", sku=f"B-{number}")
    async with running_worker():
        text = LIST.replace("A-3,Nail,\n", "")
        preview, result = await previews.read(await previews.upload(supplier_id, text))
        (reason,) = result.reasons
        assert reason.startswith("4 of the supplier's 4 items are missing")
        task_id = await previews.apply(preview, may_hold=end == "held")
        assert task_id is not None
        await wait_for_end(task_id, end)


async def test_deleted_preview_keeps_no_row(
    conn: Connection, previews: Previews, running_worker: RunningWorker
) -> None:
    kept, deleted = await builders.supplier(conn), await builders.supplier(conn, "Deleted")
    async with running_worker():
        preview, _ = await previews.read(await previews.upload(kept))
        await previews.read(await previews.upload(deleted))
    await conn.execute("DELETE FROM suppliers WHERE id = %s", [deleted])
    assert await rows(conn, "SELECT DISTINCT preview_id FROM preview_rows") == [(preview.id,)]
    await conn.execute("ALTER TABLE import_previews DISABLE TRIGGER set_updated_at")
    await conn.execute("UPDATE import_previews SET updated_at = now() - interval '8 days'")
    await preview_service.purge_previews(previews.database)
    assert await rows(conn, "SELECT count(*) FROM preview_rows") == [(0,)]


async def test_discarded_preview_keeps_nothing(
    conn: Connection, previews: Previews, running_worker: RunningWorker
) -> None:
    database = previews.database
    async with running_worker():
        preview, _ = await previews.read(await previews.upload(await builders.supplier(conn)))
    (listed,) = await preview_service.list_open(database)
    assert (listed.id, listed.result) == (preview.id, None)
    await preview_service.discard(database, preview.id, "buyer")
    assert await rows(conn, "SELECT count(*) FROM preview_rows") == [(0,)]
    assert await preview_service.list_open(database) == []
    assert await preview_service.purge_previews(database) == set()
    with pytest.raises(ConflictError, match="discarded by buyer"):
        await previews.apply(preview)
    with pytest.raises(ConflictError, match="discarded by buyer"):
        await preview_service.answer(database, preview.id, [{}])


async def test_reading_of_a_killed_worker_is_repeated_and_old_previews_are_deleted(
    conn: Connection, previews: Previews, running_worker: RunningWorker
) -> None:
    preview_id = await previews.upload(await builders.supplier(conn))
    await conn.execute(
        "UPDATE import_previews SET state = 'reading', lease_owner = 'killed',"
        " lease_expires_at = now() - interval '1 second', attempts = 1"
    )
    async with running_worker():
        preview, _ = await previews.read(preview_id)
        assert preview.state == "ready"
    assert len(await preview_service.purge_previews(previews.database)) == 1
    await conn.execute("ALTER TABLE import_previews DISABLE TRIGGER set_updated_at")
    await conn.execute("UPDATE import_previews SET updated_at = now() - interval '8 days'")
    assert await preview_service.purge_previews(previews.database) == set()
    with pytest.raises(NotFoundError):
        await previews.state(preview_id)


@pytest.mark.parametrize(
    "patch", [{"header_row": -1}, {"currency": "euro"}, {"unknown": 1}, {"sheet_names": "A"}]
)
async def test_answer_that_is_not_valid_is_refused(
    conn: Connection, previews: Previews, patch: dict[str, Any]
) -> None:
    preview_id = await previews.upload(await builders.supplier(conn))
    with pytest.raises(ValidationError, match="does not fit"):
        await preview_service.answer(previews.database, preview_id, [patch])


@pytest.mark.parametrize("address", ["http://example.com/a.csv", "file:///etc/passwd", "a b"])
async def test_address_without_https_is_refused(
    conn: Connection, previews: Previews, address: str
) -> None:
    supplier_id = await builders.supplier(conn)
    with pytest.raises(ValidationError, match="https"):
        await preview_service.preview_address(previews.context, CALLER, supplier_id, address)


async def test_changes_have_the_prices_of_the_list(
    conn: Connection, previews: Previews, running_worker: RunningWorker
) -> None:
    supplier_id = await builders.supplier(conn)
    await conn.execute(RATE)
    text = "Article code,Name,Price EUR\nA-1,Hammer,12.50\n"
    async with running_worker():
        _, result = await previews.read(await previews.upload(supplier_id, text))
    (added,) = result.added
    assert (str(added.new_price), added.currency) == ("12.50", "EUR")


async def test_sheets_in_question_are_shown(
    conn: Connection, previews: Previews, running_worker: RunningWorker
) -> None:
    """Beside a sheet that cannot be read, the one that can is not shown alone."""
    supplier_id = await builders.supplier(conn)
    prices = [
        ["Code", "Name", "Net price", "Dealer"],
        ["A-1", "Hammer", 12.5, 9],
        ["A-2", "Saw", 7, 6],
    ]
    plain = [["Code", "Name", "Price"], ["B-1", "Nail", 0.98], ["B-2", "Lug", 1.02]]
    async with running_worker():
        content = workbook_of(Tools=prices, Small=plain)
        preview_id = await previews.upload(supplier_id, content)
        _, result = await previews.read(preview_id)
        assert [each.name for each in result.sheets] == ["Tools", "Small"]
        assert result.issues[-1].option == "sheet_names"
        state = await previews.state(preview_id)
        other_id = await preview_sheets.preview_sheet(previews.context, CALLER, preview_id, "Small")
        other, compared = await previews.read(other_id)
    assert (other.source, other.title) == (state.preview.source, "list.csv")
    assert (other.state, compared.mode) == ("ready", "partial")
