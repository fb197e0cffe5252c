from typing import Annotated, Any
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from pricebook.catalog import service
from pricebook.catalog.schemas import (
    CatalogProduct,
    CatalogProductDetail,
    CatalogQuery,
    CategoryCount,
)
from pricebook.db import Database
from pricebook.errors import NotFoundError, ValidationError
from pricebook.web.paging import Page, Paging
from pricebook.web.problems import answers, can_fail
from pricebook.web.query import documented, provide_query

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


def _listed(row: dict[str, Any]) -> dict[str, Any]:
    return {"total_count": 1, "page": 1, "limit": 50, "data": [row]}


@get(
    "/catalog",
    summary="Browse the catalog",
    description="Active products by name, with their price range and number of suppliers.",
    operation_class=documented(CatalogQuery),
    dependencies={"criteria": provide_query(CatalogQuery)},
    responses=answers(Page[CatalogProduct], _listed(PRODUCT)) | can_fail(ValidationError),
)
async def browse(
    criteria: NamedDependency[CatalogQuery], database: NamedDependency[Database]
) -> Page[CatalogProduct]:
    """Browse the active products."""
    return await service.browse(database, criteria)


@get(
    "/catalog/{product_id:str}",
    summary="One product",
    description="One active product with the name of its category.",
    responses=answers(CatalogProductDetail, {**PRODUCT, "category_name": "Hammers"})
    | can_fail(ValidationError, NotFoundError),
)
async def get_product(
    product_id: Annotated[UUID, PathParameter(description="The product's id.")],
    database: NamedDependency[Database],
) -> CatalogProductDetail:
    """Look at one active product."""
    return await service.get_product(database, product_id)


@get(
    "/categories",
    summary="The categories",
    description="All categories by name, each with the number of active products in it.",
    operation_class=documented(Paging),
    dependencies={"paging": provide_query(Paging)},
    responses=answers(Page[CategoryCount], _listed(CATEGORY)) | can_fail(ValidationError),
)
async def list_categories(
    paging: NamedDependency[Paging], database: NamedDependency[Database]
) -> Page[CategoryCount]:
    """List the categories."""
    return await service.list_categories(database, paging)


router = Router("/", route_handlers=[browse, get_product, list_categories], tags=["Catalog"])
