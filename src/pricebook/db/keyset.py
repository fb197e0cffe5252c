"""Statements that read a page of a list in its order, after a row, without reading the rest of it.

A list has a total order by its keys, of which the last ones are unique. A page begins after the
keys of a row, so that the hundredth costs what the first one does.

PostgreSQL's estimate of the number of rows decides how a page is read. A few rows are read, counted
and sorted. Of many, a limited number is read in the order of the list, where a page is found soon;
should it not be, all of them are sorted.
"""

from typing import LiteralString

from msgspec import Struct

from pricebook.db.fragments import Fragment, all_of, compose, fragment
from pricebook.db.sort_keys import (
    Key,
    Position,
    after_position,
    greater,
    key_columns,
    key_names,
    named_keys,
    nulls_last_order,
    plain_order,
)

# Up to so many rows are counted; of more, the number is estimated.
COUNT_LIMIT = 10_000
# The same where each row that an index finds is compared with words or with another table.
SEARCH_COUNT_LIMIT = 2_000
# So many rows are read in the order of a list to find a page of it.
SCAN_LIMIT = 20_000


class Listing(Struct, frozen=True, kw_only=True):
    """A list: the table of its rows, its order, its conditions, and what it shows of each row.

    The rows of `scope` are read in order by an index; `conditions` select some of them. `details`
    reads the row `page` by its keys (`page.k1`, …); it may return several rows. Only the first key
    may be nullable.

    `estimated` are the conditions of which PostgreSQL estimates the rows, if another text is better
    there. `unestimated` are conditions that hardly any row fails, but it expects many to. `probe`
    are all conditions but those of the scope, for one row after the other, if another text is
    faster there. `far_probe` are the same for many rows, which begins with work for all of them:
    with it, a page that is far from the beginning is found in the order of the list, too, after
    `near_limit` rows.
    """

    table: LiteralString
    keys: tuple[Key, ...]
    details: Fragment | LiteralString
    scope: Fragment = fragment("true")
    conditions: Fragment = fragment("true")
    estimated: Fragment | None = None
    unestimated: Fragment = fragment("true")
    probe: Fragment | None = None
    far_probe: Fragment | None = None
    near_limit: int | None = None
    details_order: LiteralString = ""
    count_limit: int = COUNT_LIMIT

    @property
    def filters(self) -> Fragment:
        """All conditions but the scope."""
        return all_of(self.conditions, self.unestimated)

    @property
    def all_conditions(self) -> Fragment:
        """The condition that a row of the table is one of the list."""
        return all_of(self.scope, self.filters)

    @property
    def name(self) -> str:
        """The list that a position belongs to: its table and the values of its scope."""
        return " ".join([self.table, *map(str, self.scope.values)])


class Window(Struct, frozen=True):
    """The part of a list that is read: so many rows after a position or a number of rows."""

    limit: int
    offset: int = 0
    after: Position | None = None
    counts_all: bool = False

    @property
    def wanted(self) -> int:
        """The number of rows up to the end of the window."""
        return self.limit + self.offset


ESTIMATE: LiteralString = "EXPLAIN (FORMAT JSON) SELECT FROM {table} WHERE {scope} AND {conditions}"
PAGE: LiteralString = """
    WITH found AS MATERIALIZED ({found}),
    counted AS MATERIALIZED (SELECT count(*) AS number FROM found),
    {many}
    page AS MATERIALIZED (
        (SELECT * FROM found WHERE NOT {is_many} AND {after_names}
        ORDER BY {name_order} LIMIT {limit} OFFSET {offset})
        UNION ALL
        (SELECT * FROM many ORDER BY {name_order} LIMIT {limit} OFFSET {offset})
    )
    SELECT {total} AS total_count, page.keys, detail.*
    FROM counted
    LEFT JOIN (SELECT *, ARRAY[{key_texts}] AS keys FROM page) AS page ON true
    LEFT JOIN LATERAL ({details}) AS detail ON page.keys IS NOT NULL
    ORDER BY {name_order} {details_order}
"""
FEW: LiteralString = """
    SELECT {key_columns} FROM {table} WHERE {scope} AND {filters} LIMIT {count_limit}
"""
NONE: LiteralString = "SELECT {key_columns} FROM {table} WHERE false"
TOTAL: LiteralString = "(SELECT count(*) FROM {table} WHERE {scope} AND {filters})"
# The subquery has the name of the table, for the conditions. Its rows keep their order: to sort
# them again, PostgreSQL would read all of them where a condition makes a key constant.
SCAN: LiteralString = """
    SELECT {key_names} FROM (
        SELECT {key_columns}, {table}.* FROM {table} WHERE {is_many} AND {scope} AND {after}
        ORDER BY {order} LIMIT {scan_limit}
    ) AS {table}
    WHERE {probe}
    LIMIT {wanted}
"""
MANY: LiteralString = """
    scanned AS MATERIALIZED ({scan}),
    others AS MATERIALIZED ({others}),
    many AS (
        SELECT * FROM scanned WHERE (SELECT count(*) FROM scanned) >= {wanted}
        UNION ALL
        SELECT * FROM others
    ),
"""
IS_FAR: LiteralString = "{is_many} AND (SELECT count(*) FROM scanned) < {wanted}"
SORTED: LiteralString = """
    SELECT {key_columns} FROM {table} WHERE {is_far} AND {scope} AND {filters} AND {after_all}
"""
# Each part has an index: the rows with a first key, and those without one, which follow once all
# of the others are read.
SCANS: LiteralString = """
    SELECT * FROM ({with_key}) AS with_key
    UNION ALL
    SELECT * FROM ({without_key}) AS without_key
    LIMIT {wanted}
"""
ALL_READ: LiteralString = """
    (SELECT count(*) FROM (
        SELECT FROM {table} WHERE {scope} AND {with_key} LIMIT {scan_limit}
    ) AS read) < {scan_limit}
"""


