"""The queue as a response: the next unmatched item of a view, below what was just done."""

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response

from pricebook.console.active_filters import read_active_filters
from pricebook.console.back_links import leading_back
from pricebook.console.item_product_search import search_values
from pricebook.console.match_end import describe_end
from pricebook.console.match_forms import NOTHING_DONE
from pricebook.console.match_look import first_of_band
from pricebook.console.match_view import decode_view, find_matches, find_remaining, view_of
from pricebook.console.query_fields import PageQuery
from pricebook.console.rendering import render, wants_fragment
from pricebook.console.supplier_choices import list_supplier_choices
from pricebook.db.database import Database
from pricebook.errors import validation_error

AnyRequest = Request[Any, Any, Any]
PATH = "/console/matches"


async def render_queue(
    request: AnyRequest, fields: dict[str, str], done: Mapping[str, Any] = NOTHING_DONE
) -> Response[Any]:
    """Return the queue at the place that the fields name, below what was just done.

    An item without candidates has the products that its own words find.
    """
    criteria, issues = decode_view(view_of(fields), "1")
    if criteria is None:
        raise validation_error(*issues)
    database: Database = request.app.state.database
    shown = await find_matches(database, view_of(fields), criteria)
    view, match = shown.view, shown.page.data[0] if shown.page.data else None
    certain = await first_of_band(database, "certain", criteria.supplier_id, criteria.search)
    remaining = [] if match else await find_remaining(database, view, PATH)
    here = view.address(PATH)
    is_end = match is None and not remaining
    values: dict[str, Any] = {
        "query": view,
        "match": match,
        "shown": shown,
        "is_later": shown.number > 1,
        "skip": shown.next_address(PATH),
        "first": view.address(PATH, cursor=None, rest=None),
        "here": here,
        "certain": _link(view, "certain", "cursor", "rest", "band"),
        "certain_count": certain.total_count,
        "listed": view.address(f"{PATH}/list", cursor=None, rest=None),
        "clusters": _link(view, "clusters", "cursor", "rest", "band", "search"),
        "remaining": remaining,
        "end": await describe_end(database, view) if is_end else None,
        "active_filters": [],
        "found": None,
        **done,
    }
    if match is None:
        values["active_filters"] = await read_active_filters(database, "matches", view, PATH)
    elif not match.suggestions:
        values |= await search_values(request, match.supplier_item.id, view)
    if wants_fragment(request):
        headers = {"HX-Replace-Url": here}
        return render(request, "match_queue.html", values, headers=headers)
    values["suppliers"] = await list_supplier_choices(database, [view.get("supplier_id")])
    return render(request, "matches.html", values)


def _link(view: PageQuery, page: str, *unused: str) -> str:
    """Return the address of a page of the view without some fields, which leads back to all."""
    scope = view.without(*unused)
    address, default = scope.address(f"{PATH}/{page}"), scope.address(PATH)
    return leading_back(address, view.address(PATH), default)
