"""The statements that read the catalog, and the values that they are given.

A page is read by a walk of an index in its order, or all that passes is gathered and then sorted.
"""

from functools import lru_cache
from typing import Any, Literal, LiteralString

from msgspec import Struct

from pricebook.catalog.schemas import CatalogFilter, CatalogQuery, Sort

# A word of this many letters is found by the trigrams of an index. A shorter one is looked for in
# every product; written as LIKE, the planner would take the whole index for it, and be slower.
TRIGRAM_LETTERS = 3
# The pattern is a query of its own, so that it is made once and not for each product.
LONG_WORD: LiteralString = "search_text LIKE (SELECT search_pattern(%s))"
SHORT_WORD: LiteralString = "strpos(search_text, btrim(search_fold(%s))) > 0"
# The last letters of a number are in few products, its first ones often in all.
NUMBER_SUFFIX_LETTERS = 5
# From here on it is cheaper to pass over the index alone and to read the products of the page.
FAR_OFFSET = 500
# A walk is tried for words that are in so many products, past a share of these.
FREQUENT_MATCHES = 5_000
SCAN_LIMIT_DIVISOR = 8
MIN_SCAN_LIMIT = 1_000
# Conditions for many words are longer: there are endless kinds of them.
MAX_CACHED_CHARACTERS = 512

# How each sort compares products, the id after it: the expression of an index, and its direction.
SORTS: dict[str, tuple[LiteralString, LiteralString]] = {
    "name": ("name", "ASC"),
    "-name": ("name", "DESC"),
    "price": ("coalesce(min_price, 'Infinity')", "ASC"),
    "-price": ("coalesce(min_price, '-Infinity')", "DESC"),
    "newest": ("created_at", "DESC"),
}
ScanStart = Literal["start", "at", "after"]
KEY_TYPES: dict[str, LiteralString] = {"name": "text", "price": "numeric", "newest": "timestamptz"}

COLUMNS: LiteralString = """
    id, internal_sku, products.name, category_id,
    coalesce(min_price, 0.0000) AS lowest, coalesce(max_price, 0.0000) AS highest, supplier_count
"""

# The count stands beside each row, so that it and the page are of the same moment.
COUNT: LiteralString = ", (SELECT count(*) FROM {source}) AS total_count"

# An index walk in the order of the page.
INDEX_SCAN: LiteralString = """
    SELECT {columns}, {sort_key} AS sort_key {count}
    FROM products
    WHERE {conditions} AND {position}
    ORDER BY {key} {direction}, id {direction}
    LIMIT %s OFFSET %s
"""
FAR_OFFSET_SCAN: LiteralString = """
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
# might pass by most of the catalog before it meets the word.
MATERIALISED_PAGE: LiteralString = """
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
ALL_MATCHES: LiteralString = """
    found AS MATERIALIZED (SELECT {key} AS key, id FROM products WHERE {conditions})
"""
# The index reads a list of products for every three letters of a word, and most letters of a number
# are in most numbers. Its end alone finds it at a tenth of the cost, unless that is in many.
NUMBER_MATCHES: LiteralString = """
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
BOUNDED_SCAN_MATCHES: LiteralString = """
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
MATERIALISED_MATCHES = {ALL_MATCHES, NUMBER_MATCHES, BOUNDED_SCAN_MATCHES}


class SortKey(Struct, frozen=True):
    """Where a product stands in an order: what it is sorted by, as text, and its id."""

    key: str
    product_id: str


class FilterStatistics(Struct, frozen=True):
    """What was found out about a list: how many pass, and, of one order, which comes first."""

    total: int
    first: SortKey | None = None


class Statement(Struct, frozen=True):
    """A statement and its values."""

    text: LiteralString
    values: list[Any]


def is_materialised(query: CatalogQuery, statistics: FilterStatistics | None = None) -> bool:
    """Say whether all that passes is gathered for a page, which counts it, too."""
    return _is_search(query) and not _scan_limit(query, statistics)


def may_keep_plan(query: CatalogFilter) -> bool:
    """Say whether one plan is right for any values.

    It is not where one filter has to be weighed against another to know which index finds less, nor
    for a range of prices, which is wide or narrow, nor where a category, large or small, might be
    met on a walk of the whole catalog.
    """
    has_range = query.min_price is not None or query.max_price is not None
    has_category = query.category_id is not None
    if _is_search(query):
        return not has_range and not has_category
    if has_category:
        return SORTS[query.sort][0] == "name"
    return not has_range


