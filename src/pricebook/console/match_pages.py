"""The match queue: one unmatched item at a time, decided by a key, and all certain ones at once."""

from typing import Any

from litestar import Request, Response, get, post

from pricebook.console.active_filters import read_active_filters
from pricebook.console.back_links import FIELD, back_address, fields_of_back
from pricebook.console.form_fields import MAX_FORM_BYTES, read_fields, read_form
from pricebook.console.match_forms import carry_out, describe_decisions, describe_undo, undo_batch
from pricebook.console.match_look import LookForm, look_at_all, read_look
from pricebook.console.match_queue import PATH, render_queue
from pricebook.console.match_view import MatchView
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import PageQuery, read_page_query
from pricebook.console.rendering import render
from pricebook.db.database import Database
from pricebook.matching.schemas import MatchQuery

AnyRequest = Request[Any, Any, Any]
# Of the filters of the queue, those of its certain matches.
SCOPE = ("supplier_id", "search")


@get(PATH, opt=page_for("GET", "/matches"))
async def show_queue(request: AnyRequest) -> Response[Any]:
    """Show the next unmatched item with its candidates."""
    query = read_page_query(MatchView, request.scope["query_string"])
    return await render_queue(request, query.fields)


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
    return await render_queue(request, form, describe_decisions(done))


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
    return await render_queue(request, form, describe_undo(undone))


@get(f"{PATH}/certain", opt=page_for("POST", "/matches/bulk"))
async def show_certain(request: AnyRequest) -> Response[Any]:
    """Show the certain matches before all of them are accepted."""
    query = read_page_query(MatchQuery, request.scope["query_string"], FIELD)
    return await _look(request, LookForm(query.fields))


@post(
    f"{PATH}/certain",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/bulk"),
)
async def accept_certain(request: AnyRequest) -> Response[Any]:
    """Accept all certain matches but those taken out, if they are as many as were shown."""
    look = read_look(await read_fields(request))
    if not look.is_decision or look.has_too_many:
        return await _look(request, look)
    chosen = {name: look.fields[name] for name in SCOPE if look.fields.get(name)}
    wanted = chosen | {"band": "certain", "action": "accept", "expected_count": look.count}
    done = await carry_out(request, {"filter": {**wanted, "without_items": sorted(look.without)}})
    fields = {**chosen, **(fields_of_back(look.fields, PATH) or {}), "cursor": "", "rest": ""}
    return await render_queue(request, fields, describe_decisions(done))


async def _look(request: AnyRequest, look: LookForm) -> Response[Any]:
    chosen = PageQuery({name: look.fields[name] for name in SCOPE if look.fields.get(name)})
    back = back_address(look.fields, chosen.address(PATH))
    certain = PageQuery({**chosen.fields, "band": "certain"})
    database: Database = request.app.state.database
    values = {
        **await look_at_all(database, certain, look),
        "active_filters": await read_active_filters(database, "matches", chosen, PATH),
        "kind": "certain",
        "action": "accept",
        "path": f"{PATH}/certain",
        "back": back,
        "here": chosen.address(f"{PATH}/certain", back=back),
        "conflict": None,
    }
    status = 400 if look.has_too_many else 200
    return render(request, "match_all.html", values, status=status)
