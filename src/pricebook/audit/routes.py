from typing import Annotated, Any
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from pricebook.audit import service
from pricebook.audit.schemas import AuditPage, AuditPaging, AuditQuery
from pricebook.db.database import Database
from pricebook.errors import NotFoundError
from pricebook.http.openapi import Success, documented
from pricebook.http.query_string import provide_query

ENTRY: dict[str, Any] = {
    "number": 48213,
    "at": "2026-11-27T09:30:00.204518Z",
    "actor": {
        "type": "user",
        "id": "6d0f5a3e-9d2b-4a86-b7a4-0f7c2f1d8e55",
        "name": "anna",
    },
    "request_id": "5f2b7c1d9e3a48600000000000000012",
    "task_id": None,
    "batch_id": None,
    "action": "product.updated",
    "entity_type": "product",
    "entity_id": "0c6d7f7a-52a5-4b0e-8f3b-6f3f0f0f8d11",
    "entity_name": "HAM-0107",
    "before": {"target_price": "19.90"},
    "after": {"target_price": "24.90"},
}
PAGE: dict[str, Any] = {"total_count": 1, "limit": 50, "next_cursor": None, "data": [ENTRY]}


@get(
    "/audit",
    summary="List changes",
    description="Returns who changed what, the newest changes first. A change is listed once its"
    " transaction has ended, with the time at which the transaction began: later changes may be"
    " listed before it.",
    dependencies={"criteria": provide_query(AuditQuery)},
    opt=documented(Success(kind=AuditPage, example=PAGE), query=AuditQuery),
)
async def list_audit_entries(
    criteria: NamedDependency[AuditQuery], database: NamedDependency[Database]
) -> AuditPage:
    """Return a page of the audit log."""
    return await service.list_entries(database, criteria)


@get(
    "/products/{product_id:str}/audit",
    summary="List changes of a product",
    description="Returns who changed a product, linked items to it or removed links, the newest"
    " changes first.",
    dependencies={"criteria": provide_query(AuditPaging)},
    opt=documented(
        Success(kind=AuditPage, example=PAGE), query=AuditPaging, errors=(NotFoundError,)
    ),
)
async def list_product_audit_entries(
    product_id: Annotated[UUID, PathParameter(description="The product's id.")],
    criteria: NamedDependency[AuditPaging],
    database: NamedDependency[Database],
) -> AuditPage:
    """Return a page of the changes of a product."""
    return await service.list_entries_of_product(database, product_id, criteria)


@get(
    "/supplier-items/{item_id:str}/audit",
    summary="List changes of a supplier item",
    description="Returns who linked an item to products, removed links or rejected matches, the"
    " newest changes first. Its prices are in its price history.",
    dependencies={"criteria": provide_query(AuditPaging)},
    opt=documented(
        Success(kind=AuditPage, example=PAGE), query=AuditPaging, errors=(NotFoundError,)
    ),
)
async def list_item_audit_entries(
    item_id: Annotated[UUID, PathParameter(description="The supplier item's id.")],
    criteria: NamedDependency[AuditPaging],
    database: NamedDependency[Database],
) -> AuditPage:
    """Return a page of the changes of a supplier item."""
    return await service.list_entries_of_item(database, item_id, criteria)


router = Router(
    "/",
    route_handlers=[list_audit_entries, list_product_audit_entries, list_item_audit_entries],
    tags=["Audit"],
)
