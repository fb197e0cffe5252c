from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.http.json_body import provide_body
from pricebook.http.openapi import RequestBody, Success, documented, page_example
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.http.query_string import provide_query
from pricebook.settings import Settings
from pricebook.suppliers import credential_routes, service, source_urls
from pricebook.suppliers.schemas import (
    NewSupplier,
    PriceHistoryPage,
    PricePoint,
    SupplierChange,
    SupplierOverview,
    SupplierPage,
    UnmatchedItem,
    UnmatchedItemPage,
    UnmatchedItemQuery,
)

CREATE_REQUEST: dict[str, Any] = {
    "name": "Nordwerk",
    "source_type": "google_sheets",
    "source_config": {"spreadsheet_url": "https://docs.google.com/spreadsheets/d/1aB2c"},
    "contact_email": "lists@nordwerk.example",
    "is_active": True,
}
CHANGE_REQUEST: dict[str, Any] = {
    "contact_email": None,
    "source_config": {"sheet_name": None, "column_mapping": {"price": "Net price"}},
}
SUPPLIER: dict[str, Any] = {
    "id": "2c9a7e10-0f5d-4f0a-8a51-6e3b9d7c4f18",
    **CREATE_REQUEST,
    "credentials": None,
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
    "expected_list": {
        "by": "rhythm",
        "expected_at": "2026-03-08T06:14:52Z",
        "late_at": "2026-03-11T18:14:52Z",
        "late_since": None,
    },
}
DELETING: dict[str, Any] = SUPPLIER | {
    "is_active": False,
    "deleting_since": "2026-03-02T09:00:00Z",
    "items_count": 300_000,
}
# Of items in examples: 27.70 EUR less 40 % is 16.62 EUR, at 1.05 that is 17.45 USD.
ITEM_TERMS: dict[str, Any] = {
    "currency": "EUR",
    "cost": "16.62",
    "exchange_rate": "1.05",
    "rate_date": "2026-02-27",
    "next_price": "17.10",
    "next_from": "2026-04-01",
    "price_outdated_since": None,
    "details": {
        "list_price": "2770.00",
        "recommended_price": None,
        "price_quantity": "100",
        "unit": "C62",
        "unit_text": None,
        "pack_size": "10",
        "min_order_quantity": None,
        "discounts": ["40"],
        "discount_group": "H1",
        "surcharge": None,
        "surcharge_percent": None,
        "deposit": None,
        "vat_included": False,
        "vat_rate": None,
        "price_tiers": [{"quantity": "100", "price": "2600.00"}],
        "gtin": "4006381333931",
        "gtin_text": None,
        "mpn": None,
        "brand": "Nordwerk",
    },
    "availability": {"stock": "50", "stock_text": ">50", "lead_time_days": 3},
}
UNMATCHED_ITEM: dict[str, Any] = {
    "id": "7d1f2b8e-64a3-4b8f-9a4e-2f6a0b9c1d22",
    "supplier_id": SUPPLIER["id"],
    "supplier_name": "Nordwerk",
    "supplier_sku": "NW-20417",
    "name": "Claw hammer 20oz fibreglass",
    "current_price": "17.45",
    "characteristics": {"unit": "pc"},
    "last_ingested_at": "2026-03-01T06:15:00Z",
    "absent_since": None,
    **ITEM_TERMS,
    "created_at": "2026-02-11T10:41:17.552806Z",
}
PRICE: dict[str, Any] = {
    "price": "17.45",
    "recorded_at": "2026-03-01T06:15:00Z",
    "currency": "EUR",
    "cost": "16.62",
    "undone_by": None,
}

SupplierId = Annotated[UUID, PathParameter(description="The supplier's id.")]
ItemId = Annotated[UUID, PathParameter(description="The supplier item's id.")]


@get(
    "/suppliers/unmatched",
    summary="List unmatched supplier items",
    description="Returns supplier items without a product, oldest first.",
    dependencies={"criteria": provide_query(UnmatchedItemQuery)},
    opt=documented(
        Success(kind=UnmatchedItemPage, example=page_example(UNMATCHED_ITEM)),
        query=UnmatchedItemQuery,
    ),
)
async def list_unmatched_items(
    criteria: NamedDependency[UnmatchedItemQuery], database: NamedDependency[Database]
) -> CursorPage[UnmatchedItem]:
    """Return a page of items without a product."""
    return await service.list_unmatched_items(database, criteria)


