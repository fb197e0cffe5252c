"""Builds the catalog's SQL statements and their parameters; `query_templates` has the SQL."""

from functools import lru_cache
from typing import Any, LiteralString

from msgspec import Struct

from pricebook.catalog.query_templates import (
    ALL_MATCHES,
    BOUNDED_SCAN_MATCHES,
    COUNT,
    COUNTED_MATCHES,
    FAR_OFFSET_SCAN,
    FILTERED_SUBTREE_MATCHES,
    INDEX_SCAN,
    MATERIALISED_MATCHES,
    MATERIALISED_PAGE,
    NUMBER_MATCHES,
    SUBTREE_MATCHES,
)
from pricebook.catalog.schemas import CatalogFilter, CatalogQuery, Sort
from pricebook.catalog.sort_orders import (
    PRICE_COLUMNS,
    ScanStart,
    position,
    shown_columns,
    sort_order,
)
from pricebook.categories.subtree import (
    IN_SUBTREE,
    SCAN_IN_SUBTREE,
    subtree_scan_limit,
    with_subtree,
)
from pricebook.db.search_words import is_long_number, number_suffix
from pricebook.settings import CatalogPrices

# The trigram index finds words of at least this length. Shorter ones are compared with every
# product: with LIKE, the planner would read the whole index, which is slower.
TRIGRAM_LETTERS = 3
# The pattern is a scalar subquery, which PostgreSQL evaluates once and not for each product.
LONG_WORD: LiteralString = "search_text LIKE (SELECT search_pattern(%s))"
SHORT_WORD: LiteralString = "strpos(search_text, btrim(search_fold(%s))) > 0"
# From this offset on, an index-only scan that skips to the page costs less than reading products.
FAR_OFFSET = 500
# A bounded scan is tried for words with at least this many matches, over a share of them.
FREQUENT_MATCHES = 5_000
SCAN_LIMIT_DIVISOR = 8
MIN_SCAN_LIMIT = 1_000
# Longer conditions search for many words; their texts vary too much to be cached.
MAX_CACHED_CHARACTERS = 512


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


class PageShape(Struct, frozen=True):
    """What decides the text of a page's statement, beside the conditions of its filters."""

    template: LiteralString
    prices: CatalogPrices
    sort: Sort
    scan_start: ScanStart
    with_count: bool

    @property
    def is_materialised(self) -> bool:
        """Whether the page is read from materialised matches."""
        return self.template in MATERIALISED_MATCHES

    @property
    def count_source(self) -> LiteralString:
        """What is counted; the matches of a bounded scan end with the page."""
        return "matches" if self.template in COUNTED_MATCHES else "products WHERE {conditions}"


def is_materialised(query: CatalogQuery, statistics: FilterStatistics | None = None) -> bool:
    """Return whether a page materialises all matches, which also counts them."""
    return is_search(query) and not _scan_limit(query, statistics)


def page_statement(query: CatalogQuery, statistics: FilterStatistics | None = None) -> Statement:
    """Return the statement that reads a page and one row more.

    Without `statistics`, each row also has the number of matches.
    """
    conditions, values = _conditions(query)
    scan_start, start_values = _scan_start(query, statistics)
    template, arguments = _choose_template(query, statistics, values, start_values)
    shape = PageShape(template, query.prices, query.sort, scan_start, statistics is None)
    write = _page_text if len(conditions) <= MAX_CACHED_CHARACTERS else _page_text.__wrapped__
    count_values = values if shape.with_count and template not in COUNTED_MATCHES else []
    filter_values = (
        [*arguments, *count_values] if shape.is_materialised else [*count_values, *arguments]
    )
    page_values = [*filter_values, *start_values, query.limit + 1, query.offset]
    return _including_subtree(query, Statement(write(shape, conditions), page_values))


@lru_cache(maxsize=1024)
def _page_text(shape: PageShape, conditions: LiteralString) -> LiteralString:
    key, direction = sort_order(shape.prices, shape.sort)
    position_key: LiteralString = "key" if shape.is_materialised else key
    source = shape.count_source.format(conditions=conditions)
    scan_position = position(shape.sort, key, shape.scan_start)
    parts: dict[str, LiteralString] = {
        "columns": shown_columns(shape.prices),
        "sort_key": "NULL" if key == "name" else f"{key}::text",
        "key": key,
        "direction": direction,
        "conditions": conditions,
        "scan_conditions": conditions.replace(IN_SUBTREE, SCAN_IN_SUBTREE),
        "of_category": conditions.replace(f" AND {IN_SUBTREE}", ""),
        "position": position(shape.sort, position_key, shape.scan_start),
        "scan_position": scan_position,
        "scanned": f"status = 'active' AND {scan_position}",
        "count": COUNT.format(source=source) if shape.with_count else "",
    }
    if not shape.is_materialised:
        return shape.template.format(**parts)
    return MATERIALISED_PAGE.format(matches_cte=shape.template.format(**parts), **parts)


