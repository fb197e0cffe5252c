"""The list of all imports, and the poll that shows those that go on."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
from litestar import Response, get

from pricebook.console.active_filters import read_active_filters
from pricebook.console.form_fields import convert_fields
from pricebook.console.imports.task_lines import (
    COUNTS,
    PATH,
    VIEW,
    AnyRequest,
    read_seen,
    seen_text,
    task_lines,
)
from pricebook.console.query_fields import PageQuery, decode_page_query, read_page_query
from pricebook.console.rendering import render, wants_fragment
from pricebook.console.supplier_choices import list_supplier_choices
from pricebook.db.database import Database
from pricebook.errors import FieldIssue
from pricebook.quarantine import service as quarantine
from pricebook.tasks import history
from pricebook.tasks.schemas import Task, TaskQuery, TaskState

SHOWN_TASKS = "50"
MAX_NEWER = 100
FILTERS = ("state", "supplier_id")
NEEDS_DECISION = "decision"
STATES = (NEEDS_DECISION, *get_args(TaskState))


class Poll(msgspec.Struct):
    """Which versions of which tasks a page shows."""

    seen: str = ""


class Arrivals(msgspec.Struct):
    """The filters of a list, and the time of its newest import."""

    since: str = ""
    state: str = ""
    supplier_id: str = ""


@get(PATH, opt=VIEW)
async def show_imports(request: AnyRequest) -> Response[Any]:
    """Show the imports, newest first."""
    query = read_page_query(TaskQuery, request.scope["query_string"])
    database: Database = request.app.state.database
    criteria, issues, needs_decision = _filters(query)
    page = None
    if criteria is not None:
        page = await history.list_tasks(database, criteria, needs_decision=needs_decision)
    tasks = page.data if page else []
    open_rows = await quarantine.count_open_rows(database, [task.id for task in tasks])
    lines = task_lines(tasks, open_rows)
    cursor = page and page.next_cursor
    values: dict[str, Any] = {
        "query": query,
        "page": page,
        "lines": lines,
        "seen": seen_text(lines),
        "counts": COUNTS,
        "states": STATES,
        "issues": {each.field: each.issue for each in issues},
        "next": cursor and query.address(PATH, cursor=cursor, page=None),
        "first": query.address(PATH, cursor=None, page=None),
        "newer": None if query.get("cursor") else _arrivals(query, tasks),
        "is_filtered": bool(query.get("state") or query.get("supplier_id")),
    }
    if page and not lines:
        found = await read_active_filters(database, "imports", query, PATH)
        values["active_filters"] = found
    if wants_fragment(request):
        headers = {"HX-Replace-Url": query.address(PATH, cursor=None, page=None)}
        return render(request, "imports/results.html", values, headers=headers)
    values["suppliers"] = await list_supplier_choices(database, [query.get("supplier_id")])
    return render(request, "imports/imports.html", values, status=400 if issues else 200)


@get(f"{PATH}/arrivals", opt=VIEW)
async def show_arrivals(request: AnyRequest) -> Response[Any]:
    """Return how many imports are newer than those that a list shows; without any, nothing."""
    query = read_page_query(Arrivals, request.scope["query_string"])
    since = convert_fields(query.get("since") or datetime.now(UTC), datetime)
    shown = PageQuery({name: query.get(name) for name in FILTERS if query.get(name)})
    criteria, _, needs_decision = _filters(shown)
    count = criteria and await history.count_newer(
        request.app.state.database, criteria, since, MAX_NEWER, needs_decision=needs_decision
    )
    if not count and query.get("since"):
        return Response(None, status_code=204)
    values = {"count": count, "address": shown.address(PATH), "is_capped": count == MAX_NEWER}
    return render(request, "imports/arrivals.html", values)


def _filters(query: PageQuery) -> tuple[TaskQuery | None, Sequence[FieldIssue], bool]:
    """Return the filters of a list, what is wrong with them, and whether decisions are needed."""
    needs_decision = query.get("state") == NEEDS_DECISION
    wanted = {**query.fields, "limit": SHOWN_TASKS}
    if needs_decision:
        del wanted["state"]
    criteria, issues = decode_page_query(TaskQuery, PageQuery(wanted))
    return criteria, issues, needs_decision


def _arrivals(query: PageQuery, tasks: Sequence[Task]) -> str:
    """Return the address that a list polls for newer imports."""
    since = tasks[0].enqueued_at if tasks else datetime.fromtimestamp(0, UTC)
    fields = {name: query.get(name) for name in FILTERS if query.get(name)}
    return PageQuery({**fields, "since": since.isoformat()}).address(f"{PATH}/arrivals")


@get(f"{PATH}/live", opt=VIEW)
async def show_progress_of_list(request: AnyRequest) -> Response[Any]:
    """Return the lines of a list whose tasks went on since; without any, nothing."""
    query = read_page_query(Poll, request.scope["query_string"])
    seen = read_seen(query.get("seen"))
    database: Database = request.app.state.database
    tasks = await history.list_tasks_by_id(database, list(seen)[: int(SHOWN_TASKS)])
    open_rows = await quarantine.count_open_rows(database, [task.id for task in tasks])
    lines = task_lines(tasks, open_rows)
    changed = [line for line in lines if line.version != seen[line.task.id]]
    if seen and not changed and len(lines) == len(seen):
        return Response(None, status_code=204)
    values = {"lines": changed, "seen": seen_text(lines), "counts": COUNTS}
    return render(request, "imports/changed_lines.html", values)
