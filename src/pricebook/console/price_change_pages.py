"""Price changes with their effect on margins, as a list and as a file."""

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Request, Response, get
from litestar.response import Stream

from pricebook.console.active_filters import read_active_filters
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import (
    PageQuery,
    decode_page_query,
    read_page_query,
    require_page_query,
)
from pricebook.console.rendering import render, wants_fragment
from pricebook.console.supplier_choices import list_supplier_choices
from pricebook.db.database import Database
from pricebook.http.csv_download import file_response
from pricebook.prices import service
from pricebook.prices.schemas import PriceChangeExport, PriceChangeQuery
from pricebook.suppliers import service as suppliers

AnyRequest = Request[Any, Any, Any]
PATH = "/console/price-changes"
# More changes are summed up after the page is shown, if they are of one import, or on request.
MAX_TOTALLED = 10_000
MAX_REQUESTED = 1_000_000
# Of a list without filters, in which the last days have no change.
EARLIER_DAYS = 90
SORTS = ("margin_loss", "margin_gain", "percent_up", "percent_down", "newest")


@get(PATH, opt=page_for("GET", "/price-changes"))
async def show_price_changes(request: AnyRequest) -> Response[Any]:
    """Show price changes of the last seven days, or of other days, the largest loss first."""
    query = read_page_query(PriceChangeQuery, request.scope["query_string"])
    criteria, issues = decode_page_query(PriceChangeQuery, query)
    database: Database = request.app.state.database
    is_requested = bool(request.query_params.get("totals"))
    totals = await _read_totals(database, query, criteria, is_requested=is_requested)
    if is_requested and wants_fragment(request):
        return render(request, "price_change_totals.html", totals)
    result = None if criteria is None else await service.list_changes(database, criteria)
    cursor = result.next_cursor if result else None
    values: dict[str, Any] = {
        "query": query,
        "result": result,
        **totals,
        "next": cursor and query.address(PATH, cursor=cursor),
        "first": query.address(PATH, cursor=None),
        "export": query.address(f"{PATH}/export", cursor=None, limit=None),
        "issues": {each.field: each.issue for each in issues},
        "sorts": SORTS,
        "default_since": PriceChangeQuery().begin,
        "found_import": None,
    }
    if criteria is not None and criteria.import_id is not None:
        values["found_import"] = await service.find_import(database, criteria.import_id)
    if result and not result.data and not cursor:
        values |= await _explain_empty(database, query)
    if wants_fragment(request):
        headers = {"HX-Replace-Url": query.address(PATH, cursor=None)}
        return render(request, "price_change_results.html", values, headers=headers)
    values["suppliers"] = await list_supplier_choices(database, [query.get("supplier_id")])
    return render(request, "price_changes.html", values, status=400 if issues else 200)


async def _explain_empty(database: Database, query: PageQuery) -> dict[str, Any]:
    """Return the filters of an empty list, the ways out of them, and whether none has suppliers."""
    others = query.without("import_id", "sort", "since", "until", "cursor", "limit")
    kept = {name: query.get(name) for name in ("import_id", "sort") if query.get(name)}
    earlier = datetime.now(UTC) - timedelta(days=EARLIER_DAYS)
    return {
        "active_filters": await read_active_filters(database, "changes", query, PATH),
        "cleared": PageQuery(kept).address(PATH),
        "are_days_only": not others.fields,
        "is_new": not await suppliers.list_names(database, [], 1),
        "earlier": query.address(PATH, cursor=None, since=f"{earlier:%Y-%m-%d}"),
        "earlier_days": EARLIER_DAYS,
    }


async def _read_totals(
    database: Database, query: PageQuery, criteria: PriceChangeQuery | None, *, is_requested: bool
) -> dict[str, Any]:
    """Return the sums above the list; none of more changes than are summed up at once."""
    limit = MAX_REQUESTED if is_requested else MAX_TOTALLED
    totals = None
    if criteria is not None:
        totals = await service.total_changes(database, criteria, limit)
    return {
        "query": query,
        "totals": totals,
        "max_totalled": limit,
        "counting": None if is_requested else query.address(PATH, totals="1"),
    }


@get(f"{PATH}/export", opt=page_for("GET", "/price-changes/export"))
async def export_price_changes(request: AnyRequest) -> Stream:
    """Send the price changes that the filters of the list match as CSV."""
    query = read_page_query(PriceChangeExport, request.scope["query_string"])
    criteria = require_page_query(PriceChangeExport, query)
    chunks = service.export_changes(request.app.state.database, criteria)
    return await file_response(chunks, "price-changes.csv")
