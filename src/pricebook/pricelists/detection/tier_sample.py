"""Whether the sample rows of tiers and of upcoming prices look like prices of the articles."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise

from pricebook.pricelists.detection.price_arithmetic import SamplePrices

_MIN_ROWS = 3
# A price of the same article is less than this many times another one.
_MAX_FACTOR = Decimal(5)


def doubtful_tiers(samples: list[SamplePrices]) -> Iterator[int]:
    """Yield the positions of tiers that rise in most rows, or are far below the first one."""
    for position, pair in enumerate(pairwise(samples), start=1):
        rises = _most(pair, lambda before, after: after > before)
        first = samples[0], samples[position]
        if rises or _most(first, lambda before, after: after * _MAX_FACTOR < before):
            yield position


def are_far_apart(now: SamplePrices, later: SamplePrices) -> bool:
    """Return whether most prices of a later day are five times those of today, up or down."""

    def is_far(before: Decimal, after: Decimal) -> bool:
        return not before / _MAX_FACTOR < after < before * _MAX_FACTOR

    return _most((now, later), is_far)


def _most(
    pair: tuple[SamplePrices, SamplePrices], holds: Callable[[Decimal, Decimal], bool]
) -> bool:
    """Return whether something holds for most of the rows with both prices, at least three."""
    first, second = pair
    rows = [row for row, price in first.items() if price and second.get(row)]
    return len(rows) >= _MIN_ROWS and 2 * sum(holds(first[r], second[r]) for r in rows) > len(rows)
