"""What the page of one import shows."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from msgspec.structs import replace

from pricebook.console.imports.task_lines import (
    APPLIED,
    COUNTS,
    PATH,
    AnyRequest,
    TaskLine,
    task_line,
)
from pricebook.console.page_errors import caller_of
from pricebook.console.query_fields import PageQuery, require_page_query
from pricebook.console.rendering import render
from pricebook.db.database import Database
from pricebook.http.pagination import Paging
from pricebook.imports.held_change_schemas import HeldChanges
from pricebook.imports.held_changes import read_held_changes
from pricebook.prices.import_changes import (
    ImportChangePage,
    ImportChangeQuery,
    list_import_changes,
)
from pricebook.quarantine import service as quarantine
from pricebook.quarantine.schemas import QuarantineQuery
from pricebook.suppliers import list_health as health
from pricebook.suppliers.schemas import LastTask
from pricebook.tasks import history, related_tasks
from pricebook.tasks.readers import may_read
from pricebook.tasks.related_schemas import ChangeTimes
from pricebook.tasks.schemas import Task
from pricebook.undo import service as undo

UNDONE = ("undone", "undo_succeeded", "undo_partially_succeeded")
SHOWN_ROWS = 50
SHOWN_CHANGES = 10
SHOWN_HELD = 50
SHOWN_LEFT = 50
# What a page says that was opened by an action.
NOTES = ("meanwhile", "no_file", "file_of_others", "not_retried", "not_undone")
NOTHING_DECIDED: dict[str, Any] = {
    "outcome": "",
    "decided": 0,
    "skipped": [],
    "conflict": "",
    "marked": (),
    "left_out_codes": "",
    "left_out_issue": "",
}


class ImportView(msgspec.Struct):
    """The fields of the address of an import: its quarantined rows, what an undo left, a note."""

    rows: str = ""
    cursor: str = ""
    left: str = ""
    note: str = ""


async def read_import(
    request: AnyRequest, task_id: UUID, view: PageQuery, done: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return what the page of an import shows; raises NotFoundError."""
    database: Database = request.app.state.database
    task = await history.get_task(database, task_id)
    open_rows = (await quarantine.count_open_rows(database, [task_id])).get(task_id, 0)
    line = task_line(task, open_rows)
    times = await related_tasks.find_change_times(database, task_id)
    changes = await read_changes(database, task, times, "", SHOWN_CHANGES)
    corrected = task.corrections_of or task.id
    undo_task = await _find_undo(database, task)
    return {
        "line": line,
        "task": task,
        "undo_line": undo_task and task_line(undo_task),
        "in_force": await _find_in_force(database, line),
        "is_undone": line.state in UNDONE,
        "view": view,
        "path": f"{PATH}/{task_id}",
        "counts": COUNTS,
        "count_links": _count_links(line),
        "related": await related_tasks.list_related(database, task_id),
        "has_unmatched": line.is_applied
        and task.supplier_id is not None
        and await health.has_unmatched(database, task.supplier_id),
        "may_get_file": line.has_file and await may_read(database, caller_of(request), task_id),
        "can_be_undone": _can_be_undone(task, times),
        "rejected_path": f"{PATH}/{corrected}/rejected",
        "can_correct": await _can_correct(database, line, corrected),
        "held_changes": await _read_held_changes(database, line),
        "changes": changes,
        "note": view.get("note") if view.get("note") in NOTES else "",
        **await _read_left(database, task.id, undo_task, view),
        **await _read_quarantined(database, line, view),
        **NOTHING_DECIDED,
        **(done or {}),
    }


def render_import(
    request: AnyRequest, values: dict[str, Any], *, status: int = 200
) -> Response[Any]:
    """Return the page of an import."""
    return render(request, "imports/import.html", values, status=status)


async def read_changes(
    database: Database, task: Task, times: ChangeTimes | None, cursor: str, limit: int
) -> ImportChangePage | None:
    """Return a page of the price changes of an import; None if it has changed nothing."""
    if times is None or times.begin is None or times.end is None or task.supplier_id is None:
        return None
    if task.state not in APPLIED or task.undo_of is not None:
        return None
    query = ImportChangeQuery(
        supplier_id=task.supplier_id,
        begin=times.begin,
        end=times.end,
        limit=limit,
        cursor=cursor or None,
    )
    return await list_import_changes(database, query)


