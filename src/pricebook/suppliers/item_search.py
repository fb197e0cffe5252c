"""The search of items without a product: by words, and by codes in the notations people use."""

from collections.abc import Mapping, Sequence
from typing import LiteralString
from uuid import UUID

from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.fragments import Fragment, all_of, any_of, fragment
from pricebook.db.search_words import CODE_SEPARATORS, code_parts

MAX_ITEMS_OF_CODE = 1000
# The expressions must be that of the index on it, including the order of its parts.
HAS_WORD: LiteralString = "search_fold(name || ' ' || supplier_sku) LIKE search_pattern(%s)"
LIKE_CODE: LiteralString = "search_fold(name || ' ' || supplier_sku) LIKE %s"
# The words of an item and its supplier are in one index for linked items, one for the others.
IN_INDEX_OF_WORDS: LiteralString = "ARRAY[supplier_id] @> ARRAY[%s]::uuid[]"
# Items of a supplier that is being deleted are left out.
SUPPLIER_STAYS: LiteralString = """
    supplier_id <> ALL (ARRAY(SELECT id FROM suppliers WHERE deleting_since IS NOT NULL))
"""
# A row for each code, so that every part is read by its index.
BY_CODES: LiteralString = """
    SELECT given.code, array_agg(item.id)
    FROM unnest(%(codes)s::text[]) AS given (code)
    CROSS JOIN LATERAL (
        (SELECT supplier_item_id FROM item_identifiers
        WHERE gtin IS NOT NULL AND gtin = ANY (gtin_forms(given.code)) LIMIT %(most)s)
        UNION
        (SELECT supplier_item_id FROM item_identifiers
        WHERE mpn_key IS NOT NULL AND mpn_key = code_key(given.code) LIMIT %(most)s)
    ) AS identified
    JOIN supplier_items AS item ON item.id = supplier_item_id AND product_id IS NULL
    GROUP BY given.code
"""


class ItemSearch(Struct, frozen=True):
    """The words of a search, and the items that a word or the whole text is GTIN or MPN of."""

    words: tuple[str, ...]
    items: Mapping[str, Sequence[UUID]]

    @property
    def condition(self) -> Fragment:
        """The condition on supplier_items that all words pass, or the whole text as a code."""
        words = all_of(*map(self._has, self.words))
        whole = " ".join(self.words)
        if len(self.words) == 1 or not is_like_code(whole):
            return words
        return any_of(words, *self._has_code(whole))

    @property
    def probe(self) -> Fragment:
        """The same condition for one item after the other, which no index serves."""
        return Fragment(f"({self.condition.text}) IS TRUE", self.condition.values)

    def _has(self, word: str) -> Fragment:
        codes = self._has_code(word) if is_like_code(word) else []
        return any_of(fragment(HAS_WORD, word), *codes)

    def _has_code(self, code: str) -> list[Fragment]:
        conditions = [fragment(LIKE_CODE, pattern) for pattern in code_patterns(code)]
        if code in self.items:
            conditions.append(fragment("id = ANY (%s)", list(self.items[code])))
        return conditions


async def find_items(conn: Connection, words: tuple[str, ...]) -> ItemSearch:
    """Return the search for words, with the unmatched items that have one as GTIN or MPN."""
    codes = {code for code in (*words, " ".join(words)) if is_like_code(code)}
    if not codes:
        return ItemSearch(words, {})
    values = {"codes": sorted(codes), "most": MAX_ITEMS_OF_CODE}
    cursor = await conn.execute(BY_CODES, values)
    return ItemSearch(words, dict(await cursor.fetchall()))


def by_index_of_words(supplier_id: UUID | None) -> Fragment:
    """Return the condition by which the index of words finds the items of one supplier only."""
    return fragment("true") if supplier_id is None else fragment(IN_INDEX_OF_WORDS, supplier_id)


def is_like_code(text: str) -> bool:
    """Return whether a text may be a code: it has a digit."""
    return any(map(str.isdigit, text))


def code_patterns(code: str) -> list[str]:
    """Return the LIKE patterns of a code, its parts together or with a separator between them."""
    parts = code_parts(code)
    return [f"%{between.join(parts)}%" for between in CODE_SEPARATORS] if len(parts) > 1 else []
