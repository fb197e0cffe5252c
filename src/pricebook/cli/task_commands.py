"""The commands for tasks: what happened, and what to do about it."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from cyclopts import App

from pricebook.cli import output
from pricebook.cli.server_defaults import load_settings, settings_with_servers
from pricebook.db.database import Database
from pricebook.errors import ValidationError
from pricebook.http.pagination import Page
from pricebook.imports import importer
from pricebook.imports.importer_schemas import ImportResult
from pricebook.products import service as products
from pricebook.services import open_redis, open_resources
from pricebook.tasks import cancellation, history, service
from pricebook.tasks.queue import QueueClient
from pricebook.tasks.schemas import AcceptedTask, Task, TaskQuery, TaskState

ResultT = TypeVar("ResultT")

POLL_SECONDS = 0.3
EXIT_NOT_APPLIED = 1
CANCELLED_BY = "the command line"

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

    async def query_tasks(database: Database, _queue: QueueClient) -> Page[Task]:
        return await history.list_tasks(database, query)

    listing = _run(query_tasks)
    if json:
        output.print_json(listing)
    else:
        output.print_tasks(listing.data, listing.total_count)


@app.command
def show(task_id: str, *, follow: bool = False, json: bool = False) -> None:
    """Show a task: how far it is, and what came of it.

    Args:
        task_id: The task's id.
        follow: Go on showing how far it is until it has ended.
        json: Print it as JSON.
    """
    task_uuid = _parse_task_id(task_id)

    async def query_tasks(database: Database, _queue: QueueClient) -> Task:
        with output.task_line(shown=follow) as line:
            while True:
                task = await history.get_task(database, task_uuid)
                if not follow or task.completed_at is not None:
                    return task
                line.show(task)
                await asyncio.sleep(POLL_SECONDS)

    task = _run(query_tasks)
    if json:
        output.print_json(task)
    else:
        output.print_task(task)


@app.command
def errors(task_id: str) -> None:
    """Print the rows that a task did not take, as CSV that a spreadsheet opens.

    Args:
        task_id: The task's id.
    """
    task_uuid = _parse_task_id(task_id)

    async def export(database: Database, _queue: QueueClient) -> None:
        async for lines in history.export_row_errors(database, task_uuid):
            sys.stdout.write(lines)

    _run(export)


@app.command
def retry(task_id: str) -> None:
    """Do a task again that failed or is dead; a worker takes it.

    Args:
        task_id: The task's id.
    """
    task_uuid = _parse_task_id(task_id)

    async def retry_failed(database: Database, queue: QueueClient) -> AcceptedTask:
        return await service.retry_task(database, queue, task_uuid)

    _run(retry_failed)
    output.print_line(f"Task {task_uuid} waits for a worker.")


@app.command
def cancel(task_id: str) -> None:
    """Cancel a task that waits, runs or is held; nothing of its price list is applied.

    Args:
        task_id: The task's id.
    """
    task_uuid = _parse_task_id(task_id)

    async def cancel_unfinished(database: Database, _queue: QueueClient) -> Task:
        return await cancellation.cancel_task(database, task_uuid, CANCELLED_BY)

    output.print_line(f"Task {task_uuid} was cancelled by {_run(cancel_unfinished).cancelled_by}.")


@app.command
def apply(task_id: str, *, create_products: bool = False, json: bool = False) -> None:
    """Apply a list that was held, now.

    Args:
        task_id: The task's id.
        create_products: Make an active product of every item that has none.
        json: Print the result as JSON.
    """
    task_uuid = _parse_task_id(task_id)
    follow_up = products.create_products_from_unmatched if create_products else None

    async def apply_held_list(database: Database, _queue: QueueClient) -> ImportResult:
        return await importer.apply_held(database, task_uuid, follow_up)

    applied = _run(apply_held_list)
    if json:
        output.print_json(applied)
    else:
        output.print_import(applied)
    if applied.status != "success":
        sys.exit(EXIT_NOT_APPLIED)


def _parse_task_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValidationError(
            f"{text} is no task's id: `pricebook tasks list` shows them."
        ) from None


def _run(operation: Callable[[Database, QueueClient], Awaitable[ResultT]]) -> ResultT:
    async def open_and_run() -> ResultT:
        async with open_resources(settings) as resources, open_redis(settings) as redis:
            return await operation(
                resources.database, QueueClient(redis, settings.redis_queue_name)
            )

    with settings_with_servers(load_settings()) as settings:
        return asyncio.run(open_and_run())
