"""Statements that read a page of a list in its order, after a row, without reading the rest of it.

A list has a total order by its keys, of which the last ones are unique. A page begins after the
keys of a row, so that the hundredth costs what the first one does.

PostgreSQL's estimate of the number of rows decides how a page is read. A few rows are read, counted
and sorted. Of many, a limited number is read in the order of the list, where a page is found soon;
should it not be, all of them are sorted.
"""

from collections.abc import Sequence
from typing import LiteralString, cast

import msgspec
from msgspec import Struct

from pricebook.db.fragments import Fragment, all_of, compose, fragment

# Up to so many rows are counted; of more, the number is estimated.
COUNT_LIMIT = 10_000
# The same where each row that an index finds is compared with words or with another table.
SEARCH_COUNT_LIMIT = 2_000
# So many rows are read in the order of a list to find a page of it.
SCAN_LIMIT = 20_000

Position = Sequence[str | None]


class Key(Struct, frozen=True):
    """A value by which a list is sorted; nulls come last in either direction."""

    expression: LiteralString
    type: LiteralString
    is_descending: bool = False
    is_nullable: bool = False

    @property
    def direction(self) -> LiteralString:
        """The direction in SQL."""
        return "DESC" if self.is_descending else "ASC"


class Listing(Struct, frozen=True, kw_only=True):
    """A list: the table of its rows, its order, its conditions, and what it shows of each row.

    The rows of `scope` are read in order by an index; `conditions` select some of them. `details`
    reads the row `page` by its keys (`page.k1`, …); it may return several rows. Only the first key
    may be nullable.

    `unestimated` are conditions that hardly any row fails, but PostgreSQL expects many to. `probe`
    are all conditions but those of the scope, for one row after the other, if another text is
    faster there.
    """

    table: LiteralString
    keys: tuple[Key, ...]
    details: Fragment | LiteralString
    scope: Fragment = fragment("true")
    conditions: Fragment = fragment("true")
    unestimated: Fragment = fragment("true")
    probe: Fragment | None = None
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
    others AS MATERIALIZED (
        SELECT {key_columns} FROM {table}
        WHERE {is_many} AND (SELECT count(*) FROM scanned) < {wanted}
            AND {scope} AND {filters} AND {after_all}
    ),
    many AS (
        SELECT * FROM scanned WHERE (SELECT count(*) FROM scanned) >= {wanted}
        UNION ALL
        SELECT * FROM others
    ),
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
    return compose(
        ESTIMATE, table=listing.table, scope=listing.scope, conditions=listing.conditions
    )


def page_statement(listing: Listing, window: Window, estimate: int) -> Fragment:
    """Return the statement of a page: a row for each detail, or one with nulls for an empty page.

    Its columns are the number of rows, the keys as text, and the details. The number is 0 or over
    the limit of the list if the rows were not counted.
    """
    keys = listing.keys
    names = _named(keys)
    is_few = estimate <= listing.count_limit
    is_many = fragment("true")
    if is_few:
        is_many = fragment("((SELECT number FROM counted) > %s)", listing.count_limit)
    parts: dict[str, Fragment | LiteralString] = {
        "table": listing.table,
        "scope": listing.scope,
        "filters": listing.filters,
        "key_columns": _columns(keys),
        "key_names": ", ".join(_names(keys)),
        "is_many": is_many,
        "after_names": _after(names, window.after),
        "after_all": _after(keys, window.after),
        "name_order": _order(names),
        "limit": _number(window.limit),
        "offset": _number(window.offset),
        "wanted": _number(window.wanted),
        "count_limit": _number(listing.count_limit + 1),
        "scan_limit": _number(max(SCAN_LIMIT, window.wanted)),
        "probe": listing.probe or listing.filters,
        "key_texts": ", ".join([f"{name}::text" for name in _names(keys)]),
        "details": listing.details,
        "details_order": listing.details_order,
        "total": "counted.number",
    }
    if window.counts_all:
        parts["total"] = compose(TOTAL, **parts)
    parts["found"] = compose(FEW if is_few else NONE, **parts)
    parts["scan"] = _scan(keys, window.after, parts)
    parts["many"] = compose(MANY, **parts)
    return compose(PAGE, **parts)


