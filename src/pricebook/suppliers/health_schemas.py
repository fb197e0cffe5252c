"""Suppliers with the state of their price lists, and what is counted of one of them."""

import operator
from decimal import Decimal
from itertools import accumulate
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Struct

from pricebook.errors import FieldIssue
from pricebook.http.field_types import SearchText, doc, search_issues, search_terms
from pricebook.http.pagination import CursorPaging
from pricebook.suppliers.schemas import LastTask
from pricebook.suppliers.status_schemas import ExpectedList

# A price list with less than this share of the articles of the one before has shrunk.
SHRUNK_SHARE = 0.9
# So many of the last price lists of a supplier are compared.
COMPARED_LISTS = 12
# Unmatched items of each supplier of a page are counted up to this number, those of one further.
COUNTED_OF_EACH = 1_000
COUNTED_OF_ONE = 10_000

Activity = Literal["active", "inactive"]
Need = Literal["anything", "late", "stopped", "shrunk", "quarantined", "unmatched"]
HealthSort = Literal["name", "late", "newest", "oldest", "items"]


class SupplierHealthQuery(CursorPaging, frozen=True):
    """Filters and sort of suppliers, and which page of them to return."""

    search: Annotated[SearchText | None, doc("Words that all occur in the name.")] = None
    activity: Annotated[Activity | None, doc("Only active suppliers, or only inactive ones.")] = (
        None
    )
    needs: Annotated[
        Need | None,
        doc(
            "Only suppliers whose price list is late, whose newest one is held or failed"
            " (`stopped`), has clearly fewer articles (`shrunk`) or prices out of line"
            " (`quarantined`); `anything` is one of these. `unmatched`: with an unmatched item."
        ),
    ] = None
    sort: Annotated[
        HealthSort,
        doc("Order: the name, late for longest, newest or oldest price list, most items."),
    ] = "name"

    def issues(self) -> list[FieldIssue]:
        """Return the issues of the cursor and of a search text that is blank or too long."""
        return [*self.cursor_issues(), *search_issues(self.search)]

    @property
    def words(self) -> tuple[str, ...]:
        """The distinct words of the search text."""
        return search_terms(self.search)


class SupplierHealth(Struct, frozen=True):
    """A supplier with its newest price list and what it needs.

    `unmatched_count` and `quarantined_count` are counted up to COUNTED_OF_EACH and one more.
    `list_sizes` are the numbers of articles of its last full price lists, `price_changes` the
    average changes of its prices by its last ones in percent, the oldest first.
    """

    id: UUID
    name: str
    is_active: bool
    items_count: int
    unmatched_count: int
    quarantined_count: int
    newest_list: LastTask | None
    newest_is_undone: bool
    expected_list: ExpectedList | None
    list_sizes: list[int]
    price_changes: list[Decimal]

    @property
    def price_levels(self) -> list[float]:
        """The levels of its prices before and after each of these price lists, 100 at first."""
        factors = (1 + float(change) / 100 for change in self.price_changes)
        return list(accumulate(factors, operator.mul, initial=100.0))

    @property
    def price_level_change(self) -> float | None:
        """The change of its prices by all of these price lists, in percent."""
        return self.price_levels[-1] - 100 if self.price_changes else None

    @property
    def size_change(self) -> float | None:
        """The change of the number of articles by the last price list, in percent."""
        if len(self.list_sizes) < 2 or not self.list_sizes[-2]:  # noqa: PLR2004 (the last two)
            return None
        return 100 * (self.list_sizes[-1] / self.list_sizes[-2] - 1)

    @property
    def has_shrunk(self) -> bool:
        """Whether the last price list has clearly fewer articles than the one before."""
        change = self.size_change
        return change is not None and change < 100 * (SHRUNK_SHARE - 1)


class SupplierCounts(Struct, frozen=True):
    """What belongs to a supplier, each counted up to COUNTED_OF_ONE and one more."""

    unmatched: int
    linked: int
    quarantined: int
    price_lists: int
    pricing_rules: int
