from typing import Annotated, Any
from uuid import UUID

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from pricebook.auth.guard import documented_staff_errors
from pricebook.categories import service
from pricebook.categories.schemas import Category, CategoryChange, NewCategory
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError, ValidationError
from pricebook.http.json_body import body_operation, provide_body
from pricebook.http.pagination import Page, Paging
from pricebook.http.problems import documented_no_content, documented_response
from pricebook.http.query_string import provide_query, query_operation

CATEGORY: dict[str, Any] = {
    "id": "c1d7e9a4-7d0b-4a53-8e0e-6b1f4a2d9c55",
    "name": "Hammers",
    "parent_id": "5a4c0a0e-3c0b-4f6d-9a55-2f6f0a1d3b77",
    "created_at": "2026-03-01T08:02:11.204518Z",
    "updated_at": "2026-03-01T08:02:11.204518Z",
}
PAGE: dict[str, Any] = {"total_count": 1, "page": 1, "limit": 50, "data": [CATEGORY]}
CHANGE_REQUEST = {"name": CATEGORY["name"], "parent_id": CATEGORY["parent_id"]}

CategoryId = Annotated[UUID, PathParameter(description="The category's id.")]


@get(
    "/categories",
    summary="The categories as staff keeps them",
    description="All categories by name, each with the one that it stands in.",
    operation_class=query_operation(Paging),
    dependencies={"paging": provide_query(Paging)},
    responses=documented_response(Page[Category], PAGE) | documented_staff_errors(ValidationError),
)
async def list_categories(
    paging: NamedDependency[Paging], database: NamedDependency[Database]
) -> Page[Category]:
    """List the categories."""
    return await service.list_categories(database, paging)


@post(
    "/categories",
    summary="Make a category",
    description="Makes a category at the root or under a parent, where its name must be free.",
    operation_class=body_operation(NewCategory, CHANGE_REQUEST),
    dependencies={"new_category": provide_body(NewCategory)},
    responses=documented_response(Category, CATEGORY, status=201)
    | documented_staff_errors(ValidationError, ConflictError),
)
async def create_category(
    new_category: NamedDependency[NewCategory], database: NamedDependency[Database]
) -> Category:
    """Make a category."""
    return await service.create_category(database, new_category)


@patch(
    "/categories/{category_id:str}",
    summary="Rename or move a category",
    description="Changes name or parent; all that stands below it moves along.",
    operation_class=body_operation(CategoryChange, CHANGE_REQUEST),
    dependencies={"change": provide_body(CategoryChange)},
    responses=documented_response(Category, CATEGORY)
    | documented_staff_errors(ValidationError, NotFoundError, ConflictError),
)
async def change_category(
    category_id: CategoryId,
    change: NamedDependency[CategoryChange],
    database: NamedDependency[Database],
) -> Category:
    """Rename or move a category."""
    return await service.change_category(database, category_id, change)


@delete(
    "/categories/{category_id:str}",
    summary="Delete a category",
    description="Its products stay, without a category; its subcategories move up to its parent.",
    responses=documented_no_content()
    | documented_staff_errors(ValidationError, NotFoundError, ConflictError),
)
async def delete_category(category_id: CategoryId, database: NamedDependency[Database]) -> None:
    """Delete a category."""
    await service.delete_category(database, category_id)


router = Router(
    "/",
    route_handlers=[list_categories, create_category, change_category, delete_category],
    tags=["Products"],
)
