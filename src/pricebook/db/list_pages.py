"""Reads pages of lists: the statements of `keyset`, and their rows as structs."""

from collections.abc import Callable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Generic, TypeVar

import msgspec
from psycopg import AsyncCursor, DataError

from pricebook.db.database import Connection
from pricebook.db.fragments import Fragment
from pricebook.db.keyset import Listing, Window, estimate_statement, page_statement
from pricebook.db.row_types import require_fields
from pricebook.db.sort_keys import Position
from pricebook.errors import UNKNOWN_CURSOR, validation_error

RowT = TypeVar("RowT")
ShownT = TypeVar("ShownT")
row_struct = TypeVar("row_struct", bound=msgspec.Struct)
# Makes rows of the values of a query with these columns.
RowMaker = Callable[[tuple[str, ...]], Callable[[Sequence[Any]], RowT]]


class ListPage(msgspec.Struct, Generic[RowT], frozen=True):
    """Rows of a list with their positions, and how many there are: about so many unless exact.

    A position is the name of the list and the keys of a row.
    """

    total_count: int
    is_exact: bool
    rows: list[RowT]
    positions: list[Position]


async def read_page(
    conn: Connection, listing: Listing, window: Window, make_row: RowMaker[RowT]
) -> ListPage[RowT]:
    """Return the rows of a window of a list, several for keys with several details.

    The window begins after one of the positions of an earlier page. Raises ValidationError for a
    position that is none of this list.
    """
    window = msgspec.structs.replace(window, after=_keys_after(listing, window))
    estimate = await estimate_rows(conn, listing)
    cursor = await execute_after(conn, page_statement(listing, window, estimate), window.after)
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
        [[listing.name, *keys] for _, keys, *_ in rows],
    )


def _keys_after(listing: Listing, window: Window) -> Position | None:
    """Return the keys of the row after which a window begins; None for the first row."""
    if window.after is None:
        return None
    name, keys = window.after[:1], window.after[1:]
    if [*name] != [listing.name] or len(keys) != len(listing.keys):
        raise validation_error(UNKNOWN_CURSOR)
    return keys


async def estimate_rows(conn: Connection, listing: Listing) -> int:
    """Return how many rows of a list PostgreSQL expects."""
    statement = estimate_statement(listing)
    ((plan,),) = await (await conn.execute(statement.text, statement.values)).fetchall()
    return int(plan[0]["Plan"]["Plan Rows"])


async def execute_after(
    conn: Connection, statement: Fragment, keys: Position | None
) -> AsyncCursor[tuple[Any, ...]]:
    """Execute a statement that reads what comes after keys from a cursor.

    Raises ValidationError for keys that PostgreSQL refuses.
    """
    try:
        return await conn.execute(statement.text, statement.values)
    except DataError:
        if keys is None:
            raise
        raise validation_error(UNKNOWN_CURSOR) from None


def map_rows(found: ListPage[RowT], convert: Callable[[RowT], ShownT]) -> ListPage[ShownT]:
    """Return a page with its rows converted."""
    return ListPage(found.total_count, found.is_exact, [*map(convert, found.rows)], found.positions)


def group_rows(found: ListPage[RowT], convert: Callable[[list[RowT]], ShownT]) -> ListPage[ShownT]:
    """Return a page with one row for all details of the same keys."""
    positions: list[Position] = []
    rows: list[ShownT] = []
    details = zip(found.positions, found.rows, strict=True)
    for position, group in groupby(details, key=itemgetter(0)):
        positions.append(position)
        rows.append(convert([row for _, row in group]))
    return ListPage(found.total_count, found.is_exact, rows, positions)


def as_structs(kind: type[row_struct]) -> RowMaker[row_struct]:
    """Return what makes structs of rows by position, as `struct_row` does."""

    def maker(names: tuple[str, ...]) -> Callable[[Sequence[Any]], row_struct]:
        require_fields(kind, names)
        return lambda values: kind(*values)

    return maker


def as_dicts(names: tuple[str, ...]) -> Callable[[Sequence[Any]], dict[str, Any]]:
    """Return what makes dictionaries of rows."""
    return lambda values: dict(zip(names, values, strict=True))
