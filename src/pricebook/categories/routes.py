from typing import Annotated, Any
from uuid import UUID

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from pricebook.categories import service
from pricebook.categories.schemas import (
    Category,
    CategoryChange,
    CategoryMerge,
    CategoryPage,
    MergedCategory,
    NewCategory,
)
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.http.json_body import provide_body
from pricebook.http.openapi import RequestBody, Success, documented, page_example
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.http.query_string import provide_query

CATEGORY: dict[str, Any] = {
    "id": "c1d7e9a4-7d0b-4a53-8e0e-6b1f4a2d9c55",
    "name": "Hammers",
    "parent_id": "5a4c0a0e-3c0b-4f6d-9a55-2f6f0a1d3b77",
    "created_at": "2026-03-01T08:02:11.204518Z",
    "updated_at": "2026-03-01T08:02:11.204518Z",
}
CHANGE_REQUEST = {"name": CATEGORY["name"], "parent_id": CATEGORY["parent_id"]}
MERGED: dict[str, Any] = {
    "into": CATEGORY,
    "products": 214,
    "subcategories": 3,
    "pricing_rules": 1,
}

CategoryId = Annotated[UUID, PathParameter(description="The category's id.")]


@get(
    "/categories",
    summary="List categories",
    description="Returns all categories by name, each with the id of its parent.",
    dependencies={"paging": provide_query(CursorPaging)},
    opt=documented(Success(kind=CategoryPage, example=page_example(CATEGORY)), query=CursorPaging),
)
async def list_categories(
    paging: NamedDependency[CursorPaging], database: NamedDependency[Database]
) -> CursorPage[Category]:
    """Return a page of categories."""
    return await service.list_categories(database, paging)


@post(
    "/categories",
    summary="Create a category",
    description="Creates a category at the root or under a parent. Its name must be unused there.",
    dependencies={"new_category": provide_body(NewCategory)},
    opt=documented(
        Success(kind=Category, example=CATEGORY, status=201),
        body=RequestBody(NewCategory, CHANGE_REQUEST),
        errors=(ConflictError,),
    ),
)
async def create_category(
    new_category: NamedDependency[NewCategory], database: NamedDependency[Database]
) -> Category:
    """Create a category and return it."""
    return await service.create_category(database, new_category)


@patch(
    "/categories/{category_id:str}",
    summary="Rename or move a category",
    description="Changes the fields that are sent. Subcategories move with their parent.",
    dependencies={"change": provide_body(CategoryChange)},
    opt=documented(
        Success(kind=Category, example=CATEGORY),
        body=RequestBody(CategoryChange, CHANGE_REQUEST),
        errors=(NotFoundError, ConflictError),
    ),
)
async def change_category(
    category_id: CategoryId,
    change: NamedDependency[CategoryChange],
    database: NamedDependency[Database],
) -> Category:
    """Change a category and return it."""
    return await service.change_category(database, category_id, change)


@delete(
    "/categories/{category_id:str}",
    summary="Delete a category",
    description="Keeps the products, without a category; subcategories move to the parent.",
    opt=documented(Success(status=204), errors=(NotFoundError, ConflictError)),
)
async def delete_category(category_id: CategoryId, database: NamedDependency[Database]) -> None:
    """Delete a category."""
    await service.delete_category(database, category_id)


@post(
    "/categories/{category_id:str}/merge",
    status_code=200,
    summary="Merge a category into another one",
    description="Moves all products, subcategories and pricing rules of a category to another one"
    " and deletes it, in one transaction. Subcategories of one name under both are refused.",
    dependencies={"merge": provide_body(CategoryMerge)},
    opt=documented(
        Success(kind=MergedCategory, example=MERGED),
        body=RequestBody(CategoryMerge, {"into_id": CATEGORY["id"]}),
        errors=(NotFoundError, ConflictError),
    ),
)
async def merge_category(
    category_id: CategoryId,
    merge: NamedDependency[CategoryMerge],
    database: NamedDependency[Database],
) -> MergedCategory:
    """Merge a category into another one and return what was moved."""
    return await service.merge_category(database, category_id, merge.into_id)


router = Router(
    "/",
    route_handlers=[
        list_categories,
        create_category,
        change_category,
        merge_category,
        delete_category,
    ],
    tags=["Products"],
)
