"""Unmatched items that equal those a product was made of are examined again at once."""

from collections.abc import Sequence
from uuid import UUID

from pricebook.db.database import Connection, Database
from pricebook.matching import equal_item_repository, item_facts_repository, run_repository
from pricebook.matching.scoring.folding import fold
from pricebook.matching.scoring.model_numbers import compact, is_model_number, is_strong
from pricebook.suppliers.item_search import ItemSearch, find_items

MAX_EQUAL_ITEMS = 200
MAX_NUMBERS = 5
# Names of more words are compared by these.
MAX_WORDS = 8
SIGNS = ",;:()[]"


async def request_run_for_product(database: Database, product_id: UUID, name: str) -> None:
    """Queue a run over the unmatched items that equal those of a product, if there are any."""
    async with database.short_transaction() as conn:
        item_ids = await equal_item_repository.list_items_of_product(
            conn, product_id, MAX_EQUAL_ITEMS
        )
        await queue_run_for_items(conn, item_ids, name)


async def queue_run_for_items(conn: Connection, item_ids: Sequence[UUID], name: str) -> None:
    """Queue a run over the unmatched items that equal these: of their clusters, codes and names."""
    equal = await _equal_to(conn, item_ids)
    if equal:
        await run_repository.insert_run(conn, name, None, sorted(equal), with_unchanged=True)


async def queue_run_for_articles(database: Database, item_ids: Sequence[UUID], name: str) -> None:
    """Queue one run over the unmatched items that equal any of these, which differ."""
    equal = set[UUID]()
    for start in range(0, len(item_ids), MAX_NUMBERS):
        async with database.connection() as conn:
            equal |= await _equal_to(conn, item_ids[start : start + MAX_NUMBERS])
    if equal:
        async with database.short_transaction() as conn:
            await run_repository.insert_run(conn, name, None, sorted(equal), with_unchanged=True)


async def _equal_to(conn: Connection, item_ids: Sequence[UUID]) -> set[UUID]:
    names = await item_facts_repository.list_names(conn, item_ids[:MAX_NUMBERS])
    searches = [await find_items(conn, words) for words in search_texts(names)]
    return await _list_equal(conn, item_ids, searches)


async def _list_equal(
    conn: Connection, item_ids: Sequence[UUID], searches: Sequence[ItemSearch]
) -> set[UUID]:
    equal = set(await equal_item_repository.list_by_codes(conn, item_ids, MAX_EQUAL_ITEMS))
    for search in searches:
        if len(equal) >= MAX_EQUAL_ITEMS:
            break
        limit = MAX_EQUAL_ITEMS - len(equal)
        equal |= set(await equal_item_repository.list_by_search(conn, search.condition, limit))
    return equal


def search_texts(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the words of searches for items like these: each model number, and each whole name."""
    words = [word.strip(SIGNS) for name in names for word in name.split()]
    numbers = [word for word in words if is_model_code(word)]
    texts = [(number,) for number in numbers[:MAX_NUMBERS]]
    texts += [tuple(dict.fromkeys(name.split()))[:MAX_WORDS] for name in names]
    return list(dict.fromkeys(texts))


def is_model_code(word: str) -> bool:
    """Return whether a word is a model number that identifies an article by itself."""
    return is_model_number(fold(word)) and is_strong(compact(fold(word)))
