"""Items linked to a product and unlinked from it on its page; each can be undone."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.params import PathParameter

from pricebook.console.form_fields import MAX_FORM_BYTES, read_form
from pricebook.console.match_forms import carry_out, describe_decisions, describe_undo, undo_batch
from pricebook.console.page_guard import page_for
from pricebook.console.product_view import PATH, place_of, render_product

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
    undone = await undo_batch(request, form)
    return await render_product(request, product_id, place_of(form), describe_undo(undone))


async def _decide(request: AnyRequest, product_id: UUID, action: str) -> Response[Any]:
    form = await read_form(request)
    decision = {
        "supplier_item_id": form.get("item_id"),
        "action": action,
        "product_id": str(product_id),
    }
    done = await carry_out(request, {"decisions": [decision]})
    return await render_product(request, product_id, place_of(form), describe_decisions(done))
