"""The page of one product: suppliers, prices over time, history, and items that may be linked."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response

from pricebook.audit import service as audit
from pricebook.audit.schemas import AuditPaging
from pricebook.console.match_forms import NOTHING_DONE
from pricebook.console.page_errors import caller_of
from pricebook.console.price_chart import draw_prices
from pricebook.console.query_fields import PageQuery, decode_page_query
from pricebook.console.rendering import may, render, wants_fragment
from pricebook.db.database import Database
from pricebook.prices import service as prices
from pricebook.prices.product_schemas import PriceAtQuery, PriceSeriesQuery
from pricebook.products import service
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import UnmatchedItemQuery

AnyRequest = Request[Any, Any, Any]
PATH = "/console/products"
SHOWN_CHANGES = 50
SHOWN_ITEMS = "20"


class LinkQuery(msgspec.Struct):
    """The query of the page: words of the unmatched items to link."""

    link: str = ""


async def render_product(
    request: AnyRequest, product_id: UUID, words: str, done: Mapping[str, Any] = NOTHING_DONE
) -> Response[Any]:
    """Return the page of a product, below what was just done with its items.

    With words it has the unmatched items that they find. Raises NotFoundError.
    """
    database: Database = request.app.state.database
    product = await service.get_product(database, product_id)
    present = await prices.get_product_prices(database, product_id, PriceAtQuery())
    series = await prices.get_price_series(database, product_id, PriceSeriesQuery())
    history = await audit.list_entries_of_product(
        database, product_id, AuditPaging(limit=SHOWN_CHANGES)
    )
    values = {
        "product": product,
        "product_id": product_id,
        "states": {each.supplier_item_id: each.state for each in present.prices},
        "lowest": present.lowest,
        "chart": draw_prices(series.data),
        "history": history.data,
        "base": "fragment.html" if wants_fragment(request) else "layout.html",
        **await _find_items(request, words),
        **done,
    }
    headers = {"HX-Replace-Url": _address(product_id, words)}
    return render(request, "product.html", values, headers=headers)


async def render_found_items(request: AnyRequest, product_id: UUID, words: str) -> Response[Any]:
    """Return the unmatched items that words find, as a part of the page of a product."""
    values = {"product_id": product_id, **await _find_items(request, words)}
    headers = {"HX-Replace-Url": _address(product_id, words)}
    return render(request, "product_link.html", values, headers=headers)


def _address(product_id: UUID, words: str) -> str:
    return PageQuery({}).address(f"{PATH}/{product_id}", link=words)


async def _find_items(request: AnyRequest, words: str) -> dict[str, Any]:
    """Return the unmatched items that words find, none without words or without the permission."""
    values: dict[str, Any] = {"words": words, "found": None, "link_issue": None}
    if not words or not may(caller_of(request), "GET", "/suppliers/unmatched"):
        return values
    query = PageQuery({"search": words, "limit": SHOWN_ITEMS})
    criteria, issues = decode_page_query(UnmatchedItemQuery, query)
    if criteria is None:
        return {**values, "link_issue": "; ".join(each.issue for each in issues)}
    found = await suppliers.list_unmatched_items(request.app.state.database, criteria)
    return {**values, "found": found}
