"""Dates: ISO 8601, `01.12.2026`, `31/12/2026`, `1. Dezember 2026`."""

from collections.abc import Iterable
from datetime import date


def parse_date(cell: str, *, day_first: bool | None = None) -> date | None:
    """Return the date that a whole cell names; None if there is none, or in doubt.

    `day_first` decides between day and month in `01/12/2026`; without it such a date is in doubt.
    """
    raise NotImplementedError(cell, day_first)


def find_date(text: str, *, day_first: bool | None = None) -> date | None:
    """Return the only date in a header or sentence; None if there is none or more, or in doubt."""
    raise NotImplementedError(text, day_first)


def find_day_first(cells: Iterable[str]) -> bool | None:
    """Return whether the dates of a column with slashes begin with the day; None if in doubt."""
    raise NotImplementedError(cells)
