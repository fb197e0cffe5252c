"""The match queue: one unmatched item at a time, decided by a key, and all certain ones at once."""

from typing import Any

from litestar import Request, Response, get, post

from pricebook.console.form_fields import MAX_FORM_BYTES, convert_fields, read_form
from pricebook.console.match_forms import (
    FILTERS,
    NOTHING_DONE,
    VIEW,
    carry_out,
    describe_decisions,
    describe_undo,
    undo_batch,
)
from pricebook.console.match_look import first_of_band, look_at_all
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import PageQuery, read_page_query, require_page_query
from pricebook.console.rendering import render, wants_fragment
from pricebook.console.supplier_choices import list_supplier_choices
from pricebook.db.database import Database
from pricebook.matching import product_making, service
from pricebook.matching.cluster_schemas import ItemsProduct
from pricebook.matching.schemas import MatchQuery

AnyRequest = Request[Any, Any, Any]
PATH = "/console/matches"


@get(PATH, opt=page_for("GET", "/matches"))
async def show_queue(request: AnyRequest) -> Response[Any]:
    """Show the next unmatched item with its candidates."""
    query = read_page_query(MatchQuery, request.scope["query_string"])
    return await _queue(request, query.fields, {})


@post(
    f"{PATH}/decide",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/bulk"),
)
async def decide(request: AnyRequest) -> Response[Any]:
    """Decide about an item, and show the next one with a way to undo the decision."""
    form = await read_form(request)
    decision = {
        "supplier_item_id": form.get("item_id"),
        "action": form.get("action"),
        "product_id": form.get("product_id") or None,
    }
    done = await carry_out(request, {"decisions": [decision]})
    return await _queue(request, form, describe_decisions(done))


@post(
    f"{PATH}/product",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/products"),
)
async def make_product(request: AnyRequest) -> Response[Any]:
    """Make a product of an item, and show the next one."""
    form = await read_form(request)
    wanted = convert_fields({"supplier_item_ids": [form.get("item_id")]}, ItemsProduct)
    made = await product_making.create_items_product(
        request.app.state.database, wanted, caller_of(request).username
    )
    return await _queue(request, form, {"outcome": "made", "batch": made.batch_id})


@post(
    f"{PATH}/undo",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/batches/{id}/undo"),
)
async def undo(request: AnyRequest) -> Response[Any]:
    """Take the decisions of a batch back, and show the queue."""
    form = await read_form(request)
    undone = await undo_batch(request, form)
    return await _queue(request, form, describe_undo(undone))


@get(f"{PATH}/certain", opt=page_for("POST", "/matches/bulk"))
async def show_certain(request: AnyRequest) -> Response[Any]:
    """Show the certain matches before all of them are accepted."""
    query = read_page_query(MatchQuery, request.scope["query_string"])
    chosen = PageQuery({name: query.get(name) for name in FILTERS if query.get(name)})
    certain = PageQuery({**chosen.fields, "band": "certain"})
    values = {
        **await look_at_all(request.app.state.database, certain),
        "kind": "certain",
        "action": "accept",
        "path": f"{PATH}/certain",
        "back": chosen.address(PATH),
        "conflict": None,
    }
    return render(request, "match_all.html", values)


@post(
    f"{PATH}/certain",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/bulk"),
)
async def accept_certain(request: AnyRequest) -> Response[Any]:
    """Accept all certain matches, if they are as many as were shown."""
    form = await read_form(request)
    chosen = {name: form[name] for name in FILTERS if form.get(name)} | {"band": "certain"}
    wanted = {**chosen, "action": "accept", "expected_count": form.get("count", "")}
    done = await carry_out(request, {"filter": wanted})
    return await _queue(request, {**form, "band": ""}, describe_decisions(done))


async def _queue(
    request: AnyRequest, fields: dict[str, str], done: dict[str, Any]
) -> Response[Any]:
    """Return the queue at the place that the fields name, below what was just done."""
    view = PageQuery({name: fields[name] for name in VIEW if fields.get(name)})
    criteria = require_page_query(MatchQuery, PageQuery({**view.fields, "limit": "1"}))
    database: Database = request.app.state.database
    page = await service.list_matches(database, criteria)
    following = page.next_cursor
    supplier_id = criteria.supplier_id
    certain = await first_of_band(database, "certain", supplier_id)
    without = None if page.data else await first_of_band(database, "none", supplier_id)
    values = {
        "query": view,
        "match": page.data[0] if page.data else None,
        "page": page,
        "skip": following and view.address(PATH, cursor=following),
        "first": view.address(PATH, cursor=None),
        "certain": view.address(f"{PATH}/certain", cursor=None, band=None),
        "certain_count": certain.total_count,
        "none_count": without.total_count if without else 0,
        "listed": view.address(f"{PATH}/list", cursor=None),
        **NOTHING_DONE,
        **done,
    }
    if wants_fragment(request):
        headers = {"HX-Replace-Url": view.address(PATH)}
        return render(request, "match_queue.html", values, headers=headers)
    values["suppliers"] = await list_supplier_choices(database)
    return render(request, "matches.html", values)
