from typing import Annotated, Any
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import PathParameter
from litestar.response import Stream

from pricebook.db.database import Database
from pricebook.errors import NotFoundError
from pricebook.http.csv_download import CSV_MEDIA_TYPE, file_response
from pricebook.http.openapi import Success, documented, plain_page_example
from pricebook.http.pagination import Page
from pricebook.http.query_string import provide_query
from pricebook.prices import service
from pricebook.prices.product_schemas import (
    PriceAtQuery,
    PriceSeries,
    PriceSeriesQuery,
    ProductPrices,
)
from pricebook.prices.schemas import (
    EXPORT_HEADER,
    SUPPLIER_EXPORT_HEADER,
    PriceChangeExport,
    PriceChangeFilter,
    PriceChangePage,
    PriceChangeQuery,
    SupplierChangeQuery,
    SupplierChanges,
    SupplierChangesPage,
)

CHANGE: dict[str, Any] = {
    "id": "5b1d6c1e-7a0f-4d9e-9f59-0a4b2d1f6c33",
    "recorded_at": "2026-11-23T06:15:07.204518Z",
    "supplier_id": "2c9a7e10-0f5d-4f0a-8a51-6e3b9d7c4f18",
    "supplier_name": "Nordwerk",
    "supplier_item_id": "7d1f2b8e-64a3-4b8f-9a4e-2f6a0b9c1d22",
    "supplier_sku": "NW-20417",
    "name": "Claw hammer 20oz fibreglass",
    "product_id": "0b6f3a52-5f5c-4c8e-9a31-3f1f0d5f7a10",
    "internal_sku": "PROD-1772345700000-7QX2",
    "product_name": "Claw hammer 20 oz, fibreglass handle",
    "old_price": "17.45",
    "price": "18.95",
    "change_percent": 8.6,
    "margin_change": "-1.50",
    "margin_points": -6.02,
    "margin_before": 29.92,
    "margin_after": 23.9,
    "margin_percentage": 23.9,
    "undone_by": None,
    "state": "counted",
    "task_id": "f1d2b0a4-3f64-4a2e-9d21-0b6c7e5a9c10",
}
CHANGES = {"limit": 50, "next_cursor": None, "data": [CHANGE]}
SUPPLIER: dict[str, Any] = {
    "supplier_id": CHANGE["supplier_id"],
    "supplier_name": "Nordwerk",
    "raised": 312,
    "lowered": 14,
    "median_percent": 4.5,
    "weighted_percent": 5.17,
    "margin_losses": 208,
    "margin_gains": 3,
    "margin_change": "-431.15",
}
PRICES: dict[str, Any] = {
    "product_id": CHANGE["product_id"],
    "as_of": "2026-11-01T00:00:00Z",
    "lowest": "17.45",
    "highest": "17.45",
    "unknown_before": None,
    "prices": [
        {
            "supplier_item_id": CHANGE["supplier_item_id"],
            "supplier_id": CHANGE["supplier_id"],
            "supplier_name": "Nordwerk",
            "supplier_sku": "NW-20417",
            "name": "Claw hammer 20oz fibreglass",
            "state": "counted",
            "price": "17.45",
            "recorded_at": "2026-03-01T06:15:00Z",
            "cost": "17.45",
            "currency": None,
            "undone_by": None,
        }
    ],
}
SERIES: dict[str, Any] = {
    "product_id": CHANGE["product_id"],
    "unknown_before": None,
    "data": [
        {"date": "2026-11-22", "lowest": "17.45", "undone_by": None},
        {"date": "2026-11-23", "lowest": "18.95", "undone_by": None},
    ],
}

ProductId = Annotated[UUID, PathParameter(description="The product's id.")]


@get(
    "/price-changes",
    summary="List price changes",
    description="Returns changes of the prices of supplier items with their effect on the margins"
    " of products, the largest loss first. The first price of an item is no change, a new exchange"
    " rate neither, nor what an undone import changed and its undo took back, but with `undone`.",
    dependencies={"criteria": provide_query(PriceChangeQuery)},
    opt=documented(Success(kind=PriceChangePage, example=CHANGES), query=PriceChangeQuery),
)
async def list_price_changes(
    criteria: NamedDependency[PriceChangeQuery], database: NamedDependency[Database]
) -> PriceChangePage:
    """Return a page of price changes."""
    return await service.list_changes(database, criteria)


