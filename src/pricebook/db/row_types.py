"""Rows of queries as structs: the names of the columns are the names of the fields."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, LiteralString, TypeVar

import msgspec
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import scalar_row

Params = Sequence[Any] | Mapping[str, Any]
row_struct = TypeVar("row_struct", bound=msgspec.Struct)
RowFactory = Callable[[AsyncCursor[Any]], Callable[[Sequence[Any]], row_struct]]


class CountedRow(msgspec.Struct, Generic[row_struct], frozen=True):
    """A row of a page beside the number of all rows; the page beyond the last row has no row."""

    total_count: int
    row: row_struct | None


def struct_row(struct_type: type[row_struct]) -> RowFactory[row_struct]:
    """Return a row factory for cursors that makes structs by position, faster than by names.

    Raises TypeError when the columns of the query are not the fields of the struct, in order.
    """

    def factory(cursor: AsyncCursor[Any]) -> Callable[[Sequence[Any]], row_struct]:
        if cursor.description:
            require_fields(struct_type, tuple(column.name for column in cursor.description))
        return lambda values: struct_type(*values)

    return factory


def counted_row(struct_type: type[row_struct]) -> RowFactory[CountedRow[row_struct]]:
    """Return a row factory for pages: total_count, then the fields of a struct.

    Where the first field is null, there is no row. Raises TypeError as `struct_row` does.
    """

    def factory(cursor: AsyncCursor[Any]) -> Callable[[Sequence[Any]], CountedRow[row_struct]]:
        if cursor.description:
            total_count, *names = (column.name for column in cursor.description)
            require_fields(struct_type, tuple(names))
            require_fields(CountedRow, (total_count,))
        return make

    def make(values: Sequence[Any]) -> CountedRow[row_struct]:
        total_count, *rest = values
        return CountedRow(total_count, None if rest[0] is None else struct_type(*rest))

    return factory


async def fetch_page(cursor: AsyncCursor[CountedRow[row_struct]]) -> tuple[int, list[row_struct]]:
    """Return the number of all rows and the rows of the page; the query returns at least one."""
    rows = await cursor.fetchall()
    return rows[0].total_count, [counted.row for counted in rows if counted.row is not None]


async def find_value(
    conn: AsyncConnection[Any], statement: LiteralString, values: Params | None = None
) -> Any:
    """Return the value of a statement with one column; None without a row."""
    async with conn.cursor(row_factory=scalar_row) as cursor:
        return await (await cursor.execute(statement, values)).fetchone()


async def fetch_value(
    conn: AsyncConnection[Any], statement: LiteralString, values: Params | None = None
) -> Any:
    """Return the value of a statement that returns exactly one row of one column."""
    async with conn.cursor(row_factory=scalar_row) as cursor:
        (value,) = await (await cursor.execute(statement, values)).fetchall()
        return value


def require_fields(struct_type: type[msgspec.Struct], names: tuple[str, ...]) -> None:
    """Raise TypeError unless the names are the fields of a struct; the last ones may be absent."""
    fields = struct_type.__struct_fields__
    if names != fields[: len(names)]:
        raise TypeError(f"{struct_type.__name__} has {fields}, the query {names}")