def _including_subtree(query: CatalogFilter, statement: Statement) -> Statement:
    """Return the statement, with the categories of the subtree if the filter includes them."""
    if not query.include_subcategories:
        return statement
    return Statement(with_subtree(statement.text), [query.category_id, *statement.values])


def export_statement(query: CatalogFilter) -> Statement:
    """Return the statement that reads all matches of the filters."""
    conditions, values = _conditions(query)
    key, direction = sort_order(query.prices, query.sort)
    statement: LiteralString = "SELECT {columns} FROM products WHERE {conditions} ORDER BY {order}"
    order: LiteralString = f"{key} {direction}, id {direction}"
    text = statement.format(columns=shown_columns(query.prices), conditions=conditions, order=order)
    return _including_subtree(query, Statement(text, values))


def count_statement(query: CatalogFilter) -> Statement:
    """Return the statement that counts the matches of the filters."""
    conditions, values = _conditions(query)
    statement: LiteralString = "SELECT count(*) AS total_count FROM products WHERE {conditions}"
    return _including_subtree(query, Statement(statement.format(conditions=conditions), values))


def _choose_template(
    query: CatalogQuery,
    statistics: FilterStatistics | None,
    values: list[Any],
    start_values: list[str],
) -> tuple[LiteralString, list[Any]]:
    """Return the template of the cheapest plan, and its parameters."""
    wanted = query.offset + query.limit + 1
    if not is_search(query):
        if query.include_subcategories:
            limit = subtree_scan_limit(wanted, statistics.total if statistics else None)
            return _subtree_template(query, values, [*start_values, limit], wanted)
        return FAR_OFFSET_SCAN if query.offset >= FAR_OFFSET else INDEX_SCAN, values
    if scan_limit := _scan_limit(query, statistics):
        return BOUNDED_SCAN_MATCHES, [
            *start_values,
            scan_limit,
            *values,
            wanted,
            wanted,
            wanted,
            *values,
        ]
    if number := max(filter(is_long_number, query.words), key=len, default=None):
        return NUMBER_MATCHES, [number_suffix(number), *values, *values]
    return ALL_MATCHES, values


def _subtree_template(
    query: CatalogQuery, values: list[Any], scan_values: list[Any], wanted: int
) -> tuple[LiteralString, list[Any]]:
    """Return the template of a page of a subtree, and its parameters.

    `scan_values` has the start of the scan and its limit.
    """
    scan = [*scan_values, *values, wanted, wanted]
    if has_price_range(query):
        return FILTERED_SUBTREE_MATCHES, [*scan, wanted, *values]
    return SUBTREE_MATCHES, [*scan, *scan_values[:-1], *values, wanted, wanted]


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


def has_price_range(query: CatalogFilter) -> bool:
    """Return whether a filter limits the price."""
    return query.min_price is not None or query.max_price is not None


def is_search(query: CatalogFilter) -> bool:
    """Return whether a filter has a word that the trigram index finds."""
    return bool(query.words) and any(map(_is_indexed, query.words))


def _is_indexed(word: str) -> bool:
    return len(word) >= TRIGRAM_LETTERS


def _conditions(query: CatalogFilter) -> tuple[LiteralString, list[Any]]:
    price = PRICE_COLUMNS[query.prices].filtered
    filters: list[tuple[LiteralString, Any]] = [
        ("category_id = %s", None if query.include_subcategories else query.category_id),
        (f"{price} >= %s", query.lowest),
        (f"{price} <= %s", query.highest),
        *((LONG_WORD if _is_indexed(word) else SHORT_WORD, word) for word in query.words),
    ]
    conditions: LiteralString = "status = 'active'"
    if query.include_subcategories:
        conditions += " AND " + IN_SUBTREE
    values: list[Any] = []
    for condition, value in filters:
        if value is not None:
            conditions += " AND " + condition
            values.append(value)
    return conditions, values