def estimate_statement(listing: Listing) -> Fragment:
    """Return the statement that estimates the number of rows of a list."""
    conditions = listing.estimated or listing.conditions
    return compose(ESTIMATE, table=listing.table, scope=listing.scope, conditions=conditions)


def page_statement(listing: Listing, window: Window, estimate: int) -> Fragment:
    """Return the statement of a page: a row for each detail, or one with nulls for an empty page.

    Its columns are the number of rows, the keys as text, and the details. The number is 0 or over
    the limit of the list if the rows were not counted.
    """
    keys = listing.keys
    names = named_keys(keys)
    is_few = estimate <= listing.count_limit
    is_many = fragment("true")
    if is_few:
        is_many = fragment("((SELECT number FROM counted) > %s)", listing.count_limit)
    parts: dict[str, Fragment | LiteralString] = {
        "table": listing.table,
        "scope": listing.scope,
        "filters": listing.filters,
        "key_columns": key_columns(keys),
        "key_names": ", ".join(key_names(keys)),
        "is_many": is_many,
        "after_names": after_position(names, window.after),
        "after_all": after_position(keys, window.after),
        "name_order": nulls_last_order(names),
        "limit": _number(window.limit),
        "offset": _number(window.offset),
        "wanted": _number(window.wanted),
        "count_limit": _number(listing.count_limit + 1),
        "scan_limit": _number(max(listing.near_limit or SCAN_LIMIT, window.wanted)),
        "probe": listing.probe or listing.filters,
        "key_texts": ", ".join([f"{name}::text" for name in key_names(keys)]),
        "details": listing.details,
        "details_order": listing.details_order,
        "total": "counted.number",
    }
    if window.counts_all:
        parts["total"] = compose(TOTAL, **parts)
    parts["found"] = compose(FEW if is_few else NONE, **parts)
    parts["scan"] = _scan(keys, window.after, parts)
    parts["is_far"] = compose(IS_FAR, **parts)
    parts["others"] = _others(listing, window, parts)
    parts["many"] = compose(MANY, **parts)
    return compose(PAGE, **parts)


def _others(
    listing: Listing, window: Window, parts: dict[str, Fragment | LiteralString]
) -> Fragment:
    """Return the statement of the rows of a page that is not found near the beginning."""
    if listing.far_probe is None:
        return compose(SORTED, **parts)
    far: dict[str, Fragment | LiteralString] = {
        "is_many": parts["is_far"],
        "probe": listing.far_probe,
        "scan_limit": "ALL",
    }
    return _scan(listing.keys, window.after, {**parts, **far})


def _scan(
    keys: tuple[Key, ...], after: Position | None, parts: dict[str, Fragment | LiteralString]
) -> Fragment:
    first, rest = keys[0], keys[1:]
    if not first.is_nullable:
        return compose(SCAN, after=after_position(keys, after), order=plain_order(keys), **parts)
    present: LiteralString = f"{first.expression} IS NOT NULL"
    with_key, without_key = fragment(present), fragment(f"{first.expression} IS NULL")
    if first.is_always_null:
        after_null = after_position(keys, after)
        return compose(
            SCAN, after=all_of(without_key, after_null), order=plain_order(rest), **parts
        )
    if after is not None and after[0] is None:
        with_key, without_key = (
            fragment("false"),
            all_of(without_key, after_position(rest, after[1:])),
        )
    elif after is not None:
        with_key = all_of(with_key, greater(keys, after))
    if parts["scan_limit"] != "ALL":
        without_key = all_of(without_key, compose(ALL_READ, with_key=with_key, **parts))
    return compose(
        SCANS,
        wanted=parts["wanted"],
        with_key=compose(SCAN, after=with_key, order=plain_order(keys), **parts),
        without_key=compose(SCAN, after=without_key, order=plain_order(rest), **parts),
    )


def _number(value: int) -> Fragment:
    return fragment("%s", value)
