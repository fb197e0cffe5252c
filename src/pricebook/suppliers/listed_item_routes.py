"""The route of the items of a supplier."""

from typing import Any

from litestar import Router, get
from litestar.di import NamedDependency

from pricebook.db.database import Database
from pricebook.errors import NotFoundError
from pricebook.http.openapi import Success, documented, page_example
from pricebook.http.pagination import CursorPage
from pricebook.http.query_string import provide_query
from pricebook.suppliers.listed_item_schemas import ListedItem, ListedItemPage, ListedItemQuery
from pricebook.suppliers.listed_items import list_items_of_supplier
from pricebook.suppliers.routes import UNMATCHED_ITEM, SupplierId

LISTED_ITEM: dict[str, Any] = {
    "item": {name: value for name, value in UNMATCHED_ITEM.items() if name != "created_at"},
    "product": {
        "id": "0b6f3a52-5f5c-4c8e-9a31-3f1f0d5f7a10",
        "internal_sku": "HAM-0107",
        "name": "Claw hammer 20 oz, fibreglass handle",
    },
}


@get(
    "/suppliers/{supplier_id:str}/items",
    summary="List the items of a supplier",
    description="Returns the items of a supplier by their codes, absent ones too, each with the"
    " product that it is linked to.",
    dependencies={"criteria": provide_query(ListedItemQuery)},
    opt=documented(
        Success(kind=ListedItemPage, example=page_example(LISTED_ITEM)),
        query=ListedItemQuery,
        errors=(NotFoundError,),
    ),
)
async def list_supplier_items(
    supplier_id: SupplierId,
    criteria: NamedDependency[ListedItemQuery],
    database: NamedDependency[Database],
) -> CursorPage[ListedItem]:
    """Return a page of the items of a supplier."""
    return await list_items_of_supplier(database, supplier_id, criteria)


router = Router("/", route_handlers=[list_supplier_items], tags=["Suppliers"])
