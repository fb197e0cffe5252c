from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.params import PathParameter
from litestar.response import Stream

from pricebook.catalog import service
from pricebook.catalog.export import CSV, FORMATS, NDJSON
from pricebook.catalog.schemas import (
    CatalogCategoryPage,
    CatalogFilter,
    CatalogPage,
    CatalogProductDetail,
    CatalogQuery,
    ExportQuery,
    filter_struct,
    with_prices,
)
from pricebook.db.database import Database
from pricebook.errors import NotFoundError, RateLimitExceededError
from pricebook.http.cached_response import CachedResponse, make_cached_response
from pricebook.http.client_address import client_network
from pricebook.http.csv_download import file_response
from pricebook.http.middleware.cache_lookup import request_target
from pricebook.http.openapi import Success, documented, plain_page_example
from pricebook.http.openapi_headers import RATE_LIMIT_FIELDS
from pricebook.http.pagination import Paging
from pricebook.http.query_string import decode_query, provide_query

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
NOT_MODIFIED = Success(status=304, headers=("ETag", *RATE_LIMIT_FIELDS))
EXPORT_HEADERS = ("Content-Disposition", *RATE_LIMIT_FIELDS)

AnyRequest = Request[Any, Any, Any]


def _decode_filters(kind: type[filter_struct], request: AnyRequest) -> filter_struct:
    """Return the query of a request as this catalog accepts it; raises ValidationError."""
    kind = with_prices(kind, request.app.state.catalog.prices)
    return decode_query(kind, request.scope["query_string"])


async def _cached_response(
    request: AnyRequest, key: str, compute: Callable[[], Awaitable[CachedResponse]]
) -> CachedResponse:
    """Return the cached response of a route for a key; compute and cache it where it is absent."""
    response_cache = request.app.state.catalog.response_cache
    key = f"{request.scope['path_template']}?{key}"
    response = await response_cache.get(key, compute)
    response_cache.add_alias(request_target(request.scope), key)
    return response


@get(
    "/catalog",
    summary="List the catalog",
    description="Returns active products with their price range and number of suppliers. The Link"
    " header field names the next page.",
    opt=documented(
        Success(
            kind=CatalogPage,
            example=plain_page_example(PRODUCT),
            headers=("ETag", "Link", *RATE_LIMIT_FIELDS),
        ),
        NOT_MODIFIED,
        query=CatalogQuery,
        errors=(RateLimitExceededError,),
    ),
)
async def list_catalog(request: AnyRequest) -> CachedResponse:
    """Return a page of active products."""
    criteria = _decode_filters(CatalogQuery, request)

    async def compute() -> CachedResponse:
        result = await service.browse(request.app.state.catalog, criteria)
        cursor = result.next_cursor
        path = request.scope["path_template"]
        return make_cached_response(result.page, cursor and f"{path}?{criteria.next_page(cursor)}")

    return await _cached_response(request, criteria.key, compute)


@get(
    "/catalog/export",
    summary="Export the catalog as JSON lines",
    description="Streams all active products that the filters match, one JSON object a line.",
    opt=documented(
        Success(
            media_type=NDJSON,
            example=msgspec.json.encode(PRODUCT).decode(),
            headers=EXPORT_HEADERS,
        ),
        query=CatalogFilter,
        errors=(RateLimitExceededError,),
    ),
)
async def export_catalog(request: AnyRequest, database: NamedDependency[Database]) -> Stream:
    """Stream the active products as JSON lines.

    Older clients get CSV here by `format=csv` or `Accept: text/csv`.
    """
    criteria = _decode_filters(ExportQuery, request)
    requested_format = criteria.format or request.accept.best_match([NDJSON, CSV])
    media_type = CSV if requested_format in {"csv", CSV} else NDJSON
    return await _export(request, criteria, database, media_type)


@get(
    "/catalog/export/csv",
    summary="Export the catalog as CSV",
    description="Streams all active products that the filters match, one line per product.",
    opt=documented(
        Success(media_type=CSV, example=",".join(PRODUCT), headers=EXPORT_HEADERS),
        query=CatalogFilter,
        errors=(RateLimitExceededError,),
    ),
)
async def export_catalog_csv(request: AnyRequest, database: NamedDependency[Database]) -> Stream:
    """Stream the active products as CSV."""
    return await _export(request, _decode_filters(CatalogFilter, request), database, CSV)


async def _export(
    request: AnyRequest, criteria: CatalogFilter, database: Database, media_type: str
) -> Stream:
    client = client_network(request.client.host) if request.client else ""
    chunks = service.export_products(database, criteria, FORMATS[media_type], client)
    return await file_response(chunks, FORMATS[media_type].name, media_type)


@get(
    "/catalog/{product_id:str}",
    summary="Get a product of the catalog",
    description="Returns one active product with the name of its category.",
    opt=documented(
        Success(
            kind=CatalogProductDetail,
            example={**PRODUCT, "category_name": "Hammers"},
            headers=("ETag", *RATE_LIMIT_FIELDS),
        ),
        NOT_MODIFIED,
        errors=(NotFoundError, RateLimitExceededError),
    ),
)
async def get_catalog_product(
    request: AnyRequest,
    product_id: Annotated[UUID, PathParameter(description="The product's id.")],
) -> CachedResponse:
    """Return one active product."""

    async def compute() -> CachedResponse:
        return make_cached_response(
            await service.get_product(request.app.state.catalog, product_id)
        )

    return await _cached_response(request, str(product_id), compute)


@get(
    "/categories",
    summary="List the categories of the catalog",
    description="Returns all categories by name, each with its number of active products.",
    dependencies={"paging": provide_query(Paging)},
    opt=documented(
        Success(
            kind=CatalogCategoryPage,
            example=plain_page_example(CATEGORY),
            headers=("ETag", *RATE_LIMIT_FIELDS),
        ),
        NOT_MODIFIED,
        query=Paging,
        errors=(RateLimitExceededError,),
    ),
)
async def list_catalog_categories(
    request: AnyRequest, paging: NamedDependency[Paging]
) -> CachedResponse:
    """Return a page of categories."""

    async def compute() -> CachedResponse:
        return make_cached_response(
            await service.list_categories(request.app.state.catalog, paging)
        )

    return await _cached_response(request, f"{paging.limit}&{paging.page}", compute)


router = Router(
    "/",
    route_handlers=[
        list_catalog,
        export_catalog,
        export_catalog_csv,
        get_catalog_product,
        list_catalog_categories,
    ],
    tags=["Catalog"],
)
