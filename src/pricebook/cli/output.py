"""The output of commands: lines, tables and errors."""

import traceback
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Column, Table

UUID_WIDTH = 36
MAX_TABLE_WIDTH = 10_000

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


def print_note(sentence: str) -> None:
    """Print a sentence for people on stderr, so that the output of a command is only data."""
    err.print(sentence, markup=False, highlight=False)


def print_none(
    noun: str, total_count: int = 0, *, plural: str | None = None, advice: str | None = None
) -> None:
    """State on stderr that nothing was found, or that a page is after the last one."""
    if total_count:
        print_note(f"This page is after the last one of {counted(total_count, noun, plural)}.")
    else:
        print_note(f"No {noun} was found{f': {advice}' if advice else ''}.")


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


def id_column(name: str) -> Column:
    """Return a column that is wide enough for ids."""
    return Column(name, no_wrap=True, min_width=UUID_WIDTH)
