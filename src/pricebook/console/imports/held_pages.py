"""All price changes that applying a held price list would make, by pages and as CSV."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.response import Stream

from pricebook.console.imports.import_pages import TaskId
from pricebook.console.imports.task_lines import PATH, VIEW, AnyRequest, TaskLine, task_line
from pricebook.console.query_fields import read_page_query
from pricebook.console.rendering import render
from pricebook.db.database import Database
from pricebook.http.csv_download import file_response
from pricebook.imports.held_change_list import (
    HeldChangePage,
    HeldChangeQuery,
    export_held_changes,
    list_held_changes,
)
from pricebook.tasks import history


class HeldView(msgspec.Struct):
    """The page of the price changes of a held list."""

    cursor: str = ""


@get(PATH + "/{task_id:str}/held", opt=VIEW)
async def show_held_changes(request: AnyRequest, task_id: TaskId) -> Response[Any]:
    """Show what a held price list would change, in the order of its rows."""
    query = read_page_query(HeldView, request.scope["query_string"])
    database: Database = request.app.state.database
    line = task_line(await history.get_task(database, task_id))
    supplier_id, page = _supplier_of(line), HeldChangePage(None, [])
    if supplier_id is not None:
        criteria = HeldChangeQuery(
            task_id=task_id, supplier_id=supplier_id, cursor=query.get("cursor") or None
        )
        page = await list_held_changes(database, criteria)
    path = f"{PATH}/{task_id}/held"
    values = {
        "line": line,
        "task": line.task,
        "is_held": supplier_id is not None,
        "query": query,
        "changes": page.data,
        "next": page.next_cursor and query.address(path, cursor=page.next_cursor),
        "first": path,
    }
    return render(request, "imports/held.html", values)


@get(PATH + "/{task_id:str}/held/export", opt=VIEW)
async def export_held(request: AnyRequest, task_id: TaskId) -> Stream | Response[Any]:
    """Send all price changes of a held price list as CSV; show the page if it is held no more."""
    database: Database = request.app.state.database
    supplier_id = _supplier_of(task_line(await history.get_task(database, task_id)))
    if supplier_id is None:
        return Response(None, status_code=303, headers={"Location": f"{PATH}/{task_id}/held"})
    return await file_response(
        export_held_changes(database, task_id, supplier_id), f"{task_id}.csv"
    )


def _supplier_of(line: TaskLine) -> UUID | None:
    """Return the supplier of a price list that nobody has decided about, None for any other."""
    return line.task.supplier_id if line.state == "held" else None
