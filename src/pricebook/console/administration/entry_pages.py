"""The entry page of the administration."""

from typing import Any

from litestar import Request, Response, get

from pricebook.console.administration.administration_sections import PATH, render_section
from pricebook.console.page_guard import PAGE_FOR_ALL_STAFF


@get(PATH, name="administration", opt=PAGE_FOR_ALL_STAFF)
async def show_administration(request: Request[Any, Any, Any]) -> Response[Any]:
    """Show which pages of the administration the caller may open."""
    return render_section(request, "administration/entry.html", {})
