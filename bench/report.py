"""Writes the results of the catalog benchmark into docs/performance.md, as a table and a plot."""

import re
from pathlib import Path

import msgspec

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "performance.md"
PLOT = DOCS / "performance.svg"
BEGIN, END = "<!-- begin: written by make bench -->", "<!-- end -->"
HEADER = (
    "| | Pricebook | Bun + Elysia | times | p50 / p95 / p99 ms | theirs | CPU: ours + PostgreSQL |"
    " theirs + PostgreSQL |\n|---|--:|--:|--:|--:|--:|--:|--:|\n"
)
BAR, ROW, LEFT, WIDTH = 12, 40, 230, 860
COLOURS = ("#2563eb", "#94a3b8")


class Measured(msgspec.Struct, frozen=True):
    """The medians of several runs of one server; CPU in cores, `errors` is the sum of all runs."""

    rate: float
    p50: float
    p95: float
    p99: float
    errors: int
    cpu: dict[str, float]


class Row(msgspec.Struct, frozen=True):
    """One case for both servers."""

    name: str
    pricebook: Measured
    baseline: Measured

    @property
    def times(self) -> float:
        """The ratio of the requests per second: Pricebook / baseline."""
        return self.pricebook.rate / self.baseline.rate


class Report(msgspec.Struct, frozen=True):
    """The results of a benchmark."""

    machine: str
    products: int
    runs: int
    seconds: int
    rows: list[Row]
    megabytes: dict[str, list[float]]


def line(row: Row) -> str:
    """Return one case as a row of the table."""
    ours, theirs = row.pricebook, row.baseline
    cells = [
        row.name,
        _rate(ours),
        _rate(theirs),
        f"{row.times:.1f}",
        f"{ours.p50:.1f} / {ours.p95:.1f} / {ours.p99:.1f}",
        f"{theirs.p50:.1f} / {theirs.p95:.1f} / {theirs.p99:.1f}",
        " + ".join(f"{value:.2f}" for value in ours.cpu.values()),
        " + ".join(f"{value:.2f}" for value in theirs.cpu.values()),
    ]
    return f"| {' | '.join(cells)} |"


def write(report: Report) -> None:
    """Write the table and the plot."""
    ours, theirs = (
        " + ".join(f"{size:.0f}" for size in sizes if size > 1)
        for sizes in report.megabytes.values()
    )
    caption = (
        f"{report.machine}; {report.products:,} products, {report.products * 4:,} items; medians of"
        f" {report.runs} runs of {report.seconds} s each, in turn. Memory afterwards, megabytes a"
        f" process: {ours} (ours), {theirs} (theirs).\n"
    )
    table = HEADER + "\n".join(line(row) for row in report.rows) + "\n"
    page = PAGE.read_text()
    block = f"{BEGIN}\n{caption}\n{table}{END}"
    PAGE.write_text(re.sub(f"{BEGIN}.*?{END}", lambda _: block, page, flags=re.DOTALL))
    PLOT.write_text(plot(report.rows))


def plot(rows: list[Row]) -> str:
    """Return an SVG with two bars for each case: requests per second."""
    most = max(row.pricebook.rate for row in rows)
    scale = (WIDTH - LEFT - 90) / most
    drawn = "".join(_bars(number, row, scale) for number, row in enumerate(rows))
    height = ROW * len(rows) + 40
    legend = "".join(
        f'<rect x="{LEFT + at}" y="8" width="12" height="12" fill="{colour}"/>'
        f'<text x="{LEFT + at + 18}" y="19">{name}</text>'
        for at, colour, name in zip(
            (0, 110), COLOURS, ("Pricebook", "Bun + Elysia, requests a second"), strict=True
        )
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        ' font-family="sans-serif" font-size="13" fill="#334155">'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>{legend}{drawn}</svg>\n'
    )


def _bars(number: int, row: Row, scale: float) -> str:
    top = 34 + number * ROW
    bars = "".join(
        f'<rect x="{LEFT}" y="{top + at}" width="{measured.rate * scale:.1f}" height="{BAR}"'
        f' fill="{colour}"/><text x="{LEFT + measured.rate * scale + 6:.1f}" y="{top + at + 11}"'
        f' font-size="11">{measured.rate:,.0f}</text>'
        for at, colour, measured in zip(
            (0, BAR + 2), COLOURS, (row.pricebook, row.baseline), strict=True
        )
    )
    return f'<text x="{LEFT - 10}" y="{top + 18}" text-anchor="end">{row.name}</text>{bars}'


def _rate(measured: Measured) -> str:
    failed = f" ({measured.errors:,} failed)" if measured.errors else ""
    return f"{measured.rate:,.0f}{failed}"
