"""The other candidates of an item of the list: shown in their row, or on a page of their own."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import PathParameter

from pricebook.console.match_view import LIST, MatchView, view_of
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import read_page_query
from pricebook.console.rendering import render, wants_fragment
from pricebook.matching import service

AnyRequest = Request[Any, Any, Any]
ItemId = Annotated[UUID, PathParameter(description="The item's id.")]


@get(f"{LIST}/items/{{item_id:str}}/candidates", opt=page_for("GET", "/matches"))
async def show_candidates(request: AnyRequest, item_id: ItemId) -> Response[Any]:
    """Show the candidates of an item but for the best one, each to be accepted."""
    view = view_of(read_page_query(MatchView, request.scope["query_string"]).fields)
    values = {
        "match": await service.get_match(request.app.state.database, item_id),
        "query": view,
        "here": view.address(LIST),
        "back": f"{view.address(LIST)}#item-{item_id}",
    }
    is_part = wants_fragment(request)
    return render(request, "match_others.html" if is_part else "match_others_page.html", values)
