"""The page of one product: suppliers, prices over time, history, and items that may be linked."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response

from pricebook.audit import service as audit
from pricebook.audit.schemas import AuditPaging
from pricebook.console.back_links import FIELD, back_address
from pricebook.console.batch_previews import may_change
from pricebook.console.category_choices import list_category_choices
from pricebook.console.match_forms import NOTHING_DONE
from pricebook.console.page_errors import caller_of
from pricebook.console.page_texts import load_texts
from pricebook.console.price_chart import draw_prices
from pricebook.console.products.history_lines import HistoryLine, HistoryNames, history_lines
from pricebook.console.products.product_forms import ProductForm, shown_form
from pricebook.console.query_fields import PageQuery, decode_page_query
from pricebook.console.rendering import may, render, wants_fragment
from pricebook.db.database import Database
from pricebook.matching import service as matching
from pricebook.prices import service as prices
from pricebook.prices.product_schemas import (
    DEFAULT_DAYS,
    DailyPrice,
    PriceAtQuery,
    PriceSeriesQuery,
)
from pricebook.product_batches import service as product_batches
from pricebook.products import service
from pricebook.products.schemas import StaffProductDetail
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import UnmatchedItemQuery

AnyRequest = Request[Any, Any, Any]
PATH = "/console/products"
QUEUE = "/console/matches"
STATUSES = ("active", "draft", "archived")
# What may have been done with a product, as the address of its page names it.
DONE = ("created", "changed", "unchanged")
CHART_DAYS = (14, DEFAULT_DAYS, 365)
SHOWN_CHANGES = 50
SHOWN_ITEMS = "20"
PLACE = ("link", FIELD)


class LinkQuery(msgspec.Struct):
    """The query of the page: words of the items to link, what was done, days of the chart.

    `back` is the view from which the page was opened.
    """

    link: str = ""
    back: str = ""
    done: str = ""
    days: str = ""


def place_of(fields: Mapping[str, str]) -> PageQuery:
    """Return what an address or a form of the page keeps: the words, and where it leads back."""
    return PageQuery({name: fields[name] for name in PLACE if fields.get(name)})


async def render_product(
    request: AnyRequest,
    product_id: UUID,
    place: PageQuery,
    done: Mapping[str, Any] = NOTHING_DONE,
    *,
    form: ProductForm | None = None,
) -> Response[Any]:
    """Return the page of a product, below what was just done with it or its items.

    With words it has the unmatched items that they find. A form that was refused is shown with what
    was typed, status 400. Raises NotFoundError.
    """
    database: Database = request.app.state.database
    product = await service.get_product(database, product_id)
    present = await prices.get_product_prices(database, product_id, PriceAtQuery())
    days = _chart_days(request)
    series = await prices.get_price_series(database, product_id, _last_days(days))
    categories = await list_category_choices(request)
    done_name = request.query_params.get("done", "")
    back = back_address(place.fields, PATH)
    values = {
        "product": product,
        "product_id": product_id,
        "form": form or shown_form(product),
        "categories": categories,
        "names": dict(categories),
        "statuses": STATUSES,
        "may_edit": may_change(caller_of(request), ["name"]),
        "done_name": done_name if done_name in DONE and form is None else "",
        "states": {each.supplier_item_id: each.state for each in present.prices},
        "chart": draw_prices(_until_now(series.data, product)),
        "days": days,
        "day_choices": [
            (each, place.address(f"{PATH}/{product_id}", link=None, days=each))
            for each in CHART_DAYS
        ],
        "has_rates": any(each.exchange_rate is not None for each in product.supplier_items),
        "history": await _history(request, product, dict(categories)),
        "base": "fragment.html" if wants_fragment(request) else "layout.html",
        "place": place,
        "back": back,
        "is_of_queue": back.partition("?")[0] == QUEUE,
        **await _find_items(request, product_id, place.get("link")),
        **done,
    }
    headers = {"HX-Replace-Url": place.address(f"{PATH}/{product_id}")}
    is_refused = form is not None and form.is_refused
    return render(
        request, "product.html", values, status=400 if is_refused else 200, headers=headers
    )


def _chart_days(request: AnyRequest) -> int:
    chosen = request.query_params.get("days", "")
    return next((each for each in CHART_DAYS if str(each) == chosen), DEFAULT_DAYS)


def _last_days(days: int) -> PriceSeriesQuery:
    return PriceSeriesQuery(since=datetime.now(UTC).date() - timedelta(days=days - 1))


def _until_now(days: list[DailyPrice], product: StaffProductDetail) -> list[DailyPrice]:
    """Return the days with the present price as the last one: new exchange rates are no history."""
    return [*days[:-1], msgspec.structs.replace(days[-1], lowest=product.lowest_price)]


async def _history(
    request: AnyRequest, product: StaffProductDetail, categories: Mapping[str, str]
) -> list[HistoryLine]:
    """Return the last changes of a product, and which bulk changes they are part of."""
    database: Database = request.app.state.database
    paging = AuditPaging(limit=SHOWN_CHANGES)
    entries = (await audit.list_entries_of_product(database, product.id, paging)).data
    ids = {each.batch_id for each in entries if each.entity_type == "product" and each.batch_id}
    batches = await product_batches.list_heads(database, sorted(ids))
    names = HistoryNames(load_texts(), categories, batches)
    return history_lines(entries, product, caller_of(request), names)


async def render_found_items(
    request: AnyRequest, product_id: UUID, place: PageQuery
) -> Response[Any]:
    """Return the unmatched items that words find, as a part of the page of a product."""
    found = await _find_items(request, product_id, place.get("link"))
    values = {"product_id": product_id, "place": place, **found}
    headers = {"HX-Replace-Url": place.address(f"{PATH}/{product_id}")}
    return render(request, "product_link.html", values, headers=headers)


async def _find_items(request: AnyRequest, product_id: UUID, words: str) -> dict[str, Any]:
    """Return the unmatched items that words find, with what is known of each and the product.

    Without words or without the permission there are none.
    """
    values: dict[str, Any] = {"words": words, "found": None, "pairs": {}, "link_issue": None}
    if not words or not may(caller_of(request), "GET", "/suppliers/unmatched"):
        return values
    query = PageQuery({"search": words, "limit": SHOWN_ITEMS})
    criteria, issues = decode_page_query(UnmatchedItemQuery, query)
    if criteria is None:
        return {**values, "link_issue": "; ".join(each.issue for each in issues)}
    database: Database = request.app.state.database
    found = await suppliers.list_unmatched_items(database, criteria)
    if may(caller_of(request), "GET", "/matches"):
        ids = [each.id for each in found.data]
        values["pairs"] = await matching.list_pairs(database, ids, [product_id])
    return {**values, "found": found}
