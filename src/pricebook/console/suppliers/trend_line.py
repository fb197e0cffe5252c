"""Numbers of the last price lists of a supplier, as a small line."""

from collections.abc import Sequence

from msgspec import Struct

WIDTH, HEIGHT, EDGE = 96, 20, 2


class TrendLine(Struct, frozen=True):
    """The points of a line, its last point, and the numbers as a text."""

    width: int
    height: int
    points: str
    last: tuple[float, float]
    numbers: str


def draw_sizes(sizes: Sequence[int]) -> TrendLine | None:
    """Return the line of numbers of articles, the oldest first; None with fewer than two."""
    return _draw(sizes, 0.2, "{:,}")


def draw_levels(levels: Sequence[float]) -> TrendLine | None:
    """Return the line of price levels, the oldest first; None with fewer than two."""
    return _draw(levels, 0.05, "{:.1f}")


def _draw(numbers: Sequence[float], least_range: float, form: str) -> TrendLine | None:
    """Draw a line whose height is at least a share of the largest number."""
    if len(numbers) <= 1:
        return None
    top = max(numbers)
    bottom = min(*numbers, top * (1 - least_range))
    scale = (HEIGHT - 2 * EDGE) / ((top - bottom) or 1)
    step = (WIDTH - 2 * EDGE) / (len(numbers) - 1)
    points = [
        (round(EDGE + place * step, 1), round(HEIGHT - EDGE - (number - bottom) * scale, 1))
        for place, number in enumerate(numbers)
    ]
    return TrendLine(
        width=WIDTH,
        height=HEIGHT,
        points=" ".join(f"{x},{y}" for x, y in points),
        last=points[-1],
        numbers=", ".join(form.format(number) for number in numbers),
    )
