"""The undo of an import: what it would change and leave, and the request for it."""

from typing import Any

import msgspec
from litestar import Response, get, post

from pricebook.console.form_fields import MAX_FORM_BYTES, read_form
from pricebook.console.imports.import_pages import TaskId
from pricebook.console.imports.import_view import read_import, render_import
from pricebook.console.imports.task_lines import PATH, AnyRequest, task_line
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import PageQuery, read_page_query
from pricebook.console.reason_field import read_reason
from pricebook.console.rendering import render
from pricebook.db.database import Database
from pricebook.errors import ConflictError
from pricebook.http.problems import request_id_of
from pricebook.tasks import history
from pricebook.tasks.schemas import Requester
from pricebook.undo import service
from pricebook.undo.schemas import UndoQuery

UNDO = page_for("POST", "/tasks/{id}/undo")
SHOWN = 50


class PreviewView(msgspec.Struct):
    """The page of a preview."""

    page: str = ""


@get(PATH + "/{task_id:str}/undo", opt=UNDO)
async def preview_undo(request: AnyRequest, task_id: TaskId) -> Response[Any]:
    """Show what undoing an import would change, and what it would leave and why."""
    query = read_page_query(PreviewView, request.scope["query_string"])
    database: Database = request.app.state.database
    number = int(query.get("page")) if query.get("page").isdigit() else 1
    paging = UndoQuery(page=max(1, min(number, 1_000_000)), limit=SHOWN)
    try:
        preview = await service.preview_undo(database, task_id, paging)
    except ConflictError as error:
        return await _refused(request, task_id, error)
    task = await history.get_task(database, task_id)
    path = f"{PATH}/{task_id}/undo"
    largest = max(preview.changes.total_count, preview.left.total_count)
    has_more = paging.page * SHOWN < largest
    values = {
        "task": task,
        "line": task_line(task),
        "preview": preview,
        "page_number": paging.page,
        "next": query.address(path, page=paging.page + 1) if has_more else None,
        "first": path if paging.page > 1 else None,
    }
    return render(request, "imports/undo.html", values)


@post(
    PATH + "/{task_id:str}/undo",
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
    opt=UNDO,
)
async def undo_import(request: AnyRequest, task_id: TaskId) -> Response[Any]:
    """Queue the undo of an import, and show its task; one that waits already is that task."""
    state = request.app.state
    caller = caller_of(request)
    requester = Requester(
        caller.id,
        caller.username,
        request_id=request_id_of(request),
        reason=read_reason(await read_form(request)),
    )
    try:
        accepted = await service.request_undo(state.database, state.queue, task_id, requester)
    except ConflictError as error:
        return await _refused(request, task_id, error)
    headers = {"Location": f"{PATH}/{accepted.task_id}"}
    return Response(None, status_code=303, headers=headers)


async def _refused(request: AnyRequest, task_id: TaskId, error: ConflictError) -> Response[Any]:
    """Return the page of the import, and why it cannot be undone."""
    values = await read_import(request, task_id, PageQuery({}))
    return render_import(request, {**values, "not_undone": error.message}, status=409)
