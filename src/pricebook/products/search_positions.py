"""Positions in the result of a search without a sort: ranked products, then the others by name.

What the first page has decided is a part of the position: a product that did not change stays in
its place while others are added, changed and deleted.
"""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from pricebook.db.sort_keys import Position
from pricebook.errors import UNKNOWN_CURSOR, validation_error
from pricebook.products.list_filters import StaffProductQuery

# Rank, name and id of a product.
RANKED_KEYS = 3
WordTexts = Annotated[tuple[str, ...], Meta(min_length=1)]


class SearchState(Struct, frozen=True, array_like=True):
    """Whether so many products pass that none are ranked, and the texts in place of each word.

    Without texts, no products follow the ranked ones.
    """

    is_common: bool
    texts: list[WordTexts] = []


class SearchPosition(Struct, frozen=True):
    """The product at which a page ended: a ranked one by its keys, or another by its position."""

    state: SearchState
    is_ranked: bool
    after: list[str | None]


def start_of(query: StaffProductQuery) -> SearchPosition | None:
    """Return the position in the cursor of a query; None without a cursor.

    Raises ValidationError for a position that is none of a search.
    """
    if query.after is None:
        return None
    try:
        state_text, kind, *after = query.after.position
        state = msgspec.json.decode(state_text or "", type=SearchState)
    except (ValueError, msgspec.DecodeError):
        raise validation_error(UNKNOWN_CURSOR) from None
    is_ranked = kind == "ranked"
    is_of_search = not is_ranked or len(after) == RANKED_KEYS
    if not is_of_search or len(state.texts) not in {0, len(query.words)}:
        raise validation_error(UNKNOWN_CURSOR)
    return SearchPosition(state, is_ranked, after)


def ranked_position(state: SearchState, rank: int, name: str, product_id: UUID) -> Position:
    """Return the position of a ranked product."""
    return [_encode(state), "ranked", str(rank), name, str(product_id)]


def other_position(state: SearchState, position: Position) -> Position:
    """Return the position of another product, which has one in the list of all others."""
    return [_encode(state), "other", *position]


def _encode(state: SearchState) -> str:
    return msgspec.json.encode(state).decode()
