"""Staff search: exact codes first, then products with all words, then those with similar ones.

A search that many products pass as it is needs no similar words. Fewer are ranked and listed apart,
and the products with other forms of the words follow; if there are none, those with the words that
may be meant.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from pricebook.db.database import Connection
from pricebook.products import repository, search_repository
from pricebook.products.list_filters import StaffProductFilter, StaffProductQuery
from pricebook.products.list_statements import Window
from pricebook.products.schemas import StaffProduct
from pricebook.products.search_filters import SearchFilter, WordFilter, filter_of_words
from pricebook.products.similar_words import can_be_misspelt, nearest_words, stem_of

# Up to so many products are ranked and followed by those with similar words.
MAX_RANKED = 200
MIN_CODE_LENGTH = 3


async def exact_filter(conn: Connection, query: StaffProductFilter) -> SearchFilter:
    """Return the filter of a search by its words as they are, and by the codes among them."""
    words = query.words
    whole = " ".join(words)
    codes = {word for word in words if _may_be_code(word)}
    found = await search_repository.find_by_codes(conn, sorted({*codes, whole}))
    plain = filter_of_words(words)
    if not found:
        return plain
    return SearchFilter(
        words=tuple(
            WordFilter((word,), found.get(word, ()) if word in codes else ()) for word in words
        ),
        product_ids=found.get(whole, ()),
    )


async def list_products(
    conn: Connection, query: StaffProductQuery
) -> tuple[int, list[StaffProduct]]:
    """Return a page of the products that pass search and filters, best first, and their number."""
    exact = await exact_filter(conn, query)
    if any(map(_may_be_code, query.words)):  # few have it, most often
        ranked = await repository.list_ranked_ids(conn, query, exact, MAX_RANKED)
        is_common = len(ranked) == MAX_RANKED
    else:
        window = Window(query.limit, query.offset)
        total_count, products = await repository.list_products(conn, query, window, exact)
        is_common = total_count >= MAX_RANKED
        if is_common and not exact.product_ids:
            return total_count, products
        ranked = await _list_ranked(conn, query, exact) if total_count and not is_common else []
    if is_common:
        by_code = SearchFilter(product_ids=exact.product_ids)
        ranked = await _list_ranked(conn, query, by_code) if exact.product_ids else []
        return await _list_page(conn, query, ranked, exact)
    return await _list_page(conn, query, ranked, await similar_filter(conn, exact, len(ranked)))


async def _list_ranked(
    conn: Connection, query: StaffProductFilter, search: SearchFilter
) -> list[UUID]:
    most = len(search.product_ids) + MAX_RANKED
    return await repository.list_ranked_ids(conn, query, search, most)


async def _list_page(
    conn: Connection, query: StaffProductQuery, ranked: list[UUID], further: SearchFilter | None
) -> tuple[int, list[StaffProduct]]:
    """Return a page of the ranked products and then those that pass `further`, and their number."""
    page_ids = ranked[query.offset : query.offset + query.limit]
    first = await _list_by_ids(conn, query, page_ids)
    if further is None:
        return len(ranked), first
    window = Window(query.limit - len(page_ids), max(0, query.offset - len(ranked)))
    others = msgspec.structs.replace(further, without=tuple(ranked))
    count, rest = await repository.list_products(conn, query, window, others)
    return len(ranked) + count, [*first, *rest]


async def export_filter(conn: Connection, query: StaffProductFilter) -> SearchFilter | None:
    """Return the filter of an export, which has the products of all pages of the same search."""
    if not query.words:
        return None
    exact = await exact_filter(conn, query)
    total_count = await repository.count_products(conn, query, exact)
    return await similar_filter(conn, exact, total_count) or exact


async def _list_by_ids(
    conn: Connection, query: StaffProductQuery, product_ids: Sequence[UUID]
) -> list[StaffProduct]:
    if not product_ids:
        return []
    window = Window(len(product_ids), 0)
    wanted = SearchFilter(product_ids=tuple(product_ids))
    _, products = await repository.list_products(conn, query, window, wanted)
    return sorted(products, key=lambda product: product_ids.index(product.id))


async def similar_filter(
    conn: Connection, exact: SearchFilter, total_count: int
) -> SearchFilter | None:
    """Return the filter that also finds similar words, None if it would find no more.

    `total_count` is the number of products that pass the exact one. Misspelt words are replaced
    only where it is 0.
    """
    if total_count >= MAX_RANKED:
        return None
    words = exact.words
    similar = {} if total_count else await _similar_words(conn, exact)
    extended = tuple(msgspec.structs.replace(word, texts=_texts(word, similar)) for word in words)
    return None if extended == words else msgspec.structs.replace(exact, words=extended)


async def _similar_words(conn: Connection, exact: SearchFilter) -> dict[str, tuple[str, ...]]:
    wanted = [
        word.texts[0]
        for word in exact.words
        if not word.product_ids and can_be_misspelt(word.texts[0])
    ]
    found = await search_repository.find_similar_words(conn, wanted) if wanted else {}
    return {word: nearest_words(folded, candidates) for word, (folded, candidates) in found.items()}


def _texts(word: WordFilter, similar: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the words that a misspelt word may be; of others the stem, which they have too."""
    text = word.texts[0]
    return similar.get(text) or (stem_of(text),)


def _may_be_code(word: str) -> bool:
    return len(word) >= MIN_CODE_LENGTH and any(character.isdigit() for character in word)
