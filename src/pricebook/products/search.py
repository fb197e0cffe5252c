"""Staff search: exact codes first, then products with all words, then those with similar ones.

A search that many products pass as it is needs no similar words. Fewer are ranked and listed apart,
and the products with other forms of the words follow; if there are none, those with the words that
may be meant.
"""

from collections.abc import Sequence

import msgspec

from pricebook.db.database import Connection
from pricebook.db.keyset import Window
from pricebook.db.list_pages import ListPage
from pricebook.products import repository, search_repository
from pricebook.products.list_filters import StaffProductFilter, StaffProductQuery
from pricebook.products.repository import RankedProduct
from pricebook.products.schemas import StaffProduct
from pricebook.products.search_filters import SearchFilter, filter_of_word
from pricebook.products.search_positions import (
    SearchPosition,
    SearchState,
    other_position,
    ranked_position,
    start_of,
)
from pricebook.products.similar_words import (
    can_be_misspelt,
    distinct_texts,
    is_word,
    nearest_words,
    stem_of,
)

# Up to so many products are ranked and followed by those with similar words.
MAX_RANKED = 200
# The same on later pages by cursor, while more products come to pass.
MAX_RANKED_LATER = 10_000
MIN_CODE_LENGTH = 3


async def exact_filter(conn: Connection, query: StaffProductFilter) -> SearchFilter:
    """Return the filter of a search by its words as they are, and by the codes among them."""
    words = query.words
    whole = " ".join(words)
    codes = {word for word in words if _may_be_code(word)}
    found = await search_repository.find_by_codes(conn, sorted({*codes, whole}))
    return SearchFilter(
        words=tuple(
            filter_of_word(word, found.get(word, ()) if word in codes else ()) for word in words
        ),
        product_ids=found.get(whole, ()),
    )


async def list_products(conn: Connection, query: StaffProductQuery) -> ListPage[StaffProduct]:
    """Return the page of the products that pass search and filters; without a sort, best first.

    A cursor keeps what the first page has decided, while products are added and changed.
    """
    exact = await exact_filter(conn, query)
    start = start_of(query)
    state = start.state if start else await _first_state(conn, query, exact)
    if query.sort is not None:
        return await _list_sorted(conn, query, exact, state)
    first = SearchFilter(product_ids=exact.product_ids) if state.is_common else exact
    ranked = list[RankedProduct]()
    if first.words or first.product_ids:
        most = MAX_RANKED + len(first.product_ids) if start is None else MAX_RANKED_LATER
        after = start.after if start and start.is_ranked else None
        ranked = await repository.list_ranked(conn, query, first, most, after)
    others = _others(exact, state, ranked)
    return await _list_page(conn, query, start, (state, ranked, others))


async def _list_sorted(
    conn: Connection, query: StaffProductQuery, exact: SearchFilter, state: SearchState
) -> ListPage[StaffProduct]:
    start = start_of(query)
    window = query.window
    if start:
        window = msgspec.structs.replace(window, after=start.after)
    search = _with_texts(exact, state.texts) if state.texts else exact
    found = await repository.list_products(conn, query, window, search)
    positions = [other_position(state, each) for each in found.positions]
    return msgspec.structs.replace(found, positions=positions)


async def _first_state(
    conn: Connection, query: StaffProductFilter, exact: SearchFilter
) -> SearchState:
    count = await repository.count_products(conn, query, exact, MAX_RANKED)
    if count >= MAX_RANKED:
        return SearchState(is_common=True)
    similar = await similar_filter(conn, exact, count)
    return SearchState(
        is_common=False, texts=[word.texts for word in similar.words] if similar else []
    )


def _others(
    exact: SearchFilter, state: SearchState, ranked: list[RankedProduct]
) -> SearchFilter | None:
    """Return the filter of the products that follow the ranked ones by name; None for none."""
    if not state.is_common and not state.texts:
        return None
    search = exact if state.is_common else _with_texts(exact, state.texts)
    return msgspec.structs.replace(search, without=tuple(product.id for product in ranked))


def _with_texts(exact: SearchFilter, texts: Sequence[tuple[str, ...]]) -> SearchFilter:
    """Return the filter with other texts in place of each word."""
    words = [
        msgspec.structs.replace(word, texts=word_texts)
        for word, word_texts in zip(exact.words, texts, strict=True)
    ]
    return msgspec.structs.replace(exact, words=tuple(words))


async def _list_page(
    conn: Connection,
    query: StaffProductQuery,
    start: SearchPosition | None,
    found: tuple[SearchState, list[RankedProduct], SearchFilter | None],
) -> ListPage[StaffProduct]:
    """Return a page of the ranked products and then the others."""
    state, ranked, others = found
    window = query.window
    if start is None:
        first = ranked[window.offset :]
    else:
        first = [product for product in ranked if start.is_ranked and product.is_after]
    first = first[: window.limit]
    products = await repository.list_by_ids(conn, [product.id for product in first])
    positions = [
        ranked_position(state, product.rank, product.name, product.id)
        for product in first
        if product.id in products
    ]
    if others is None:
        return ListPage(len(ranked), is_exact=True, rows=[*products.values()], positions=positions)
    rest = await repository.list_products(
        conn,
        query,
        Window(
            limit=window.limit - len(first),
            offset=max(0, window.offset - len(ranked)),
            after=start.after if start and not start.is_ranked else None,
            counts_all=window.counts_all,
        ),
        others,
    )
    return ListPage(
        len(ranked) + rest.total_count,
        rest.is_exact,
        [*products.values(), *rest.rows],
        [*positions, *(other_position(state, each) for each in rest.positions)],
    )


async def export_filter(conn: Connection, query: StaffProductFilter) -> SearchFilter | None:
    """Return the filter of an export, which has the products of all pages of the same search."""
    if not query.words:
        return None
    exact = await exact_filter(conn, query)
    state = await _first_state(conn, query, exact)
    return _with_texts(exact, state.texts) if state.texts else exact


async def similar_filter(conn: Connection, exact: SearchFilter, count: int) -> SearchFilter | None:
    """Return the filter that also finds similar words, None if it would find no more.

    `count` is the number of products that pass the exact one. Misspelt words are replaced only
    where it is 0.
    """
    if count >= MAX_RANKED:
        return None
    plain = [word.texts[0] for word in exact.words if not word.product_ids]
    forms = await search_repository.find_word_forms(conn, [*filter(is_word, plain)])
    unknown = [word for word in plain if count == 0 and word not in forms and can_be_misspelt(word)]
    similar = await search_repository.find_similar_words(conn, unknown) if unknown else {}
    texts = {word: distinct_texts([word, *forms.get(word, [stem_of(word)])]) for word in plain}
    texts |= {word.texts[0]: word.texts for word in exact.words if len(word.texts) > 1}
    for word, (folded, candidates) in similar.items():
        if nearest := nearest_words(folded, candidates):
            texts[word] = nearest
    words = tuple(
        msgspec.structs.replace(word, texts=texts.get(word.texts[0], word.texts))
        for word in exact.words
    )
    return None if words == exact.words else msgspec.structs.replace(exact, words=words)


def _may_be_code(word: str) -> bool:
    return len(word) >= MIN_CODE_LENGTH and any(character.isdigit() for character in word)
