"""A preview is of the settings and rates with which it was read; once these change, of no use."""

from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

import builders
from import_fixtures import rows
from preview_fixtures import Previews
from pricebook.db.database import Connection
from pricebook.errors import ConflictError
from pricebook.imports import preview_service
from worker_fixtures import RunningWorker, WaitForEnd

LIST = "Code,Name,1+,10+\nA-1,Hammer,12.50,10\nA-2,Saw,7.10,6\n"
IN_EUR = "Code,Name,Price EUR\nA-1,Hammer,10\nA-2,Saw,20\n"
PRICES = "SELECT supplier_sku, current_price::text FROM supplier_items ORDER BY 1"
SET = "UPDATE suppliers SET metadata = jsonb_set(metadata, '{source_config}', %s)"
RATE = """
    INSERT INTO exchange_rates (base, currency, date, rate, source)
    VALUES ('EUR', 'USD', current_date, %s, 'manual')
    ON CONFLICT (base, currency, date) DO UPDATE SET rate = excluded.rate
"""


async def configure(conn: Connection, **config: Any) -> None:
    await conn.execute(SET, [Jsonb(config)])


async def supplier_with(conn: Connection, **config: Any) -> UUID:
    supplier_id = await builders.supplier(conn)
    await conn.execute("UPDATE suppliers SET metadata = %s", [Jsonb({"source_config": config})])
    return supplier_id


async def changes_of(previews: Previews, preview_id: UUID) -> list[tuple[Any, ...]]:
    state = await previews.state(preview_id)
    assert state.is_outdated == bool(state.changes.basis)
    return [(each.name, each.member, each.before, each.now) for each in state.changes.basis]


async def test_preview_read_with_other_settings_is_not_applied(
    conn: Connection, previews: Previews, running_worker: RunningWorker, wait_for_end: WaitForEnd
) -> None:
    supplier_id = await supplier_with(conn, column_mapping={"price": "1+"})
    async with running_worker():
        preview, result = await previews.read(await previews.upload(supplier_id, LIST))
        assert await changes_of(previews, preview.id) == []
        await configure(conn, column_mapping={"price": "10+"}, currency="USD")
        assert await changes_of(previews, preview.id) == [
            ("column_mapping", "price", "1+", "10+"),
            ("currency", None, None, "USD"),
        ]
        assert result.basis
        used = [(each.name, each.member, each.value) for each in result.basis.used]
        assert used == [("column_mapping", "price", "1+")]
        with pytest.raises(ConflictError, match=r"column_mapping\.price, currency changed"):
            await previews.apply(preview)

        await preview_service.read_again(previews.database, preview.id)
        preview, _ = await previews.read(preview.id)
        assert await changes_of(previews, preview.id) == []
        task_id = await previews.apply(preview)
        assert task_id
        await wait_for_end(task_id, "succeeded")
    assert await rows(conn, PRICES) == [("A-1", "10"), ("A-2", "6")]


async def test_change_between_the_request_and_its_task_fails_it(
    conn: Connection, previews: Previews, running_worker: RunningWorker, wait_for_end: WaitForEnd
) -> None:
    supplier_id = await supplier_with(conn, column_mapping={"price": "1+"})
    async with running_worker():
        preview, _ = await previews.read(await previews.upload(supplier_id, LIST))
    task_id = await previews.apply(preview)
    assert task_id
    await configure(conn, column_mapping={"price": "10+"})
    async with running_worker():
        failed = await wait_for_end(task_id, "failed")
    assert "column_mapping.price changed" in failed.errors[0]
    assert await rows(conn, PRICES) == []


