"""The match queue as a list: decisions about marked items, and about all that the filters match."""

from typing import Any

from litestar import Request, Response, get, post

from pricebook.console.form_fields import MAX_FORM_BYTES, read_fields, read_form
from pricebook.console.match_forms import (
    FILTERS,
    NOTHING_DONE,
    VIEW,
    carry_out,
    describe_decisions,
    describe_undo,
    undo_batch,
)
from pricebook.console.match_look import look_at_all
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import PageQuery, decode_page_query, read_page_query
from pricebook.console.rendering import render, wants_fragment
from pricebook.console.supplier_choices import list_supplier_choices
from pricebook.db.database import Database
from pricebook.errors import ConflictError
from pricebook.matching import service
from pricebook.matching.decision_schemas import FilteredDecision
from pricebook.matching.schemas import MatchQuery

AnyRequest = Request[Any, Any, Any]
PATH = "/console/matches/list"
SHOWN_ITEMS = "50"
# What is looked at before an action; everything else is a rejection.
LOOKS = {"accept": "accept", "none": "dismiss"}


@get(PATH, opt=page_for("GET", "/matches"))
async def show_list(request: AnyRequest) -> Response[Any]:
    """Show unmatched items, each with its best candidate and a box to mark it."""
    query = read_page_query(MatchQuery, request.scope["query_string"])
    return await _list(request, query.fields, {})


@post(
    f"{PATH}/decide",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/bulk"),
)
async def decide_marked(request: AnyRequest) -> Response[Any]:
    """Accept or reject the best candidates of the items that are marked."""
    fields = await read_fields(request)
    form = dict(fields)
    marked = [value for name, value in fields if name == "pair"]
    if not marked:
        return await _list(request, form, {"outcome": "none_marked"})
    decisions = [_decision(each, form.get("action", "")) for each in marked]
    done = await carry_out(request, {"decisions": decisions})
    return await _list(request, form, describe_decisions(done))


@post(
    f"{PATH}/undo",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/batches/{id}/undo"),
)
async def undo_marked(request: AnyRequest) -> Response[Any]:
    """Take the decisions of a batch back, and show the list."""
    form = await read_form(request)
    undone = await undo_batch(request, form)
    return await _list(request, form, describe_undo(undone))


@get(f"{PATH}/all", opt=page_for("POST", "/matches/bulk"))
async def show_all(request: AnyRequest) -> Response[Any]:
    """Show what all that the filters match is, before it is accepted or rejected."""
    query = read_page_query(FilteredDecision, request.scope["query_string"])
    return await _look(request, query.fields)


@post(
    f"{PATH}/all",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/bulk"),
)
async def decide_all(request: AnyRequest) -> Response[Any]:
    """Accept or reject all that the filters match, if it is as many as was shown."""
    form = await read_form(request)
    wanted = {name: form[name] for name in FILTERS if form.get(name)}
    wanted |= {"action": _action_of_all(form), "expected_count": form.get("count", "")}
    try:
        done = await carry_out(request, {"filter": wanted})
    except ConflictError as error:
        return await _look(request, form, error)
    return await _list(request, {**form, "cursor": ""}, describe_decisions(done))


def _decision(pair: str, action: str) -> dict[str, str]:
    """Return the decision about an item and its product; without a product, that none fits."""
    item_id, _, product_id = pair.partition(":")
    if product_id:
        return {"supplier_item_id": item_id, "action": action, "product_id": product_id}
    return {"supplier_item_id": item_id, "action": "none" if action == "reject" else action}


def _action_of_all(fields: dict[str, str]) -> str:
    """Return the action of a form or an address; of items without candidates, there is one."""
    return "none" if fields.get("band") == "none" else fields.get("action", "accept")


async def _list(request: AnyRequest, fields: dict[str, str], done: dict[str, Any]) -> Response[Any]:
    """Return the list at the page that the fields name, below what was just done."""
    view = PageQuery({name: fields[name] for name in VIEW if fields.get(name)})
    wanted = PageQuery({**view.fields, "limit": SHOWN_ITEMS})
    criteria, issues = decode_page_query(MatchQuery, wanted)
    database: Database = request.app.state.database
    page = None if criteria is None else await service.list_matches(database, criteria)
    following = page and page.next_cursor
    values = {
        "query": view,
        "page": page,
        "issues": {each.field: each.issue for each in issues},
        "next": following and view.address(PATH, cursor=following),
        "first": view.address(PATH, cursor=None),
        "queue": view.address("/console/matches", cursor=None),
        "accept_all": view.address(f"{PATH}/all", cursor=None, action="accept"),
        "reject_all": view.address(f"{PATH}/all", cursor=None, action="reject"),
        **NOTHING_DONE,
        **done,
    }
    if wants_fragment(request):
        headers = {"HX-Replace-Url": view.address(PATH)}
        return render(request, "match_list.html", values, headers=headers)
    values["suppliers"] = await list_supplier_choices(database)
    return render(request, "matches_list.html", values, status=400 if issues else 200)


async def _look(
    request: AnyRequest, fields: dict[str, str], conflict: ConflictError | None = None
) -> Response[Any]:
    chosen = PageQuery({name: fields[name] for name in FILTERS if fields.get(name)})
    action = _action_of_all(fields)
    values = {
        **await look_at_all(request.app.state.database, chosen),
        "kind": LOOKS.get(action, "reject"),
        "action": "accept" if action == "accept" else "reject",
        "path": f"{PATH}/all",
        "back": chosen.address(PATH),
        "conflict": conflict and conflict.message,
    }
    return render(request, "match_all.html", values, status=409 if conflict else 200)
