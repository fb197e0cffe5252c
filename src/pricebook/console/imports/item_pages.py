"""The items that an import has made or found absent."""

from typing import Any

import msgspec
from litestar import Response, get

from pricebook.console.imports.import_pages import TaskId
from pricebook.console.imports.task_lines import PATH, VIEW, AnyRequest, task_line
from pricebook.console.query_fields import read_page_query
from pricebook.console.rendering import render
from pricebook.db.database import Database
from pricebook.suppliers.imported_items import (
    ImportedItemPage,
    ImportedItemQuery,
    list_imported_items,
)
from pricebook.tasks import history, related_tasks


class ItemsView(msgspec.Struct):
    """Which items, and which page of them."""

    what: str = ""
    cursor: str = ""


@get(PATH + "/{task_id:str}/items", opt=VIEW)
async def show_items(request: AnyRequest, task_id: TaskId) -> Response[Any]:
    """Show the items that an import has made or found absent, as they are now."""
    query = read_page_query(ItemsView, request.scope["query_string"])
    database: Database = request.app.state.database
    task = await history.get_task(database, task_id)
    times = await related_tasks.find_change_times(database, task_id)
    kind = "absent" if query.get("what") == "absent" else "new"
    page = ImportedItemPage(None, [])
    if times is not None and times.begin is not None and task.supplier_id is not None:
        criteria = ImportedItemQuery(
            supplier_id=task.supplier_id,
            imported_at=times.begin,
            kind=kind,
            cursor=query.get("cursor") or None,
        )
        page = await list_imported_items(database, criteria)
    path = f"{PATH}/{task_id}/items"
    values = {
        "task": task,
        "line": task_line(task),
        "kind": kind,
        "query": query,
        "items": page.data,
        "next": page.next_cursor and query.address(path, cursor=page.next_cursor),
        "first": query.address(path, cursor=None),
    }
    return render(request, "imports/items.html", values)
