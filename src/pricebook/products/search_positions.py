"""Positions in the result of a search without a sort: ranked products, then the others by name.

What the first page has decided is a part of the position: a product that did not change stays in
its place while others are added, changed and deleted.
"""

from uuid import UUID

import msgspec
from msgspec import Struct

from pricebook.db.keyset import Position
from pricebook.errors import UNKNOWN_CURSOR, validation_error
from pricebook.products.list_filters import StaffProductQuery


class SearchState(Struct, frozen=True, array_like=True):
    """Whether so many products pass that none are ranked, and the texts in place of each word.

    Without texts, no products follow the ranked ones.
    """

    is_common: bool
    texts: list[tuple[str, ...]] = []


class SearchPosition(Struct, frozen=True):
    """The product at which a page ended: one of the ranked ones or not, with its keys."""

    state: SearchState
    is_ranked: bool
    keys: list[str | None]


def start_of(query: StaffProductQuery) -> SearchPosition | None:
    """Return the position in the cursor of a query; None without a cursor.

    Raises ValidationError for a position that is none of a search.
    """
    if query.after is None:
        return None
    try:
        state_text, is_ranked, *keys = query.after.keys
        state = msgspec.json.decode(state_text or "", type=SearchState)
        position = SearchPosition(state, is_ranked == "ranked", keys)
    except (ValueError, msgspec.DecodeError):
        raise validation_error(UNKNOWN_CURSOR) from None
    is_of_search = len(keys) == (3 if position.is_ranked else 2)
    if not is_of_search or len(state.texts) not in {0, len(query.words)}:
        raise validation_error(UNKNOWN_CURSOR)
    return position


def ranked_keys(state: SearchState, rank: int, name: str, product_id: UUID) -> Position:
    """Return the keys of a ranked product."""
    return [_encode(state), "ranked", str(rank), name, str(product_id)]


def other_keys(state: SearchState, keys: Position) -> Position:
    """Return the keys of another product."""
    return [_encode(state), "other", *keys]


def _encode(state: SearchState) -> str:
    return msgspec.json.encode(state).decode()
