"""The list of suppliers: the state of their price lists at a glance."""

from typing import Any

from litestar import Request, Response, get

from pricebook.console.active_filters import active_filters
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import decode_page_query, read_page_query
from pricebook.console.rendering import render, wants_fragment
from pricebook.console.suppliers.trend_line import draw_levels, draw_sizes
from pricebook.db.database import Database
from pricebook.suppliers import list_health as health
from pricebook.suppliers.health_schemas import COUNTED_OF_EACH, SupplierHealthQuery

AnyRequest = Request[Any, Any, Any]
PATH = "/console/suppliers"
DONE = ("deleted", "deleting")
NEEDS = ("anything", "late", "stopped", "shrunk", "quarantined", "unmatched")
SORTS = ("name", "late", "newest", "oldest", "items")
NO_PLACE = dict.fromkeys(("cursor", "page", "limit"))


@get(PATH, opt=page_for("GET", "/suppliers"))
async def show_suppliers(request: AnyRequest) -> Response[Any]:
    """Show suppliers with the state of their price lists, by name, activity and needs."""
    values = await _list(request)
    if wants_fragment(request):
        headers = {"HX-Replace-Url": values["query"].address(PATH, cursor=None, page=None)}
        return render(request, "suppliers/supplier_results.html", values, headers=headers)
    done = request.query_params.get("done", "")
    page = {**values, "done": done if done in DONE else ""}
    status = 400 if values["issues"] else 200
    return render(request, "suppliers/suppliers.html", page, status=status)


async def _list(request: AnyRequest) -> dict[str, Any]:
    """Return what the list shows."""
    query = read_page_query(SupplierHealthQuery, request.scope["query_string"])
    criteria, issues = decode_page_query(SupplierHealthQuery, query)
    database: Database = request.app.state.database
    result = None if criteria is None else await health.list_health(database, criteria)
    suppliers = result.data if result else []
    cursor = result.next_cursor if result else None
    return {
        "query": query,
        "result": result,
        "sizes": {each.id: draw_sizes(each.list_sizes) for each in suppliers},
        "levels": {each.id: draw_levels(each.price_levels) for each in suppliers},
        "most": COUNTED_OF_EACH,
        "next": cursor and query.address(PATH, cursor=cursor, page=None),
        "first": query.address(PATH, cursor=None, page=None),
        "is_filtered": bool(query.fields.keys() - NO_PLACE.keys() - {"sort"}),
        "issues": {each.field: each.issue for each in issues},
        "active_filters": active_filters("suppliers", query, PATH, {}),
        "needs": NEEDS,
        "sorts": SORTS,
    }
