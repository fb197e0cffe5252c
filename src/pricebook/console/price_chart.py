"""The drawing of a price over time, as coordinates for the template of the chart."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from msgspec import Struct

from pricebook.console.number_texts import price_text
from pricebook.console.template_filters import day_text
from pricebook.prices.product_schemas import DailyPrice

WIDTH, HEIGHT = 640, 160
LEFT, TOP, BOTTOM = 64, 12, 28
HALF = Decimal("0.5")


class PriceChart(Struct, frozen=True):
    """Lines of the chart (points of each), ticks of the price axis, first and last day.

    `steps` are the days on which the price changed, the first day first, with the price and whether
    its import was undone later.
    """

    width: int
    height: int
    lines: list[str]
    ticks: list[tuple[int, str]]
    first: str
    last: str
    steps: list[tuple[str, str | None, bool]]


def draw_prices(days: Sequence[DailyPrice]) -> PriceChart | None:
    """Return the chart of the lowest price of each day; None where no day has one.

    A day without a price interrupts the line.
    """
    known = [each.lowest for each in days if each.lowest is not None]
    if not known:
        return None
    low, high = min(known), max(known)
    margin = (high - low) * HALF / 5 or high * HALF / 5 or HALF
    bottom, top = low - margin, high + margin

    def y(price: Decimal) -> int:
        share = (price - bottom) / (top - bottom)
        return round(HEIGHT - BOTTOM - float(share) * (HEIGHT - BOTTOM - TOP))

    values = sorted({low, high} if high - low else {low})
    return PriceChart(
        width=WIDTH,
        height=HEIGHT,
        lines=_lines([None if each.lowest is None else y(each.lowest) for each in days]),
        ticks=[(y(each), price_text(each) or "") for each in values],
        first=day_text(days[0].date),
        last=day_text(days[-1].date),
        steps=_steps(days),
    )


def _lines(heights: Sequence[int | None]) -> list[str]:
    """Return the points of step lines, one for each run of days with a price."""
    width = (WIDTH - LEFT) / max(1, len(heights))
    lines: list[str] = []
    points: list[str] = []
    for number, height in enumerate([*heights, None]):
        if height is not None:
            start = LEFT + number * width
            points += [f"{start:.1f},{height}", f"{start + width:.1f},{height}"]
        elif points:
            lines.append(" ".join(points))
            points = []
    return lines


def _steps(days: Sequence[DailyPrice]) -> list[tuple[str, str | None, bool]]:
    changes = [later for earlier, later in pairwise(days) if _price(earlier) != _price(later)]
    return [
        (day_text(each.date), price_text(each.lowest), each.undone_by is not None)
        for each in (days[0], *changes)
    ]


def _price(day: DailyPrice) -> tuple[Decimal | None, bool]:
    return day.lowest, day.undone_by is not None
