"""How many matches there are, and those of a filter, before they are decided at once."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from pricebook.console.form_fields import convert_fields
from pricebook.console.query_fields import PageQuery, require_page_query
from pricebook.db.database import Database
from pricebook.db.keyset import SEARCH_COUNT_LIMIT
from pricebook.http.pagination import CursorPage
from pricebook.matching import service
from pricebook.matching.decision_schemas import MAX_FILTERED, MAX_WITHOUT
from pricebook.matching.schemas import Band, BandFilter, MatchQuery, SuggestedMatch

SHOWN_PAIRS = 100
# The steps of the form of a look; any other one is the cursor of the next page.
DECIDE, STAY, FIRST = "decide", "stay", "first"
# A number that is estimated to be over this is not counted to say that it is too large.
MAX_COUNTED = 2 * MAX_FILTERED


async def first_of_band(
    database: Database,
    band: BandFilter,
    supplier_id: UUID | None = None,
    search: str | None = None,
) -> CursorPage[SuggestedMatch]:
    """Return the first item whose best suggestion is of a band, and about how many there are.

    To count many exactly takes longer than to decide about one.
    """
    wanted = MatchQuery(supplier_id=supplier_id, band=band, search=search, limit=1)
    return await service.list_matches(database, wanted)


class LookForm(msgspec.Struct, frozen=True):
    """The form of a look: its fields, the items that were taken out, and how many are left."""

    fields: dict[str, str]
    without: frozenset[str] = frozenset()
    count: str = ""

    @property
    def is_decision(self) -> bool:
        """Whether the decision was sent, not another page of the look."""
        return self.fields.get("step", DECIDE) == DECIDE

    @property
    def has_too_many(self) -> bool:
        """Whether more items were taken out than a decision can leave out."""
        return len(self.without) > MAX_WITHOUT

    @property
    def cursor(self) -> str:
        """The cursor of the page that is to be shown."""
        step = self.fields.get("step", DECIDE)
        if step in {DECIDE, STAY}:
            return self.fields.get("cursor", "")
        return "" if step == FIRST else step


def read_look(fields: Sequence[tuple[str, str]]) -> LookForm:
    """Return the form of a look; rows of its page without a check are taken out."""
    form = dict(fields)
    shown, before = _ids(form, "shown"), _ids(form, "without")
    without = before - shown | shown - {value for name, value in fields if name == "item"}
    count = form.get("count", "")
    if count.isascii() and count.isdecimal():
        count = str(max(0, int(count) + len(before) - len(without)))
    return LookForm(form, without, count)


def _ids(form: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset(filter(None, form.get(name, "").split(",")))


async def look_at_all(database: Database, chosen: PageQuery, form: LookForm) -> dict[str, Any]:
    """Return a page of the matches of a filter, and how many can be decided at once.

    Matches are counted up to that limit. To compare each of many items with words takes seconds, so
    that fewer are decided at once by words.
    """
    without = convert_fields(sorted(form.without), list[UUID])
    wanted = {**chosen.fields, "limit": str(SHOWN_PAIRS)}
    wanted |= {"cursor": form.cursor} if form.cursor else {}
    query = require_page_query(MatchQuery, PageQuery(wanted))
    page = await service.list_matches(database, query)
    limit, count = MAX_FILTERED, page.total_count
    bands: dict[Band | None, int] = {}
    if chosen.get("search") and not page.total_count_is_exact:
        limit = SEARCH_COUNT_LIMIT
    elif count <= MAX_COUNTED:
        bands = await service.count_bands(database, query, without, limit + 1)
        count = sum(bands.values())
    shown = [str(each.supplier_item.id) for each in page.data]
    return {
        "query": chosen,
        "page": page,
        "limit": limit,
        "count": count,
        "bands": {band: n for band, n in bands.items() if band and count <= limit},
        "without": form.without,
        "shown": shown,
        "is_whole": form.without.isdisjoint(shown),
        "others": count - len({*shown} - form.without),
        "most": MAX_WITHOUT if form.has_too_many else 0,
        "cursor": form.cursor,
    }