async def _can_correct(database: Database, line: TaskLine, corrected: UUID) -> bool:
    """Return whether the page of the rejected rows accepts corrections."""
    if not line.task.counts.rejected or not line.has_counts or line.task.undone_by is not None:
        return False
    return await related_tasks.find_correction_problem(database, corrected) is None


async def _read_held_changes(database: Database, line: TaskLine) -> HeldChanges | None:
    """Return what is doubtful in a held price list that nobody has decided about."""
    task = line.task
    if line.state != "held" or task.supplier_id is None:
        return None
    return await read_held_changes(database, task.id, task.supplier_id, SHOWN_HELD)


async def _read_quarantined(database: Database, line: TaskLine, view: PageQuery) -> dict[str, Any]:
    """Return the quarantined rows of an import: the open ones, or all."""
    shows_all = view.get("rows") == "all" or not line.open_rows
    fields = {"task_id": str(line.task.id), "limit": str(SHOWN_ROWS), "cursor": view.get("cursor")}
    chosen = PageQuery({name: value for name, value in fields.items() if value})
    query = require_page_query(QuarantineQuery, chosen)
    if not shows_all:
        query = replace(query, state="open")
    page = await quarantine.list_rows(database, query)
    path = f"{PATH}/{line.task.id}"
    return {
        "rows": page.data,
        "rows_total": page.total_count,
        "shows_all": shows_all,
        "rows_next": page.next_cursor and view.address(path, cursor=page.next_cursor, note=""),
        "rows_first": view.address(path, cursor="", note=""),
        "all_rows": view.address(path, rows="all", cursor="", note=""),
        "open_rows_only": view.address(path, rows="", cursor="", note=""),
    }


async def _find_undo(database: Database, task: Task) -> Task | None:
    """Return the task itself if it is an undo, or the one that has undone it, if it is kept."""
    if task.undo_of is not None:
        return task
    if task.undone_by is None:
        return None
    found = await history.list_tasks_by_id(database, [task.undone_by])
    return found[0] if found else None


async def _find_in_force(database: Database, line: TaskLine) -> LastTask | None:
    """Return the price list whose prices hold since an import was undone, None without any."""
    if line.state not in UNDONE or line.task.supplier_id is None:
        return None
    return await health.find_list_in_force(database, line.task.supplier_id)


async def _read_left(
    database: Database, task_id: UUID, undo_task: Task | None, view: PageQuery
) -> dict[str, Any]:
    """Return what an undo left as it was, for the page of a task."""
    if undo_task is None or undo_task.undo is None or not undo_task.undo.left_as_is:
        return {"left": None, "left_next": None}
    number = int(view.get("left")) if view.get("left").isdigit() else 1
    paging = Paging(page=max(1, number), limit=SHOWN_LEFT)
    page = await undo.list_left(database, undo_task.id, paging)
    has_more = page.page * page.limit < page.total_count
    path = f"{PATH}/{task_id}"
    return {"left": page, "left_next": view.address(path, left=page.page + 1) if has_more else None}


def _can_be_undone(task: Task, times: ChangeTimes | None) -> bool:
    return (
        task.state in APPLIED
        and task.undo_of is None
        and task.undone_by is None
        and task.supplier_id is not None
        and times is not None
        and times.is_kept
    )


def _count_links(line: TaskLine) -> dict[str, str]:
    """Return where each number of an import leads to."""
    task, path = line.task, f"{PATH}/{line.task.id}"
    if task.state not in APPLIED:
        return {"rejected": f"{path}/rejected"}
    corrected = task.corrections_of or task.id
    return {
        "new": f"{path}/items?what=new",
        "changed": f"{path}/changes",
        "absent": f"{path}/items?what=absent",
        "rejected": f"{PATH}/{corrected}/rejected",
        "quarantined": f"{path}?rows=all#quarantined",
    }
