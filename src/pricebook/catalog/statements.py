"""The statements that read the catalog, and the values that they are given.

A page is read by a walk of an index in its order, or all that passes is gathered and then sorted.
"""

from functools import lru_cache
from typing import Any, LiteralString

from msgspec import Struct

from pricebook.catalog.schemas import CatalogFilter, CatalogQuery, Sort

# A word of this many letters is found by the trigrams of an index. A shorter one is looked for in
# every product; written as LIKE, the planner would take the whole index for it, and be slower.
INDEXED_LETTERS = 3
# The pattern is a query of its own, so that it is made once and not for each product.
LONG_WORD: LiteralString = "search_text LIKE (SELECT search_pattern(%s))"
SHORT_WORD: LiteralString = "strpos(search_text, btrim(search_fold(%s))) > 0"
# The last letters of a number are in few products, its first ones often in all.
NUMBER_LETTERS = 5
# From here on it is cheaper to pass over the index alone and to read the products of the page.
FAR_OFFSET = 500
# A walk is tried for words that are in so many products, past a share of these.
FREQUENT = 5_000
FINDS_A_STEP = 8

# How each sort compares products, the id after it: the expression of an index, and its direction.
SORTS: dict[str, tuple[LiteralString, LiteralString]] = {
    "name": ("name", "ASC"),
    "-name": ("name", "DESC"),
    "price": ("coalesce(min_price, 'Infinity')", "ASC"),
    "-price": ("coalesce(min_price, '-Infinity')", "DESC"),
    "newest": ("created_at", "DESC"),
}
KEY_TYPES: dict[str, LiteralString] = {"name": "text", "price": "numeric", "newest": "timestamptz"}

COLUMNS: LiteralString = """
    id, internal_sku, products.name, category_id,
    coalesce(min_price, 0.0000) AS lowest, coalesce(max_price, 0.0000) AS highest, supplier_count
"""

# The count stands beside each row, so that it and the page are of the same moment.
COUNT: LiteralString = ", (SELECT count(*) FROM {source}) AS total_count"

# An index walk in the order of the page.
WALK: LiteralString = """
    SELECT {columns}, {sort_key} AS sort_key {count}
    FROM products
    WHERE {conditions} AND {position}
    ORDER BY {key} {direction}, id {direction}
    LIMIT %s OFFSET %s
"""
FAR_WALK: LiteralString = """
    SELECT {columns}, {sort_key} AS sort_key {count}
    FROM products JOIN (
        SELECT id FROM products
        WHERE {conditions} AND {position}
        ORDER BY {key} {direction}, id {direction}
        LIMIT %s OFFSET %s
    ) AS page USING (id)
    ORDER BY {key} {direction}, id {direction}
"""
# What words find is gathered once, for the count and for the page. A walk in the order of the page
# might pass by most of the catalog before it meets the word; so it might with a small category,
# which no index has in the order of prices or of age.
GATHERED: LiteralString = """
    WITH {found}
    SELECT {columns}, {sort_key} AS sort_key {count}
    FROM products JOIN (
        SELECT key, id FROM found
        WHERE {position}
        ORDER BY key {direction}, id {direction}
        LIMIT %s OFFSET %s
    ) AS hit USING (id)
    ORDER BY hit.key {direction}, id {direction}
"""
FOUND: LiteralString = """
    found AS MATERIALIZED (SELECT {key} AS key, id FROM products WHERE {conditions})
"""
# The index reads a list of products for every three letters of a word, and most letters of a number
# are in most numbers. Its end alone finds it at a tenth of the cost, unless that is in many.
FOUND_BY_NUMBER: LiteralString = """
    near AS MATERIALIZED (
        SELECT * FROM products
        WHERE status = 'active' AND search_text LIKE (SELECT search_pattern(%s))
        LIMIT 1001
    ), found AS MATERIALIZED (
        SELECT {key} AS key, id FROM near
        WHERE (SELECT count(*) FROM near) <= 1000 AND {conditions}
        UNION ALL
        SELECT {key}, id FROM products
        WHERE (SELECT count(*) FROM near) > 1000 AND {conditions}
    )
"""
# What is known to be in many products is met soon, mostly. The walk ends after some of what
# gathering would cost, and then that is done.
FOUND_ON_THE_WAY: LiteralString = """
    met AS MATERIALIZED (
        SELECT key, id FROM (
            SELECT {key} AS key, products.* FROM products
            WHERE status = 'active' AND {walk_position}
            ORDER BY {key} {direction}, id {direction}
            LIMIT %s
        ) AS passed
        WHERE {conditions}
        ORDER BY key {direction}, id {direction}
        LIMIT %s
    ), found AS MATERIALIZED (
        SELECT key, id FROM met WHERE (SELECT count(*) FROM met) >= %s
        UNION ALL
        SELECT {key}, id FROM products WHERE (SELECT count(*) FROM met) < %s AND {conditions}
    )
"""
GATHERING = {FOUND, FOUND_BY_NUMBER, FOUND_ON_THE_WAY}


class Statement(Struct, frozen=True):
    """A statement and its values."""

    text: LiteralString
    values: list[Any]


def is_gathered(query: CatalogQuery, known: int | None = None) -> bool:
    """Say whether all that passes is gathered for a page, which counts it, too.

    `known` is how many pass, if somebody has counted them.
    """
    return _has_no_index(query) and not _steps(query, known)


