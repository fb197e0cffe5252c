from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.http.json_body import provide_body
from pricebook.http.openapi import RequestBody, Success, documented, page_example
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.http.query_string import provide_query
from pricebook.product_batches import service
from pricebook.product_batches.schemas import (
    BatchChangePage,
    BatchHead,
    ChangeQuery,
    NewBatch,
    ProductBatch,
    ProductBatchPage,
)
from pricebook.products.routes import CREATED

HEAD: dict[str, Any] = {
    "id": "5b9f2c1e-8d34-4f0a-9c77-1e2d3f4a5b6c",
    "kind": "bulk",
    "state": "previewed",
    "fields": ["target_price"],
    "created_by": "anna",
    "created_at": "2026-11-27T08:15:02.204518Z",
    "applied_by": None,
    "applied_at": None,
    "undone_by": None,
    "undone_at": None,
    "request": {
        "changes": {
            "target_price_from_lowest": {
                "method": "margin",
                "percent": "25",
                "step": "1",
                "ending": "0.99",
                "rounding": "up",
            }
        },
        "filter": {"status": "active"},
        "product_count": None,
        "only_raises": False,
    },
    "without_cost": 3,
    "left_out": {
        "archived": 0,
        "without_cost": 3,
        "without_target": 0,
        "without_rule": 0,
        "unchanged": 41,
        "lowered": 0,
    },
}
EFFECT: dict[str, Any] = {
    "products": 214,
    "raised": 209,
    "lowered": 0,
    "first_priced": 5,
    "unpriced": 0,
    "below_cost": 2,
    "margin_before": 24.1,
    "margin_after": 26.31,
    "pending": 214,
    "applied": 0,
    "skipped": 0,
    "undone": 0,
    "left": 0,
}
BATCH = HEAD | {"effect": EFFECT}
DONE = {"applied_by": "anna", "applied_at": "2026-11-27T08:16:40.118204Z"}
APPLIED = (
    BATCH
    | DONE
    | {
        "state": "applied",
        "effect": EFFECT | {"pending": 0, "applied": 213, "skipped": 1},
    }
)
UNDONE = APPLIED | {
    "state": "undone",
    "undone_by": "anna",
    "undone_at": "2026-11-27T09:02:11.031107Z",
    "effect": EFFECT | {"pending": 0, "applied": 213, "skipped": 1, "undone": 212, "left": 1},
}
CHANGE: dict[str, Any] = {
    "product_id": CREATED["id"],
    "internal_sku": CREATED["internal_sku"],
    "name": CREATED["name"],
    "lowest_price": "17.45",
    "old_status": "active",
    "new_status": "active",
    "old_category_id": None,
    "new_category_id": None,
    "old_target_price": "24.90",
    "new_target_price": "25.65",
    "price_change": 3.01,
    "old_margin": 29.92,
    "new_margin": 31.97,
    "rule": None,
    "outcome": None,
    "reason": None,
    "current": None,
    "current_target_price": "24.90",
}
CHANGE_PAGE: dict[str, Any] = {
    "total_count": 1,
    "limit": 50,
    "next_cursor": None,
    "data": [CHANGE],
}

BatchId = Annotated[UUID, PathParameter(description="The batch's id.")]


@post(
    "/product-batches",
    summary="Preview a bulk change of products",
    description="Stores what a change of status, category or target price would do to up to 10,000"
    " products by their ids, or to all that pass a filter; no product changes before the batch is"
    " applied. An archived product changes only with its status. The role sales may change target"
    " prices only.",
    dependencies={"new_batch": provide_body(NewBatch)},
    opt=documented(
        Success(kind=ProductBatch, example=BATCH, status=201, headers=("Location",)),
        body=RequestBody(
            NewBatch,
            {"changes": {"target_price_percent": "3"}, "filter": {"status": "active"}},
        ),
        errors=(ConflictError,),
    ),
)
async def preview_bulk_change(
    new_batch: NamedDependency[NewBatch],
    caller: NamedDependency[Caller],
    database: NamedDependency[Database],
) -> Response[ProductBatch]:
    """Store what a bulk change would do and return it."""
    return previewed(await service.preview(database, caller, new_batch))