def page_statement(query: CatalogQuery, statistics: FilterStatistics | None = None) -> Statement:
    """Make the statement that reads a page and one row more.

    It counts what passes, too, unless that is known.
    """
    conditions, values = _conditions(query)
    scan_start, start_values = _scan_start(query, statistics)
    template, arguments = _choose_template(query, statistics, values, start_values)
    write = _page_text if len(conditions) <= MAX_CACHED_CHARACTERS else _page_text.__wrapped__
    text = write(template, conditions, query.sort, scan_start, with_count=statistics is None)
    count_values = values if statistics is None and template not in MATERIALISED_MATCHES else []
    return Statement(
        text, [*count_values, *arguments, *start_values, query.limit + 1, query.offset]
    )


@lru_cache(maxsize=1024)
def _page_text(
    template: LiteralString,
    conditions: LiteralString,
    sort: Sort,
    scan_start: ScanStart,
    *,
    with_count: bool,
) -> LiteralString:
    key, direction = SORTS[sort]
    is_materialised_page = template in MATERIALISED_MATCHES
    source: LiteralString = "found" if is_materialised_page else f"products WHERE {conditions}"
    parts: dict[str, LiteralString] = {
        "columns": COLUMNS,
        "sort_key": "NULL" if key == "name" else f"{key}::text",
        "key": key,
        "direction": direction,
        "conditions": conditions,
        "position": _position(sort, "key" if is_materialised_page else key, scan_start),
        "walk_position": _position(sort, key, scan_start),
        "count": COUNT.format(source=source) if with_count else "",
    }
    if not is_materialised_page:
        return template.format(**parts)
    return MATERIALISED_PAGE.format(found=template.format(**parts), **parts)


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


def _choose_template(
    query: CatalogQuery,
    statistics: FilterStatistics | None,
    values: list[Any],
    start_values: list[str],
) -> tuple[LiteralString, list[Any]]:
    """Choose how what passes is found, or enough of it; return the values that this takes."""
    if not _is_search(query):
        return FAR_OFFSET_SCAN if query.offset >= FAR_OFFSET else INDEX_SCAN, values
    if scan_limit := _scan_limit(query, statistics):
        wanted = query.offset + query.limit + 1
        return BOUNDED_SCAN_MATCHES, [
            *start_values,
            scan_limit,
            *values,
            wanted,
            wanted,
            wanted,
            *values,
        ]
    if number := max(filter(_is_long_number, query.words), key=len, default=None):
        return NUMBER_MATCHES, [number[-NUMBER_SUFFIX_LETTERS:], *values, *values]
    return ALL_MATCHES, values


def _scan_limit(query: CatalogQuery, statistics: FilterStatistics | None) -> int:
    """Return how many products a walk may pass that is to meet those with the words; 0 for none.

    From the first of them on they often stand together; then few make a walk worth a try, too.
    """
    if statistics is None or query.offset >= FAR_OFFSET:
        return 0
    scan_limit = statistics.total // SCAN_LIMIT_DIVISOR
    if _scan_start(query, statistics)[0] != "start":
        scan_limit = max(scan_limit, min(statistics.total // 2, MIN_SCAN_LIMIT))
    elif statistics.total < FREQUENT_MATCHES:
        return 0
    return scan_limit if scan_limit > query.offset + query.limit else 0


def _scan_start(
    query: CatalogQuery, statistics: FilterStatistics | None
) -> tuple[ScanStart, list[str]]:
    """Say where a page may begin to look, and the values of that place.

    Words may be in no product for long; what has them first is where a walk begins.
    """
    if query.after is not None:
        return "after", [query.after.key, query.after.product_id]
    if statistics is not None and statistics.first is not None and query.words:
        return "at", [statistics.first.key, statistics.first.product_id]
    return "start", []


def _is_search(query: CatalogFilter) -> bool:
    return bool(query.words) and any(map(_is_indexed, query.words))


def _is_indexed(word: str) -> bool:
    return len(word) >= TRIGRAM_LETTERS


def _is_long_number(word: str) -> bool:
    """Say whether a word is a long number or SKU, which ASCII alone lets take apart as it is."""
    end = word[-NUMBER_SUFFIX_LETTERS:]
    is_long = len(word) > NUMBER_SUFFIX_LETTERS + 1
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


def _position(sort: Sort, key: LiteralString, scan_start: ScanStart) -> LiteralString:
    """Return the condition of what stands at or after a place."""
    if scan_start == "start":
        return "true"
    operator: LiteralString = ">" if SORTS[sort][1] == "ASC" else "<"
    or_equal: LiteralString = "=" if scan_start == "at" else ""
    key_type = KEY_TYPES[sort.removeprefix("-")]
    return f"({key}, id) {operator}{or_equal} (%s::{key_type}, %s::uuid)"
