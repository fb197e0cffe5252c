from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import PathParameter
from litestar.response import Stream

from pricebook.catalog import service
from pricebook.catalog.export import CSV, FORMATS, NDJSON
from pricebook.catalog.schemas import (
    CatalogProduct,
    CatalogProductDetail,
    CatalogQuery,
    CategoryCount,
    ExportQuery,
)
from pricebook.db.database import Database
from pricebook.errors import NotFoundError, RateLimitExceededError, ValidationError
from pricebook.http.cached_response import CachedResponse, make_cached_response
from pricebook.http.client_address import client_network
from pricebook.http.csv_download import file_response, query_operation_with_csv
from pricebook.http.middleware.cached_responses import request_target
from pricebook.http.pagination import Page, Paging
from pricebook.http.problems import documented_errors, documented_not_modified, documented_response
from pricebook.http.query_string import decode_query, provide_query, query_operation

PRODUCT: dict[str, Any] = {
    "id": "0b6f3a52-5f5c-4c8e-9a31-3f1f0d5f7a10",
    "internal_sku": "HW-10432",
    "name": "Claw hammer 20 oz, fibreglass handle",
    "category_id": "c1d7e9a4-7d0b-4a53-8e0e-6b1f4a2d9c55",
    "min_price": "17.45",
    "max_price": "19.90",
    "supplier_count": 3,
}
CATEGORY: dict[str, Any] = {
    "id": "c1d7e9a4-7d0b-4a53-8e0e-6b1f4a2d9c55",
    "name": "Hammers",
    "parent_id": "5a4c0a0e-3c0b-4f6d-9a55-2f6f0a1d3b77",
    "product_count": 31,
}


EXPORT_RESPONSE = ResponseSpec(
    str,
    media_type=NDJSON,
    generate_examples=False,
    description="Found",
    examples=[Example(summary="A line", value=msgspec.json.encode(PRODUCT).decode())],
)

AnyRequest = Request[Any, Any, Any]


async def _cached_response(
    request: AnyRequest, key: str, compute: Callable[[], Awaitable[CachedResponse]]
) -> CachedResponse:
    """Return the answer to all requests of a route with one key."""
    response_cache = request.app.state.catalog.response_cache
    key = f"{request.scope['path_template']}?{key}"
    response = await response_cache.get(key, compute)
    response_cache.add_alias(request_target(request.scope), key)
    return response


def _example_page(row: dict[str, Any]) -> dict[str, Any]:
    return {"total_count": 1, "page": 1, "limit": 50, "data": [row]}


@get(
    "/catalog",
    summary="Browse the catalog",
    description="Active products with their price range and number of suppliers. The Link field"
    " leads to the next page; with If-None-Match an answer that has not changed is a 304.",
    operation_class=query_operation(CatalogQuery),
    responses=documented_response(Page[CatalogProduct], _example_page(PRODUCT))
    | documented_not_modified()
    | documented_errors(ValidationError, RateLimitExceededError),
)
async def browse(request: AnyRequest) -> CachedResponse:
    """Browse the active products."""
    criteria = decode_query(CatalogQuery, request.scope["query_string"])

    async def compute() -> CachedResponse:
        result = await service.browse(request.app.state.catalog, criteria)
        cursor = result.next_cursor
        path = request.scope["path_template"]
        return make_cached_response(result.page, cursor and f"{path}?{criteria.next_page(cursor)}")

    return await _cached_response(request, criteria.key, compute)


@get(
    "/catalog/export",
    summary="The catalog as a file",
    description="All active products that the filters match, as a JSON object a line or, with"
    " format=csv or Accept: text/csv, as a table; sent while it is read.",
    operation_class=query_operation_with_csv(ExportQuery, ",".join(PRODUCT)),
    dependencies={"criteria": provide_query(ExportQuery)},
    responses={200: EXPORT_RESPONSE} | documented_errors(ValidationError, RateLimitExceededError),
)
async def export_products(
    request: AnyRequest,
    criteria: NamedDependency[ExportQuery],
    database: NamedDependency[Database],
) -> Stream:
    """Export the active products."""
    requested_format = criteria.format or request.accept.best_match([NDJSON, CSV])
    media_type = CSV if requested_format in {"csv", CSV} else NDJSON
    caller = client_network(request.client.host) if request.client else ""
    chunks = service.export_products(database, criteria, FORMATS[media_type], caller)
    return await file_response(chunks, FORMATS[media_type].name, media_type)


@get(
    "/catalog/{product_id:str}",
    summary="One product",
    description="One active product with the name of its category.",
    responses=documented_response(CatalogProductDetail, {**PRODUCT, "category_name": "Hammers"})
    | documented_not_modified()
    | documented_errors(ValidationError, NotFoundError, RateLimitExceededError),
)
async def get_product(
    request: AnyRequest,
    product_id: Annotated[UUID, PathParameter(description="The product's id.")],
) -> CachedResponse:
    """Look at one active product."""

    async def compute() -> CachedResponse:
        return make_cached_response(
            await service.get_product(request.app.state.catalog, product_id)
        )

    return await _cached_response(request, str(product_id), compute)


@get(
    "/categories",
    summary="The categories",
    description="All categories by name, each with the number of active products in it.",
    operation_class=query_operation(Paging),
    dependencies={"paging": provide_query(Paging)},
    responses=documented_response(Page[CategoryCount], _example_page(CATEGORY))
    | documented_not_modified()
    | documented_errors(ValidationError, RateLimitExceededError),
)
async def list_categories(request: AnyRequest, paging: NamedDependency[Paging]) -> CachedResponse:
    """List the categories."""

    async def compute() -> CachedResponse:
        return make_cached_response(
            await service.list_categories(request.app.state.catalog, paging)
        )

    return await _cached_response(request, f"{paging.limit}&{paging.page}", compute)


router = Router(
    "/",
    route_handlers=[browse, export_products, get_product, list_categories],
    tags=["Catalog"],
)
