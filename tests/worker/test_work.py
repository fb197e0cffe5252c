import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from redis import Redis

import builders
from pricebook.db import Connection, Database
from pricebook.errors import ParserKilledError, SourceUnavailableError
from pricebook.intake import Watcher
from pricebook.tasks import service
from pricebook.tasks.schemas import ClaimedTask, TaskEnd, TaskProgress
from worker_fixtures import Ask, Ended, Until, Working


async def taken_in(conn: Connection) -> tuple[int, int]:
    """How many items and prices there are."""
    row = await (
        await conn.execute(
            "SELECT (SELECT count(*) FROM supplier_items), (SELECT count(*) FROM price_history)"
        )
    ).fetchone()
    assert row
    return row[0], row[1]


async def test_a_list_that_was_asked_for_is_taken_in(
    conn: Connection, ask: Ask, working: Working, ended: Ended
) -> None:
    task_id = await ask(await builders.supplier(conn))
    async with working():
        task = await ended(task_id)
    assert (task.state, task.errors) == ("succeeded", [])
    assert await taken_in(conn) == (2, 2)


async def test_a_list_that_cannot_be_understood_fails_at_once_with_its_reason(
    conn: Connection, ask: Ask, working: Working, ended: Ended
) -> None:
    task_id = await ask(await builders.supplier(conn), "Colour,Size\nred,1\n")
    async with working():
        task = await ended(task_id)
    assert (task.state, task.retry_count) == ("failed", 0)
    assert "price" in task.errors[0]


async def test_a_deleted_supplier_is_not_made_again(
    conn: Connection, ask: Ask, working: Working, ended: Ended
) -> None:
    supplier_id = await builders.supplier(conn, "ACME")
    task_id = await ask(supplier_id)
    await conn.execute("DELETE FROM suppliers")
    async with working():
        task = await ended(task_id)
    assert (task.state, task.errors) == ("failed", ["The supplier ACME was deleted meanwhile."])
    assert await taken_in(conn) == (0, 0)


async def test_a_place_outside_of_the_uploads_is_refused(
    conn: Connection, ask: Ask, working: Working, ended: Ended
) -> None:
    supplier_id = await builders.supplier(conn)
    task_id = await ask(supplier_id, source_config={"file_path": "../../etc/passwd"})
    async with working():
        task = await ended(task_id)
    assert task.state == "failed"
    assert "among the uploads" in task.errors[0]


def failing(error: Exception) -> Callable[[ClaimedTask, Watcher], Awaitable[None]]:
    async def take_in(_task: ClaimedTask, _watch: Watcher) -> None:
        raise error

    return take_in


async def test_a_source_that_is_away_is_tried_again_later(
    conn: Connection, ask: Ask, working: Working, ended: Ended, until: Until
) -> None:
    task_id = await ask(await builders.supplier(conn))
    async with working(failing(SourceUnavailableError("The sheet does not answer."))):
        task = await until(task_id, lambda task: task.retry_count == 1)
    assert (task.state, task.errors) == ("queued", ["The sheet does not answer."])
    assert task.next_attempt_at
    assert task.next_attempt_at > task.enqueued_at
    async with working():
        assert (await ended(task_id)).state == "succeeded"


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "RETRY_SECONDS", (0.0, 0.0, 0.0))


@pytest.mark.usefixtures("no_waiting")
async def test_a_file_that_kills_its_parser_three_times_is_dead_and_others_go_on(
    conn: Connection, ask: Ask, working: Working, ended: Ended, database: Database
) -> None:
    tried: list[UUID] = []

    async def take_in(task: ClaimedTask, _watch: Watcher) -> None:
        tried.append(task.id)
        if task.id == bad:
            raise ParserKilledError("The parser took too much memory.")
        async with database.transaction() as own:
            await service.end_task(own, task.lease, TaskEnd(state="succeeded"))

    bad = await ask(await builders.supplier(conn))
    good = await ask(await builders.supplier(conn))
    async with working(take_in):
        task = await ended(bad)
        assert (await ended(good)).state == "succeeded"
    assert (task.state, task.errors) == ("dead", ["The parser took too much memory."])
    assert tried.count(bad) == 3


