"""The home of each role, and the page that shows all components."""

from typing import Any

from litestar import Request, Response, get

from pricebook.console.active_filters import active_filters
from pricebook.console.home_sections import HomeContext, read_sections
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import PAGE_FOR_ALL_STAFF
from pricebook.console.query_fields import PageQuery
from pricebook.console.rendering import render

SAMPLES = [
    ("Claw Hammer 450 g, Fiberglass Handle", "HAM-0107", "15.40"),
    ("Шестигранный ключ 6 мм, удлинённый, хром-ванадиевая сталь", "KEY-6-L", "1204.35"),
    ("W" * 120, "X" * 40, "0.0125"),
]
SAMPLE_FILTERS = {"search": "hammer", "status": "draft"}
SAMPLE_CHART = {
    "width": 640,
    "height": 160,
    "lines": ["64,96 200,96 200,64 360,64", "400,112 520,112 520,48 640,48"],
    "ticks": [(16, "20.00"), (80, "17.50"), (136, "15.00")],
    "first": "2026-03-01",
    "last": "2026-06-01",
}

AnyRequest = Request[Any, Any, Any]


@get("/console", name="home", opt=PAGE_FOR_ALL_STAFF)
async def show_home(request: AnyRequest) -> Response[Any]:
    """Show what needs the caller today."""
    state = request.app.state
    context = HomeContext(state.database, state.settings)
    sections = await read_sections(context, caller_of(request))
    return render(request, "home.html", {"sections": sections})


@get("/console/components", name="components", opt=PAGE_FOR_ALL_STAFF)
async def show_components(request: AnyRequest) -> Response[Any]:
    """Show every component that pages are made of."""
    filters = active_filters("products", PageQuery(SAMPLE_FILTERS), "/console/products", {})
    values = {"samples": SAMPLES, "chart": SAMPLE_CHART, "sample_filters": filters}
    return render(request, "component_page.html", values)
