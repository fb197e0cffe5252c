"""The commands for tasks: what happened, and what to do about it."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from cyclopts import App

from pricebook import console
from pricebook.connect import connected, find_settings
from pricebook.db import Database
from pricebook.errors import ValidationError
from pricebook.ingestion import service as ingestion
from pricebook.products import service as products
from pricebook.queue.carrier import TaskQueue
from pricebook.resources import open_redis, open_resources
from pricebook.tasks import cancellation, service
from pricebook.tasks.schemas import AcceptedTask, Task, TaskQuery, TaskState
from pricebook.web.paging import Page

result = TypeVar("result")

FOLLOW_SECONDS = 0.3
NOT_APPLIED = 1
COMMAND_LINE = "the command line"

app = App(name="tasks", help="Lists that are taken in: what happened to them.")


@app.command(name="list")
def list_all(
    *, state: TaskState | None = None, limit: int = 20, page: int = 1, json: bool = False
) -> None:
    """List the tasks, newest first.

    Args:
        state: Those in this state only.
        limit: How many.
        page: Which page of them.
        json: Print them as JSON.
    """
    query = TaskQuery(page=page, limit=limit, state=state)

    async def find(database: Database, _queue: TaskQueue) -> Page[Task]:
        return await service.list_tasks(database, query)

    found = _run(find)
    if json:
        console.print_json(found)
    else:
        console.print_tasks(found.data, found.total_count)


@app.command
def show(task_id: str, *, follow: bool = False, json: bool = False) -> None:
    """Show a task: how far it is, and what came of it.

    Args:
        task_id: The task's id.
        follow: Go on showing how far it is until it has ended.
        json: Print it as JSON.
    """
    wanted = _id(task_id)

    async def find(database: Database, _queue: TaskQueue) -> Task:
        with console.task_line(shown=follow) as line:
            while True:
                task = await service.get_task(database, wanted)
                if not follow or task.completed_at is not None:
                    return task
                line.show(task)
                await asyncio.sleep(FOLLOW_SECONDS)

    task = _run(find)
    if json:
        console.print_json(task)
    else:
        console.print_task(task)


@app.command
def errors(task_id: str) -> None:
    """Print the rows that a task did not take, as CSV that a spreadsheet opens.

    Args:
        task_id: The task's id.
    """
    wanted = _id(task_id)

    async def export(database: Database, _queue: TaskQueue) -> None:
        async for lines in service.export_row_errors(database, wanted):
            sys.stdout.write(lines)

    _run(export)


@app.command
def retry(task_id: str) -> None:
    """Do a task again that failed or is dead; a worker takes it.

    Args:
        task_id: The task's id.
    """
    wanted = _id(task_id)

    async def ask(database: Database, queue: TaskQueue) -> AcceptedTask:
        return await service.retry_task(database, queue, wanted)

    _run(ask)
    console.say(f"Task {wanted} waits for a worker.")


@app.command
def cancel(task_id: str) -> None:
    """Cancel a task that waits, runs or is held; nothing of its price list is applied.

    Args:
        task_id: The task's id.
    """
    wanted = _id(task_id)

    async def end(database: Database, _queue: TaskQueue) -> Task:
        return await cancellation.cancel_task(database, wanted, COMMAND_LINE)

    console.say(f"Task {wanted} was cancelled by {_run(end).cancelled_by}.")


@app.command
def apply(task_id: str, *, create_products: bool = False, json: bool = False) -> None:
    """Apply a list that was held, now.

    Args:
        task_id: The task's id.
        create_products: Make an active product of every item that has none.
        json: Print the result as JSON.
    """
    wanted = _id(task_id)
    follow_up = products.create_from_unmatched if create_products else None

    async def take_in(database: Database, _queue: TaskQueue) -> ingestion.ImportResult:
        return await ingestion.apply_held(database, wanted, follow_up)

    applied = _run(take_in)
    if json:
        console.print_json(applied)
    else:
        console.print_import(applied)
    if applied.status != "success":
        sys.exit(NOT_APPLIED)


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise ValidationError(
            f"{given} is no task's id: `pricebook tasks list` shows them."
        ) from None


def _run(work: Callable[[Database, TaskQueue], Awaitable[result]]) -> result:
    async def open_and_work() -> result:
        async with open_resources(settings) as resources, open_redis(settings) as redis:
            return await work(resources.database, TaskQueue(redis, settings.redis_queue_name))

    with connected(find_settings()) as settings:
        return asyncio.run(open_and_work())
