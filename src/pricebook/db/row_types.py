"""How the rows of a query become structs, and what its prices look like."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from psycopg import AsyncCursor, AsyncServerCursor
from psycopg.adapt import Buffer, Loader
from psycopg.types.string import TextLoader

row_struct = TypeVar("row_struct", bound=msgspec.Struct)


def struct_row(
    struct_type: type[row_struct],
) -> Callable[[AsyncCursor[Any]], Callable[[Sequence[Any]], row_struct]]:
    """Make a row factory that fills a struct by position.

    Raises TypeError when the columns of the query are not the fields of the struct, in order.
    """

    def factory(cursor: AsyncCursor[Any]) -> Callable[[Sequence[Any]], row_struct]:
        names = tuple(column.name for column in cursor.description or ())
        if cursor.description and names != struct_type.__struct_fields__:
            raise TypeError(
                f"{struct_type.__name__} has {struct_type.__struct_fields__}, the query {names}"
            )
        return lambda values: struct_type(*values)

    return factory


class PriceLoader(Loader):
    """Reads numeric as Decimal with the two to four decimals that a price is shown with."""

    def load(self, data: Buffer) -> Decimal:
        """Turn the text that PostgreSQL sends into a Decimal of the same value."""
        text = bytes(data).decode()
        point = text.find(".")
        if point >= 0:
            text = text[: point + 3] + text[point + 3 :].rstrip("0")
        return Decimal(text)


def load_as_text(cursor: AsyncCursor[Any] | AsyncServerCursor[Any]) -> None:
    """Let a cursor give ids and prices as the text that PostgreSQL writes.

    As Python objects they would only be turned back for an answer that is shown as it is.
    """
    for type_name in ("uuid", "numeric"):
        cursor.adapters.register_loader(type_name, TextLoader)
