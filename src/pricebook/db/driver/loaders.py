"""Conversion of PostgreSQL values to Python values."""

from decimal import Decimal
from typing import Any

from psycopg import AsyncCursor, AsyncServerCursor
from psycopg.adapt import Buffer, Loader
from psycopg.types.string import TextLoader

PRICE_DECIMALS = 2
NOT_FINITE = {"NaN", "Infinity", "-Infinity"}


class PriceLoader(Loader):
    """Loads numeric as Decimal with at least two decimals, as prices are shown."""

    def load(self, data: Buffer) -> Decimal:
        """Return a Decimal of the same value, without zeros after the second decimal."""
        text = bytes(data).decode()
        whole, _, decimals = text.partition(".")
        if len(decimals) == PRICE_DECIMALS or whole in NOT_FINITE:
            return Decimal(text)
        return Decimal(f"{whole}.{decimals.rstrip('0'):0<{PRICE_DECIMALS}}")


def load_as_text(cursor: AsyncCursor[Any] | AsyncServerCursor[Any]) -> None:
    """Make a cursor return ids and prices as text, which is how a response shows them."""
    for type_name in ("uuid", "numeric"):
        cursor.adapters.register_loader(type_name, TextLoader)
