"""Products that an unmatched item may be, as staff search finds them by words."""

from typing import Any
from uuid import UUID

from litestar import Request

from pricebook.console.query_fields import PageQuery, decode_page_query
from pricebook.db.database import Database
from pricebook.matching import item_proposals
from pricebook.matching import service as matching
from pricebook.products import service as products
from pricebook.products.list_filters import StaffProductQuery

AnyRequest = Request[Any, Any, Any]
SHOWN_PRODUCTS = "9"


async def search_values(
    request: AnyRequest, item_id: UUID, view: PageQuery, words: str | None = None
) -> dict[str, Any]:
    """Return an item and the products that words find; without words, those that are proposed.

    Raises NotFoundError.
    """
    database: Database = request.app.state.database
    item = await item_proposals.get_item(database, item_id)
    if words is None:
        words = await item_proposals.propose_search(database, item)
    values: dict[str, Any] = {
        "item": item,
        "query": view,
        "words": words,
        "products": [],
        "pairs": {},
        "found": None,
        "search_issue": None,
    }
    if not words.strip():
        return values
    query = PageQuery({"search": words, "limit": SHOWN_PRODUCTS})
    criteria, issues = decode_page_query(StaffProductQuery, query)
    if criteria is None:
        return {**values, "search_issue": "; ".join(each.issue for each in issues)}
    found = await products.list_products(database, criteria)
    ordered = sorted(found.data, key=lambda each: each.status == "archived")
    pairs = await matching.list_pairs(database, [item_id], [each.id for each in found.data])
    return {**values, "found": found, "products": ordered, "pairs": pairs}
