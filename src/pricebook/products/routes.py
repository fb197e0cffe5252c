from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, patch, post
from litestar.di import NamedDependency, Provide
from litestar.params import PathParameter
from litestar.response import Stream

from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.http.csv_download import CSV_MEDIA_TYPE, accepts_csv, file_response
from pricebook.http.json_body import decode_body, provide_body
from pricebook.http.openapi import RequestBody, Success, documented, page_example
from pricebook.http.query_string import provide_query
from pricebook.products import service
from pricebook.products.export_columns import EXPORT_HEADER
from pricebook.products.list_filters import StaffProductFilter, StaffProductQuery
from pricebook.products.schemas import (
    CreatedProduct,
    CreateProductRequest,
    Match,
    MatchedProduct,
    ProductChange,
    ProductPage,
    StaffProductDetail,
)
from pricebook.suppliers.routes import ITEM_TERMS

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
    **ITEM_TERMS,
}
CREATED: dict[str, Any] = {
    "id": "0b6f3a52-5f5c-4c8e-9a31-3f1f0d5f7a10",
    "internal_sku": "PROD-1772345700000-7QX2",
    "name": "Claw hammer 20 oz, fibreglass handle",
    "category_id": "c1d7e9a4-7d0b-4a53-8e0e-6b1f4a2d9c55",
    "status": "draft",
    "target_price": "24.90",
    "gtin": "4006381333931",
    "mpn": "H20-FG",
    "brand": "Nordwerk",
    "supplier_items": [ITEM],
    "created_at": "2026-03-01T08:02:11.204518Z",
}
PRODUCT = {name: value for name, value in CREATED.items() if name != "created_at"} | {
    "lowest_price": "17.45",
    "highest_price": "17.45",
    "margin_percentage": 29.92,
    "price_change_percentage": -3.49,
    "price_changed_at": CREATED["created_at"],
    "updated_at": CREATED["created_at"],
}
DETAIL = PRODUCT | {"created_at": CREATED["created_at"]}
CREATE_REQUEST: dict[str, Any] = {
    "name": "Claw hammer 20 oz, fibreglass handle",
    "target_price": "24.90",
    "supplier_item_id": ITEM["id"],
}

EXPORT_NAME = "products.csv"

ProductId = Annotated[UUID, PathParameter(description="The product's id.")]


@get(
    "/products",
    summary="List products with supplier prices and margins",
    description="Returns products of any status by name, each with all its supplier items.",
    dependencies={"criteria": provide_query(StaffProductQuery)},
    opt=documented(
        Success(kind=ProductPage, example=page_example(PRODUCT)), query=StaffProductQuery
    ),
)
async def list_products(
    request: Request[Any, Any, Any],
    criteria: NamedDependency[StaffProductQuery],
    database: NamedDependency[Database],
) -> Response[Any]:
    """Return a page of products; all of them as CSV for `Accept: text/csv`, as before /export."""
    if accepts_csv(request):
        return await file_response(service.export_products(database, criteria), EXPORT_NAME)
    page = await service.list_products(database, criteria)
    return Response(page, media_type="application/json", headers={"Vary": "Accept"})


@get(
    "/products/export",
    summary="Export products as CSV",
    description="Returns all products that the filters match, one line per supplier item. Cells"
    " that a spreadsheet would run as a formula are escaped.",
    dependencies={"criteria": provide_query(StaffProductFilter)},
    opt=documented(
        Success(
            media_type=CSV_MEDIA_TYPE,
            example=",".join(EXPORT_HEADER),
            headers=("Content-Disposition",),
        ),
        query=StaffProductFilter,
    ),
)
async def export_products(
    criteria: NamedDependency[StaffProductFilter], database: NamedDependency[Database]
) -> Stream:
    """Stream all products that the filters match as CSV."""
    return await file_response(service.export_products(database, criteria), EXPORT_NAME)


@get(
    "/products/{product_id:str}",
    summary="Get a product with supplier prices and margin",
    description="Returns one product of any status with all its supplier items.",
    opt=documented(Success(kind=StaffProductDetail, example=DETAIL), errors=(NotFoundError,)),
)
async def get_product(
    product_id: ProductId, database: NamedDependency[Database]
) -> StaffProductDetail:
    """Return one product."""
    return await service.get_product(database, product_id)


@post(
    "/products",
    summary="Create a product",
    description="Creates a product and, with `supplier_item_id`, links that item to it in the same"
    " transaction.",
    dependencies={"new_product": provide_body(CreateProductRequest)},
    opt=documented(
        Success(kind=CreatedProduct, example=CREATED, status=201, headers=("Location",)),
        body=RequestBody(CreateProductRequest, CREATE_REQUEST),
    ),
)
async def create_product(
    new_product: NamedDependency[CreateProductRequest], database: NamedDependency[Database]
) -> Response[CreatedProduct]:
    """Create a product and return it."""
    created = await service.create_product(database, new_product)
    return Response(created, headers={"Location": f"/api/v1/admin/products/{created.id}"})


async def _decode_change(
    request: Request[Any, Any, Any], caller: NamedDependency[Caller]
) -> ProductChange:
    """Decode a change after the check that the caller may make it: 403 precedes 400."""
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
    description="Changes the fields that are sent; null removes category, target price, GTIN, MPN"
    " or brand. The role sales may change the target price only. An archived product can only be"
    " brought back: its status set to draft or active.",
    dependencies={"change": Provide(_decode_change)},
    opt=documented(
        Success(kind=StaffProductDetail, example=DETAIL),
        body=RequestBody(ProductChange, {"target_price": "24.90", "status": "active"}),
        errors=(NotFoundError,),
    ),
)
async def change_product(
    product_id: ProductId,
    change: NamedDependency[ProductChange],
    caller: NamedDependency[Caller],
    database: NamedDependency[Database],
) -> StaffProductDetail:
    """Change a product and return it."""
    return await service.change_product(database, caller, product_id, change)


@patch(
    "/products/{product_id:str}/match",
    summary="Link or unlink a supplier item",
    description="Links an item to the product or removes the link; repeating it changes nothing.",
    dependencies={"match": provide_body(Match)},
    opt=documented(
        Success(kind=MatchedProduct, example={"product": DETAIL}),
        body=RequestBody(Match, {"action": "link", "supplier_item_id": ITEM["id"]}),
        errors=(NotFoundError, ConflictError),
    ),
)
async def match_item(
    product_id: ProductId,
    match: NamedDependency[Match],
    database: NamedDependency[Database],
) -> MatchedProduct:
    """Link or unlink an item and return the product."""
    return MatchedProduct(await service.match_item(database, product_id, match))


router = Router(
    "/",
    route_handlers=[
        list_products,
        export_products,
        get_product,
        create_product,
        change_product,
        match_item,
    ],
    tags=["Products"],
)
