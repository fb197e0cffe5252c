"""Rows a second of taking in a CSV list: `python bench/import_csv.py [rows]`.

Beside it, in the same run, a plain COPY of the same rows into a table with the same columns and
indexes, without triggers and foreign keys.
"""

import asyncio
import csv
import resource
import sys
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import psycopg
from servers import migrated_servers

from pricebook.db import Database
from pricebook.ingestion import service
from pricebook.ingestion.import_schemas import ImportOrder, Progress
from pricebook.ingestion.process import Parsers
from pricebook.ingestion.schemas import FilePlace

COLUMNS = ("Article code", "Name", "Category", "Price", "Colour", "Pack")
Row = tuple[str, str, str, str, str, int]


def main() -> None:
    """Measure the first import, the same list again, and one with 5 % of the prices changed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rows = made_rows(count)
    with TemporaryDirectory() as folder, migrated_servers() as endpoints:
        path = Path(folder) / "list.csv"
        plain = copy_seconds(endpoints.database_url, rows)
        print(f"{count:,} rows x {len(COLUMNS)} columns; plain COPY {plain:.2f} s")
        for name in ("first import", "unchanged", "5 % changed"):
            if name == "5 % changed":
                rows = [
                    (*row[:3], "0.99", *row[4:]) if n % 20 == 0 else row
                    for n, row in enumerate(rows)
                ]
            write(path, rows)
            seconds = asyncio.run(imported(endpoints.database_url, path))[0]
            print(
                f"{name:14} {seconds:6.2f} s {count / seconds:10,.0f} rows a second "
                f"{seconds / plain:5.2f} x plain COPY"
            )


def made_rows(count: int) -> list[Row]:
    """Make articles with codes, names and prices; the same ones each time."""
    chosen = Random(1)
    return [
        (
            f"A-{number:07}",
            f"Hammer number {number} with handle",
            f"Category {number % 50}",
            f"{chosen.randint(100, 99_999) / 100:.2f}",
            chosen.choice(("red", "blue", "")),
            number % 12,
        )
        for number in range(count)
    ]


def write(path: Path, rows: list[Row]) -> None:
    """Write a list with a header."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def copy_seconds(url: str, rows: list[Row]) -> float:
    """Time a COPY into a table like supplier_items."""
    with psycopg.connect(url) as conn:
        conn.execute(
            "CREATE TABLE plain (LIKE supplier_items INCLUDING DEFAULTS INCLUDING INDEXES)"
        )
        conn.commit()
        start = time.perf_counter()
        columns = "supplier_id, supplier_sku, name, current_price, characteristics"
        with conn.cursor().copy("COPY plain (" + columns + ") FROM STDIN") as copy:
            nobody = "00000000-0000-0000-0000-000000000000"
            for code, name, category, price, colour, pack in rows:
                other = f'{{"category": "{category}", "Colour": "{colour}", "Pack": "{pack}"}}'
                copy.write_row((nobody, code, name, price, other))
        conn.commit()
        seconds = time.perf_counter() - start
        conn.execute("DROP TABLE plain")
    return seconds


async def imported(url: str, path: Path) -> tuple[float, int]:
    """Time an import from opening the file to the commit; tell the parser's peak memory in KiB."""
    place = FilePlace(str(path))
    order = ImportOrder(place=place, supplier_name="Supplier", currency="USD")
    async with Database(url) as database:
        with Parsers() as parsers:
            start = time.perf_counter()
            result = await service.take_in(database, parsers, order, watch_nothing)
            seconds = time.perf_counter() - start
    if result.counts.rejected:
        raise SystemExit(f"{result.counts.rejected} rows were rejected")
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def watch_nothing(_: Progress) -> None:
    """Stand for a progress bar."""


if __name__ == "__main__":
    main()
