"""The match queue as a list: decisions about marked items, and about all that the filters match."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post

from pricebook.console.active_filters import read_active_filters
from pricebook.console.back_links import FIELD, back_address, fields_of_back, leading_back
from pricebook.console.form_fields import MAX_FORM_BYTES, convert_fields, read_fields, read_form
from pricebook.console.match_end import describe_end
from pricebook.console.match_forms import (
    NOTHING_DONE,
    carry_out,
    describe_decisions,
    describe_products,
    describe_undos,
    undo_batches,
)
from pricebook.console.match_look import LookForm, look_at_all, read_look
from pricebook.console.match_view import (
    FILTERS,
    LIST,
    MatchView,
    ShownMatches,
    decode_view,
    find_matches,
    find_remaining,
    view_of,
)
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import PageQuery, read_page_query
from pricebook.console.rendering import render, wants_fragment
from pricebook.console.supplier_choices import list_supplier_choices
from pricebook.db.database import Database
from pricebook.errors import ConflictError
from pricebook.matching import product_making, service
from pricebook.matching.cluster_schemas import ItemsProduct
from pricebook.matching.decision_schemas import FilteredDecision
from pricebook.matching.schemas import Band, MatchQuery

AnyRequest = Request[Any, Any, Any]
QUEUE = "/console/matches"
SHOWN_ITEMS = "50"
# So many items with words are counted for a button.
MAX_WITH_WORDS = 100
# What is looked at before an action; everything else is a rejection.
LOOK_FILTERS = (*FILTERS, "min_band", "without_objections")
LOOKS = {"accept": "safe", "none": "dismiss"}


@get(LIST, opt=page_for("GET", "/matches"))
async def show_list(request: AnyRequest) -> Response[Any]:
    """Show unmatched items, each with its best candidate and a box to mark it."""
    query = read_page_query(MatchView, request.scope["query_string"])
    return await _list(request, query.fields, {})


@post(
    f"{LIST}/decide",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/bulk"),
)
async def decide_marked(request: AnyRequest) -> Response[Any]:
    """Accept or reject the best candidates of the items that are marked, or accept another one."""
    fields = await read_fields(request)
    form = dict(fields)
    other = form.get("other")
    marked = [other] if other else [value for name, value in fields if name == "pair"]
    if not marked:
        return await _list(request, form, {"outcome": "none_marked"})
    action = "accept" if other else form.get("action", "")
    decisions = [_decision(each, action) for each in marked]
    done = await carry_out(request, {"decisions": decisions})
    return await _list(request, form, describe_decisions(done))


@post(
    f"{LIST}/undo",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/batches/{id}/undo"),
)
async def undo_marked(request: AnyRequest) -> Response[Any]:
    """Take the decisions of a batch back, or products made together, and show the list."""
    form = await read_form(request)
    undone = await undo_batches(request, form)
    return await _list(request, form, describe_undos(undone))


@post(
    f"{LIST}/products",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/products"),
)
async def make_products(request: AnyRequest) -> Response[Any]:
    """Make a draft product of each item that is marked."""
    fields = await read_fields(request)
    form = dict(fields)
    items = [value.partition(":")[0] for name, value in fields if name == "pair"]
    if not items:
        return await _list(request, form, {"outcome": "none_marked"})
    item_ids = convert_fields({"supplier_item_ids": items}, ItemsProduct).supplier_item_ids
    made = await product_making.create_product_of_each(
        request.app.state.database, item_ids, caller_of(request).username
    )
    return await _list(request, form, describe_products(made))


@get(f"{LIST}/all", opt=page_for("POST", "/matches/bulk"))
async def show_all(request: AnyRequest) -> Response[Any]:
    """Show what all that the filters match is, before it is accepted or rejected."""
    query = read_page_query(FilteredDecision, request.scope["query_string"], FIELD)
    return await _look(request, LookForm(_safely(query.fields)))


@post(
    f"{LIST}/all",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/bulk"),
)
async def decide_all(request: AnyRequest) -> Response[Any]:
    """Accept or reject all that the filters match but those taken out, if they are as many."""
    look = read_look(await read_fields(request))
    form = _safely(look.fields)
    look = msgspec.structs.replace(look, fields=form)
    if not look.is_decision or look.has_too_many:
        return await _look(request, look)
    wanted: dict[str, Any] = {name: form[name] for name in LOOK_FILTERS if form.get(name)}
    wanted |= {"action": _action_of_all(form), "expected_count": look.count}
    wanted["without_items"] = sorted(look.without)
    try:
        done = await carry_out(request, {"filter": wanted})
    except ConflictError as error:
        return await _look(request, look, error)
    kept = fields_of_back(form, LIST)
    fields = {**(form if kept is None else kept), "cursor": "", "rest": ""}
    return await _list(request, fields, describe_decisions(done))


def _decision(pair: str, action: str) -> dict[str, str]:
    """Return the decision about an item and its product; without a product, that none fits."""
    item_id, _, product_id = pair.partition(":")
    if product_id:
        return {"supplier_item_id": item_id, "action": action, "product_id": product_id}
    return {"supplier_item_id": item_id, "action": "none" if action == "reject" else action}


def _action_of_all(fields: dict[str, str]) -> str:
    """Return the action of a form or an address; of items without candidates, there is one."""
    return "none" if fields.get("band") == "none" else fields.get("action", "accept")


def _safely(fields: dict[str, str]) -> dict[str, str]:
    """Return fields that accept no candidates with objections at once.

    Possible ones are accepted under their own band only.
    """
    band = fields.get("band", "")
    if fields.get("action", "accept") != "accept" or band == "none":
        return fields
    least = {} if band == "possible" else {"min_band": "likely"}
    return {**fields, **least, "without_objections": "true"}


def _accept_text(band: str) -> str:
    return f"accept_{'safe' if band else 'likely'}_of_these"


def _reject_text(chosen: str, band: str) -> str:
    """Return the name of a text: without a band, that of the part of all items that is shown."""
    verb = "dismiss" if band == "none" else "reject"
    return f"{verb}_all_of_these" if chosen else f"{verb}_all_{'without' if band else 'with'}"


async def _list(request: AnyRequest, fields: dict[str, str], done: dict[str, Any]) -> Response[Any]:
    """Return the list at the page that the fields name, below what was just done."""
    view = view_of(fields)
    criteria, issues = decode_view(view, SHOWN_ITEMS)
    database: Database = request.app.state.database
    shown = None if criteria is None else await find_matches(database, view, criteria)
    view = shown.view if shown else view
    here = view.address(LIST)
    is_empty = shown is not None and not shown.page.data
    # Items without candidates are decided about apart from the others.
    band = "none" if view.get("rest") else view.get("band")
    decided = {"cursor": "", "rest": "", "band": band}
    remaining = await find_remaining(database, view, LIST) if is_empty else []
    filters = await read_active_filters(database, "matches", view, LIST) if is_empty else []
    values = {
        "query": view,
        "shown": shown,
        "page": shown and shown.page,
        "is_later": shown is not None and shown.number > 1,
        "is_none": band == "none",
        "issues": {each.field: each.issue for each in issues},
        "next": shown and shown.next_address(LIST),
        "first": view.address(LIST, cursor=None, rest=None),
        "here": here,
        "queue": view.address(QUEUE, cursor=None, rest=None),
        "batches": leading_back(f"{QUEUE}/batches", here, LIST),
        "accept_all": view.address(f"{LIST}/all", **_safely(decided), back=here, action="accept"),
        "accept_text": _accept_text(view.get("band")),
        "reject_text": _reject_text(view.get("band"), band),
        "acceptable": await _count_acceptable(database, view, criteria, shown),
        "reject_all": view.address(f"{LIST}/all", **decided, back=here, action="reject"),
        "remaining": remaining,
        "active_filters": filters,
        "end": await describe_end(database, view) if is_empty and not remaining else None,
        "is_fragment": wants_fragment(request),
        **NOTHING_DONE,
        **done,
    }
    if values["is_fragment"]:
        headers = {"HX-Replace-Url": here}
        return render(request, "match_list.html", values, headers=headers)
    values["suppliers"] = await list_supplier_choices(database, [view.get("supplier_id")])
    return render(request, "matches_list.html", values, status=400 if issues else 200)


async def _count_acceptable(
    database: Database, view: PageQuery, criteria: MatchQuery | None, shown: ShownMatches | None
) -> int | None:
    """Return about how many items of a list can be accepted at once; None for many with words.

    To count all of these takes as long as to compare each with the words.
    """
    if criteria is None or shown is None or view.get("rest") or view.get("band") == "none":
        return 0
    least: Band | None = None if view.get("band") == "possible" else "likely"
    wanted = msgspec.structs.replace(
        criteria, min_band=least, without_objections=True, limit=1, cursor=None, page=1
    )
    if not wanted.words:
        return (await service.list_matches(database, wanted)).total_count
    count = sum((await service.count_bands(database, wanted, (), MAX_WITH_WORDS + 1)).values())
    return count if count <= MAX_WITH_WORDS else None


async def _look(
    request: AnyRequest, look: LookForm, conflict: ConflictError | None = None
) -> Response[Any]:
    chosen = PageQuery({name: look.fields[name] for name in LOOK_FILTERS if look.fields.get(name)})
    action = _action_of_all(look.fields)
    default = chosen.address(LIST, min_band=None, without_objections=None)
    back = back_address(look.fields, default)
    database: Database = request.app.state.database
    view = PageQuery({name: chosen.get(name) for name in FILTERS if chosen.get(name)})
    values = {
        **await look_at_all(database, chosen, look),
        "active_filters": await read_active_filters(database, "matches", view, LIST),
        "kind": LOOKS.get(action, "reject"),
        "action": "accept" if action == "accept" else "reject",
        "path": f"{LIST}/all",
        "back": back,
        "here": chosen.address(f"{LIST}/all", action=look.fields.get("action"), back=back),
        "conflict": conflict and conflict.message,
    }
    status = conflict.status if conflict else 400 if look.has_too_many else 200
    return render(request, "match_all.html", values, status=status)
