"""Items linked to a product and unlinked from it on its page; each can be undone."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.params import PathParameter

from pricebook.console.form_fields import MAX_FORM_BYTES, convert_fields, read_form
from pricebook.console.match_forms import describe_decisions, describe_undo
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.product_view import PATH, render_product
from pricebook.matching import service
from pricebook.matching.decision_schemas import BulkDecision

AnyRequest = Request[Any, Any, Any]
ProductId = Annotated[UUID, PathParameter(description="The product's id.")]
ITEMS = PATH + "/{product_id:str}/items"


@post(
    f"{ITEMS}/link",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/bulk"),
)
async def link_item(request: AnyRequest, product_id: ProductId) -> Response[Any]:
    """Link an unmatched item to a product, unless it was linked meanwhile."""
    return await _decide(request, product_id, "accept")


@post(
    f"{ITEMS}/unlink",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/bulk"),
)
async def unlink_item(request: AnyRequest, product_id: ProductId) -> Response[Any]:
    """Take the link of an item to a product back, unless it was changed meanwhile."""
    return await _decide(request, product_id, "unlink")


@post(
    f"{ITEMS}/undo",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/batches/{id}/undo"),
)
async def undo_link(request: AnyRequest, product_id: ProductId) -> Response[Any]:
    """Take a link or an unlink back, unless it was changed meanwhile."""
    form = await read_form(request)
    batch_id = convert_fields(form.get("batch_id"), UUID)
    undone = await service.undo_batch(
        request.app.state.database, batch_id, caller_of(request).username
    )
    return await render_product(request, product_id, form.get("link", ""), describe_undo(undone))


async def _decide(request: AnyRequest, product_id: UUID, action: str) -> Response[Any]:
    form = await read_form(request)
    decision = {
        "supplier_item_id": form.get("item_id"),
        "action": action,
        "product_id": str(product_id),
    }
    bulk = convert_fields({"decisions": [decision]}, BulkDecision)
    done = await service.decide(request.app.state.database, bulk, caller_of(request).username)
    return await render_product(request, product_id, form.get("link", ""), describe_decisions(done))
