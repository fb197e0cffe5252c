from uuid import UUID

from pricebook.catalog import repository
from pricebook.catalog.schemas import (
    CatalogProduct,
    CatalogProductDetail,
    CatalogQuery,
    CategoryCount,
)
from pricebook.db import Database
from pricebook.errors import NotFoundError
from pricebook.web.paging import Page, Paging, page_of


async def browse(database: Database, query: CatalogQuery) -> Page[CatalogProduct]:
    """Return a page of the active products that pass every filter, by name and id."""
    async with database.connection() as conn:
        total_count, products = await repository.list_active(conn, query)
    return page_of(query, total_count, products)


async def get_product(database: Database, product_id: UUID) -> CatalogProductDetail:
    """Return one active product; raises NotFoundError for any other id."""
    async with database.connection() as conn:
        product = await repository.find_active(conn, product_id)
    if product is None:
        raise NotFoundError(f"There is no active product {product_id}.")
    return product


async def list_categories(database: Database, paging: Paging) -> Page[CategoryCount]:
    """Return a page of the categories, by name and id."""
    async with database.connection() as conn:
        total_count, categories = await repository.list_categories(conn, paging)
    return page_of(paging, total_count, categories)
