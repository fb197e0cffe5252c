"""What is done with one import: applied, refused, tried again, cancelled; and its file."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post

from pricebook.console.form_fields import (
    MAX_FORM_BYTES,
    convert_fields,
    read_fields,
    read_form,
    read_lines,
)
from pricebook.console.imports.import_pages import TaskId
from pricebook.console.imports.import_view import read_import, render_import
from pricebook.console.imports.task_lines import PATH, AnyRequest
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import PageQuery
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError, ValidationError
from pricebook.http.csv_download import file_response
from pricebook.http.problems import request_id_of
from pricebook.imports.kept_files import open_task_file
from pricebook.imports.routes import BINARY
from pricebook.tasks import cancellation, history, service
from pricebook.tasks.held_applying import ApplyRequest, request_apply
from pricebook.tasks.held_tasks import Application, Refusal
from pricebook.tasks.readers import may_read
from pricebook.tasks.reasons import MAX_REASON
from pricebook.tasks.refusal import refuse_held

MEANWHILE = "meanwhile"


@post(
    PATH + "/{task_id:str}/apply",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/tasks/{id}/apply"),
)
async def apply_import(request: AnyRequest, task_id: TaskId) -> Response[Any]:
    """Apply a held price list without the articles of the form, unless it was decided meanwhile.

    They are those that are marked (`left_out`), and others by their codes (`left_out_codes`).
    """
    form = await read_fields(request)
    marked = [code for name, code in form if name == "left_out"]
    typed = dict(form).get("left_out_codes", "")
    state = request.app.state
    task = await history.get_task(state.database, task_id)
    if task.decided_at is not None:
        return _to_import(task_id, MEANWHILE)
    fields = {"left_out_codes": list(dict.fromkeys([*marked, *read_lines(typed)]))}
    try:
        codes = convert_fields(fields, Application).left_out_codes
        wanted = ApplyRequest(
            name=caller_of(request).username,
            request_id=request_id_of(request),
            left_out_codes=codes,
        )
        await request_apply(state.database, state.queue, task_id, wanted)
    except ValidationError as error:
        issues = "; ".join(each.issue for each in error.issues) or error.message
        values = await read_import(request, task_id, PageQuery({}))
        values |= {"marked": marked, "left_out_codes": typed, "left_out_issue": issues}
        return render_import(request, values, status=400)
    except ConflictError:
        return _to_import(task_id, MEANWHILE)
    return _to_import(task_id)


@post(
    PATH + "/{task_id:str}/refuse",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/tasks/{id}/refuse"),
)
async def refuse_import(request: AnyRequest, task_id: TaskId) -> Response[Any]:
    """Refuse a held price list with a reason, unless somebody else decided meanwhile."""
    form = await read_form(request)
    reason = form.get("reason", "").strip()
    database: Database = request.app.state.database
    task = await history.get_task(database, task_id)
    if task.decided_at is not None:
        return _to_import(task_id, MEANWHILE)
    try:
        refusal = convert_fields({"reason": reason or None}, Refusal)
    except ValidationError:
        values = await read_import(request, task_id, PageQuery({}))
        values |= {"reason": reason, "reason_limit": MAX_REASON}
        return render_import(request, values, status=400)
    try:
        await refuse_held(database, task_id, caller_of(request).username, refusal.reason)
    except ConflictError:
        return _to_import(task_id, MEANWHILE)
    return _to_import(task_id)


@post(
    PATH + "/{task_id:str}/retry",
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/tasks/{id}/retry"),
)
async def retry_import(request: AnyRequest, task_id: TaskId) -> Response[Any]:
    """Queue a failed or dead task again."""
    state = request.app.state
    try:
        await service.retry_task(state.database, state.queue, task_id, request_id_of(request))
    except ConflictError:
        task = await history.get_task(state.database, task_id)
        is_stopped = task.state in {"failed", "dead"}
        return _to_import(task_id, "not_retried" if is_stopped else MEANWHILE)
    return _to_import(task_id)


@post(
    PATH + "/{task_id:str}/cancel",
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/tasks/{id}/cancel"),
)
async def cancel_import(request: AnyRequest, task_id: TaskId) -> Response[Any]:
    """Cancel a task that is queued or runs."""
    database: Database = request.app.state.database
    name = caller_of(request).username
    try:
        task = await cancellation.cancel_task(database, task_id, name)
    except ConflictError:
        return _to_import(task_id, MEANWHILE)
    return _to_import(task_id, "" if task.cancelled_by == name else MEANWHILE)


@get(PATH + "/{task_id:str}/file", opt=page_for("GET", "/tasks/{id}/file"))
async def download_file(request: AnyRequest, task_id: TaskId) -> Response[Any]:
    """Send the file as it was uploaded, while it is kept, to admins and who uploaded it."""
    state = request.app.state
    await history.get_task(state.database, task_id)
    if not await may_read(state.database, caller_of(request), task_id):
        return _to_import(task_id, "file_of_others")
    folder = state.submission_context.storage.folder
    try:
        file = await open_task_file(state.database, folder, task_id)
    except NotFoundError:
        return _to_import(task_id, "no_file")
    return await file_response(file.chunks, file.name, BINARY)


def _to_import(task_id: UUID, note: str = "") -> Response[Any]:
    """Return the way back to the page of an import."""
    address = PageQuery({}).address(f"{PATH}/{task_id}", note=note)
    return Response(None, status_code=303, headers={"Location": address})
