"""Workers in this process, on lists that are written for the test."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from psycopg.conninfo import make_conninfo

from pricebook.db import Connection, Database
from pricebook.intake import Intake, Watcher
from pricebook.migrations import rights
from pricebook.queue.carrier import TaskQueue
from pricebook.resources import open_redis
from pricebook.settings import Settings
from pricebook.tasks import service
from pricebook.tasks.schemas import Asker, ClaimedTask, HeldList, NewTask, Task
from pricebook.worker import Worker, open_worker

PATIENCE_SECONDS = 30
LIST = "Article code,Name,Price\nA-1,Hammer,12.50\nA-2,Saw,7\n"

TakeIn = Callable[[ClaimedTask, Watcher], Awaitable[None]]
Ask = Callable[..., Awaitable[UUID]]
Until = Callable[[UUID, Callable[[Task], bool]], Awaitable[Task]]
Ended = Callable[..., Awaitable[Task]]
Working = Callable[..., AbstractAsyncContextManager[Worker]]


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return msgspec.structs.replace(
        settings,
        uploads_dir=str(tmp_path),
        worker_lease_seconds=2,
        worker_stop_seconds=5,
        list_max_mib=1,
    )


@pytest.fixture
async def queue(settings: Settings) -> AsyncIterator[TaskQueue]:
    async with open_redis(settings) as redis:
        yield TaskQueue(redis, settings.redis_queue_name)


@pytest.fixture
def ask(conn: Connection, database: Database, queue: TaskQueue, tmp_path: Path) -> Ask:
    """Ask for a list of a supplier to be taken in."""

    async def ask(supplier_id: UUID, text: str = LIST, **more: Any) -> UUID:
        path = tmp_path / f"{uuid4()}.csv"
        path.write_text(text)
        row = await (
            await conn.execute("SELECT name FROM suppliers WHERE id = %s", [supplier_id])
        ).fetchone()
        assert row
        fields: dict[str, Any] = {
            "supplier_id": supplier_id,
            "supplier_name": row[0],
            "parser_type": "csv",
            "source_config": {"file_path": path.name},
            "asker": Asker(),
            "digest": b"",
        }
        return (await service.ask(database, queue, NewTask(**fields | more))).task_id

    return ask


async def apply_nothing(_held: HeldList) -> None:
    raise AssertionError("nothing is held here")


@pytest.fixture
def worker_settings(settings: Settings, database_url: str) -> Settings:
    """The settings of a worker that connects with the rights that it has in production."""
    url = make_conninfo(database_url, user=rights.WORKER)
    return msgspec.structs.replace(settings, database_url=url)


@pytest.fixture
async def worker_database(worker_settings: Settings) -> AsyncIterator[Database]:
    async with Database(worker_settings.required_database_url) as opened:
        yield opened


@pytest.fixture
def working(worker_settings: Settings, worker_database: Database, queue: TaskQueue) -> Working:
    """Run a worker while a block runs; with `take_in` it does that instead of reading lists."""

    @asynccontextmanager
    async def run(take_in: TakeIn | None = None) -> AsyncGenerator[Worker]:
        async with open_worker(worker_settings) as opened:
            worker = opened
            if take_in is not None:
                intake = Intake(take_in, apply_nothing)
                worker = Worker(worker_settings, worker_database, queue, intake)
            running = asyncio.create_task(worker.run())
            try:
                yield worker
            finally:
                worker.stop()
                await running

    return run


@pytest.fixture
def until(database: Database) -> Until:
    """Wait until a task is as it is waited for."""

    async def wait(task_id: UUID, fits: Callable[[Task], bool]) -> Task:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                if fits(task := await service.get_task(database, task_id)):
                    return task
                await asyncio.sleep(0.02)

    return wait


@pytest.fixture
def ended(until: Until) -> Ended:
    """Wait until a task has come to an end, or is in the state that is waited for."""

    async def wait(task_id: UUID, state: str | None = None) -> Task:
        return await until(
            task_id,
            lambda task: (
                task.state == (state or task.state)
                and (state is not None or task.completed_at is not None)
            ),
        )

    return wait
