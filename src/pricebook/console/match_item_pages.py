"""What people do with an item that has no right candidate: search its product, or make one."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import PathParameter

from pricebook.console.category_choices import list_category_choices
from pricebook.console.form_fields import (
    MAX_FORM_BYTES,
    convert_fields,
    field_text,
    read_form,
    read_number,
)
from pricebook.console.item_product_search import search_values
from pricebook.console.match_forms import describe_making
from pricebook.console.match_queue import PATH, render_queue
from pricebook.console.match_view import MatchView, view_of
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import PageQuery, read_page_query
from pricebook.console.rendering import render, wants_fragment
from pricebook.errors import ConflictError, PricebookError, ValidationError
from pricebook.matching import product_making
from pricebook.matching.cluster_schemas import ItemsProduct

AnyRequest = Request[Any, Any, Any]
ItemId = Annotated[UUID, PathParameter(description="The item's id.")]
FIELDS = ("name", "internal_sku", "category_id", "brand", "mpn", "gtin", "target_price")
# Empty fields of these mean none, not those of the item.
NULLABLE = ("category_id", "brand", "mpn", "gtin")


class ItemSearchQuery(MatchView, frozen=True, kw_only=True):
    """The view of the queue, and the words by which a product is searched."""

    product: str | None = None
    go: bool = False


@get(f"{PATH}/items/{{item_id:str}}/search", opt=page_for("GET", "/matches"))
async def search_product(request: AnyRequest, item_id: ItemId) -> Response[Any]:
    """Show the products that words find, each to be linked to the item."""
    raw = request.scope["query_string"]
    query = read_page_query(ItemSearchQuery, raw)
    words = query.fields.get("product")
    if words is None and b"product=" in raw:
        words = ""
    values = await search_values(request, item_id, view_of(query.fields), words)
    values |= {
        "is_submitted": bool(query.get("go")),
        "is_focused": True,
        "back": _back(query),
        "here": _back(query),
    }
    is_part = wants_fragment(request)
    return render(request, "match_search.html" if is_part else "match_search_page.html", values)


@get(f"{PATH}/items/{{item_id:str}}/product", opt=page_for("POST", "/matches/products"))
async def show_new_product(request: AnyRequest, item_id: ItemId) -> Response[Any]:
    """Show the form of the product that is to be made of the item."""
    query = read_page_query(MatchView, request.scope["query_string"])
    return await _form(request, item_id, query.fields, None)


@post(
    f"{PATH}/product",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/products"),
)
async def make_product(request: AnyRequest) -> Response[Any]:
    """Make a product of an item, and show the next one; refused, show the form again."""
    form = await read_form(request)
    database = request.app.state.database
    try:
        made = await product_making.create_items_product(
            database, _read_product(form), caller_of(request).username
        )
    except (ValidationError, ConflictError) as error:
        if "name" not in form:
            raise
        return await _form(request, convert_fields(form.get("item_id"), UUID), form, error)
    return await render_queue(request, form, describe_making(made))


def _read_product(form: dict[str, str]) -> ItemsProduct:
    """Return the product of a form; fields that the form has not are those of the item."""
    given = {name: form[name].strip() for name in FIELDS if name in form}
    fields: dict[str, Any] = {name: text for name, text in given.items() if text}
    fields |= {name: None for name in NULLABLE if given.get(name) == ""}
    fields["target_price"] = read_number("target_price", given.get("target_price", ""))
    return convert_fields({"supplier_item_ids": [form.get("item_id")], **fields}, ItemsProduct)


async def _form(
    request: AnyRequest, item_id: UUID, fields: dict[str, str], refusal: PricebookError | None
) -> Response[Any]:
    """Return the form of a new product with what was typed, by default what the item says."""
    database = request.app.state.database
    item, proposed = await product_making.propose_product(database, item_id)
    typed = {name: fields.get(name, "") for name in FIELDS}
    if refusal is None:
        typed = {name: field_text(getattr(proposed, name)) for name in FIELDS}
    issues = refusal.issues if isinstance(refusal, ValidationError) else ()
    values = {
        "item": item,
        "query": view_of(fields),
        "typed": typed,
        "issues": {each.field: each.issue for each in issues},
        "problem": refusal and refusal.message,
        "categories": await list_category_choices(request),
        "back": _back(PageQuery(fields)),
    }
    if not wants_fragment(request):
        status = 200 if refusal is None else refusal.status
        return render(request, "match_product_page.html", values, status=status)
    headers = {"HX-Retarget": "#queue-tool", "HX-Reswap": "innerHTML"} if refusal else {}
    status = 200 if refusal is None else refusal.status
    return render(request, "match_product.html", values, status=status, headers=headers)


def _back(query: PageQuery) -> str:
    return view_of(query.fields).address(PATH)
