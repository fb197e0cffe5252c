"""Builds the catalog's SQL statements and their parameters; `query_templates` has the SQL."""

from functools import lru_cache
from typing import Any, Literal, LiteralString

from msgspec import Struct

from pricebook.catalog.query_templates import (
    ALL_MATCHES,
    BOUNDED_SCAN_MATCHES,
    COLUMNS,
    COUNT,
    FAR_OFFSET_SCAN,
    INDEX_SCAN,
    MATERIALISED_MATCHES,
    MATERIALISED_PAGE,
    NUMBER_MATCHES,
)
from pricebook.catalog.schemas import CatalogFilter, CatalogQuery, Sort

# The trigram index finds words of at least this length. Shorter ones are compared with every
# product: with LIKE, the planner would read the whole index, which is slower.
TRIGRAM_LETTERS = 3
# The pattern is a scalar subquery, which PostgreSQL evaluates once and not for each product.
LONG_WORD: LiteralString = "search_text LIKE (SELECT search_pattern(%s))"
SHORT_WORD: LiteralString = "strpos(search_text, btrim(search_fold(%s))) > 0"
# The last characters of a number occur in few products, its first ones often in all.
NUMBER_SUFFIX_LETTERS = 5
# From this offset on, an index-only scan that skips to the page costs less than reading products.
FAR_OFFSET = 500
# A bounded scan is tried for words with at least this many matches, over a share of them.
FREQUENT_MATCHES = 5_000
SCAN_LIMIT_DIVISOR = 8
MIN_SCAN_LIMIT = 1_000
# Longer conditions search for many words; their texts vary too much to be cached.
MAX_CACHED_CHARACTERS = 512

# For each sort: the indexed expression and the direction; the id breaks ties.
SORTS: dict[str, tuple[LiteralString, LiteralString]] = {
    "name": ("name", "ASC"),
    "-name": ("name", "DESC"),
    "price": ("coalesce(min_price, 'Infinity')", "ASC"),
    "-price": ("coalesce(min_price, '-Infinity')", "DESC"),
    "newest": ("created_at", "DESC"),
}
ScanStart = Literal["start", "at", "after"]
KEY_TYPES: dict[str, LiteralString] = {"name": "text", "price": "numeric", "newest": "timestamptz"}


class SortKey(Struct, frozen=True):
    """The sort key of a product: the value it is sorted by, as text, and its id."""

    key: str
    product_id: str


class FilterStatistics(Struct, frozen=True):
    """The number of matches of a filter, and the first match in one sort order, if known."""

    total: int
    first: SortKey | None = None


class Statement(Struct, frozen=True):
    """An SQL statement with its parameters."""

    text: LiteralString
    values: list[Any]


def is_materialised(query: CatalogQuery, statistics: FilterStatistics | None = None) -> bool:
    """Return whether a page materialises all matches, which also counts them."""
    return _is_search(query) and not _scan_limit(query, statistics)


def may_keep_plan(query: CatalogFilter) -> bool:
    """Return whether one plan suits all parameter values.

    It does not where the better index depends on the values: two filters of different selectivity,
    a wide or narrow price range, or a large or small category in the sort order of the catalog.
    """
    has_range = query.min_price is not None or query.max_price is not None
    has_category = query.category_id is not None
    if _is_search(query):
        return not has_range and not has_category
    if has_category:
        return SORTS[query.sort][0] == "name"
    return not has_range


def page_statement(query: CatalogQuery, statistics: FilterStatistics | None = None) -> Statement:
    """Return the statement that reads a page and one row more.

    Without `statistics`, each row also has the number of matches.
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
    source: LiteralString = "matches" if is_materialised_page else f"products WHERE {conditions}"
    parts: dict[str, LiteralString] = {
        "columns": COLUMNS,
        "sort_key": "NULL" if key == "name" else f"{key}::text",
        "key": key,
        "direction": direction,
        "conditions": conditions,
        "position": _position(sort, "key" if is_materialised_page else key, scan_start),
        "scan_position": _position(sort, key, scan_start),
        "count": COUNT.format(source=source) if with_count else "",
    }
    if not is_materialised_page:
        return template.format(**parts)
    return MATERIALISED_PAGE.format(matches_cte=template.format(**parts), **parts)


def export_statement(query: CatalogFilter) -> Statement:
    """Return the statement that reads all matches of the filters."""
    conditions, values = _conditions(query)
    key, direction = SORTS[query.sort]
    statement: LiteralString = "SELECT {columns} FROM products WHERE {conditions} ORDER BY {order}"
    order: LiteralString = f"{key} {direction}, id {direction}"
    return Statement(statement.format(columns=COLUMNS, conditions=conditions, order=order), values)


def count_statement(query: CatalogFilter) -> Statement:
    """Return the statement that counts the matches of the filters."""
    conditions, values = _conditions(query)
    statement: LiteralString = "SELECT count(*) AS total_count FROM products WHERE {conditions}"
    return Statement(statement.format(conditions=conditions), values)


def _choose_template(
    query: CatalogQuery,
    statistics: FilterStatistics | None,
    values: list[Any],
    start_values: list[str],
) -> tuple[LiteralString, list[Any]]:
    """Return the template of the cheapest plan, and its parameters."""
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
    """Return how many products a bounded scan may read; 0: all matches are materialised.

    A scan that starts at the first match often finds the others beside it, so that it is tried for
    fewer matches, too.
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
    """Return where the scan of a page starts, and the sort key of that position.

    A search starts at its first match, if known: products before it need not be read.
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
    """Return whether a word is a long number or SKU; only ASCII keeps its length when folded."""
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
    """Return the condition for products at or after a sort key."""
    if scan_start == "start":
        return "true"
    operator: LiteralString = ">" if SORTS[sort][1] == "ASC" else "<"
    or_equal: LiteralString = "=" if scan_start == "at" else ""
    key_type = KEY_TYPES[sort.removeprefix("-")]
    return f"({key}, id) {operator}{or_equal} (%s::{key_type}, %s::uuid)"
