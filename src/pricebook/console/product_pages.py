"""The pages of products for staff: the list with inline target prices, one product, the export."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import PathParameter
from litestar.response import Stream

from pricebook.console.active_filters import read_active_filters
from pricebook.console.back_links import leading_back
from pricebook.console.form_fields import MAX_FORM_BYTES, read_form, read_number
from pricebook.console.number_texts import price_text
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.product_columns import (
    FIELD,
    address_field,
    chosen_columns,
    column_values,
    columns_of,
)
from pricebook.console.product_view import (
    PATH,
    STATUSES,
    LinkQuery,
    place_of,
    render_found_items,
    render_product,
)
from pricebook.console.query_fields import (
    PageQuery,
    decode_page_query,
    read_page_query,
    require_page_query,
)
from pricebook.console.rendering import render, wants_fragment
from pricebook.console.supplier_choices import list_supplier_choices
from pricebook.db.database import Database
from pricebook.errors import ForbiddenError, ValidationError
from pricebook.http.csv_download import file_response
from pricebook.products import service
from pricebook.products.list_filters import StaffProductFilter, StaffProductQuery
from pricebook.products.schemas import ProductChange, StaffProductDetail

AnyRequest = Request[Any, Any, Any]
ProductId = Annotated[UUID, PathParameter(description="The product's id.")]
SORTS = (
    *("name", "-name", "margin", "-margin", "-price_change", "price_change"),
    *("-updated", "updated"),
)
# What the address of a view has beside filters and sort.
NO_PLACE = dict.fromkeys(("cursor", "page", "limit", FIELD))
NO_FILTERS = (*NO_PLACE, "sort")


@get(PATH, opt=page_for("GET", "/products"))
async def show_products(request: AnyRequest) -> Response[Any]:
    """Show products with target price and margin, by words, status and margin."""
    query = read_page_query(StaffProductQuery, request.scope["query_string"])
    criteria, issues = decode_page_query(StaffProductQuery, query)
    columns = chosen_columns(request.scope["query_string"])
    query.fields[FIELD] = address_field(columns)
    database: Database = request.app.state.database
    result = None if criteria is None else await service.list_products(database, criteria)
    cursor = result.next_cursor if result else None
    values: dict[str, Any] = {
        "query": query,
        "result": result,
        "next": cursor and query.address(PATH, cursor=cursor, page=None),
        "first": query.address(PATH, cursor=None, page=None),
        "cleared": PageQuery({FIELD: address_field(columns)}).address(PATH),
        "export": query.address(f"{PATH}/export", **NO_PLACE),
        "import_file": query.address(f"{PATH}/import/file", **NO_PLACE),
        "change_all": _change_all(query),
        "is_filtered": bool(query.without(*NO_FILTERS).fields),
        **column_values(columns),
        "issues": {each.field: each.issue for each in issues},
        "sorts": SORTS,
        "statuses": STATUSES,
    }
    if values["is_filtered"] and result and not result.data:
        found = await read_active_filters(database, "products", query, PATH)
        values["active_filters"] = found
    if wants_fragment(request):
        headers = {"HX-Replace-Url": query.address(PATH, cursor=None, page=None)}
        return render(request, "product_results.html", values, headers=headers)
    suppliers = await list_supplier_choices(database, [query.get("supplier_id")])
    page = {**values, "suppliers": suppliers}
    return render(request, "products.html", page, status=400 if issues else 200)


@get(f"{PATH}/export", opt=page_for("GET", "/products/export"))
async def export_products(request: AnyRequest) -> Stream:
    """Send the products that the filters of the list match as CSV."""
    query = read_page_query(StaffProductFilter, request.scope["query_string"])
    criteria = require_page_query(StaffProductFilter, query)
    chunks = service.export_products(request.app.state.database, criteria)
    return await file_response(chunks, "products.csv")


@post(
    PATH + "/{product_id:str}/target-price",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("PATCH", "/products/{id}"),
)
async def set_target_price(request: AnyRequest, product_id: ProductId) -> Response[Any]:
    """Set the target price of a product, unless somebody else changed it since it was shown."""
    form = await read_form(request)
    typed, before = form.get("target_price", "").strip(), form.get("before", "")
    database: Database = request.app.state.database
    product = await service.get_product(database, product_id)
    show_row = partial(_row, request, columns=columns_of(form.get(FIELD)))
    now = price_text(product.target_price) or ""
    if now != before:
        return show_row(product, typed=typed, conflict=now)
    try:
        change = ProductChange(target_price=read_number("target_price", typed))
        product = await service.change_product(database, caller_of(request), product_id, change)
    except ValidationError as error:
        problem = ", ".join(each.issue for each in error.issues)
        return show_row(product, typed=typed, problem=problem or error.message)
    except ForbiddenError as error:
        return show_row(product, typed=typed, problem=error.message)
    return show_row(product, is_saved=True)


def _change_all(query: PageQuery) -> str:
    """Return the address of a change of all products of a view, which leads back to that view."""
    filters = query.without(*NO_FILTERS)
    view = query.address(PATH, cursor=None, page=None, limit=None)
    return leading_back(filters.address(f"{PATH}/change"), view, filters.address(PATH))


def _row(
    request: AnyRequest, product: StaffProductDetail, *, columns: tuple[str, ...], **state: Any
) -> Response[Any]:
    """Return the row of a product in the list; without scripts, its page."""
    if not wants_fragment(request):
        address = f"{PATH}/{product.id}"
        return Response(None, status_code=303, headers={"Location": address})
    values = {"product": product, **column_values(columns), **state}
    return render(request, "product_row.html", values)


@get(PATH + "/{product_id:str}", opt=page_for("GET", "/products/{id}"))
async def show_product(request: AnyRequest, product_id: ProductId) -> Response[Any]:
    """Show a product: its suppliers, how each price came about, and its prices over time."""
    place = place_of(read_page_query(LinkQuery, request.scope["query_string"]).fields)
    show = render_found_items if wants_fragment(request) else render_product
    return await show(request, product_id, place)
