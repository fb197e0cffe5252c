"""Workers in the process of the test, and the price lists that they import."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from psycopg.conninfo import make_conninfo

from pricebook.db.database import Connection, Database
from pricebook.db.migrations import rights
from pricebook.errors import NotFoundError
from pricebook.imports.runner import ImportRunner, TaskProgressCallback
from pricebook.services import open_redis
from pricebook.settings import Settings
from pricebook.tasks import history, service
from pricebook.tasks.held_tasks import TaskToApply
from pricebook.tasks.queue import QueueClient
from pricebook.tasks.schemas import ClaimedTask, NewTask, Requester, Task
from pricebook.worker.task_loop import Worker, open_worker

WAIT_TIMEOUT_SECONDS = 120
LIST = "Article code,Name,Price\nA-1,Hammer,12.50\nA-2,Saw,7\n"

RunImport = Callable[[ClaimedTask, TaskProgressCallback], Awaitable[None]]
SubmitTask = Callable[..., Awaitable[UUID]]
WaitUntil = Callable[[UUID, Callable[[Task], bool]], Awaitable[Task]]
WaitForEnd = Callable[..., Awaitable[Task]]
RunningWorker = Callable[..., AbstractAsyncContextManager[Worker]]


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
async def queue(settings: Settings) -> AsyncIterator[QueueClient]:
    async with open_redis(settings) as redis:
        yield QueueClient(redis, settings.redis_queue_name)


@pytest.fixture
def submit_task(
    conn: Connection, database: Database, queue: QueueClient, tmp_path: Path
) -> SubmitTask:
    """Submit a task for a price list of a supplier; return its id."""

    async def submit_task(supplier_id: UUID, text: str = LIST, **more: Any) -> UUID:
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
            "requester": Requester(),
            "digest": b"",
        }
        return (await service.submit_task(database, queue, NewTask(**fields | more))).task_id

    return submit_task


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(WAIT_TIMEOUT_SECONDS):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)


async def apply_nothing(_held: TaskToApply) -> None:
    raise AssertionError("nothing is held here")


@pytest.fixture
def worker_settings(settings: Settings, database_url: str) -> Settings:
    """The settings of a worker that connects with its rights in production."""
    url = make_conninfo(database_url, user=rights.WORKER_ROLE)
    return msgspec.structs.replace(settings, database_url=url)


@pytest.fixture
async def worker_database(worker_settings: Settings) -> AsyncIterator[Database]:
    async with Database(worker_settings.required_database_url) as opened:
        yield opened


async def import_no_products() -> None:
    pass


@pytest.fixture
def running_worker(
    worker_settings: Settings, worker_database: Database, queue: QueueClient
) -> RunningWorker:
    """Run a worker during a block; `run_import` replaces the import of price lists."""

    @asynccontextmanager
    async def run(run_import: RunImport | None = None) -> AsyncGenerator[Worker]:
        async with open_worker(worker_settings) as opened:
            worker = opened
            if run_import is not None:
                runner = ImportRunner(run_import, apply_nothing)
                worker = Worker(worker_settings, worker_database, queue, runner, import_no_products)
            running = asyncio.create_task(worker.run())
            try:
                yield worker
            finally:
                worker.stop()
                await running

    return run


@pytest.fixture
def wait_until(database: Database) -> WaitUntil:
    """Wait until a condition holds for a task; return the task."""

    async def wait(task_id: UUID, condition: Callable[[Task], bool]) -> Task:
        async with asyncio.timeout(WAIT_TIMEOUT_SECONDS):
            while True:
                with suppress(NotFoundError):  # of a message that no worker has received yet
                    if condition(task := await history.get_task(database, task_id)):
                        return task
                await asyncio.sleep(0.02)

    return wait


@pytest.fixture
def wait_for_end(wait_until: WaitUntil) -> WaitForEnd:
    """Wait until a task has ended, or is in a state; return the task."""

    async def wait(task_id: UUID, state: str | None = None) -> Task:
        return await wait_until(
            task_id,
            lambda task: (
                task.state == (state or task.state)
                and (state is not None or task.completed_at is not None)
            ),
        )

    return wait
