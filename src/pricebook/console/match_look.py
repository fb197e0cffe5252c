"""How many matches there are, and those of a filter, before they are decided at once."""

from typing import Any
from uuid import UUID

from pricebook.console.query_fields import PageQuery, require_page_query
from pricebook.db.database import Database
from pricebook.db.keyset import SEARCH_COUNT_LIMIT
from pricebook.http.pagination import CursorPage
from pricebook.matching import service
from pricebook.matching.decision_schemas import MAX_FILTERED
from pricebook.matching.schemas import BandFilter, MatchQuery, SuggestedMatch

SHOWN_PAIRS = 100
# A number that is estimated to be over this is not counted to say that it is too large.
MAX_COUNTED = 2 * MAX_FILTERED


async def first_of_band(
    database: Database, band: BandFilter, supplier_id: UUID | None = None
) -> CursorPage[SuggestedMatch]:
    """Return the first item whose best suggestion is of a band, and about how many there are.

    To count many exactly takes longer than to decide about one.
    """
    wanted = MatchQuery(supplier_id=supplier_id, band=band, limit=1)
    return await service.list_matches(database, wanted)


async def look_at_all(database: Database, chosen: PageQuery) -> dict[str, Any]:
    """Return the first matches of a filter, and how many can be decided at once.

    The number of matches is exact unless it is over that limit. To compare each of many items with
    words takes seconds, so that fewer are decided at once by words.
    """
    wanted = {**chosen.fields, "limit": str(SHOWN_PAIRS)}
    page = await service.list_matches(database, require_page_query(MatchQuery, PageQuery(wanted)))
    limit = MAX_FILTERED
    if not page.total_count_is_exact and chosen.get("search"):
        limit = SEARCH_COUNT_LIMIT
    elif not page.total_count_is_exact and page.total_count <= MAX_COUNTED:
        counted = PageQuery({**wanted, "exact_count": "true"})
        page = await service.list_matches(database, require_page_query(MatchQuery, counted))
    return {"query": chosen, "page": page, "limit": limit}
