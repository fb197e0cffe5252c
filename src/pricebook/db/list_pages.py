"""Reads pages of lists: the statements of `keyset`, and their rows as structs."""

from collections.abc import Callable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Generic, TypeVar

import msgspec
from psycopg import AsyncCursor, DataError

from pricebook.db.database import Connection
from pricebook.db.fragments import Fragment
from pricebook.db.keyset import Listing, Position, Window, estimate_statement, page_statement
from pricebook.db.row_types import require_fields
from pricebook.errors import UNKNOWN_CURSOR, validation_error

RowT = TypeVar("RowT")
ShownT = TypeVar("ShownT")
row_struct = TypeVar("row_struct", bound=msgspec.Struct)
# Makes rows of the values of a query with these columns.
RowMaker = Callable[[tuple[str, ...]], Callable[[Sequence[Any]], RowT]]


class ListPage(msgspec.Struct, Generic[RowT], frozen=True):
    """Rows of a list with their keys, and how many there are: about so many unless exact."""

    total_count: int
    is_exact: bool
    rows: list[RowT]
    keys: list[Position]


async def read_page(
    conn: Connection, listing: Listing, window: Window, make_row: RowMaker[RowT]
) -> ListPage[RowT]:
    """Return the rows of a window of a list, several for keys with several details.

    Raises ValidationError for a position that is none of this list.
    """
    estimate = await estimate_rows(conn, listing)
    cursor = await _execute(conn, page_statement(listing, window, estimate), window)
    _, _, *names = (column.name for column in cursor.description or ())
    make = make_row(tuple(names))
    listed = await cursor.fetchall()
    total_count = listed[0][0]
    rows = [row for row in listed if row[1] is not None]
    is_counted = window.counts_all or max(estimate, total_count) <= listing.count_limit
    return ListPage(
        total_count if is_counted else max(estimate, total_count),
        is_counted,
        [make(values) for _, _, *values in rows],
        [keys for _, keys, *_ in rows],
    )


async def estimate_rows(conn: Connection, listing: Listing) -> int:
    """Return how many rows of a list PostgreSQL expects."""
    statement = estimate_statement(listing)
    ((plan,),) = await (await conn.execute(statement.text, statement.values)).fetchall()
    return int(plan[0]["Plan"]["Plan Rows"])


async def _execute(
    conn: Connection, statement: Fragment, window: Window
) -> AsyncCursor[tuple[Any, ...]]:
    try:
        return await conn.execute(statement.text, statement.values)
    except DataError:
        if window.after is None:
            raise
        raise validation_error(UNKNOWN_CURSOR) from None


def map_rows(found: ListPage[RowT], convert: Callable[[RowT], ShownT]) -> ListPage[ShownT]:
    """Return a page with its rows converted."""
    return ListPage(found.total_count, found.is_exact, [*map(convert, found.rows)], found.keys)


def group_rows(found: ListPage[RowT], convert: Callable[[list[RowT]], ShownT]) -> ListPage[ShownT]:
    """Return a page with one row for all details of the same keys."""
    keys: list[Position] = []
    rows: list[ShownT] = []
    for row_keys, group in groupby(zip(found.keys, found.rows, strict=True), key=itemgetter(0)):
        keys.append(row_keys)
        rows.append(convert([row for _, row in group]))
    return ListPage(found.total_count, found.is_exact, rows, keys)


def as_structs(kind: type[row_struct]) -> RowMaker[row_struct]:
    """Return what makes structs of rows by position, as `struct_row` does."""

    def maker(names: tuple[str, ...]) -> Callable[[Sequence[Any]], row_struct]:
        require_fields(kind, names)
        return lambda values: kind(*values)

    return maker


def as_dicts(names: tuple[str, ...]) -> Callable[[Sequence[Any]], dict[str, Any]]:
    """Return what makes dictionaries of rows."""
    return lambda values: dict(zip(names, values, strict=True))
