"""Bulk changes of the products that pass the filters of the list, previewed before anything is."""

from typing import Any

from litestar import Request, Response, get, post

from pricebook.console.active_filters import read_active_filters
from pricebook.console.back_links import FIELD, back_address, leading_back
from pricebook.console.batch_previews import (
    NO_CATEGORY,
    PRICE_ACTIONS,
    bulk_fields,
    filters_of,
    may_change,
    preview_bulk,
)
from pricebook.console.batch_previews import PATH as BATCHES
from pricebook.console.batch_sentences import read_filter_names
from pricebook.console.category_choices import list_category_choices
from pricebook.console.form_fields import MAX_FORM_BYTES, read_form
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.product_pages import PATH as PRODUCTS
from pricebook.console.product_pages import STATUSES
from pricebook.console.query_fields import PageQuery, require_page_query
from pricebook.console.rendering import render
from pricebook.db.database import Database
from pricebook.errors import ValidationError
from pricebook.product_batches.schemas import BatchRequest, ProductSelection
from pricebook.products import service
from pricebook.products.list_filters import StaffProductQuery

AnyRequest = Request[Any, Any, Any]
PATH = f"{PRODUCTS}/change"
CHOICES = ("new_status", "new_category", "price_action", "amount")
# Fields of the API as the form has them; others stand above the form.
FORM_FIELDS = {
    "target_price": "amount",
    "target_price_percent": "amount",
    "changes.category_id": "new_category",
    "amount": "amount",
    "price_action": "price_action",
    "step": "step",
    "ending": "ending",
    "only_raises": "only_raises",
    "target_price_from_lowest.percent": "amount",
    "target_price_from_lowest.step": "step",
    "target_price_from_lowest.ending": "ending",
}


@get(PATH, opt=page_for("POST", "/product-batches"))
async def show_bulk_change(request: AnyRequest) -> Response[Any]:
    """Show how many products the filters match, and what may be changed of them."""
    return await _form(request, bulk_fields(dict(request.query_params)))


@post(
    PATH,
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/product-batches"),
)
async def preview_bulk_change(request: AnyRequest) -> Response[Any]:
    """Store what the change would do, and show it."""
    query = bulk_fields(await read_form(request))
    if missing := _missing_choice(query):
        return await _form(request, query, missing=missing)
    try:
        batch = await preview_bulk(request.app.state.database, caller_of(request), query)
    except ValidationError as error:
        return await _form(request, query, error)
    address = leading_back(f"{BATCHES}/{batch.id}", query.get(FIELD))
    return Response(None, status_code=303, headers={"Location": address})


def _missing_choice(query: PageQuery) -> str:
    """Return what is still to be chosen: `change`, `price_action`, or nothing."""
    if not any(query.get(name) for name in CHOICES):
        return "change"
    return "price_action" if query.get("amount") and not query.get("price_action") else ""


async def _form(
    request: AnyRequest,
    query: PageQuery,
    error: ValidationError | None = None,
    *,
    missing: str = "",
) -> Response[Any]:
    """Return the form with what was typed, and why it was refused beside the fields."""
    chosen = filters_of(query)
    criteria = require_page_query(StaffProductQuery, PageQuery({**chosen.fields, "limit": "1"}))
    scope = BatchRequest(filter=require_page_query(ProductSelection, chosen))
    database: Database = request.app.state.database
    found = await service.list_products(database, criteria)
    issues = {FORM_FIELDS.get(each.field, ""): each.issue for each in error.issues} if error else {}
    values = {
        "query": query,
        "filters": chosen,
        "scope": scope,
        "names": await read_filter_names(request, [scope]),
        "found": found,
        "active_filters": await read_active_filters(database, "products", chosen, PRODUCTS),
        "back": back_address(query.fields, chosen.address(PRODUCTS)),
        "issues": issues,
        "missing": missing,
        "problem": error.message if error and ("" in issues or not issues) else "",
        "may_edit": may_change(caller_of(request), ["status", "category_id"]),
        "statuses": STATUSES,
        "price_actions": PRICE_ACTIONS,
        "no_category": NO_CATEGORY,
        "categories": await list_category_choices(request),
    }
    return render(request, "bulk_change.html", values, status=400 if error or missing else 200)
