from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Struct

from pricebook.errors import query_issue, validation_error
from pricebook.http.cursor import MAX_CURSOR, UNKNOWN_CURSOR, Cursor, decode_cursor, encode_cursor
from pricebook.http.field_types import Price, SearchText, doc, search_issues, search_terms
from pricebook.http.pagination import PageSize

Band = Literal["certain", "likely", "possible"]
Action = Literal["accept", "reject"]
RunState = Literal["queued", "running", "succeeded", "failed"]
BatchKind = Literal["decisions", "auto_link", "new_product"]
Outcome = Literal["linked", "rejected", "unchanged", "refused"]

MAX_DECISIONS = 1_000

ItemId = Annotated[UUID, doc("Id of the supplier item.")]
ProductId = Annotated[UUID, doc("Id of the product.")]
Score = Annotated[float, doc("How likely item and product are one article, from 0 to 1.")]
BandField = Annotated[
    Band,
    doc(
        "`certain`: a code that no other article has is the same, and nothing contradicts;"
        " `likely`: a score of at least 0.5; `possible`: a lower one."
    ),
]
CreatedBy = Annotated[str, doc("Name of the user, or what did it.")]


class SuggestedProduct(Struct, frozen=True):
    """A product that an item may be, and what speaks for it and against it."""

    product_id: ProductId
    internal_sku: Annotated[str, doc("The shop's own article code.")]
    name: Annotated[str, doc("Name of the product.")]
    target_price: Annotated[
        Price | None, doc("Own selling price in the currency of the catalog; null without one.")
    ]
    score: Score
    band: BandField
    reasons: Annotated[list[str], doc("What speaks for the match, each to be checked by a person.")]
    objections: Annotated[list[str], doc("What speaks against it.")]


class MatchItem(Struct, frozen=True):
    """An unmatched supplier item."""

    id: ItemId
    supplier_id: Annotated[UUID, doc("Id of the supplier.")]
    supplier_name: Annotated[str, doc("Name of the supplier.")]
    supplier_sku: Annotated[str, doc("The supplier's article code.")]
    name: Annotated[str, doc("Name of the article in the price list.")]
    current_price: Annotated[Price, doc("Price in the currency of the catalog.")]
    absent_since: Annotated[
        datetime | None, doc("Time since when price lists lack the item, ISO 8601 UTC; or null.")
    ]


class SuggestedMatch(Struct, frozen=True):
    """An unmatched item and the products that it may be, the likeliest first."""

    supplier_item: Annotated[MatchItem, doc("The unmatched item.")]
    suggestions: Annotated[list[SuggestedProduct], doc("Products that it may be, at most 10.")]


class MatchFilter(Struct, frozen=True, kw_only=True):
    """Filters of unmatched items with suggestions; they combine with AND."""

    supplier_id: Annotated[UUID | None, doc("Only items of this supplier.")] = None
    band: Annotated[Band | None, doc("Only items whose best suggestion has this band.")] = None
    only_one: Annotated[bool, doc("Only items with exactly one suggestion.")] = False
    search: Annotated[
        SearchText | None,
        doc("Words that all occur in the name or the supplier's article code of the item."),
    ] = None

    @property
    def words(self) -> tuple[str, ...]:
        """The distinct words of the search text."""
        return search_terms(self.search)


class MatchPosition(Struct, frozen=True, array_like=True):
    """The last item of a page: the band and the score of its best suggestion, and its id."""

    band: Band
    score: float
    supplier_item_id: UUID


class MatchQuery(MatchFilter, frozen=True, kw_only=True):
    """Filters of unmatched items with suggestions, and where the page begins."""

    limit: PageSize = 50
    cursor: Annotated[
        Cursor | None, doc("Value of `next_cursor` of the page before, with the same filters.")
    ] = None

    def __post_init__(self) -> None:
        """Raise ValidationError for a search text or a cursor that cannot be used."""
        issues = search_issues(self.search)
        if (
            not issues
            and self.cursor is not None
            and (len(self.cursor) > MAX_CURSOR or self.after is None)
        ):
            issues = [query_issue("cursor", UNKNOWN_CURSOR)]
        if issues:
            raise validation_error(*issues)

    @property
    def after(self) -> MatchPosition | None:
        """The position at which the page before ended; None without a valid cursor."""
        if self.cursor is None:
            return None
        return decode_cursor(self.cursor, MatchPosition, self._binding)

    def cursor_after(self, position: MatchPosition) -> str:
        """Return the cursor of the page after a position."""
        return encode_cursor(position, self._binding)

    @property
    def _binding(self) -> tuple[object, ...]:
        return self.supplier_id, self.band, self.only_one, self.words


class MatchPage(Struct, frozen=True):
    """A page of unmatched items with their suggestions, the best first."""

    total_count: Annotated[int, doc("Items of all pages together; exact.")]
    limit: Annotated[int, doc("Items per page, at most.")]
    next_cursor: Annotated[str | None, doc("Cursor of the next page; null on the last one.")]
    data: Annotated[list[SuggestedMatch], doc("The items of this page.")]