def previewed(batch: ProductBatch) -> Response[ProductBatch]:
    """Return the response to a preview: 201 with the place of the batch."""
    headers = {"Location": f"/api/v1/admin/product-batches/{batch.id}"}
    return Response(batch, status_code=201, headers=headers)


@get(
    "/product-batches",
    summary="List batches of product changes",
    description="Returns previewed, applied and undone batches, newest first.",
    dependencies={"paging": provide_query(CursorPaging)},
    opt=documented(Success(kind=ProductBatchPage, example=page_example(HEAD)), query=CursorPaging),
)
async def list_product_batches(
    paging: NamedDependency[CursorPaging], database: NamedDependency[Database]
) -> CursorPage[BatchHead]:
    """Return a page of batches."""
    return await service.list_batches(database, paging)


@get(
    "/product-batches/{batch_id:str}",
    summary="Get a batch of product changes",
    description="Returns a batch with its effect: how many prices rise and fall, and the margin"
    " before and after. `…/changes` lists the products that change, `…/left-out` the others.",
    opt=documented(Success(kind=ProductBatch, example=BATCH), errors=(NotFoundError,)),
)
async def get_product_batch(batch_id: BatchId, database: NamedDependency[Database]) -> ProductBatch:
    """Return one batch."""
    return await service.get_batch(database, batch_id)


@get(
    "/product-batches/{batch_id:str}/changes",
    summary="List the changes of a batch",
    description="Returns the products of a batch with their values before and after, the largest"
    " change of the target price first.",
    dependencies={"criteria": provide_query(ChangeQuery)},
    opt=documented(
        Success(kind=BatchChangePage, example=CHANGE_PAGE),
        query=ChangeQuery,
        errors=(NotFoundError,),
    ),
)
async def list_batch_changes(
    batch_id: BatchId,
    criteria: NamedDependency[ChangeQuery],
    database: NamedDependency[Database],
) -> BatchChangePage:
    """Return a page of the changes of a batch."""
    return await service.list_changes(database, batch_id, criteria)


@post(
    "/product-batches/{batch_id:str}/apply",
    status_code=200,
    summary="Apply a batch of product changes",
    description="Changes the products as previewed. One that was changed since the preview, or"
    " whose lowest price a rule no longer finds, is skipped with its reason. A large batch is not"
    " done in one request: repeat it as long as the state is `applying`.",
    opt=documented(
        Success(kind=ProductBatch, example=APPLIED), errors=(NotFoundError, ConflictError)
    ),
)
async def apply_product_batch(
    batch_id: BatchId, caller: NamedDependency[Caller], database: NamedDependency[Database]
) -> ProductBatch:
    """Apply a batch and return it."""
    return await service.apply(database, caller, batch_id)


@post(
    "/product-batches/{batch_id:str}/undo",
    status_code=200,
    summary="Undo a batch of product changes",
    description="Gives the products back the values from before, except for those that were changed"
    " since; these are left, each with the reason. Repeat it as long as the state is `undoing`.",
    opt=documented(
        Success(kind=ProductBatch, example=UNDONE), errors=(NotFoundError, ConflictError)
    ),
)
async def undo_product_batch(
    batch_id: BatchId, caller: NamedDependency[Caller], database: NamedDependency[Database]
) -> ProductBatch:
    """Take a batch back and return it."""
    return await service.undo(database, caller, batch_id)


router = Router(
    "/",
    route_handlers=[
        preview_bulk_change,
        list_product_batches,
        get_product_batch,
        list_batch_changes,
        apply_product_batch,
        undo_product_batch,
    ],
    tags=["Product changes"],
)
