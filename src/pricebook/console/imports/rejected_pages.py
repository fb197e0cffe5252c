"""The rejected rows of an import, corrected in place like the cells of a spreadsheet."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.response import Stream
from msgspec.structs import replace

from pricebook.console.form_fields import read_form
from pricebook.console.imports.cell_forms import (
    MAX_FIELDS,
    FormRow,
    as_shown,
    new_key,
    read_sent_rows,
    rows_per_page,
    rows_to_keep,
    typed_rows,
)
from pricebook.console.imports.import_pages import TaskId
from pricebook.console.imports.task_lines import PATH, VIEW, AnyRequest, task_line
from pricebook.console.page_errors import caller_of
from pricebook.console.query_fields import PageQuery, read_page_query, require_page_query
from pricebook.console.rendering import render, wants_fragment
from pricebook.db.database import Database
from pricebook.errors import PricebookError
from pricebook.http.csv_download import file_response
from pricebook.http.problems import request_id_of
from pricebook.imports.corrected_cells import CellTable, submit_corrections
from pricebook.tasks import history, related_tasks
from pricebook.tasks.correctable_tasks import RowErrorQuery
from pricebook.tasks.related_schemas import RejectedRow
from pricebook.tasks.schemas import Requester, Task

# A page of long cells and the changed rows of other pages; more than that is a file.
MAX_CELLS_BYTES = 4 * 1024 * 1024


class Attempt(msgspec.Struct, frozen=True):
    """What was typed on a page of the rows, and why it was not submitted."""

    cursor: str = ""
    typed: dict[int, FormRow] = {}
    outcome: str = ""
    problem: PricebookError | None = None
    lost: list[tuple[RejectedRow, FormRow]] = []
    status: int = 200


class RejectedView(msgspec.Struct):
    """The page of the rejected rows."""

    cursor: str = ""


@get(PATH + "/{task_id:str}/rejected", opt=VIEW)
async def show_rejected(request: AnyRequest, task_id: TaskId) -> Response[Any]:
    """Show the rejected rows with their reasons, and their cells as fields."""
    task = await history.get_task(request.app.state.database, task_id)
    if task.corrections_of is not None:
        return _redirect(f"{PATH}/{task.corrections_of}/rejected")
    view = read_page_query(RejectedView, request.scope["query_string"])
    return await _show(request, task, Attempt(view.get("cursor")))


@get(PATH + "/{task_id:str}/rejected/export", opt=VIEW)
async def export_rejected(request: AnyRequest, task_id: TaskId) -> Stream:
    """Send the rejected rows as CSV, to be corrected and imported as a file."""
    rows = history.export_row_errors(request.app.state.database, task_id)
    return await file_response(rows, f"{task_id}.csv")


@post(
    PATH + "/{task_id:str}/rejected",
    status_code=200,
    request_max_body_size=MAX_CELLS_BYTES,
    opt=VIEW,
)
async def import_corrected(request: AnyRequest, task_id: TaskId) -> Response[Any]:
    """Submit the rows of which cells were changed as corrections, and show their task.

    With the field `page`, submit nothing and show another page of rows, below the changed ones.
    """
    form = await read_form(request, MAX_FIELDS)
    database: Database = request.app.state.database
    task = await history.get_task(database, task_id)
    sent = read_sent_rows(form)
    stored = await related_tasks.find_rejected_rows(database, task_id, list(sent))
    rows = typed_rows(CellTable(task), stored, sent)
    cursor = form.get("cursor", "")
    changed = {number: row for number, row in rows.items() if row.is_changed}
    if not changed and "page" in form:
        return _to(request, _address(task, form["page"]))
    if not changed:
        return await _show(request, task, Attempt(cursor, rows, "unchanged", status=400))
    attempt = Attempt(cursor, rows)
    if "page" in form:
        attempt = _turned(attempt, form["page"], len(changed), CellTable(task))
    corrected = [number for number in sorted(changed) if stored[number].corrected_by is not None]
    if corrected or any(row.has_conflict for row in changed.values()):
        lost = [(stored[number], changed.pop(number)) for number in corrected]
        kept = {number: row for number, row in rows.items() if number not in corrected}
        attempt = replace(attempt, typed=kept, outcome="conflict", lost=lost, status=409)
    if attempt.outcome:
        return await _show(request, task, attempt)
    text = CellTable(task).file([(stored[number], changed[number].typed) for number in changed])
    try:
        accepted = await _submit(request, task, text, form.get("key", ""))
    except PricebookError as error:
        attempt = replace(attempt, outcome="refused", problem=error, status=error.status)
        return await _show(request, task, attempt)
    return _to(request, f"{PATH}/{accepted}")


def _turned(attempt: Attempt, cursor: str, changed: int, table: CellTable) -> Attempt:
    """Return an attempt at another page; at the same one if that would have too many rows."""
    if changed > rows_to_keep(len(table.headers)):
        return replace(attempt, outcome="full", status=400)
    return replace(attempt, cursor=cursor, outcome="kept", status=200)


async def _submit(request: AnyRequest, task: Task, text: str, key: str) -> UUID:
    caller = caller_of(request)
    requester = Requester(caller.id, caller.username, key or None, request_id_of(request))
    context = request.app.state.submission_context
    return (await submit_corrections(context, caller, requester, task, text)).task_id


async def _show(request: AnyRequest, task: Task, attempt: Attempt) -> Response[Any]:
    """Return the rejected rows at a position, with what was typed and why it was refused."""
    database: Database = request.app.state.database
    table = CellTable(task)
    fields = {"limit": str(rows_per_page(len(table.headers))), "cursor": attempt.cursor}
    query = require_page_query(RowErrorQuery, PageQuery({k: v for k, v in fields.items() if v}))
    page = await related_tasks.list_rejected_rows(database, task.id, query)
    related = await related_tasks.list_related(database, task.id)
    waiting = [each for each in related if not each.is_undo and each.state in {"queued", "running"}]
    rows = _form_rows(table, page.data, attempt.typed)
    values = {
        "task": task,
        "line": task_line(task),
        "path": _address(task),
        "headers": table.headers,
        "has_further": any(row.stored.further for row in rows),
        "rows": rows,
        "page": page,
        "total": sum(task.row_error_counts.values()),
        "attempt": attempt,
        "next": page.next_cursor and _address(task, page.next_cursor),
        "key": new_key(),
        "refusal": await related_tasks.find_correction_problem(database, task.id),
        "waiting": waiting,
    }
    name = "imports/rejected_rows.html" if wants_fragment(request) else "imports/rejected.html"
    return render(request, name, values, status=attempt.status)


def _form_rows(
    table: CellTable, shown: list[RejectedRow], typed: dict[int, FormRow]
) -> list[FormRow]:
    """Return the rows of a page as they were typed, below the changed rows of other pages."""
    numbers = {row.row_number for row in shown}
    kept = [typed[number] for number in sorted(typed.keys() - numbers) if typed[number].is_changed]
    return kept + [
        typed.get(row.row_number or 0) or as_shown(table.row(row))
        for row in shown
        if row.corrected_by is None
    ]


def _address(task: Task, cursor: str = "") -> str:
    """Return the address of the rejected rows of a task, at a position."""
    path = f"{PATH}/{task.id}/rejected"
    return PageQuery({}).address(path, cursor=cursor) if cursor else path


def _to(request: AnyRequest, address: str) -> Response[Any]:
    """Return the way to another page."""
    if wants_fragment(request):
        return Response(None, status_code=204, headers={"HX-Redirect": address})
    return _redirect(address)


def _redirect(address: str) -> Response[Any]:
    return Response(None, status_code=303, headers={"Location": address})
