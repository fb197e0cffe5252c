"""The audit log: who changed what, with its filters in the address."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, get

from pricebook.audit import service
from pricebook.audit import sums as audit_sums
from pricebook.audit.actions import ACTIONS
from pricebook.audit.schemas import AuditPage, AuditQuery
from pricebook.console.active_filters import read_active_filters
from pricebook.console.administration.administration_sections import render_section
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import PageQuery, decode_page_query, read_page_query
from pricebook.console.rendering import render, wants_fragment
from pricebook.console.system.audit_entries import ids_of, shown_entry
from pricebook.db.database import Database
from pricebook.product_batches import service as product_batches

AnyRequest = Request[Any, Any, Any]
PATH = "/console/administration/audit"
SHOWN_ENTRIES = 50
SHOWN_SUMS = 10
# More are not offered as choices; each can be typed.
MAX_CHOICES = 500
DAYS_LATER = {"since": 0, "until": 1}
DAY_LENGTH = len("2026-11-27")
# Filters that a link sets; the form keeps them, and the page names each with a way out of it.
LINKED = ("entity_id", "task_id", "batch_id", "request_id", "actor_type")


@get(PATH, opt=page_for("GET", "/audit"))
async def show_audit(request: AnyRequest) -> Response[Any]:
    """Show who changed what, the newest changes first."""
    query = read_page_query(AuditQuery, request.scope["query_string"])
    criteria, issues = decode_page_query(AuditQuery, _with_times(query))
    database: Database = request.app.state.database
    result = None if criteria is None else await service.list_entries(database, criteria)
    cursor = result.next_cursor if result else None
    values: dict[str, Any] = {
        **await _sums(database, criteria if not query.get("cursor") else None),
        "query": query,
        "result": result,
        "entries": await _shown(database, result),
        "next": cursor and query.address(PATH, cursor=cursor),
        "first": query.address(PATH, cursor=None),
        "issues": {each.field: each.issue for each in issues},
        "linked": [name for name in LINKED if query.get(name)],
        "log": PATH,
        "today": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    if result and not result.data:
        values["active_filters"] = await read_active_filters(database, "audit", query, PATH)
    if wants_fragment(request):
        headers = {"HX-Replace-Url": query.address(PATH, cursor=None)}
        return render(request, "system/audit_results.html", values, headers=headers)
    stored, actors = await service.list_known_values(database, MAX_CHOICES)
    actions = [each for each in stored if each in ACTIONS]
    values |= {"actions": actions, "actors": actors, "types": _types_of(actions)}
    status = 400 if issues else 200
    return render_section(request, "system/audit.html", values, status=status)


async def _sums(database: Database, criteria: AuditQuery | None) -> dict[str, Any]:
    """Return who did how many of what, on the first page only."""
    if criteria is None:
        return {"sums": []}
    sums, are_more = await audit_sums.sum_entries(database, criteria)
    return {
        "sums": sums,
        "shown_sums": SHOWN_SUMS,
        "summed": audit_sums.SUMMED if are_more else None,
    }


def _with_times(query: PageQuery) -> PageQuery:
    """Return a query with times for its days, UTC: from the first one to the end of the last."""
    days = {
        name: _begin_of(query.get(name), later)
        for name, later in DAYS_LATER.items()
        if len(query.get(name)) == DAY_LENGTH
    }
    return PageQuery({"limit": str(SHOWN_ENTRIES), **query.fields, **days})


def _begin_of(day: str, later: int) -> str:
    """Return the time at which a day, or a later one, begins; other texts as they are."""
    try:
        return f"{date.fromisoformat(day) + timedelta(days=later)}T00:00:00Z"
    except (ValueError, OverflowError):
        return day


def _types_of(actions: list[str]) -> list[str]:
    """Return the types of what the actions change."""
    return sorted({action.partition(".")[0] for action in actions})


async def _shown(database: Database, result: AuditPage | None) -> list[Any]:
    """Return the entries of a page as they are shown."""
    if result is None:
        return []
    batch_ids: set[UUID] = {each.batch_id for each in result.data if each.batch_id}
    batches = await product_batches.list_heads(database, sorted(batch_ids)) if batch_ids else {}
    names = await service.list_names(database, ids_of(result.data))
    return [shown_entry(each, batches.keys(), names) for each in result.data]
