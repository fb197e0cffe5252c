"""The commands for tasks: their state and errors; retry, cancel, apply, refuse and undo."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from uuid import UUID

from cyclopts import App, Parameter
from msgspec.structs import replace

from pricebook.cli import import_output, output, task_output
from pricebook.cli.csv_files import write_csv
from pricebook.cli.held_change_command import list_changes
from pricebook.cli.lookups import COMMAND_LINE, find_supplier_id
from pricebook.cli.option_types import Limit, PageNumber
from pricebook.cli.reason_option import Reason
from pricebook.cli.server_defaults import load_settings, run_with_database, settings_with_servers
from pricebook.db.database import Database
from pricebook.db.resources import open_resources
from pricebook.errors import ValidationError
from pricebook.http.pagination import CursorPage
from pricebook.imports import importer
from pricebook.imports.configuration import apply_options_of
from pricebook.imports.importer_schemas import ImportResult
from pricebook.matching import service as matching
from pricebook.services import open_redis
from pricebook.settings import Settings
from pricebook.tasks import cancellation, history, refusal, service
from pricebook.tasks.queue import QueueClient
from pricebook.tasks.schemas import Task, TaskQuery, TaskState
from pricebook.undo import change_export as undo_export
from pricebook.undo import service as undoing
from pricebook.undo.schemas import UndoQuery
from pricebook.undo.undo_preview_schemas import UndoResult

POLL_SECONDS = 0.3
EXIT_NOT_APPLIED = 1

app = App(name="tasks", help="Imports of price lists: their state, errors, retries and approval.")
app.command(list_changes, name="changes")


@app.command(name="list")
def list_all(
    *,
    state: TaskState | None = None,
    supplier: str | None = None,
    limit: Limit = 20,
    page: PageNumber = 1,
    json: bool = False,
) -> None:
    """List the tasks, newest first.

    Args:
        state: List only tasks in this state.
        supplier: List only tasks of the supplier of this name.
        limit: The number of tasks on a page.
        page: The number of the page.
        json: Print the page as JSON.
    """

    async def query_tasks(database: Database) -> CursorPage[Task]:
        supplier_id = await find_supplier_id(database, supplier) if supplier else None
        query = TaskQuery(page=page, limit=limit, state=state, supplier_id=supplier_id)
        return await history.list_tasks(database, query)

    listing = run_with_database(query_tasks)
    if json:
        output.print_json(listing)
    else:
        task_output.print_tasks(listing.data, listing.total_count)


@app.command
def show(task_id: str, *, follow: bool = False, json: bool = False) -> None:
    """Show the progress or the result of a task.

    Args:
        task_id: The task's id.
        follow: Show the progress until the task has ended.
        json: Print the task as JSON.
    """
    task_uuid = _parse_task_id(task_id)

    async def query_task(database: Database) -> tuple[Task, Task | None]:
        task = await follow_task(database)
        undos = await history.list_tasks_by_id(database, [task.undone_by] if task.undone_by else [])
        return task, undos[0] if undos else None

    async def follow_task(database: Database) -> Task:
        with task_output.task_line(shown=follow) as line:
            while True:
                task = await history.get_task(database, task_uuid)
                if not follow or task.completed_at is not None:
                    return task
                line.show(task)
                await asyncio.sleep(POLL_SECONDS)

    task, undo = run_with_database(query_task)
    if json:
        output.print_json(task)
    else:
        task_output.print_task(task, undo)


@app.command
def errors(task_id: str) -> None:
    """Print the rows that were not imported as CSV, safe to open in a spreadsheet.

    Args:
        task_id: The task's id.
    """
    task_uuid = _parse_task_id(task_id)

    run_with_database(lambda database: _print_csv(history.export_row_errors(database, task_uuid)))


@app.command
def retry(task_id: str) -> None:
    """Queue a failed or dead task again.

    Args:
        task_id: The task's id.
    """
    task_uuid = _parse_task_id(task_id)

    with settings_with_servers(load_settings()) as settings:
        asyncio.run(_retry_task(settings, task_uuid))
    output.print_line(f"Task {task_uuid} is queued.")


@app.command
def cancel(task_id: str) -> None:
    """Cancel a queued, running or held task; nothing of its price list is applied.

    Args:
        task_id: The task's id.
    """
    task_uuid = _parse_task_id(task_id)

    async def cancel_unfinished(database: Database) -> Task:
        return await cancellation.cancel_task(database, task_uuid, COMMAND_LINE)

    task = run_with_database(cancel_unfinished)
    output.print_line(f"Task {task_uuid} was cancelled by {task.cancelled_by}.")


@app.command
def refuse(task_id: str, *, reason: Reason = None) -> None:
    """Refuse a held price list: nothing of it is applied.

    Args:
        task_id: The task's id.
        reason: Why it is refused, kept with the task.
    """
    task_uuid = _parse_task_id(task_id)

    async def refuse_held(database: Database) -> Task:
        return await refusal.refuse_held(database, task_uuid, COMMAND_LINE, reason)

    task = run_with_database(refuse_held)
    by = task.decided_by or "the system"
    output.print_line(f"Task {task_uuid} was refused by {by}.")


@dataclass(frozen=True, kw_only=True)
class UndoOutput:
    """What is printed of an undo."""

    limit: Annotated[Limit, Parameter(help="The number of changes on a page, up to 200.")] = 100
    page: Annotated[PageNumber, Parameter(help="The number of the page.")] = 1
    csv: Annotated[
        Path | None,
        Parameter(
            help="Write all to this file, too: of a dry run what would change and what would be"
            " left, of an undo what was left."
        ),
    ] = None
    json: Annotated[bool, Parameter(help="Print the result as JSON.")] = False


@app.command
def undo(
    task_id: str,
    *,
    reason: Reason = None,
    dry_run: bool = False,
    shown: Annotated[UndoOutput, Parameter(name="*")] = UndoOutput(),
) -> None:
    """Undo an import in the foreground; what was changed since is left and listed.

    Args:
        task_id: The task's id.
        reason: Why it is undone, kept with the task and in the audit log.
        dry_run: Undo nothing, and print what an undo would do.
        shown: What is printed.
    """
    task_uuid = _parse_task_id(task_id)
    query = UndoQuery(page=shown.page, limit=shown.limit)

    async def preview_or_undo(database: Database) -> UndoResult:
        if dry_run:
            return await undoing.preview_undo(database, task_uuid, query)
        seconds = load_settings().import_lock_seconds
        task = await undoing.undo_inline(database, task_uuid, COMMAND_LINE, seconds, reason)
        return await undoing.describe_undo(database, task, query)

    undone = run_with_database(preview_or_undo)
    if shown.json:
        output.print_json(undone)
    else:
        task_output.print_undo(undone, dry_run=dry_run)
    if (file := shown.csv) is not None:
        export = undo_export.export_plan if dry_run else undo_export.export_left
        run_with_database(lambda database: write_csv(file, export(database, undone.task_id)))
        task_output.print_file_note(file, undone, dry_run=dry_run)


@app.command
def left(task_id: str) -> None:
    """Print as CSV what an undo left as it was, each with the reason.

    Args:
        task_id: The id of the task that has undone another one.
    """
    task_uuid = _parse_task_id(task_id)
    run_with_database(lambda database: _print_csv(undo_export.export_left(database, task_uuid)))


async def _print_csv(lines: AsyncIterator[str]) -> None:
    async for each in lines:
        sys.stdout.write(each)


@app.command
def apply(
    task_id: str,
    *,
    create_products: bool = False,
    leave_out: list[str] | None = None,
    json: bool = False,
) -> None:
    """Apply a held price list in the foreground.

    Args:
        task_id: The task's id.
        create_products: Create an active product for every item without one.
        leave_out: The code of an article that is not imported, such as one whose new price is
            doubtful: its row is rejected, and can be imported later.
        json: Print the result as JSON.
    """
    task_uuid = _parse_task_id(task_id)
    after_merge = matching.create_products_after_import if create_products else None

    async def apply_held_price_list(database: Database) -> ImportResult:
        options = replace(
            apply_options_of(load_settings()),
            applied_by=COMMAND_LINE,
            left_out_codes=leave_out or (),
        )
        return await importer.apply_held(database, task_uuid, after_merge, options)

    applied = run_with_database(apply_held_price_list)
    if json:
        output.print_json(applied)
    else:
        import_output.print_import(applied)
    if applied.status != "success":
        sys.exit(EXIT_NOT_APPLIED)


def _parse_task_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValidationError(
            f"{text} is not a task id: `pricebook tasks list` shows the ids."
        ) from None


async def _retry_task(settings: Settings, task_id: UUID) -> None:
    async with open_resources(settings) as resources, open_redis(settings) as redis:
        queue = QueueClient(redis, settings.redis_queue_name)
        await service.retry_task(resources.database, queue, task_id)