async def test_settings_changed_since_come_before_the_answers_of_a_preview(
    conn: Connection, previews: Previews, running_worker: RunningWorker
) -> None:
    """The options of a preview have copies of the settings that an answer completed."""
    supplier_id = await supplier_with(conn, column_mapping={"price": "1+"})
    answer = {"column_mapping": {"name": "Name"}, "currency": "USD"}
    async with running_worker():
        preview_id = await previews.upload(supplier_id, LIST)
        await preview_service.answer(previews.database, preview_id, [answer])
        await previews.read(preview_id)
        await configure(conn, column_mapping={"price": "10+"})
        assert await changes_of(previews, preview_id) == [("column_mapping", "price", "1+", "10+")]
        await preview_service.answer(previews.database, preview_id, [{"mode": "partial"}])
        preview, result = await previews.read(preview_id)
        assert await changes_of(previews, preview_id) == []
    assert [str(each.new_price) for each in result.added] == ["10.00", "6.00"]
    mapping = {"name": "Name", "price": "10+"}
    assert preview.config == {"column_mapping": mapping, "currency": "USD", "mode": "partial"}


@pytest.mark.parametrize(
    "config",
    [
        {"column_mapping": {"price": "1+"}, "url": "https://a.example/list.csv"},
        {"column_mapping": {"price": "1+"}, "vat_included": True},
    ],
)
async def test_settings_that_do_not_change_the_reading_leave_a_preview_as_it_is(
    conn: Connection, previews: Previews, running_worker: RunningWorker, config: dict[str, Any]
) -> None:
    """The address is not an option of reading; an answer that is remembered changes nothing."""
    supplier_id = await supplier_with(conn, column_mapping={"price": "1+"})
    async with running_worker():
        preview_id = await previews.upload(supplier_id, LIST)
        await preview_service.answer(previews.database, preview_id, [{"vat_included": True}])
        await previews.read(preview_id)
    await configure(conn, **config)
    assert await changes_of(previews, preview_id) == []


async def test_preview_converted_by_another_rate_is_not_applied(
    conn: Connection, previews: Previews, running_worker: RunningWorker
) -> None:
    supplier_id = await builders.supplier(conn)
    await conn.execute(RATE, ["1.25"])
    async with running_worker():
        preview, _ = await previews.read(await previews.upload(supplier_id, IN_EUR))
        await conn.execute(RATE, ["1.25"])
        assert await changes_of(previews, preview.id) == []
        await conn.execute(RATE, ["1.10"])
        ((_, currency, before, now),) = await changes_of(previews, preview.id)
        assert (currency, float(before), float(now)) == ("EUR", 1.25, 1.1)
        with pytest.raises(ConflictError, match="exchange rate of EUR changed"):
            await previews.apply(preview)


async def test_rate_that_was_missing_makes_a_preview_outdated(
    conn: Connection, previews: Previews, running_worker: RunningWorker
) -> None:
    supplier_id = await builders.supplier(conn)
    async with running_worker():
        preview, result = await previews.read(await previews.upload(supplier_id, IN_EUR))
        assert result.fails
        await conn.execute(RATE, ["1.25"])
        ((_, currency, before, now),) = await changes_of(previews, preview.id)
        assert (currency, before, float(now)) == ("EUR", None, 1.25)


async def test_refused_preview_names_the_settings_that_changed_since(
    conn: Connection, previews: Previews, running_worker: RunningWorker
) -> None:
    supplier_id = await supplier_with(conn, currency="USD")
    text = "Code,Name,Price A,Price B\nA-1,Hammer,12.50,10\n"
    async with running_worker():
        preview, result = await previews.read(await previews.upload(supplier_id, text))
    assert (preview.state, result.issues[0].option) == ("refused", "column_mapping.price"), result
    await configure(conn, currency="USD", column_mapping={"price": "Price A"})
    assert await changes_of(previews, preview.id) == [("column_mapping", "price", None, "Price A")]


async def test_preview_of_an_earlier_release_is_read_again_before_it_is_applied(
    conn: Connection, previews: Previews, running_worker: RunningWorker
) -> None:
    async with running_worker():
        preview, _ = await previews.read(
            await previews.upload(await builders.supplier(conn), IN_EUR.replace(" EUR", ""))
        )
    await conn.execute("UPDATE import_previews SET result = result - 'basis'")
    with pytest.raises(ConflictError, match="Read it again"):
        await previews.apply(preview)
