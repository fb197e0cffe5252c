"""One item of a supplier: its terms, its product, and its price over time."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import PathParameter

from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import read_page_query, require_page_query
from pricebook.console.rendering import render
from pricebook.console.suppliers.supplier_list_pages import PATH
from pricebook.db.database import Database
from pricebook.http.pagination import CursorPaging
from pricebook.suppliers import listed_items, service

AnyRequest = Request[Any, Any, Any]
SupplierId = Annotated[UUID, PathParameter(description="The supplier's id.")]
ItemId = Annotated[UUID, PathParameter(description="The supplier item's id.")]


@get(
    PATH + "/{supplier_id:str}/items/{item_id:str}",
    opt=page_for("GET", "/supplier-items/{id}/price-history"),
)
async def show_item(request: AnyRequest, supplier_id: SupplierId, item_id: ItemId) -> Response[Any]:
    """Show an item of a supplier and its prices, the newest first."""
    database: Database = request.app.state.database
    query = read_page_query(CursorPaging, request.scope["query_string"])
    paging = require_page_query(CursorPaging, query)
    listed = await listed_items.get_item(database, supplier_id, item_id)
    prices = await service.list_prices(database, item_id, paging)
    path, cursor = f"{PATH}/{supplier_id}/items/{item_id}", prices.next_cursor
    values = {
        "listed": listed,
        "prices": prices,
        "next": cursor and query.address(path, cursor=cursor, page=None),
        "first": path,
    }
    return render(request, "suppliers/item.html", values)
