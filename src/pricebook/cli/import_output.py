"""Prints imports: their progress and their result."""

import shlex
from collections.abc import Generator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from pricebook.cli.output import err, print_error, print_line, print_table
from pricebook.cli.task_output import counts_table
from pricebook.imports.importer_schemas import ImportResult, PlannedRow
from pricebook.imports.importer_schemas import Progress as ImportProgress

MAX_SHOWN_ROW_ERRORS = 20
MAX_SHOWN_PLANNED_ROWS = 20
# Items whose price is shown only if it changes.
UNPRICED = {"changed", "back", "stock_updated"}


@contextmanager
def progress_bar(title: str) -> Generator["ImportProgressBar"]:
    """Show a progress bar on stderr during an import; nothing without a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        yield ImportProgressBar(progress, title)


class ImportProgressBar:
    """The progress bar of one import."""

    def __init__(self, progress: Progress, title: str) -> None:
        self._progress = progress
        self._title = title
        self._task = progress.add_task(title, total=1.0)

    def show(self, step: ImportProgress) -> None:
        """Show the stage and the share of the price list that is read."""
        self._progress.update(
            self._task, description=f"{self._title}: {step.stage}", completed=step.fraction
        )


def print_import(result: ImportResult) -> None:
    """Print the counts of an import, its first row errors and why it was held or failed."""
    new = " (new supplier)" if result.new_supplier else ""
    task = "dry run, nothing was changed" if result.dry_run else f"task {result.task_id}"
    print_line(f"{result.supplier_name}{new}, {task}")
    if result.profile_sentence:
        print_line(result.profile_sentence)
    print_table(counts_table(result.counts, result.products_created))
    if result.dry_run or result.status == "held":
        _print_plan(result)
    _print_row_errors(result)
    for sentence in (*result.errors, *result.warnings):
        print_error(sentence)
    if result.counts.quarantined and not result.dry_run and result.status == "success":
        print_line(
            f"{result.counts.quarantined:,} rows with prices out of line were not imported:"
            f" `pricebook quarantine list --supplier {shlex.quote(result.supplier_name)}`."
        )
    if result.status == "held" and result.dry_run:
        print_error("An import of this price list would be held for a decision.")
    elif result.status == "held":
        print_error(f"Nothing was applied; `pricebook tasks apply {result.task_id}` applies it.")


def _print_row_errors(result: ImportResult) -> None:
    for error in result.row_errors[:MAX_SHOWN_ROW_ERRORS]:
        print_line(f"row {error.row_number}: {error.error_message}")
    hidden = result.counts.rejected + result.counts.duplicate - MAX_SHOWN_ROW_ERRORS
    if hidden > 0:
        source = "--json" if result.dry_run else f"`pricebook tasks errors {result.task_id}`"
        print_line(f"... and {hidden:,} more rows: {source} prints all.")


def _print_plan(result: ImportResult) -> None:
    for row in result.plan[:MAX_SHOWN_PLANNED_ROWS]:
        print_line(_format_planned_row(row))
    counts = result.counts
    planned = counts.new + counts.changed + counts.absent
    hidden = planned + counts.stock_updated + counts.quarantined - MAX_SHOWN_PLANNED_ROWS
    if hidden > 0:
        way = ": --json prints all" if result.dry_run else ""
        print_line(f"... and {hidden:,} more{way}.")


def _format_planned_row(row: PlannedRow) -> str:
    """Return a planned row as a line; a name or a price that changes as old → new."""
    name = " → ".join(dict.fromkeys(filter(None, (row.old_name, row.name))))
    known = (price for price in (row.old_price, row.new_price) if price is not None)
    prices = [] if row.outcome in UNPRICED and row.old_price == row.new_price else list(known)
    shown = f": {' → '.join(map(str, prices))}" if prices else ""
    percent = f" ({row.percent:+} %)" if row.percent else ""
    return f"{row.outcome:8} {row.supplier_sku} {name}{shown}{percent}"
