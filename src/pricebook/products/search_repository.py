"""Finds what the words of a staff search may be: codes of products and items, similar words."""

from collections.abc import Sequence
from uuid import UUID

from pricebook.db.database import Connection

# A code that names more products is no code: they are found by the words of their names.
MAX_PRODUCTS_OF_CODE = 1000
MAX_CANDIDATES = 40
MAX_FORMS = 20
# Two exchanged letters in a word of six leave a quarter of its trigrams.
MIN_SIMILARITY = "0.2"


async def find_by_codes(conn: Connection, codes: Sequence[str]) -> dict[str, tuple[UUID, ...]]:
    """Return the products that have each text as SKU, or they or a linked item as another code.

    These are GTIN, MPN and the supplier's code. Separators, case and the leading zeros of a GTIN do
    not matter; the case of a SKU is that of the text, or all capitals, or all small.
    """
    cursor = await conn.execute(
        """
        SELECT wanted.code, found.ids
        FROM unnest(%(codes)s::text[]) AS given (code)
        CROSS JOIN LATERAL (
            SELECT given.code, code_key(given.code) AS key, gtin_forms(given.code) AS gtins
        ) AS wanted
        CROSS JOIN LATERAL (
            SELECT array_agg(DISTINCT id ORDER BY id) AS ids FROM (
                SELECT id FROM products
                WHERE internal_sku IN (wanted.code, upper(wanted.code), lower(wanted.code))
                UNION ALL
                (SELECT id FROM products
                WHERE gtin IS NOT NULL AND gtin = ANY (wanted.gtins) ORDER BY id LIMIT %(most)s)
                UNION ALL
                (SELECT id FROM products
                WHERE mpn IS NOT NULL AND code_key(mpn) = wanted.key ORDER BY id LIMIT %(most)s)
                UNION ALL
                (SELECT product_id FROM supplier_items
                WHERE code_key(supplier_sku) = wanted.key AND product_id IS NOT NULL
                ORDER BY product_id LIMIT %(most)s)
                UNION ALL
                (SELECT product_id
                FROM item_identifiers JOIN supplier_items AS item ON item.id = supplier_item_id
                WHERE gtin IS NOT NULL AND gtin = ANY (wanted.gtins) AND product_id IS NOT NULL
                ORDER BY product_id LIMIT %(most)s)
                UNION ALL
                (SELECT product_id
                FROM item_identifiers JOIN supplier_items AS item ON item.id = supplier_item_id
                WHERE mpn_key IS NOT NULL AND mpn_key = wanted.key AND product_id IS NOT NULL
                ORDER BY product_id LIMIT %(most)s)
            ) AS each
        ) AS found
        WHERE found.ids IS NOT NULL
        """,
        {"codes": list(codes), "most": MAX_PRODUCTS_OF_CODE},
    )
    return {code: tuple(ids) for code, ids in await cursor.fetchall()}


async def find_best_words(conn: Connection, words: Sequence[str], most: int) -> list[str]:
    """Return the two rarest of these words that a product has together, or the rarest one.

    Words come before numbers, which are common to many articles, and later words of a name, which
    say what it is, before others as rare. At most `most` products are read of each word. Archived
    ones are left out.
    """
    cursor = await conn.execute(
        """
        WITH hit AS MATERIALIZED (
            SELECT given.word, place, product.id
            FROM unnest(%(words)s::text[]) WITH ORDINALITY AS given (word, place)
            CROSS JOIN LATERAL (
                SELECT id FROM products
                WHERE search_text LIKE search_pattern(given.word) AND status <> 'archived'
                LIMIT %(most)s
            ) AS product
        ), weighted AS MATERIALIZED (
            SELECT word, place, word !~ '^[0-9]' AS is_word, 1 / ln(1 + count(*)) AS weight
            FROM hit GROUP BY word, place
        ), ranked AS (
            SELECT id, weighted.*, row_number() OVER (
                PARTITION BY id ORDER BY is_word DESC, weight DESC, place DESC) AS rank
            FROM hit JOIN weighted USING (word, place)
        ), best AS (
            SELECT id FROM ranked WHERE rank <= 2 GROUP BY id
            ORDER BY bool_or(is_word) DESC, count(*) DESC, count(*) FILTER (WHERE is_word) DESC,
                sum(weight) DESC, sum(place) DESC, id
            LIMIT 1
        )
        SELECT word FROM weighted
        WHERE (SELECT search_text FROM products JOIN best USING (id)) LIKE search_pattern(word)
        ORDER BY is_word DESC, weight DESC, place DESC
        LIMIT 2
        """,
        {"words": list(words), "most": most},
    )
    return [word for (word,) in await cursor.fetchall()]


async def find_word_forms(conn: Connection, words: Sequence[str]) -> dict[str, list[str]]:
    """Return the words of products that are other forms of each word: those with the same stem."""
    cursor = await conn.execute(
        """
        SELECT given.word, array_agg(DISTINCT form.word)
        FROM unnest(%s::text[]) AS given (word)
        CROSS JOIN LATERAL (
            SELECT word FROM product_words WHERE stems && word_stems(search_fold(given.word))
            LIMIT %s
        ) AS form
        WHERE form.word <> search_fold(given.word)
        GROUP BY given.word
        """,
        [list(words), MAX_FORMS],
    )
    return dict(await cursor.fetchall())


async def find_similar_words(
    conn: Connection, words: Sequence[str]
) -> dict[str, tuple[str, list[str]]]:
    """Return, folded, each word that no product has, with the words like it, the best first."""
    async with conn.transaction():
        await conn.execute(
            "SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [MIN_SIMILARITY]
        )
        return await _find_similar_words(conn, words)


async def _find_similar_words(
    conn: Connection, words: Sequence[str]
) -> dict[str, tuple[str, list[str]]]:
    cursor = await conn.execute(
        """
        SELECT wanted.word, search_fold(wanted.word), ARRAY(
            SELECT word FROM product_words
            WHERE word %% search_fold(wanted.word)
            GROUP BY word
            ORDER BY similarity(word, search_fold(wanted.word)) DESC, word
            LIMIT %s)
        FROM unnest(%s::text[]) AS wanted (word)
        WHERE NOT EXISTS (
                SELECT FROM product_words WHERE word LIKE search_pattern(wanted.word))
            AND NOT EXISTS (
                SELECT FROM products WHERE search_text LIKE search_pattern(wanted.word))
        """,
        [MAX_CANDIDATES, list(words)],
    )
    return {word: (folded, similar) for word, folded, similar in await cursor.fetchall()}
