"""The commands for own products: a list, and files in bulk."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import msgspec
from cyclopts import App, Parameter

from pricebook.cli import output
from pricebook.cli.product_list_command import list_all
from pricebook.cli.server_defaults import load_settings, run_with_database, settings_with_servers
from pricebook.db.database import Database
from pricebook.db.resources import open_resources
from pricebook.errors import ValidationError
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.product_imports import service
from pricebook.product_imports.import_context import import_context_of
from pricebook.product_imports.importing import run_file
from pricebook.product_imports.schemas import (
    ImportedRow,
    ImportedRowQuery,
    ImportOptions,
    ImportWithRows,
    NewImport,
)
from pricebook.products.list_filters import StaffProductFilter
from pricebook.settings import Settings

app = App(name="products", help="Own products: a list, and files in bulk.")
app.command(list_all, name="list")
app.command("pricebook.cli.product_batch_commands:change", name="change")

MAX_SHOWN_ROWS = 40
PAGE_ROWS = 10_000


@app.command(name="import")
def import_file(
    file: Path,
    /,
    *,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    sheet: str | None = None,
    json: bool = False,
) -> None:
    """Create and change products from a file (CSV, xlsx, xls or ods), by their SKUs.

    Args:
        file: The file, with columns as `pricebook products export` writes them.
        dry_run: Show what would change without changing anything.
        sheet: The sheet of a workbook.
        json: Print the result and the rows as JSON.
    """
    options = ImportOptions(dry_run=dry_run, sheet_name=sheet)
    with settings_with_servers(load_settings()) as settings:
        result = asyncio.run(_import(settings, file, options, every_row=json))
    if json:
        output.print_json(result)
    else:
        _print_result(result)


@app.command(name="export")
def export_file() -> None:
    """Print all products as CSV that can be edited and imported again."""

    async def export(database: Database) -> None:
        async for lines in service.export_products(database, StaffProductFilter()):
            sys.stdout.buffer.write(lines.encode())
        sys.stdout.buffer.flush()

    run_with_database(export)


@app.command
def rejected(import_id: str, /) -> None:
    """Print the rejected rows of an import as CSV that can be corrected and imported again.

    Args:
        import_id: The id of the import.
    """
    parsed = _parse_id(import_id)

    async def export(database: Database) -> None:
        async for lines in service.export_rejected(database, parsed):
            sys.stdout.buffer.write(lines.encode())
        sys.stdout.buffer.flush()

    run_with_database(export)


def _parse_id(import_id: str) -> UUID:
    try:
        return UUID(import_id)
    except ValueError:
        raise ValidationError(f"{import_id} is not the id of an import.") from None


async def _import(
    settings: Settings, file: Path, options: ImportOptions, *, every_row: bool
) -> ImportWithRows:
    async with open_resources(settings) as resources:
        database = resources.database
        with ParserPool() as parser_pool:
            context = import_context_of(settings, database, parser_pool)
            new = NewImport(options=options, file_path=None, file_name=file.name)
            result = await run_file(context, file, new)
        rows: list[ImportedRow] = []
        query = ImportedRowQuery(limit=PAGE_ROWS)
        while True:
            found = await service.list_rows(database, result.id, query)
            rows += found.data
            if found.next_cursor is None or not every_row:
                break
            query = ImportedRowQuery(limit=PAGE_ROWS, cursor=found.next_cursor)
    return ImportWithRows(**msgspec.structs.asdict(result), rows=rows)


def _print_result(result: ImportWithRows) -> None:
    counts = result.counts
    done = "dry run, nothing was changed" if result.dry_run else f"import {result.id}"
    output.print_line(
        f"{result.file_name}, {done}: {counts.new:,} new, {counts.changed:,} changed,"
        f" {counts.unchanged:,} unchanged, {counts.rejected:,} rejected,"
        f" {counts.duplicate:,} duplicate."
    )
    shown = [row for row in result.rows if result.dry_run or row.outcome == "rejected"]
    for row in shown[:MAX_SHOWN_ROWS]:
        output.print_line(_describe(row))
    total = counts.rejected + (counts.new + counts.changed if result.dry_run else 0)
    if counts.rejected:
        output.print_line(f"The rejected rows as CSV: `pricebook products rejected {result.id}`.")
    printed = min(len(shown), MAX_SHOWN_ROWS)
    if total > printed:
        output.print_line(f"{printed:,} of {total:,} rows: --json prints all.")


def _describe(row: ImportedRow) -> str:
    """Return a row as a line: what changes from what to what, or why it is rejected."""
    start = f"row {row.row_number}: {row.outcome} {row.internal_sku or '(new SKU)'}"
    if row.error_message:
        return f"row {row.row_number}: {row.error_message}"
    changes = [f"{each.field} {each.old or '-'} → {each.new or '-'}" for each in row.changes]
    return ": ".join(filter(None, (start, ", ".join(changes).replace("\n", " | "))))
