"""Bulk changes of products: their history, and each with what it does, applied and undone."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import PathParameter

from pricebook.console.back_links import FIELD, back_address, leading_back
from pricebook.console.batch_previews import (
    PATH,
    fields_of,
    filters_of,
    may_change,
    preview_again,
)
from pricebook.console.batch_sentences import read_names
from pricebook.console.form_fields import MAX_FORM_BYTES, convert_fields, read_form
from pricebook.console.left_out_lines import left_out_lines
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import PageQuery, read_page_query, require_page_query
from pricebook.console.rendering import render, wants_fragment
from pricebook.db.database import Database
from pricebook.errors import ConflictError
from pricebook.http.pagination import CursorPaging
from pricebook.pricing_rules import service as pricing_rules
from pricebook.product_batches import service, single_products
from pricebook.product_batches.schemas import BatchHead, ChangeQuery, OutdatedProduct

AnyRequest = Request[Any, Any, Any]
BatchId = Annotated[UUID, PathParameter(description="The batch's id.")]
SHOWN_BATCHES = 25
SHOWN_OUTDATED = 5
# The products of a batch in the list are counted so far; its page has all of them.
MAX_COUNTED = 1_000
# A larger batch is counted after its page is shown.
COUNTED_AT_ONCE = 10_000
LINES = ChangeQuery.__struct_fields__
PRODUCTS = "/console/products"
CHANGE_PATH = f"{PRODUCTS}/change"


class BatchView(msgspec.Struct):
    """The fields of the address of a batch: its lines, and a note.

    The note is about the outdated preview before, or about one product; `back` is the list of
    products from which the change was made.
    """

    outcome: str = ""
    sort: str = ""
    cursor: str = ""
    note: str = ""
    instead_of: UUID | None = None
    product_id: UUID | None = None
    counted: str = ""
    back: str = ""


@get(PATH, opt=page_for("GET", "/product-batches"))
async def show_batches(request: AnyRequest) -> Response[Any]:
    """Show the bulk changes, newest first: who, when, what, how many, undone by whom."""
    query = read_page_query(CursorPaging, request.scope["query_string"])
    sized = PageQuery({"limit": str(SHOWN_BATCHES), **query.fields})
    paging = require_page_query(CursorPaging, sized)
    database: Database = request.app.state.database
    result = await service.list_batches(database, paging)
    ids = [each.id for each in result.data]
    cursor = result.next_cursor
    counts = await service.count_products(database, ids, MAX_COUNTED + 1)
    small = [each.id for each in result.data if counts[each.id] <= MAX_COUNTED]
    values = {
        "result": result,
        "counts": counts,
        "set_back": await single_products.count_set_back(database, small),
        "limit": MAX_COUNTED,
        "names": await read_names(request, result.data),
        "next": cursor and query.address(PATH, cursor=cursor, page=None),
        "first": query.address(PATH, cursor=None, page=None),
    }
    return render(request, "batches.html", values)


@get(PATH + "/{batch_id:str}", opt=page_for("GET", "/product-batches/{id}"))
async def show_batch(request: AnyRequest, batch_id: BatchId) -> Response[Any]:
    """Show a bulk change: what it does or did, and its products with old and new values."""
    view = read_page_query(BatchView, request.scope["query_string"])
    return await _show(request, batch_id, view)


@post(
    PATH + "/{batch_id:str}/apply",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/product-batches/{id}/apply"),
)
async def apply_batch(request: AnyRequest, batch_id: BatchId) -> Response[Any]:
    """Apply exactly what was previewed; if it is outdated, show a new preview instead."""
    form = await read_form(request)
    back = back_address(form, "")
    database: Database = request.app.state.database
    batch = await service.get_head(database, batch_id)
    if batch.state == "previewed" and "rest" not in form and await _is_outdated(database, batch):
        renewed = await preview_again(database, caller_of(request), batch)
        if renewed is None:
            return await _answer(request, batch_id, back, note="outdated")
        return await _answer(request, renewed.id, back, note="renewed", instead_of=str(batch_id))
    await service.apply(database, caller_of(request), batch_id)
    return await _answer(request, batch_id, back)


@post(
    PATH + "/{batch_id:str}/undo",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/product-batches/{id}/undo"),
)
async def undo_batch(request: AnyRequest, batch_id: BatchId) -> Response[Any]:
    """Take a bulk change back, except for products that were changed since."""
    back = back_address(await read_form(request), "")
    await service.undo(request.app.state.database, caller_of(request), batch_id)
    return await _answer(request, batch_id, back)


@post(
    PATH + "/{batch_id:str}/set-back",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("PATCH", "/products/{id}"),
)
async def set_product_back(request: AnyRequest, batch_id: BatchId) -> Response[Any]:
    """Set one product back to its values before the bulk change, or set the new ones `again`.

    The response is the same page of the batch, with the product where it was.
    """
    form = await read_form(request)
    product_id = convert_fields(form.get("product_id", ""), UUID)
    change = single_products.set_again if "again" in form else single_products.set_back
    note = "set_back"
    try:
        await change(request.app.state.database, caller_of(request), batch_id, product_id)
    except ConflictError:
        note = "changed_since"
    kept = {name: form[name] for name in (*LINES, "counted", FIELD) if form.get(name)}
    view = PageQuery({**kept, "note": note, "product_id": str(product_id)})
    if wants_fragment(request):
        return await _show(request, batch_id, view)
    address = f"{view.address(f'{PATH}/{batch_id}')}#product-{product_id}"
    return Response(None, status_code=303, headers={"Location": address})


async def _show(request: AnyRequest, batch_id: UUID, view: PageQuery) -> Response[Any]:
    """Return the page of a batch, or what a request of the page replaces."""
    database: Database = request.app.state.database
    is_counted = bool(view.get("counted")) or await _is_small(database, batch_id)
    values = await _values(request, batch_id, view, counts=is_counted)
    is_fragment = wants_fragment(request)
    return render(request, "batch_state.html" if is_fragment else "batch.html", values)


async def _is_small(database: Database, batch_id: UUID) -> bool:
    """Return whether the changes of a batch are counted fast."""
    limit = COUNTED_AT_ONCE + 1
    return (await service.count_products(database, [batch_id], limit))[batch_id] < limit


async def _is_outdated(database: Database, batch: BatchHead) -> bool:
    """Return whether products of a preview, or the rules that made it, were changed since."""
    if batch.kind == "pricing_rules" and await pricing_rules.were_changed_since(
        database, batch.created_at
    ):
        return True
    return bool(await service.list_outdated(database, batch.id, 1))


async def _list_outdated(
    database: Database, batch_id: UUID, view: PageQuery
) -> list[OutdatedProduct]:
    """Return why a preview was not applied: this one, or the one that it was made instead of.

    Raises ValidationError.
    """
    before = require_page_query(BatchView, view).instead_of
    outdated_id = {"outdated": batch_id, "renewed": before}.get(view.get("note"))
    if outdated_id is None:
        return []
    return await service.list_outdated(database, outdated_id, SHOWN_OUTDATED)


async def _answer(request: AnyRequest, batch_id: UUID, back: str, **fields: str) -> Response[Any]:
    """Return a batch after something was done with it; without scripts, its page."""
    view = PageQuery({name: value for name, value in {**fields, FIELD: back}.items() if value})
    address = view.address(f"{PATH}/{batch_id}")
    if not wants_fragment(request):
        return Response(None, status_code=303, headers={"Location": address})
    values = await _values(request, batch_id, view, goes_on=True)
    return render(request, "batch_state.html", values, headers={"HX-Push-Url": address})


def _listed(batch: BatchHead, requested: PageQuery) -> str:
    """Return the address of the list of products that a batch is of; empty if that is not known."""
    is_of_rules = batch.request is not None and batch.request.filter is None
    return "" if is_of_rules or not requested.fields else filters_of(requested).address(PRODUCTS)


async def _values(
    request: AnyRequest,
    batch_id: UUID,
    view: PageQuery,
    *,
    counts: bool = True,
    goes_on: bool = False,
) -> dict[str, Any]:
    """Return what the page of a batch shows; `goes_on` if a request has just carried it on."""
    database: Database = request.app.state.database
    lines = {name: view.get(name) for name in LINES if view.get(name)}
    criteria = require_page_query(ChangeQuery, PageQuery(lines))
    batch = await service.get_head(database, batch_id)
    changes = await service.list_changes(database, batch_id, criteria, counts=counts)
    path = f"{PATH}/{batch_id}"
    requested = fields_of(batch)
    back = back_address(view.fields, "")
    listed = back or _listed(batch, requested)
    has_standing = counts and batch.state == "applied"
    return {
        "batch": batch,
        "left_out": left_out_lines(batch),
        "effect": (await service.get_batch(database, batch_id)).effect if counts else None,
        "standing": await single_products.get_standing(database, batch_id)
        if has_standing
        else None,
        "view": view,
        "changes": changes,
        "note": view.get("note"),
        "outdated": await _list_outdated(database, batch_id, view) if counts else [],
        "goes_on": goes_on,
        "may_change": may_change(caller_of(request), batch.fields),
        "counting": view.address(path, counted="1"),
        "next": changes.next_cursor and view.address(path, cursor=changes.next_cursor, counted=""),
        "first": view.address(path, cursor=None, counted=""),
        "requested": requested.fields,
        "change_path": CHANGE_PATH,
        "listed": listed,
        "another": requested.fields and leading_back(requested.address(CHANGE_PATH), back),
        "names": await read_names(request, [batch]),
    }
