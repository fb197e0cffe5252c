from typing import Any

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.response import Stream

from pricebook.db.database import Database
from pricebook.errors import NotFoundError
from pricebook.http.csv_download import CSV_MEDIA_TYPE, file_response
from pricebook.http.openapi import Success, documented, plain_page_example
from pricebook.http.pagination import Page
from pricebook.http.query_string import provide_query
from pricebook.product_batches import left_out
from pricebook.product_batches.left_out_schemas import (
    SENTENCES,
    LeftOutFilter,
    LeftOutPage,
    LeftOutProduct,
    LeftOutQuery,
)
from pricebook.product_batches.routes import CHANGE, BatchId

PRODUCT: dict[str, Any] = {
    "product_id": CHANGE["product_id"],
    "internal_sku": CHANGE["internal_sku"],
    "name": CHANGE["name"],
    "status": "active",
    "target_price": None,
    "lowest_price": "17.45",
    "reason": "without_target",
    "sentence": SENTENCES["without_target"],
}


@get(
    "/product-batches/{batch_id:str}/left-out",
    summary="List the products that a batch leaves out",
    description="Returns the selected products that the batch does not change, each with the"
    " reason, by reason and article code. Their values are those of now. Status 404 for a batch"
    " that an earlier release previewed: it counted them only.",
    dependencies={"criteria": provide_query(LeftOutQuery)},
    opt=documented(
        Success(kind=LeftOutPage, example=plain_page_example(PRODUCT)),
        query=LeftOutQuery,
        errors=(NotFoundError,),
    ),
)
async def list_left_out_products(
    batch_id: BatchId,
    criteria: NamedDependency[LeftOutQuery],
    database: NamedDependency[Database],
) -> Page[LeftOutProduct]:
    """Return a page of the products that a batch leaves out."""
    return await left_out.list_left_out(database, batch_id, criteria)


@get(
    "/product-batches/{batch_id:str}/left-out/export",
    summary="Export the products that a batch leaves out as CSV",
    description="Returns all selected products that the batch does not change, one line each."
    " Cells that a spreadsheet would run as a formula are escaped.",
    dependencies={"criteria": provide_query(LeftOutFilter)},
    opt=documented(
        Success(
            media_type=CSV_MEDIA_TYPE,
            example=",".join(left_out.EXPORT_HEADER),
            headers=("Content-Disposition",),
        ),
        query=LeftOutFilter,
        errors=(NotFoundError,),
    ),
)
async def export_left_out_products(
    batch_id: BatchId,
    criteria: NamedDependency[LeftOutFilter],
    database: NamedDependency[Database],
) -> Stream:
    """Stream the products that a batch leaves out as CSV."""
    lines = left_out.export_left_out(database, batch_id, criteria.reason)
    return await file_response(lines, f"{batch_id}-left-out.csv")


router = Router(
    "/",
    route_handlers=[list_left_out_products, export_left_out_products],
    tags=["Product changes"],
)