@get(
    "/suppliers",
    summary="List suppliers",
    description="Returns all suppliers by name, each with its number of items and its last task.",
    dependencies={"paging": provide_query(CursorPaging)},
    opt=documented(Success(kind=SupplierPage, example=page_example(SUPPLIER)), query=CursorPaging),
)
async def list_suppliers(
    paging: NamedDependency[CursorPaging], database: NamedDependency[Database]
) -> CursorPage[SupplierOverview]:
    """Return a page of suppliers."""
    return await service.list_suppliers(database, paging)


@get(
    "/suppliers/{supplier_id:str}",
    summary="Get a supplier",
    description="Returns one supplier with its number of items and its last task.",
    opt=documented(Success(kind=SupplierOverview, example=SUPPLIER), errors=(NotFoundError,)),
)
async def get_supplier(
    supplier_id: SupplierId, database: NamedDependency[Database]
) -> SupplierOverview:
    """Return one supplier."""
    return await service.get_supplier(database, supplier_id)


@post(
    "/suppliers",
    summary="Create a supplier",
    description="Creates a supplier. No other supplier may have its name, in any case.",
    dependencies={"new_supplier": provide_body(NewSupplier)},
    opt=documented(
        Success(kind=SupplierOverview, example=SUPPLIER, status=201, headers=("Location",)),
        body=RequestBody(NewSupplier, CREATE_REQUEST),
        errors=(ConflictError,),
    ),
)
async def create_supplier(
    new_supplier: NamedDependency[NewSupplier],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> Response[SupplierOverview]:
    """Create a supplier and return it."""
    await source_urls.check_new(new_supplier, allows_private=settings.allow_private_urls)
    created = await service.create_supplier(database, new_supplier)
    return Response(created, headers={"Location": f"/api/v1/admin/suppliers/{created.id}"})


@patch(
    "/suppliers/{supplier_id:str}",
    summary="Change a supplier",
    description="Changes the fields that are sent, in `source_config` too (JSON Merge Patch, RFC"
    " 7396): null removes a field of `source_config` or a member of its objects.",
    dependencies={"change": provide_body(SupplierChange)},
    opt=documented(
        Success(kind=SupplierOverview, example=SUPPLIER),
        body=RequestBody(SupplierChange, CHANGE_REQUEST),
        errors=(NotFoundError, ConflictError),
    ),
)
async def change_supplier(
    supplier_id: SupplierId,
    change: NamedDependency[SupplierChange],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> SupplierOverview:
    """Change a supplier and return it."""
    allows_private = settings.allow_private_urls
    await source_urls.check_change(database, supplier_id, change, allows_private=allows_private)
    return await service.change_supplier(database, supplier_id, change)


@delete(
    "/suppliers/{supplier_id:str}",
    status_code=202,
    summary="Delete a supplier",
    description="Deletes a supplier with its items and their price history, and keeps the products."
    " With many items the response is 202: the supplier is inactive, no longer listed, and its name"
    " can be used again, while its items are deleted in batches. GET Location returns how many are"
    " left, then 404.",
    opt=documented(
        Success(status=204),
        Success(kind=SupplierOverview, example=DELETING, status=202, headers=("Location",)),
        errors=(NotFoundError,),
    ),
)
async def delete_supplier(
    supplier_id: SupplierId, database: NamedDependency[Database]
) -> Response[SupplierOverview | None]:
    """Delete a supplier; return it while its items are deleted in batches."""
    remaining = await service.delete_supplier(database, supplier_id)
    if remaining is None:
        return Response(None, status_code=204)
    location_header = {"Location": f"/api/v1/admin/suppliers/{supplier_id}"}
    return Response(remaining, status_code=202, headers=location_header)


@get(
    "/supplier-items/{item_id:str}/price-history",
    summary="List the price history of a supplier item",
    description="Returns the prices of an item, newest first, one for each change.",
    dependencies={"paging": provide_query(CursorPaging)},
    opt=documented(
        Success(kind=PriceHistoryPage, example=page_example(PRICE)),
        query=CursorPaging,
        errors=(NotFoundError,),
    ),
)
async def list_price_history(
    item_id: ItemId, paging: NamedDependency[CursorPaging], database: NamedDependency[Database]
) -> CursorPage[PricePoint]:
    """Return a page of the prices of an item."""
    return await service.list_prices(database, item_id, paging)


router = Router(
    "/",
    route_handlers=[
        list_unmatched_items,
        list_suppliers,
        get_supplier,
        create_supplier,
        change_supplier,
        delete_supplier,
        list_price_history,
        *credential_routes.HANDLERS,
    ],
    tags=["Suppliers"],
)
