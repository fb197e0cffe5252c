"""The output of commands: lines, tables, progress and errors."""

import shlex
import traceback
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.status import Status
from rich.table import Column, Table
from rich.text import Text

from pricebook.auth.account_schemas import UserRow
from pricebook.imports.importer_schemas import ImportResult, PlannedRow
from pricebook.imports.importer_schemas import Progress as ImportProgress
from pricebook.pricelists.inspection import InspectionResult
from pricebook.quarantine.schemas import QuarantinedRow
from pricebook.tasks.schemas import Counts, Task

MAX_SHOWN_ROW_ERRORS = 20
UUID_WIDTH = 36
MAX_TABLE_WIDTH = 10_000
MAX_SHOWN_PLANNED_ROWS = 20
# Items whose price is shown only if it changes.
UNPRICED = {"changed", "back", "stock_updated"}

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)


def print_line(sentence: str) -> None:
    """Print one line without markup and flush it."""
    out.print(sentence, markup=False, highlight=False)


def print_table(table: Table, *, fits_terminal: bool = True) -> None:
    """Print a table; cells are only cut to fit a terminal, never in a file or a pipe."""
    if fits_terminal and out.is_terminal:
        out.print(table)
        return
    width = out.measure(table, options=out.options.update(max_width=MAX_TABLE_WIDTH)).maximum
    Console(width=width).print(table)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun, as in "1 link" and "2 links"."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def nonzero(**counts: int) -> str:
    """Return the counts that are not 0, as in "2 linked, 1 rejected"."""
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)


def print_error(sentences: str) -> None:
    """Print each line of an error message on stderr, with the prefix `pricebook: `."""
    for sentence in sentences.splitlines():
        err.print(f"pricebook: {sentence}", markup=False, highlight=False)


def print_bug_report(error: Exception) -> None:
    """Print one line on stderr about an unexpected exception and where it was raised."""
    *_, last = traceback.extract_tb(error.__traceback__)
    print_error(
        f"This is a bug in Pricebook, please report it: {type(error).__name__} "
        f"in {Path(last.filename).name}, line {last.lineno}: {error}"
    )


def print_json(value: msgspec.Struct | Sequence[msgspec.Struct]) -> None:
    """Print one struct or several as one line of JSON."""
    print_line(msgspec.json.encode(value).decode())


@contextmanager
def task_line(*, shown: bool) -> Generator["TaskLine"]:
    """Show the progress of a task on stderr: a status line, or plain lines without a terminal."""
    with err.status("", refresh_per_second=4) if shown and err.is_terminal else nullcontext() as on:
        yield TaskLine(on)


class TaskLine:
    """The progress of one task on stderr."""

    def __init__(self, status: Status | None) -> None:
        self._status = status
        self._last_summary = ""

    def show(self, task: Task) -> None:
        """Show the progress of the task if it has changed."""
        summary = describe_progress(task)
        if self._status is not None:
            self._status.update(escape(summary))
        elif summary != self._last_summary:
            err.print(summary, markup=False, highlight=False)
        self._last_summary = summary


def describe_progress(task: Task) -> str:
    """Return the supplier and the state or stage of a task."""
    if task.state != "running":
        return f"{task.supplier_name}: {task.state}"
    total = f" of {task.rows_total:,}" if task.rows_total else ""
    return f"{task.supplier_name}: {task.stage or 'started'}, {task.rows_read:,}{total} rows"


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
    for sentence in result.errors:
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
        print_line(f"... and {hidden} more rows: {source} prints all.")


def _print_plan(result: ImportResult) -> None:
    for row in result.plan[:MAX_SHOWN_PLANNED_ROWS]:
        print_line(_format_planned_row(row))
    counts = result.counts
    planned = counts.new + counts.changed + counts.absent
    hidden = planned + counts.stock_updated + counts.quarantined - MAX_SHOWN_PLANNED_ROWS
    if hidden > 0:
        print_line(f"... and {hidden} more.")


def _format_planned_row(row: PlannedRow) -> str:
    """Return a planned row as a line; a name or a price that changes as old → new."""
    name = " → ".join(dict.fromkeys(filter(None, (row.old_name, row.name))))
    known = (price for price in (row.old_price, row.new_price) if price is not None)
    prices = [] if row.outcome in UNPRICED and row.old_price == row.new_price else list(known)
    shown = f": {' → '.join(map(str, prices))}" if prices else ""
    percent = f" ({row.percent:+} %)" if row.percent else ""
    return f"{row.outcome:8} {row.supplier_sku} {name}{shown}{percent}"


def print_inspection(inspected: InspectionResult) -> None:
    """Print how a price list is read, or each reason why it is refused, on lines with its path."""
    profile = inspected.profile
    if profile is None:
        for sentence in dict.fromkeys(issue.message for issue in inspected.issues) or [
            inspected.refused
        ]:
            print_line(f"{inspected.path}: refused: {sentence}")
        return
    delimiter = profile.delimiter and f'"{profile.delimiter}"'.replace("\t", "tab")
    summary = [
        profile.format,
        profile.encoding,
        delimiter,
        profile.sheet and f'sheet "{profile.sheet}"',
    ]
    header = f"header in row {profile.header_row}" if profile.header_row else "no header"
    print_line(
        f"{inspected.path}: read: {' '.join(filter(None, summary))}; {header}; "
        f"{inspected.items:,} articles, {inspected.rejected:,} rejected"
        f"{_describe_error_counts(inspected.row_error_counts)}, {inspected.ignored:,} ignored. "
        f"{inspected.profile_sentence}"
    )


def _describe_error_counts(counts: Mapping[str, int]) -> str:
    """Return the numbers of rejected rows by error type in brackets, nothing without any."""
    texts = [f"{error_type} {count:,}" for error_type, count in sorted(counts.items())]
    return f" ({', '.join(texts)})" if texts else ""


def print_quarantined_rows(rows: Sequence[QuarantinedRow], total_count: int) -> None:
    """Print each quarantined row on two lines: its id and state, its article and prices."""
    for row in rows:
        factor = f" (× {row.factor:.4g})" if row.factor is not None else ""
        print_line(f"{row.id} {row.state}")
        print_line(
            f"  {row.supplier_name}, {row.supplier_sku} {row.name}: "
            f"{row.old_price} → {row.price}{factor}"
        )
    print_line(f"{len(rows):,} of {total_count:,} rows.")


def id_column(name: str) -> Column:
    """Return a column that is wide enough for ids."""
    return Column(name, no_wrap=True, min_width=UUID_WIDTH)


def print_users(users: Sequence[UserRow]) -> None:
    """Print the accounts as a table."""
    table = Table("user", "role", "", "created")
    for user in users:
        state = "" if user.is_active else "inactive"
        table.add_row(Text(user.username), user.role, state, f"{user.created_at:%Y-%m-%d}")
    print_table(table)


def counts_table(counts: Counts, products_created: int = 0) -> Table:
    """Return the counts of a price list as a table."""
    table = Table("rows", "", show_header=True)
    table.columns[1].justify = "right"
    for name in ("new", "changed", "unchanged", "duplicate", "rejected", "ignored"):
        table.add_row(name, f"{getattr(counts, name):,}")
    if counts.stock_updated:
        table.add_row("only stock updated", f"{counts.stock_updated:,}")
    if counts.quarantined:
        table.add_row("quarantined", f"{counts.quarantined:,}")
    table.add_section()
    table.add_row("in the list", f"{counts.rows:,}")
    if counts.absent:
        table.add_row("not in the list", f"{counts.absent:,}")
    if products_created:
        table.add_row("products created", f"{products_created:,}")
    return table
