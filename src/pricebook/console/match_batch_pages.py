"""Batches of decisions about matches: who decided how much and when, and their undo later."""

from typing import Any

from litestar import Request, Response, get, post

from pricebook.console.active_filters import active_filters
from pricebook.console.back_links import FIELD, back_address
from pricebook.console.form_fields import MAX_FORM_BYTES, read_form
from pricebook.console.match_forms import NOTHING_DONE, describe_undo, undo_batch
from pricebook.console.match_view import LIST
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import PageQuery, read_page_query, require_page_query
from pricebook.console.rendering import render, wants_fragment
from pricebook.db.database import Database
from pricebook.matching import service
from pricebook.matching.decision_schemas import BatchQuery

AnyRequest = Request[Any, Any, Any]
PATH = "/console/matches/batches"


@get(PATH, opt=page_for("GET", "/matches/batches"))
async def show_match_batches(request: AnyRequest) -> Response[Any]:
    """Show the batches of decisions, newest first: who, when, what, how many, what was undone."""
    query = read_page_query(BatchQuery, request.scope["query_string"], FIELD)
    return await _list(request, query, NOTHING_DONE)


@post(
    f"{PATH}/undo",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/batches/{id}/undo"),
)
async def undo_match_batch(request: AnyRequest) -> Response[Any]:
    """Take a batch back, and show the same page of the list."""
    form = await read_form(request)
    done = describe_undo(await undo_batch(request, form))
    fields = {name: form[name] for name in (*BatchQuery.__struct_fields__, FIELD) if form.get(name)}
    return await _list(request, PageQuery(fields), {**done, "outcome": "batch_undone"})


async def _list(request: AnyRequest, query: PageQuery, done: dict[str, Any]) -> Response[Any]:
    """Return a page of the batches, below what was just undone."""
    criteria = require_page_query(BatchQuery, query.without(FIELD))
    database: Database = request.app.state.database
    result = await service.list_batches(database, criteria)
    cursor = result.next_cursor
    values = {
        "query": query,
        "result": result,
        "next": cursor and query.address(PATH, cursor=cursor, page=None),
        "first": query.address(PATH, cursor=None, page=None),
        "here": query.address(PATH),
        "back": back_address(query.fields, LIST),
        "active_filters": active_filters("match_batches", query, PATH, {}),
        "cleared": query.address(PATH, cursor=None, page=None, several=None),
        **done,
    }
    if wants_fragment(request):
        headers = {"HX-Replace-Url": query.address(PATH)}
        return render(request, "match_batch_list.html", values, headers=headers)
    return render(request, "match_batches.html", values)
