"""One item of a supplier: its terms, its product, which is unlinked, and its price over time."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import PathParameter

from pricebook.console.form_fields import MAX_FORM_BYTES, read_form
from pricebook.console.match_forms import (
    NOTHING_DONE,
    carry_out,
    describe_decisions,
    describe_undo,
    undo_batch,
)
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import read_page_query, require_page_query
from pricebook.console.rendering import render
from pricebook.console.suppliers.supplier_list_pages import PATH
from pricebook.db.database import Database
from pricebook.http.pagination import CursorPaging
from pricebook.suppliers import listed_items, service

AnyRequest = Request[Any, Any, Any]
SupplierId = Annotated[UUID, PathParameter(description="The supplier's id.")]
ItemId = Annotated[UUID, PathParameter(description="The supplier item's id.")]
ITEM = PATH + "/{supplier_id:str}/items/{item_id:str}"


@get(
    ITEM,
    opt=page_for("GET", "/supplier-items/{id}/price-history"),
)
async def show_item(request: AnyRequest, supplier_id: SupplierId, item_id: ItemId) -> Response[Any]:
    """Show an item of a supplier and its prices, the newest first."""
    return await _page(request, supplier_id, item_id, NOTHING_DONE)


@post(
    f"{ITEM}/unlink",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/bulk"),
)
async def unlink_from_product(
    request: AnyRequest, supplier_id: SupplierId, item_id: ItemId
) -> Response[Any]:
    """Take the link of an item to its product back, unless it was changed meanwhile."""
    form = await read_form(request)
    decision = {
        "supplier_item_id": str(item_id),
        "action": "unlink",
        "product_id": form.get("product_id"),
    }
    done = await carry_out(request, {"decisions": [decision]})
    return await _page(request, supplier_id, item_id, describe_decisions(done))


@post(
    f"{ITEM}/undo",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/batches/{id}/undo"),
)
async def undo_unlink(
    request: AnyRequest, supplier_id: SupplierId, item_id: ItemId
) -> Response[Any]:
    """Link an item again to the product from which it was unlinked."""
    done = describe_undo(await undo_batch(request, await read_form(request)))
    return await _page(request, supplier_id, item_id, {**done, "outcome": "batch_undone"})


async def _page(
    request: AnyRequest, supplier_id: UUID, item_id: UUID, done: dict[str, Any]
) -> Response[Any]:
    """Return the page of an item, with what was just done to its link."""
    database: Database = request.app.state.database
    query = read_page_query(CursorPaging, request.scope["query_string"])
    paging = require_page_query(CursorPaging, query)
    listed = await listed_items.get_item(database, supplier_id, item_id)
    prices = await service.list_prices(database, item_id, paging)
    path, cursor = f"{PATH}/{supplier_id}/items/{item_id}", prices.next_cursor
    values = {
        "listed": listed,
        "prices": prices,
        "next": cursor and query.address(path, cursor=cursor, page=None),
        "first": path,
        "path": path,
        **done,
    }
    return render(request, "suppliers/item.html", values)