def _scan(
    keys: tuple[Key, ...], after: Position | None, parts: dict[str, Fragment | LiteralString]
) -> Fragment:
    first, rest = keys[0], keys[1:]
    if not first.is_nullable:
        return compose(SCAN, after=_after(keys, after), order=_plain(keys), **parts)
    present: LiteralString = f"{first.expression} IS NOT NULL"
    with_key, without_key = fragment(present), fragment(f"{first.expression} IS NULL")
    if after is not None and after[0] is None:
        with_key, without_key = fragment("false"), all_of(without_key, _after(rest, after[1:]))
    elif after is not None:
        with_key = all_of(with_key, _greater(keys, after))
    all_read = compose(ALL_READ, with_key=with_key, **parts)
    without_key = all_of(without_key, all_read)
    return compose(
        SCANS,
        wanted=parts["wanted"],
        with_key=compose(SCAN, after=with_key, order=_plain(keys), **parts),
        without_key=compose(SCAN, after=without_key, order=_plain(rest), **parts),
    )


def _after(keys: tuple[Key, ...], position: Position | None) -> Fragment:
    """Return the condition that a row comes after a position."""
    if position is None:
        return fragment("true")
    first, *rest = keys
    if not first.is_nullable:
        return _greater(keys, position)
    absent: LiteralString = f"{first.expression} IS NULL"
    if position[0] is None:
        return all_of(fragment(absent), _greater(tuple(rest), position[1:]))
    later = _greater(keys, position)
    return Fragment(f"({absent} OR {later.text})", later.values)


def _greater(keys: tuple[Key, ...], position: Position) -> Fragment:
    """Return the condition that the keys, none of them null, come after others."""
    operator: LiteralString = "<" if keys[0].is_descending else ">"
    if all(key.is_descending == keys[0].is_descending for key in keys):
        columns: LiteralString = ", ".join([key.expression for key in keys])
        values: LiteralString = ", ".join([f"%s::{key.type}" for key in keys])
        return Fragment(f"({columns}) {operator} ({values})", tuple(position))
    first, rest = keys[0], _greater(keys[1:], position[1:])
    value: LiteralString = f"%s::{first.type}"
    text: LiteralString = (
        f"{first.expression} {operator}= {value}"
        f" AND ({first.expression} {operator} {value} OR {rest.text})"
    )
    return Fragment(text, (position[0], position[0], *rest.values))


def _columns(keys: tuple[Key, ...]) -> LiteralString:
    return ", ".join(
        [f"{key.expression} AS {name}" for key, name in zip(keys, _names(keys), strict=True)]
    )


def _plain(keys: tuple[Key, ...]) -> LiteralString:
    return ", ".join([f"{key.expression} {key.direction}" for key in keys])


def order_by(keys: tuple[Key, ...], table: LiteralString = "") -> LiteralString:
    """Return the order of a list, whose keys are columns."""
    prefix: LiteralString = f"{table}." if table else ""
    return _order(
        tuple(msgspec.structs.replace(key, expression=prefix + key.expression) for key in keys)
    )


def _order(keys: tuple[Key, ...]) -> LiteralString:
    """Return the order of rows some of which may lack the first key."""
    first: LiteralString = f"{keys[0].expression} IS NULL, " if keys[0].is_nullable else ""
    return first + _plain(keys)


def _named(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    """Return the keys by their names in a page."""
    return tuple(
        msgspec.structs.replace(key, expression=name)
        for key, name in zip(keys, _names(keys), strict=True)
    )


def _names(keys: tuple[Key, ...]) -> list[LiteralString]:
    return [cast("LiteralString", f"k{number}") for number in range(1, len(keys) + 1)]


def _number(value: int) -> Fragment:
    return fragment("%s", value)