def may_keep_plan(query: CatalogFilter) -> bool:
    """Say whether one plan is right for any values.

    It is not where one filter has to be weighed against another to know which index finds less, nor
    for a range of prices, which is wide or narrow, nor for all of a category, large or small.
    """
    has_range = query.min_price is not None or query.max_price is not None
    has_category = query.category_id is not None
    if _has_no_index(query):
        return not has_range and not has_category
    return has_category or not has_range


def page_statement(query: CatalogQuery, known: int | None = None) -> Statement:
    """Make the statement that reads a page and one row more.

    It counts what passes, too, unless somebody has and it is `known`.
    """
    conditions, values = _conditions(query)
    way, given = _way(query, known, values)
    text = _page_text(
        way, conditions, query.sort, follows=query.after is not None, counted=known is None
    )
    counting = values if known is None and way not in GATHERING else []
    position = _position(query)
    return Statement(text, [*counting, *given, *position, query.limit + 1, query.offset])


@lru_cache(maxsize=1024)
def _page_text(
    way: LiteralString, conditions: LiteralString, sort: Sort, *, follows: bool, counted: bool
) -> LiteralString:
    key, direction = SORTS[sort]
    gathers = way in GATHERING
    found = (
        way.format(
            key=key,
            direction=direction,
            conditions=conditions,
            walk_position=_behind(sort, key) if follows else "true",
        )
        if gathers
        else ""
    )
    source: LiteralString = "found" if gathers else f"products WHERE {conditions}"
    return (GATHERED if gathers else way).format(
        found=found,
        columns=COLUMNS,
        sort_key="NULL" if key == "name" else f"{key}::text",
        key=key,
        direction=direction,
        conditions=conditions,
        position=_behind(sort, "key" if gathers else key) if follows else "true",
        count=COUNT.format(source=source) if counted else "",
    )


def export_statement(query: CatalogFilter) -> Statement:
    """Make the statement that reads everything the filters match."""
    conditions, values = _conditions(query)
    key, direction = SORTS[query.sort]
    statement: LiteralString = "SELECT {columns} FROM products WHERE {conditions} ORDER BY {order}"
    order: LiteralString = f"{key} {direction}, id {direction}"
    return Statement(statement.format(columns=COLUMNS, conditions=conditions, order=order), values)


def count_statement(query: CatalogFilter) -> Statement:
    """Make the statement that counts everything the filters match."""
    conditions, values = _conditions(query)
    statement: LiteralString = "SELECT count(*) FROM products WHERE {conditions}"
    return Statement(statement.format(conditions=conditions), values)


def _way(
    query: CatalogQuery, known: int | None, values: list[Any]
) -> tuple[LiteralString, list[Any]]:
    """Choose how what passes is found, or enough of it; return the values that this takes."""
    if not _has_no_index(query):
        return FAR_WALK if query.offset >= FAR_OFFSET else WALK, values
    if steps := _steps(query, known):
        wanted = query.offset + query.limit + 1
        given = [*_position(query), steps, *values, wanted, wanted, wanted, *values]
        return FOUND_ON_THE_WAY, given
    if number := max(filter(_is_number, query.words), key=len, default=None):
        return FOUND_BY_NUMBER, [number[-NUMBER_LETTERS:], *values, *values]
    return FOUND, values


def _steps(query: CatalogQuery, known: int | None) -> int:
    """Return how many products a walk may pass that is to meet those with the words; 0 for none."""
    if known is None or known < FREQUENT or query.offset >= FAR_OFFSET:
        return 0
    return known // FINDS_A_STEP if _is_search(query) else 0


def _has_no_index(query: CatalogFilter) -> bool:
    """Say whether no index has what passes in the order of the page."""
    in_a_category = query.category_id is not None and SORTS[query.sort][0] != "name"
    return in_a_category or _is_search(query)


def _is_search(query: CatalogFilter) -> bool:
    return bool(query.words) and any(map(_is_indexed, query.words))


def _is_indexed(word: str) -> bool:
    return len(word) >= INDEXED_LETTERS


def _is_number(word: str) -> bool:
    """Say whether a word is a long number or SKU, which ASCII alone lets take apart as it is."""
    end = word[-NUMBER_LETTERS:]
    is_long = len(word) > NUMBER_LETTERS + 1
    return is_long and word.isascii() and end.isalnum() and any(map(str.isdigit, end))


def _conditions(query: CatalogFilter) -> tuple[LiteralString, list[Any]]:
    filters: list[tuple[LiteralString, Any]] = [
        ("category_id = %s", query.category_id),
        ("min_price >= %s", query.lowest),
        ("min_price <= %s", query.highest),
        *((LONG_WORD if _is_indexed(word) else SHORT_WORD, word) for word in query.words),
    ]
    conditions: LiteralString = "status = 'active'"
    values: list[Any] = []
    for condition, value in filters:
        if value is not None:
            conditions += " AND " + condition
            values.append(value)
    return conditions, values


def _position(query: CatalogQuery) -> list[Any]:
    """Return the values of where the page before ended; none without a cursor."""
    after = query.after
    return [] if after is None else [after.key, after.product_id]


def _behind(sort: Sort, key: LiteralString) -> LiteralString:
    """Return the condition of what stands behind a cursor."""
    _, direction = SORTS[sort]
    compared: LiteralString = ">" if direction == "ASC" else "<"
    kind = KEY_TYPES[sort.removeprefix("-")]
    return f"({key}, id) {compared} (%s::{kind}, %s::uuid)"
