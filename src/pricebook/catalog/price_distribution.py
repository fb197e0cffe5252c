"""How prices are distributed, which decides whether a price range may use a kept plan.

Only the speed of a query depends on it: PostgreSQL plans it for its values otherwise.
"""

import asyncio
from bisect import bisect_left, bisect_right
from decimal import Decimal
from itertools import accumulate

from msgspec import Struct

from pricebook.db.database import Connection, Database
from pricebook.db.row_types import struct_row
from pricebook.errors import DatabaseUnavailableError
from pricebook.settings import CatalogPrices

REFRESH_SECONDS = 60
# By CATALOG_PRICES; a catalog without prices has no price ranges.
COLUMNS: dict[CatalogPrices, str] = {"supplier": "min_price", "target": "target_price"}


class PriceStatistics(Struct, frozen=True):
    """What PostgreSQL knows of a price column: its histogram and its most frequent values.

    `frequencies` and `null_share` are shares of all `products`.
    """

    products: float
    null_share: float
    bounds: list[Decimal]
    frequent: list[Decimal]
    frequencies: list[float]


class PriceDistribution:
    """The numbers of products by price, by the statistics of PostgreSQL."""

    def __init__(self, statistics: PriceStatistics) -> None:
        self.products = statistics.products
        frequent = sorted(zip(statistics.frequent, statistics.frequencies, strict=True))
        self._bounds = statistics.bounds
        self._buckets = max(0, len(self._bounds) - 1)
        rest = 1 - statistics.null_share - sum(statistics.frequencies)
        self._bucket_size = self.products * max(0.0, rest) / max(1, self._buckets)
        self._frequent = [price for price, _ in frequent]
        self._frequent_sums = [
            0.0,
            *accumulate(share * self.products for _, share in frequent),
        ]

    def at_least(self, lowest: Decimal | None, highest: Decimal | None) -> float:
        """Return the smallest number of products that a price range may have; both ends count."""
        first, last = self._bounds_within(lowest, highest)
        return max(0, last - first - 1) * self._bucket_size + self._frequent_within(lowest, highest)

    def at_most(self, lowest: Decimal | None, highest: Decimal | None) -> float:
        """Return the largest number of products that a price range may have; both ends count."""
        first, last = self._bounds_within(lowest, highest)
        buckets = min(last, self._buckets) - max(first - 1, 0)
        return buckets * self._bucket_size + self._frequent_within(lowest, highest)

    def _bounds_within(self, lowest: Decimal | None, highest: Decimal | None) -> tuple[int, int]:
        return _slice_within(self._bounds, lowest, highest)

    def _frequent_within(self, lowest: Decimal | None, highest: Decimal | None) -> float:
        first, last = _slice_within(self._frequent, lowest, highest)
        return self._frequent_sums[last] - self._frequent_sums[first]


def _slice_within(
    values: list[Decimal], lowest: Decimal | None, highest: Decimal | None
) -> tuple[int, int]:
    """Return the start and the end of the values of a range in a sorted list."""
    return (
        0 if lowest is None else bisect_left(values, lowest),
        len(values) if highest is None else bisect_right(values, highest),
    )


class CurrentPriceDistribution:
    """The distribution of the catalog's prices, read again every minute; None until it is known."""

    def __init__(self, prices: CatalogPrices) -> None:
        self._column = COLUMNS.get(prices)
        self.value: PriceDistribution | None = None

    async def maintain(self, database: Database) -> None:
        """Read the distribution every minute until cancelled; an old one is kept meanwhile."""
        while self._column:
            try:
                async with database.connection() as conn:
                    self.value = await read_distribution(conn, self._column)
            except DatabaseUnavailableError:
                pass  # the catalog's listener logs it
            await asyncio.sleep(REFRESH_SECONDS)


async def read_distribution(conn: Connection, column: str) -> PriceDistribution | None:
    """Return the distribution of a price column of `products`; None if it was never analysed."""
    async with conn.cursor(row_factory=struct_row(PriceStatistics)) as cursor:
        await cursor.execute(
            """
            SELECT greatest(reltuples, 0) AS products, null_frac AS null_share,
                coalesce(histogram_bounds::text::numeric[], '{}') AS bounds,
                coalesce(most_common_vals::text::numeric[], '{}') AS frequent,
                coalesce(most_common_freqs, '{}') AS frequencies
            FROM pg_stats
            JOIN pg_class ON pg_class.oid = to_regclass('products')
            JOIN pg_namespace ON pg_namespace.oid = relnamespace AND nspname = schemaname
            WHERE tablename = 'products' AND attname = %s
            """,
            [column],
        )
        statistics = await cursor.fetchone()
    return None if statistics is None else PriceDistribution(statistics)
