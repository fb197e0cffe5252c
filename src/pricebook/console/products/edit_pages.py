"""A product changed on its page, and the margin that a target price would give."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import PathParameter

from pricebook.console.form_fields import MAX_FORM_BYTES, read_form, read_number
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.product_view import PATH, place_of, render_product
from pricebook.console.products.product_forms import (
    ProductForm,
    changed_texts,
    field_texts,
    find_conflicts,
    issues_of,
    read_change,
)
from pricebook.console.query_fields import read_page_query
from pricebook.console.rendering import render
from pricebook.db.database import Database
from pricebook.errors import ConflictError, ValidationError
from pricebook.products import service
from pricebook.products.margins import margin_percentage
from pricebook.products.schemas import StaffProductDetail, target_price_issues

AnyRequest = Request[Any, Any, Any]
ProductId = Annotated[UUID, PathParameter(description="The product's id.")]


class PriceQuery(msgspec.Struct):
    """The target price that is typed in a form."""

    target_price: str = ""


@post(
    PATH + "/{product_id:str}/edit",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("PATCH", "/products/{id}"),
)
async def change_product(request: AnyRequest, product_id: ProductId) -> Response[Any]:
    """Change the fields that were typed, unless somebody else changed one of them meanwhile."""
    form = await read_form(request)
    database: Database = request.app.state.database
    product = await service.get_product(database, product_id)
    now = field_texts(product)
    changed = changed_texts(form, now)
    if find_conflicts(form, changed, now):
        return await _refuse(request, product, form)
    if not changed:
        return _done(product_id, form, "unchanged")
    try:
        expected = {name: getattr(product, name) for name in changed}
        await service.change_product(
            database, caller_of(request), product_id, read_change(changed), expected=expected
        )
    except ValidationError as error:
        return await _refuse(request, product, form, error)
    except ConflictError:
        return await _refuse(request, await service.get_product(database, product_id), form)
    return _done(product_id, form, "changed")


@get(PATH + "/{product_id:str}/margin", opt=page_for("PATCH", "/products/{id}"))
async def show_margin(request: AnyRequest, product_id: ProductId) -> Response[Any]:
    """Show the margin that a target price would give."""
    typed = read_page_query(PriceQuery, request.scope["query_string"]).get("target_price")
    product = await service.get_product(request.app.state.database, product_id)
    return render(request, "products/margin.html", {"margin": _margin(product, typed)})


def _margin(product: StaffProductDetail, typed: str) -> Any:
    """Return the margin of a typed target price; None without one or a lowest price."""
    try:
        price = read_number("target_price", typed)
    except ValidationError:
        return None
    if price is None or product.lowest_price is None or target_price_issues(price):
        return None
    return margin_percentage(price, product.lowest_price)


async def _refuse(
    request: AnyRequest,
    product: StaffProductDetail,
    form: dict[str, str],
    error: ValidationError | None = None,
) -> Response[Any]:
    """Return the page with what was typed, above what somebody else has changed meanwhile."""
    now = field_texts(product)
    changed = changed_texts(form, now)
    refused = ProductForm(
        before=now,
        typed={**now, **changed},
        issues=issues_of(error) if error else {},
        conflicts=find_conflicts(form, changed, now),
    )
    return await render_product(request, product.id, place_of(form), form=refused)


def _done(product_id: UUID, form: dict[str, str], what: str) -> Response[Any]:
    address = place_of(form).address(f"{PATH}/{product_id}", link=None, done=what)
    return Response(None, status_code=303, headers={"Location": address})