@pytest.mark.usefixtures("no_waiting")
async def test_a_defect_of_ours_is_retried_then_dead_and_does_not_end_the_worker(
    conn: Connection, ask: Ask, working: Working, ended: Ended
) -> None:
    task_id = await ask(await builders.supplier(conn))
    async with working(failing(ZeroDivisionError("secret"))):
        task = await ended(task_id)
    assert (task.state, task.retry_count, task.next_attempt_at) == ("dead", 3, None)
    assert task.errors == ["This is a defect of Pricebook: ZeroDivisionError."]


async def test_what_runs_too_long_when_the_worker_stops_is_handed_back(
    conn: Connection, ask: Ask, working: Working, ended: Ended
) -> None:
    async def take_in(_task: ClaimedTask, _watch: Watcher) -> None:
        await asyncio.sleep(3600)

    task_id = await ask(await builders.supplier(conn))
    async with working(take_in):
        await ended(task_id, "running")
    task = await ended(task_id, "queued")
    assert task.retry_count == 0
    async with working():
        assert (await ended(task_id)).state == "succeeded"


async def test_a_stopping_worker_finishes_what_it_does_and_takes_nothing_new(
    conn: Connection, ask: Ask, working: Working, ended: Ended, database: Database
) -> None:
    stopped = asyncio.Event()

    async def take_in(task: ClaimedTask, _watch: Watcher) -> None:
        await stopped.wait()
        async with database.transaction() as own:
            await service.end_task(own, task.lease, TaskEnd(state="succeeded"))

    acme = await builders.supplier(conn)
    first, second = await ask(acme), await ask(acme)
    async with working(take_in) as worker:
        await ended(first, "running")
        worker.stop()
        stopped.set()
    assert (await ended(first)).state == "succeeded"
    assert (await ended(second, "queued")).started_at is None


async def test_work_on_a_task_that_was_lost_is_given_up(
    conn: Connection, ask: Ask, working: Working, ended: Ended
) -> None:
    given_up = asyncio.Event()

    async def take_in(_task: ClaimedTask, watch: Watcher) -> None:
        watch(TaskProgress(stage="reading"))
        try:
            await asyncio.sleep(3600)
        finally:
            given_up.set()

    task_id = await ask(await builders.supplier(conn))
    async with working(take_in):
        await ended(task_id, "running")
        await conn.execute("UPDATE ingestion_tasks SET lease_owner = 'another'")
        async with asyncio.timeout(30):
            await given_up.wait()


async def test_progress_is_written_while_a_task_runs_and_the_lease_is_kept(
    conn: Connection, ask: Ask, working: Working, until: Until, database: Database
) -> None:
    go_on = asyncio.Event()

    async def take_in(task: ClaimedTask, watch: Watcher) -> None:
        watch(TaskProgress(stage="reading", rows_read=7, rows_total=9))
        await go_on.wait()
        async with database.transaction() as own:
            await service.end_task(own, task.lease, TaskEnd(state="succeeded"))

    task_id = await ask(await builders.supplier(conn))
    async with working(take_in):
        await until(task_id, lambda task: task.rows_read == 7)
        await asyncio.sleep(2.5)  # longer than the lease
        go_on.set()
        task = await until(task_id, lambda task: task.state != "running")
    assert (task.state, task.retry_count) == ("succeeded", 0)


async def test_tasks_are_done_when_redis_has_forgotten_them(
    conn: Connection, ask: Ask, working: Working, ended: Ended, redis_url: str
) -> None:
    asked = [await ask(await builders.supplier(conn)) for _ in range(5)]
    client: Any = Redis
    with client.from_url(redis_url) as redis:
        assert redis.zcard("parse-tasks") == 5
        redis.flushall()
    async with working():
        assert {(await ended(each)).state for each in asked} == {"succeeded"}
