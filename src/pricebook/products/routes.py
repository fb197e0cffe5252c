from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, patch, post
from litestar.di import NamedDependency, Provide
from litestar.params import PathParameter

from pricebook.auth.guard import documented_staff_errors
from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError, ValidationError
from pricebook.http.csv_download import accepts_csv, file_response, query_operation_with_csv
from pricebook.http.json_body import body_operation, decode_body, provide_body
from pricebook.http.pagination import Page
from pricebook.http.problems import documented_response
from pricebook.http.query_string import provide_query
from pricebook.products import service
from pricebook.products.schemas import (
    EXPORT_HEADER,
    CreatedProduct,
    CreateProductRequest,
    Match,
    MatchedProduct,
    ProductChange,
    StaffProduct,
    StaffProductDetail,
    StaffProductQuery,
)

ITEM: dict[str, Any] = {
    "id": "7d1f2b8e-64a3-4b8f-9a4e-2f6a0b9c1d22",
    "supplier_id": "2c9a7e10-0f5d-4f0a-8a51-6e3b9d7c4f18",
    "supplier_name": "Nordwerk",
    "supplier_sku": "NW-20417",
    "name": "Claw hammer 20oz fibreglass",
    "current_price": "17.45",
    "characteristics": {"unit": "pc"},
    "last_ingested_at": "2026-03-01T06:15:00Z",
    "absent_since": None,
}
CREATED: dict[str, Any] = {
    "id": "0b6f3a52-5f5c-4c8e-9a31-3f1f0d5f7a10",
    "internal_sku": "PROD-1772345700000-7QX2",
    "name": "Claw hammer 20 oz, fibreglass handle",
    "category_id": "c1d7e9a4-7d0b-4a53-8e0e-6b1f4a2d9c55",
    "status": "draft",
    "target_price": "24.90",
    "supplier_items": [ITEM],
    "created_at": "2026-03-01T08:02:11.204518Z",
}
PRODUCT = {name: value for name, value in CREATED.items() if name != "created_at"} | {
    "margin_percentage": 29.92
}
DETAIL = PRODUCT | dict.fromkeys(("created_at", "updated_at"), CREATED["created_at"])
CREATE_REQUEST: dict[str, Any] = {
    "name": "Claw hammer 20 oz, fibreglass handle",
    "target_price": "24.90",
    "supplier_item_id": ITEM["id"],
}

ProductId = Annotated[UUID, PathParameter(description="The product's id.")]


@get(
    "/products",
    summary="Products with every supplier's price and the margin",
    description="Products of any status by name, each with all its supplier items; with"
    " Accept: text/csv an export of all that the filters match, page and limit aside.",
    operation_class=query_operation_with_csv(StaffProductQuery, ",".join(EXPORT_HEADER)),
    dependencies={"criteria": provide_query(StaffProductQuery)},
    responses=documented_response(
        Page[StaffProduct], {"total_count": 1, "page": 1, "limit": 50, "data": [PRODUCT]}
    )
    | documented_staff_errors(ValidationError),
)
async def list_products(
    request: Request[Any, Any, Any],
    criteria: NamedDependency[StaffProductQuery],
    database: NamedDependency[Database],
) -> Response[Any]:
    """List the products, as JSON or as a file for a spreadsheet."""
    if accepts_csv(request):
        return await file_response(service.export_products(database, criteria), "products.csv")
    page = await service.list_products(database, criteria)
    return Response(page, media_type="application/json", headers={"Vary": "Accept"})


@get(
    "/products/{product_id:str}",
    summary="One product with every supplier's price",
    description="One product of any status with all its supplier items and its margin.",
    responses=documented_response(StaffProductDetail, DETAIL)
    | documented_staff_errors(ValidationError, NotFoundError),
)
async def get_product(
    product_id: ProductId, database: NamedDependency[Database]
) -> StaffProductDetail:
    """Look at one product."""
    return await service.get_product(database, product_id)


@post(
    "/products",
    summary="Make a product",
    description="Makes a product and links it to a supplier's item if one is named, or does"
    " neither; without a SKU it is given one.",
    operation_class=body_operation(CreateProductRequest, CREATE_REQUEST),
    dependencies={"new_product": provide_body(CreateProductRequest)},
    responses=documented_response(CreatedProduct, CREATED, status=201)
    | documented_staff_errors(ValidationError),
)
async def create_product(
    new_product: NamedDependency[CreateProductRequest], database: NamedDependency[Database]
) -> Response[CreatedProduct]:
    """Make a product."""
    created = await service.create_product(database, new_product)
    return Response(created, headers={"Location": f"/api/v1/admin/products/{created.id}"})


async def _decode_change(
    request: Request[Any, Any, Any], caller: NamedDependency[Caller]
) -> ProductChange:
    """Decode a change, after a look at whether the caller may make it: 403 before 400."""
    raw = await request.body()
    try:
        field_names = tuple(msgspec.json.decode(raw, type=dict[str, msgspec.Raw]))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        field_names = ()
    service.require_change_permission(caller, field_names)
    return decode_body(ProductChange, raw)


@patch(
    "/products/{product_id:str}",
    summary="Change a product",
    description="Changes the fields that are given; null takes category or target price away."
    " Sales may change the target price only; an archived product stays as it is.",
    operation_class=body_operation(ProductChange, {"target_price": "24.90", "status": "active"}),
    dependencies={"change": Provide(_decode_change)},
    responses=documented_response(StaffProductDetail, DETAIL)
    | documented_staff_errors(ValidationError, NotFoundError),
)
async def change_product(
    product_id: ProductId,
    change: NamedDependency[ProductChange],
    caller: NamedDependency[Caller],
    database: NamedDependency[Database],
) -> StaffProductDetail:
    """Change a product."""
    return await service.change_product(database, caller, product_id, change)


@patch(
    "/products/{product_id:str}/match",
    summary="Link or unlink a supplier's item",
    description="Makes an item the product's or frees it; doing it again changes nothing.",
    operation_class=body_operation(Match, {"action": "link", "supplier_item_id": ITEM["id"]}),
    dependencies={"match": provide_body(Match)},
    responses=documented_response(MatchedProduct, {"product": DETAIL})
    | documented_staff_errors(ValidationError, NotFoundError, ConflictError),
)
async def match_item(
    product_id: ProductId,
    match: NamedDependency[Match],
    database: NamedDependency[Database],
) -> MatchedProduct:
    """Link an item to a product, or unlink it."""
    return MatchedProduct(await service.match_item(database, product_id, match))


router = Router(
    "/",
    route_handlers=[list_products, get_product, create_product, change_product, match_item],
    tags=["Products"],
)
