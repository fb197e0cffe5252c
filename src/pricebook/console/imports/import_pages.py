"""The page of one import, its progress, and its price changes."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import PathParameter

from pricebook.console.imports.import_view import (
    ImportView,
    read_changes,
    read_import,
    render_import,
)
from pricebook.console.imports.task_lines import PATH, VIEW, AnyRequest, task_line
from pricebook.console.query_fields import PageQuery, read_page_query
from pricebook.console.rendering import render
from pricebook.db.database import Database
from pricebook.quarantine import service as quarantine
from pricebook.tasks import history, related_tasks

TaskId = Annotated[UUID, PathParameter(description="The task's id.")]
SHOWN_CHANGES = 50


class Poll(msgspec.Struct):
    """The version and the state that a page shows."""

    seen: str = ""
    state: str = ""


class ChangesView(msgspec.Struct):
    """The page of the price changes of an import."""

    cursor: str = ""


@get(PATH + "/{task_id:str}", opt=VIEW)
async def show_import(request: AnyRequest, task_id: TaskId) -> Response[Any]:
    """Show what became of a price list."""
    view = read_page_query(ImportView, request.scope["query_string"])
    return render_import(request, await read_import(request, task_id, view))


@get(PATH + "/{task_id:str}/progress", opt=VIEW)
async def show_progress(request: AnyRequest, task_id: TaskId) -> Response[Any]:
    """Return the progress of an import if it went on; once it has ended, all of it."""
    query = read_page_query(Poll, request.scope["query_string"])
    database: Database = request.app.state.database
    open_rows = await quarantine.count_open_rows(database, [task_id])
    line = task_line(await history.get_task(database, task_id), open_rows.get(task_id, 0))
    if line.version == query.get("seen"):
        return Response(None, status_code=204)
    path = f"{PATH}/{task_id}"
    if line.is_live:
        values = {"line": line, "task": line.task, "path": path, "is_poll": True}
        return render(request, "imports/progress.html", {**values, "before": query.get("state")})
    values = await read_import(request, task_id, PageQuery({}))
    headers = {"HX-Retarget": "#import", "HX-Reswap": "outerHTML"}
    return render(request, "imports/ended.html", values, headers=headers)


@get(PATH + "/{task_id:str}/changes", opt=VIEW)
async def show_changes(request: AnyRequest, task_id: TaskId) -> Response[Any]:
    """Show the price changes of an import, the largest first."""
    query = read_page_query(ChangesView, request.scope["query_string"])
    database: Database = request.app.state.database
    task = await history.get_task(database, task_id)
    times = await related_tasks.find_change_times(database, task_id)
    page = await read_changes(database, task, times, query.get("cursor"), SHOWN_CHANGES)
    path = f"{PATH}/{task_id}/changes"
    cursor = page.next_cursor if page else None
    values = {
        "line": task_line(task),
        "task": task,
        "query": query,
        "changes": page,
        "next": cursor and query.address(path, cursor=cursor),
        "first": path,
    }
    return render(request, "imports/changes.html", values)
