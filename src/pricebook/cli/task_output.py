"""Prints tasks: their progress, their result, and decisions about held ones."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

from rich.markup import escape
from rich.status import Status
from rich.table import Table
from rich.text import Text

from pricebook.cli.output import (
    counted,
    err,
    id_column,
    print_line,
    print_none,
    print_note,
    print_table,
)
from pricebook.tasks.counts import Counts
from pricebook.tasks.schemas import Task
from pricebook.tasks.undo_counts import UndoCounts
from pricebook.undo.undo_preview_schemas import PlannedPage, UndoPreview, UndoResult


def print_tasks(tasks: Sequence[Task], total_count: int) -> None:
    """Print tasks as a table."""
    if not tasks:
        print_none("task", total_count)
        return
    columns = ("supplier", "requested", "state", "imported", "rejected", "quarantined")
    table = Table(id_column("task"), *columns)
    for task in tasks:
        counts = (_imported(task), task.counts.rejected, task.counts.quarantined)
        table.add_row(
            str(task.id),
            Text(task.supplier_name),
            f"{task.enqueued_at:%Y-%m-%d %H:%M}",
            _describe_state(task),
            *("" if count is None else f"{count:,}" for count in counts),
        )
    print_table(table)
    if total_count > len(tasks):
        print_line(f"{len(tasks)} of {total_count:,} tasks.")


def _imported(task: Task) -> int | None:
    """Return how many rows a task imported; None for one that imported nothing, or not yet."""
    is_imported = task.state in {"succeeded", "partially_succeeded"} and task.undo_of is None
    return task.counts.imported if is_imported else None


def _describe_state(task: Task) -> str:
    """Return the state, and whether the task is an undo or was undone."""
    if task.undone_by:
        return f"{task.state}, undone"
    return f"undo {task.state}" if task.undo_of else task.state


def print_task(task: Task, undo: Task | None = None) -> None:
    """Print the progress or the result of a task, and the task that has undone it."""
    requester = f" by {task.requested_by}" if task.requested_by else ""
    print_line(
        f"{describe_progress(task)}, requested at {task.enqueued_at:%Y-%m-%d %H:%M:%S}{requester}"
    )
    if task.reason:
        print_line(f"Reason: {task.reason}")
    if task.profile_sentence:
        print_line(task.profile_sentence)
    if task.retry_count:
        print_line(f"{task.retry_count} of {task.max_retries} retries")
    _print_counts(task)
    for sentence in (*task.errors, *task.warnings):
        print_line(sentence)
    _print_hold(task)
    if task.undo_of:
        print_line(f"It has undone task {task.undo_of}.")
    if task.undone_by:
        print_line(f"It was undone by task {task.undone_by}{_describe_undo(undo)}.")
    else:
        _print_commands(task)


def _print_counts(task: Task) -> None:
    """Print what a task has changed; of a list that is not applied, what applying it changes."""
    if task.state == "held":
        print_line(
            "Nothing of it is imported yet; applying it would change the following"
            f" (`pricebook tasks changes {task.id}` lists the prices):"
        )
    elif task.state == "refused":
        print_line("Nothing of it was imported; applying it would have changed:")
    if task.undo:
        print_table(_undo_table(task.undo))
    elif task.completed_at:
        print_table(counts_table(task.counts))


def _describe_undo(undo: Task | None) -> str:
    """Return who requested an undo and when; empty for one that is no longer kept."""
    if undo is None:
        return ""
    by = f" of {undo.requested_by}" if undo.requested_by else ""
    return f"{by} at {undo.enqueued_at:%Y-%m-%d %H:%M:%S}"


def _print_commands(task: Task) -> None:
    """Print the commands for rows that the task did not import."""
    if task.counts.quarantined and task.state not in {"held", "refused"}:
        print_line(f"`pricebook quarantine list --task {task.id}` prints the rows to decide about.")
    if task.counts.rejected:
        print_line(f"`pricebook tasks errors {task.id}` prints the rows that were not imported.")


def _print_hold(task: Task) -> None:
    if task.held_since:
        print_line(_describe_hold(task))
    if task.awaits_comparison:
        print_line("Prices changed since: a worker compares it again, and its reasons may change.")
    if task.decided_at:
        _print_decision(task)


def _describe_hold(task: Task) -> str:
    later = f"; {task.later_held:,} later ones wait" if task.later_held else ""
    return (
        f"Price lists of this supplier are held since {task.held_since:%Y-%m-%d %H:%M} UTC{later}:"
        f" `pricebook tasks apply {task.id}` applies this one and compares the later ones again,"
        f" `pricebook tasks refuse {task.id}` refuses it."
    )


def _print_decision(task: Task) -> None:
    """Print why a price list was held, and who applied or refused it."""
    label = "Beyond a threshold" if task.overrides_thresholds else "It was held"
    for reason in task.held_reasons:
        print_line(f"{label}: {reason}")
    decision = "Refused" if task.state == "refused" else "Applied"
    by = task.decided_by or "the system"
    print_line(f"{decision} by {by} at {task.decided_at:%Y-%m-%d %H:%M:%S}.")


def print_undo(undone: UndoResult, *, dry_run: bool) -> None:
    """Print what an undo did or would do, the first of what would change, and of what it left."""
    counts = undone.counts
    print_table(_undo_table(counts))
    if isinstance(undone, UndoPreview):
        _print_planned(undone.changes)
        if undone.open_rows:
            print_line(
                f"Quarantined rows of it that wait for a decision: {undone.open_rows:,}; they would"
                " be closed."
            )
    for each in undone.left.data:
        print_line(f"{each.kind} {each.code} {each.name}: {each.sentence}")
    if counts.left_as_is > len(undone.left.data):
        print_line(f"{len(undone.left.data):,} of {counts.left_as_is:,} that are left.")
    _print_way_to_others(undone, is_preview=dry_run)
    if later := undone.later_list:
        time = f"{later.completed_at:%Y-%m-%d %H:%M} UTC"
        print_line(
            f"The price list of task {later.task_id}, imported at {time}, is newer and not undone:"
            " what it has like the undone one is taken back, too, and comes back with the next"
            " import."
        )
    print_line("Nothing was undone." if dry_run else f"Undone by task {undone.task_id}.")


def print_file_note(file: Path, undone: UndoResult, *, dry_run: bool) -> None:
    """State on stderr what a file of an undo has, and whether it was a dry run."""
    counts = undone.counts
    left = counted(counts.left_as_is, "item or product", "items and products")
    if dry_run:
        changed = counts.restored + counts.deleted + counts.products_deleted
        would_change = counted(changed, "item or product", "items and products")
        print_note(
            f"Dry run, nothing was undone: {file} has {would_change} that would change, and {left}"
            " that would be left."
        )
    else:
        print_note(f"{file} has {left} that the undo left.")


def _undo_table(counts: UndoCounts) -> Table:
    """Return what an undo has changed and left, or would, as a table."""
    table = Table("restored", "deleted", "products deleted", "left")
    numbers = (counts.restored, counts.deleted, counts.products_deleted, counts.left_as_is)
    table.add_row(*(f"{number:,}" for number in numbers))
    return table


def _print_planned(changes: PlannedPage) -> None:
    """Print the first items and products that an undo would change."""
    table = Table("", "code", "name", "would change")
    for name in ("price now", "price then"):
        table.add_column(name, justify="right")
    for each in changes.data:
        what = "deleted" if each.action == "deleted" else ", ".join(each.changed)
        prices = (
            "" if price is None else str(price) for price in (each.price, each.restored_price)
        )
        table.add_row(each.kind, Text(each.code), Text(each.name), what.replace("_", " "), *prices)
    if changes.data:
        print_table(table)
    if changes.total_count > len(changes.data):
        print_line(f"{len(changes.data):,} of {changes.total_count:,} that would change.")


def _print_way_to_others(undone: UndoResult, *, is_preview: bool) -> None:
    """Print how to see the items and products that are not on the page that was printed."""
    pages = [undone.left, undone.changes] if isinstance(undone, UndoPreview) else [undone.left]
    if all(page.total_count == len(page.data) for page in pages):
        return
    if is_preview:
        print_line("The others: --page and --limit; --csv FILE writes all.")
    else:
        print_line(f"All that is left, as CSV: `pricebook tasks left {undone.task_id}`.")


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
        return f"{task.supplier_name}: {_describe_state(task)}"
    total = f" of {task.rows_total:,}" if task.rows_total else ""
    return f"{task.supplier_name}: {task.stage or 'started'}, {task.rows_read:,}{total} rows"


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
