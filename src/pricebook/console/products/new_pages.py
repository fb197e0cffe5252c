"""A new product, empty or of an unmatched item, which is then linked to it."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post

from pricebook.console.category_choices import list_category_choices
from pricebook.console.form_fields import MAX_FORM_BYTES, convert_fields, read_form
from pricebook.console.page_guard import page_for
from pricebook.console.product_view import PATH
from pricebook.console.products.product_forms import (
    FIELDS,
    ProductForm,
    issues_of,
    new_form,
    read_new_product,
)
from pricebook.console.query_fields import read_page_query
from pricebook.console.rendering import render
from pricebook.db.database import Database
from pricebook.errors import ValidationError
from pricebook.matching import equal_items, product_making
from pricebook.matching.item_facts_repository import ItemFacts
from pricebook.products import service
from pricebook.products.schemas import CreateProductRequest

AnyRequest = Request[Any, Any, Any]
NEW_STATUSES = ("draft", "active")


class NewQuery(msgspec.Struct):
    """The unmatched item of which a product is made."""

    item: str = ""


@get(f"{PATH}/new", opt=page_for("POST", "/products"))
async def show_new_product(request: AnyRequest) -> Response[Any]:
    """Show the form of a new product."""
    item_id = read_page_query(NewQuery, request.scope["query_string"]).get("item")
    item, proposed = await _propose(request, item_id)
    return await _form(request, item, new_form(proposed))


@post(
    f"{PATH}/new",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/products"),
)
async def create_product(request: AnyRequest) -> Response[Any]:
    """Create a product and link the item that it is made of: both or neither."""
    form = await read_form(request)
    typed = {name: form.get(name, "").strip() for name in (*FIELDS, "internal_sku")}
    link = {"supplier_item_id": form["item"]} if form.get("item") else {}
    database: Database = request.app.state.database
    try:
        new = read_new_product({**typed, **link})
        created = await service.create_product(database, new)
    except ValidationError as error:
        item, _ = await _propose(request, form.get("item", ""))
        refused = ProductForm(before={}, typed=typed, issues=issues_of(error))
        return await _form(request, item, refused)
    await equal_items.request_run_for_product(database, created.id, created.name)
    headers = {"Location": f"{PATH}/{created.id}?done=created"}
    return Response(None, status_code=303, headers=headers)


async def _propose(
    request: AnyRequest, item_id: str
) -> tuple[ItemFacts | None, CreateProductRequest | None]:
    """Return an item and the product that it proposes, none without an item."""
    if not item_id:
        return None, None
    database: Database = request.app.state.database
    return await product_making.propose_product(database, convert_fields(item_id, UUID))


async def _form(request: AnyRequest, item: ItemFacts | None, form: ProductForm) -> Response[Any]:
    values = {
        "item": item,
        "form": form,
        "categories": await list_category_choices(request),
        "statuses": NEW_STATUSES,
    }
    return render(request, "products/new.html", values, status=400 if form.is_refused else 200)
