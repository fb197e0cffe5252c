"""Conversion of PostgreSQL values to Python values."""

from decimal import Decimal
from typing import Any

from psycopg import AsyncCursor, AsyncServerCursor
from psycopg.adapt import Buffer, Loader
from psycopg.types.string import TextLoader


class PriceLoader(Loader):
    """Loads numeric as Decimal with two to four decimals, as prices are shown."""

    def load(self, data: Buffer) -> Decimal:
        """Return a Decimal of the same value."""
        text = bytes(data).decode()
        point = text.find(".")
        if point >= 0:
            text = text[: point + 3] + text[point + 3 :].rstrip("0")
        return Decimal(text)


def load_as_text(cursor: AsyncCursor[Any] | AsyncServerCursor[Any]) -> None:
    """Make a cursor return ids and prices as text, which is how a response shows them."""
    for type_name in ("uuid", "numeric"):
        cursor.adapters.register_loader(type_name, TextLoader)
