from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from pricebook.errors import validation_error
from pricebook.http.field_types import Price, SearchText, doc, search_issues, search_terms
from pricebook.http.pagination import (
    CursorPage,
    ExactCount,
    KeysetQuery,
    NextCursor,
    PageNumber,
    PageSize,
)

Band = Literal["certain", "likely", "possible"]
BandFilter = Literal["certain", "likely", "possible", "none"]
LeastBand = Literal["certain", "likely"]
Action = Literal["accept", "reject", "unlink", "none"]
RunState = Literal["queued", "running", "succeeded", "failed"]
BatchKind = Literal["decisions", "auto_link", "new_product"]
FilterAction = Literal["accept", "reject", "none"]
Outcome = Literal["linked", "rejected", "unlinked", "dismissed", "unchanged", "refused"]

MAX_DECISIONS = 1_000

ItemId = Annotated[UUID, doc("Id of the supplier item.")]
ProductId = Annotated[UUID, doc("Id of the product.")]
Score = Annotated[float, doc("How likely item and product are one article, from 0 to 1.")]
BandField = Annotated[
    Band,
    doc(
        "`certain`: a code that no other article has is the same, and nothing contradicts;"
        " `likely`: a score of at least 0.5; `possible`: a lower one, or a price more than twice or"
        " less than half that of the product."
    ),
]
CreatedBy = Annotated[str, doc("Name of the user, or what did it.")]
SupplierSku = Annotated[str | None, doc("The supplier's article code; null for an unknown item.")]
InternalSku = Annotated[
    str | None, doc("The shop's own article code of the product; null without one.")
]


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
    objections: Annotated[
        list[str],
        doc(
            "What speaks against it; of the first suggestion also other products that the item may"
            " be about as well, and other items of the supplier that may be this product."
        ),
    ]
    same_supplier_skus: Annotated[
        list[str],
        doc("Codes of items of the same supplier that the product has already, at most 5."),
    ]


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
    """Filters of unmatched items by their suggestions; they combine with AND."""

    supplier_id: Annotated[UUID | None, doc("Only items of this supplier.")] = None
    band: Annotated[
        BandFilter | None,
        doc(
            "Only items whose best suggestion has this band; `none`: examined items without a"
            " suggestion, but for those that no product fits by a decision."
        ),
    ] = None
    min_band: Annotated[
        LeastBand | None,
        doc("Only items whose best suggestion has this band or a surer one."),
    ] = None
    min_score: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        doc("Only items whose best suggestion has at least this score."),
    ] = None
    without_objections: Annotated[
        bool,
        doc(
            "Only items against whose best suggestion nothing speaks: no objection, no other"
            " product and no other item of the supplier that is as likely, and none of that"
            " supplier that the product has already."
        ),
    ] = False
    only_one: Annotated[bool, doc("Only items with exactly one suggestion.")] = False
    search: Annotated[
        SearchText | None,
        doc("Words that all occur in the name or the supplier's article code of the item."),
    ] = None

    @property
    def words(self) -> tuple[str, ...]:
        """The distinct words of the search text."""
        return search_terms(self.search)


class MatchQuery(MatchFilter, KeysetQuery, frozen=True, kw_only=True):
    """Filters of unmatched items with suggestions, and which page of them to return."""

    page: PageNumber = 1
    limit: PageSize = 50
    cursor: NextCursor = None
    exact_count: ExactCount = False

    def __post_init__(self) -> None:
        """Raise ValidationError for a search text or a cursor that cannot be used."""
        if issues := search_issues(self.search) or self.cursor_issues():
            raise validation_error(*issues)


class MatchPage(CursorPage[SuggestedMatch], frozen=True):
    """A page of unmatched items with their suggestions, the best first."""


class MatchSummary(Struct, frozen=True):
    """How many unmatched items wait for what; absent items do not count."""

    unmatched: Annotated[int, doc("Items without a product.")]
    not_examined: Annotated[int, doc("Items that no run has examined.")]
    certain: Annotated[int, doc("Items whose best suggestion is certain.")]
    likely: Annotated[int, doc("Items whose best suggestion is likely.")]
    possible: Annotated[int, doc("Items whose best suggestion is possible.")]
    none: Annotated[int, doc("Examined items without a suggestion and without a decision.")]
    dismissed: Annotated[int, doc("Items that no product fits, without a suggestion since.")]


class SummaryQuery(Struct, frozen=True):
    """Whose items to count."""

    supplier_id: Annotated[UUID | None, doc("Only items of this supplier.")] = None
