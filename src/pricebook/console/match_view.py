"""The view of a queue: its filters and its part; without a band, items without candidates follow.

Those are a list of their own, so that a page of the view is one of either list.
"""

from typing import Any

import msgspec

from pricebook.console.query_fields import PageQuery, decode_page_query
from pricebook.db.database import Database
from pricebook.errors import FieldIssue
from pricebook.http.pagination import CursorPage
from pricebook.matching import service
from pricebook.matching.schemas import BandFilter, MatchQuery, SuggestedMatch

LIST = "/console/matches/list"
FILTERS = ("supplier_id", "band", "search")
VIEW = (*FILTERS, "rest", "cursor")
# Of the number of a page, so that an address has no longer one.
MAX_DIGITS = 9
BANDS: tuple[BandFilter, ...] = ("certain", "likely", "possible", "none")

Page = CursorPage[SuggestedMatch]


class MatchView(MatchQuery, frozen=True, kw_only=True):
    """The fields of a view; items without candidates follow the others from page `rest` on."""

    rest: int = 0


class ShownMatches(msgspec.Struct, frozen=True):
    """A page of a view, the address of the next one, and the number of items of both lists.

    `without` of the items have no candidate; it is 0 where a band is chosen.
    """

    view: PageQuery
    page: Page
    following: dict[str, Any] | None
    total: int
    is_exact: bool
    without: int = 0

    @property
    def number(self) -> int:
        """The number of the page in the whole view; the first is 1."""
        begin = self.view.get("rest")
        is_number = begin.isascii() and begin.isdecimal() and len(begin) <= MAX_DIGITS
        return self.page.page + max(0, int(begin) - 1 if is_number else 0)

    @property
    def is_rest_next(self) -> bool:
        """Whether the next page begins the items without a candidate."""
        return self.following is not None and "rest" in self.following

    def next_address(self, path: str) -> str | None:
        """Return the address of the next page, None after the last one."""
        return None if self.following is None else self.view.address(path, **self.following)


def view_of(fields: dict[str, str]) -> PageQuery:
    """Return the view that an address or a form names."""
    return PageQuery({name: fields[name] for name in VIEW if fields.get(name)})


def decode_view(view: PageQuery, limit: str) -> tuple[MatchQuery | None, tuple[FieldIssue, ...]]:
    """Return the query of a page of a view and no issues, or None and why it was refused."""
    fields = {name: value for name, value in view.fields.items() if name != "rest"}
    if view.get("rest"):
        fields["band"] = "none"
    return decode_page_query(MatchQuery, PageQuery({**fields, "limit": limit}))


async def find_matches(database: Database, view: PageQuery, criteria: MatchQuery) -> ShownMatches:
    """Return a page of a view; where no item with a candidate is left, one of those without."""
    page = await service.list_matches(database, criteria)
    following = {"cursor": page.next_cursor} if page.next_cursor else None
    if view.get("band"):
        return ShownMatches(view, page, following, page.total_count, page.total_count_is_exact)
    is_rest = bool(view.get("rest"))
    first = msgspec.structs.replace(criteria, band=None if is_rest else "none", cursor=None, page=1)
    if not is_rest and not page.data:
        return await _show_rest(database, view, page, first)
    other = await service.list_matches(database, msgspec.structs.replace(first, limit=1))
    if not is_rest and following is None and other.data:
        following = {"cursor": None, "rest": page.page + 1}
    is_exact = page.total_count_is_exact and other.total_count_is_exact
    total = page.total_count + other.total_count
    without = (page if is_rest else other).total_count
    return ShownMatches(view, page, following, total, is_exact, without)


async def _show_rest(
    database: Database, view: PageQuery, empty: Page, criteria: MatchQuery
) -> ShownMatches:
    """Return the first page of the items without candidates; the empty one if there are none."""
    page = await service.list_matches(database, criteria)
    if not page.data:
        return ShownMatches(view, empty, None, empty.total_count, is_exact=True)
    fields = {name: value for name, value in view.fields.items() if name != "cursor"}
    return ShownMatches(
        PageQuery({**fields, "rest": str(empty.page)}),
        page,
        {"cursor": page.next_cursor} if page.next_cursor else None,
        empty.total_count + page.total_count,
        empty.total_count_is_exact and page.total_count_is_exact,
        page.total_count,
    )


async def find_remaining(
    database: Database, view: PageQuery, path: str
) -> list[tuple[BandFilter, str, str]]:
    """Return the bands of which items are left, each with about how many and where they are.

    They are of the supplier of the view; its words are left out.
    """
    remaining = list[tuple[BandFilter, str, str]]()
    for band in BANDS:
        wanted = PageQuery({"band": band, "limit": "1"})
        if view.get("supplier_id"):
            wanted.fields["supplier_id"] = view.get("supplier_id")
        criteria, _ = decode_page_query(MatchQuery, wanted)
        page = criteria and await service.list_matches(database, criteria)
        if page and page.data:
            shown = wanted.without("limit")
            count = f"{page.total_count:,}"
            remaining.append((band, count, shown.address(path)))
    return remaining
