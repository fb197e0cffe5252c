from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from pricebook.auth.guard import documented_staff_errors
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError, ValidationError
from pricebook.http.json_body import body_operation, provide_body
from pricebook.http.pagination import Page, Paging
from pricebook.http.problems import documented_no_content, documented_response
from pricebook.http.query_string import provide_query, query_operation
from pricebook.suppliers import service
from pricebook.suppliers.schemas import (
    FreeItem,
    FreeItemQuery,
    NewSupplier,
    PricePoint,
    SupplierChange,
    SupplierOverview,
)

CREATE_REQUEST: dict[str, Any] = {
    "name": "Nordwerk",
    "source_type": "google_sheets",
    "source_config": {"spreadsheet_url": "https://docs.google.com/spreadsheets/d/1aB2c"},
    "contact_email": "lists@nordwerk.example",
    "is_active": True,
}
SUPPLIER: dict[str, Any] = {
    "id": "2c9a7e10-0f5d-4f0a-8a51-6e3b9d7c4f18",
    **CREATE_REQUEST,
    "deleting_since": None,
    "items_count": 337,
    "created_at": "2026-02-11T10:40:05.019335Z",
    "updated_at": "2026-03-01T06:15:00Z",
    "last_task": {
        "id": "e4b0a6d1-52a7-4a43-b1cf-0c5fbd6a8e90",
        "state": "succeeded",
        "enqueued_at": "2026-03-01T06:14:52Z",
        "completed_at": "2026-03-01T06:15:00Z",
    },
}
DELETING: dict[str, Any] = SUPPLIER | {
    "is_active": False,
    "deleting_since": "2026-03-02T09:00:00Z",
    "items_count": 300_000,
}
FREE_ITEM: dict[str, Any] = {
    "id": "7d1f2b8e-64a3-4b8f-9a4e-2f6a0b9c1d22",
    "supplier_id": SUPPLIER["id"],
    "supplier_name": "Nordwerk",
    "supplier_sku": "NW-20417",
    "name": "Claw hammer 20oz fibreglass",
    "current_price": "17.45",
    "characteristics": {"unit": "pc"},
    "last_ingested_at": "2026-03-01T06:15:00Z",
    "absent_since": None,
    "created_at": "2026-02-11T10:41:17.552806Z",
}
PRICE: dict[str, Any] = {"price": "17.45", "recorded_at": "2026-03-01T06:15:00Z"}

SupplierId = Annotated[UUID, PathParameter(description="The supplier's id.")]
ItemId = Annotated[UUID, PathParameter(description="The supplier item's id.")]


def _example_page(row: dict[str, Any]) -> dict[str, Any]:
    return {"total_count": 1, "page": 1, "limit": 50, "data": [row]}


@get(
    "/suppliers/unmatched",
    summary="Items without a product",
    description="Supplier items that are linked to no product, oldest first.",
    operation_class=query_operation(FreeItemQuery),
    dependencies={"criteria": provide_query(FreeItemQuery)},
    responses=documented_response(Page[FreeItem], _example_page(FREE_ITEM))
    | documented_staff_errors(ValidationError),
)
async def list_unmatched(
    criteria: NamedDependency[FreeItemQuery], database: NamedDependency[Database]
) -> Page[FreeItem]:
    """List the items without a product."""
    return await service.list_free_items(database, criteria)


@get(
    "/suppliers",
    summary="The suppliers",
    description="All suppliers by name, each with the number of its items and its last task.",
    operation_class=query_operation(Paging),
    dependencies={"paging": provide_query(Paging)},
    responses=documented_response(Page[SupplierOverview], _example_page(SUPPLIER))
    | documented_staff_errors(ValidationError),
)
async def list_suppliers(
    paging: NamedDependency[Paging], database: NamedDependency[Database]
) -> Page[SupplierOverview]:
    """List the suppliers."""
    return await service.list_suppliers(database, paging)


@get(
    "/suppliers/{supplier_id:str}",
    summary="One supplier",
    description="One supplier with the number of its items and its last task.",
    responses=documented_response(SupplierOverview, SUPPLIER)
    | documented_staff_errors(ValidationError, NotFoundError),
)
async def get_supplier(
    supplier_id: SupplierId, database: NamedDependency[Database]
) -> SupplierOverview:
    """Look at one supplier."""
    return await service.get_supplier(database, supplier_id)


@post(
    "/suppliers",
    summary="Make a supplier",
    description="Makes a supplier; its name must be free, whatever the case.",
    operation_class=body_operation(NewSupplier, CREATE_REQUEST),
    dependencies={"new_supplier": provide_body(NewSupplier)},
    responses=documented_response(SupplierOverview, SUPPLIER, status=201)
    | documented_staff_errors(ValidationError, ConflictError),
)
async def create_supplier(
    new_supplier: NamedDependency[NewSupplier], database: NamedDependency[Database]
) -> Response[SupplierOverview]:
    """Make a supplier."""
    created = await service.create_supplier(database, new_supplier)
    return Response(created, headers={"Location": f"/api/v1/admin/suppliers/{created.id}"})


@patch(
    "/suppliers/{supplier_id:str}",
    summary="Change a supplier",
    description="Changes the fields that are given; a source configuration replaces the old one.",
    operation_class=body_operation(SupplierChange, {"contact_email": None, "is_active": False}),
    dependencies={"change": provide_body(SupplierChange)},
    responses=documented_response(SupplierOverview, SUPPLIER)
    | documented_staff_errors(ValidationError, NotFoundError, ConflictError),
)
async def change_supplier(
    supplier_id: SupplierId,
    change: NamedDependency[SupplierChange],
    database: NamedDependency[Database],
) -> SupplierOverview:
    """Change a supplier."""
    return await service.change_supplier(database, supplier_id, change)


@delete(
    "/suppliers/{supplier_id:str}",
    status_code=202,
    summary="Delete a supplier",
    description="Deletes a supplier with its items and their price history; products stay. A large "
    "one (202) is hidden and inactive at once and its name is free; its items go in batches. "
    "Location answers how many are left, then 404.",
    responses=documented_no_content()
    | documented_response(SupplierOverview, DELETING, status=202)
    | documented_staff_errors(ValidationError, NotFoundError),
)
async def delete_supplier(
    supplier_id: SupplierId, database: NamedDependency[Database]
) -> Response[SupplierOverview | None]:
    """Delete a supplier."""
    remaining = await service.delete_supplier(database, supplier_id)
    if remaining is None:
        return Response(None, status_code=204)
    location_header = {"Location": f"/api/v1/admin/suppliers/{supplier_id}"}
    return Response(remaining, status_code=202, headers=location_header)


@get(
    "/supplier-items/{item_id:str}/price-history",
    summary="What an item cost when",
    description="The prices of a supplier's item, newest first; one for each change.",
    operation_class=query_operation(Paging),
    dependencies={"paging": provide_query(Paging)},
    responses=documented_response(Page[PricePoint], _example_page(PRICE))
    | documented_staff_errors(ValidationError, NotFoundError),
)
async def list_prices(
    item_id: ItemId, paging: NamedDependency[Paging], database: NamedDependency[Database]
) -> Page[PricePoint]:
    """List the prices of an item."""
    return await service.list_prices(database, item_id, paging)


router = Router(
    "/",
    route_handlers=[
        list_unmatched,
        list_suppliers,
        get_supplier,
        create_supplier,
        change_supplier,
        delete_supplier,
        list_prices,
    ],
    tags=["Suppliers"],
)
