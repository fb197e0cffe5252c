"""Measures imports in rows per second: `python bench/import_speed.py [CSV rows] [xlsx rows]`.

The baseline in the same run is a plain COPY of the same rows into a table with the columns and
indexes of supplier_items, without triggers and foreign keys.
"""

import asyncio
import csv
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, cast

import psycopg
import xlsxwriter
from servers import migrated_servers

from pricebook.db.database import Database
from pricebook.imports import importer
from pricebook.imports.importer_schemas import ImportRequest, Progress
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_request import FileSource, ReadRequest

COLUMNS = ("Article code", "Name", "Category", "Price", "Colour", "Pack", "Weight, kg", "Maker")
Row = tuple[str, str, str, float, str, int, float, str]
Writer = Callable[[Path, Iterator[Row]], None]


def main() -> None:
    """Measure both formats, each with a database of its own."""
    csv_rows, xlsx_rows = map(int, [*sys.argv[1:], "1000000", "200000"][:2])
    measure("list.csv", write_csv, csv_rows)
    measure("list.xlsx", write_xlsx, xlsx_rows)


def measure(name: str, write: Writer, count: int) -> None:
    """Measure parsing alone, a first import, an unchanged one, and one with 5 % new prices."""
    with TemporaryDirectory() as folder, migrated_servers() as endpoints:
        path = Path(folder) / name
        write(path, generate_rows(count))
        plain = copy_seconds(endpoints.database_url, count)
        print(f"{name}: {count:,} rows x {len(COLUMNS)} columns; plain COPY {plain:.1f} s")
        seconds, peak_kib = asyncio.run(read(path))
        print_line("parsing alone", seconds, count, plain)
        for step, changed in (("first import", 0), ("unchanged", 0), ("5 % changed", 20)):
            if changed:
                write(path, generate_rows(count, changed))
            seconds = asyncio.run(import_seconds(endpoints.database_url, path))
            print_line(step, seconds, count, plain)
    print(f"  peak memory of the parser process {peak_kib / 1024:.0f} MiB")


def print_line(step: str, seconds: float, count: int, plain: float) -> None:
    """Print a line of the table."""
    print(
        f"  {step:14} {seconds:7.1f} s {count / seconds:9,.0f} rows/s {seconds / plain:5.2f} x COPY"
    )


def generate_rows(count: int, changed: int = 0) -> Iterator[Row]:
    """Yield the same articles at each call; with `changed`, each n-th has another price."""
    random = Random(1)
    for number in range(count):
        price = random.randint(100, 99_999) / 100
        yield (
            f"A-{number:07}",
            f"Hammer number {number} with handle",
            f"Category {number % 50}",
            round(price * 1.1, 2) if changed and number % changed == 0 else price,
            random.choice(("red", "blue", "")),
            number % 12,
            random.randint(1, 9_999) / 1000,
            f"Maker {number % 200}",
        )


def write_csv(path: Path, rows: Iterator[Row]) -> None:
    """Write a CSV file with a header row."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def write_xlsx(path: Path, rows: Iterator[Row]) -> None:
    """Write a workbook with typed cells."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        sheet: Any = cast("Any", workbook).add_worksheet("Prices")
        sheet.write_row(0, 0, COLUMNS)
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, row)


def copy_seconds(url: str, count: int) -> float:
    """Return the seconds of a COPY into a table like supplier_items."""
    with psycopg.connect(url) as conn:
        conn.execute(
            "CREATE TABLE plain (LIKE supplier_items INCLUDING DEFAULTS INCLUDING INDEXES)"
        )
        conn.commit()
        columns = "supplier_id, supplier_sku, name, current_price, characteristics"
        supplier_id = "00000000-0000-0000-0000-000000000000"
        start = time.perf_counter()
        with conn.cursor().copy("COPY plain (" + columns + ") FROM STDIN") as copy:
            for code, name, category, price, colour, pack, weight, maker in generate_rows(count):
                characteristics = (
                    f'{{"category": "{category}", "Colour": "{colour}", "Pack": "{pack}", '
                    f'"Weight, kg": "{weight}", "Maker": "{maker}"}}'
                )
                copy.write_row((supplier_id, code, name, price, characteristics))
        conn.commit()
        seconds = time.perf_counter() - start
        conn.execute("DROP TABLE plain")
    return seconds


async def read(path: Path) -> tuple[float, int]:
    """Run the parser process alone; return the seconds and its peak memory in KiB."""
    request = ReadRequest(source=FileSource(str(path)), currency="USD")
    with ParserPool() as parser_pool:
        start = time.perf_counter()
        async with parser_pool.opened(request) as stream:
            async for _ in stream.chunks():
                pass
        return time.perf_counter() - start, stream.peak_memory_kib


async def import_seconds(url: str, path: Path, supplier: str = "Supplier") -> float:
    """Return the seconds of an import from opening the file to the commit."""
    source = FileSource(str(path))
    request = ImportRequest(source=source, supplier_name=supplier, currency="USD")
    async with Database(url) as database:
        with ParserPool() as parser_pool:
            start = time.perf_counter()
            result = await importer.run_import(database, parser_pool, request, ignore_progress)
            seconds = time.perf_counter() - start
    if result.status != "success" or result.counts.rejected:
        raise SystemExit(f"{result.status}: {result.errors}, {result.row_errors[:3]}")
    return seconds


def ignore_progress(_: Progress) -> None:
    """Ignore the progress of an import."""


if __name__ == "__main__":
    main()