@get(
    "/price-changes/export",
    summary="Export price changes as CSV",
    description="Returns all price changes that the filters match, one line each, with the currency"
    " of the catalog. With `undone`, `state` is `undone` for what an import changed and `restored`"
    " for what its undo took back. Cells that a spreadsheet would run as a formula are escaped.",
    dependencies={"criteria": provide_query(PriceChangeExport)},
    opt=documented(
        Success(
            media_type=CSV_MEDIA_TYPE,
            example=",".join(EXPORT_HEADER),
            headers=("Content-Disposition",),
        ),
        query=PriceChangeExport,
    ),
)
async def export_price_changes(
    criteria: NamedDependency[PriceChangeExport], database: NamedDependency[Database]
) -> Stream:
    """Stream all price changes that the filters match as CSV."""
    return await file_response(service.export_changes(database, criteria), "price-changes.csv")


@get(
    "/price-changes/suppliers",
    summary="Count price changes by supplier",
    description="Returns how many prices each supplier raised and lowered, and by how much; the"
    " highest weighted rise first.",
    dependencies={"criteria": provide_query(SupplierChangeQuery)},
    opt=documented(
        Success(kind=SupplierChangesPage, example=plain_page_example(SUPPLIER)),
        query=SupplierChangeQuery,
    ),
)
async def list_price_changes_by_supplier(
    criteria: NamedDependency[SupplierChangeQuery], database: NamedDependency[Database]
) -> Page[SupplierChanges]:
    """Return a page of suppliers with their price changes."""
    return await service.list_changes_by_supplier(database, criteria)


@get(
    "/price-changes/suppliers/export",
    summary="Export price changes by supplier as CSV",
    description="Returns how many prices each supplier raised and lowered, and by how much, one"
    " line each, with the currency of the sums of margins. Cells that a spreadsheet would run as a"
    " formula are escaped.",
    dependencies={"criteria": provide_query(PriceChangeFilter)},
    opt=documented(
        Success(
            media_type=CSV_MEDIA_TYPE,
            example=",".join(SUPPLIER_EXPORT_HEADER),
            headers=("Content-Disposition",),
        ),
        query=PriceChangeFilter,
    ),
)
async def export_price_changes_by_supplier(
    criteria: NamedDependency[PriceChangeFilter], database: NamedDependency[Database]
) -> Stream:
    """Stream all suppliers with their price changes as CSV."""
    lines = service.export_changes_by_supplier(database, criteria)
    return await file_response(lines, "price-changes-by-supplier.csv")


@get(
    "/products/{product_id:str}/prices",
    summary="Get the prices of a product at a time",
    description="Returns the price that each item of the product had at a time, and the lowest and"
    " the highest one. The items are those that are linked today, and inactive suppliers those of"
    " today. Prices of other currencies are at the exchange rate of the day of their change.",
    dependencies={"criteria": provide_query(PriceAtQuery)},
    opt=documented(
        Success(kind=ProductPrices, example=PRICES), query=PriceAtQuery, errors=(NotFoundError,)
    ),
)
async def get_product_prices(
    product_id: ProductId,
    criteria: NamedDependency[PriceAtQuery],
    database: NamedDependency[Database],
) -> ProductPrices:
    """Return the prices of a product at a time."""
    return await service.get_product_prices(database, product_id, criteria)


@get(
    "/products/{product_id:str}/price-series",
    summary="Get the lowest price of a product by day",
    description="Returns the lowest price at the end of each day, one row a day: on days without a"
    " change the last known one. The items are those that are linked today.",
    dependencies={"criteria": provide_query(PriceSeriesQuery)},
    opt=documented(
        Success(kind=PriceSeries, example=SERIES), query=PriceSeriesQuery, errors=(NotFoundError,)
    ),
)
async def get_price_series(
    product_id: ProductId,
    criteria: NamedDependency[PriceSeriesQuery],
    database: NamedDependency[Database],
) -> PriceSeries:
    """Return the lowest price of a product by day."""
    return await service.get_price_series(database, product_id, criteria)


router = Router(
    "/",
    route_handlers=[
        list_price_changes,
        export_price_changes,
        list_price_changes_by_supplier,
        export_price_changes_by_supplier,
        get_product_prices,
        get_price_series,
    ],
    tags=["Prices"],
)
