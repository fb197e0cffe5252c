"""When the next price list of a supplier is expected, and from when on it is late.

Rules without input or output: a number of days, a sync schedule, or the supplier's own rhythm.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from msgspec import Struct

from pricebook.suppliers.schedule import next_run_at
from pricebook.suppliers.status_schemas import ExpectedBy

# Files that arrive within this time are one price list: parts of it, corrections, hourly uploads.
SAME_LIST = timedelta(hours=12)
MAX_DAYS = 366
MIN_LISTS = 4
MAX_LISTS = 20
# Of the supplier's intervals, this share is not late.
USUAL_SHARE = 0.9
MEDIAN_TOLERANCE, LONGEST_TOLERANCE = 1.5, 1.25
MIN_TOLERANCE = timedelta(days=1)
MIN_SCHEDULE_TOLERANCE = timedelta(hours=1)
SCHEDULE_TOLERANCE = 0.1


class Expectation(Struct, frozen=True):
    """Times of the next price list."""

    expected_at: datetime
    late_at: datetime


class ListRule(Struct, frozen=True):
    """What decides when the next list of a supplier is expected; nothing where `by` is None."""

    by: ExpectedBy | None
    value: Any = ""

    @property
    def text(self) -> str:
        """The rule as it is stored, which differs for another rule."""
        return f"{self.by} {self.value}".strip() if self.by else "none"


def find_rule(late_after_days: Any, sync_every: str | None, *, is_on: bool) -> ListRule:
    """Return which rule holds for a supplier; none for an inactive one."""
    if not is_on:
        return ListRule(None)
    if isinstance(late_after_days, int | float) and 0 <= late_after_days <= MAX_DAYS:
        return ListRule("setting", late_after_days) if late_after_days else ListRule(None)
    return ListRule("rhythm") if sync_every is None else ListRule("schedule", sync_every)


def expect_next(rule: ListRule, lists: Sequence[datetime], after: datetime) -> Expectation | None:
    """Return when the next list is expected after a time; None where the rule does not say."""
    match rule.by:
        case "setting":
            return expect_within(rule.value, after)
        case "schedule":
            return expect_by_schedule(rule.value, after)
        case "rhythm":
            return expect_by_rhythm(lists, after)
        case None:
            return None


def merge_arrivals(lists: Sequence[datetime], arrivals: Iterable[datetime]) -> list[datetime]:
    """Return the times of the newest MAX_LISTS price lists, with arrivals after the known ones."""
    merged = list(lists)
    for at in sorted(arrivals):
        if not merged or at - merged[-1] >= SAME_LIST:
            merged.append(at)
    return merged[-MAX_LISTS:]


def expect_by_rhythm(lists: Sequence[datetime], after: datetime) -> Expectation | None:
    """Return when the next list is expected by the intervals of the last ones, in their order.

    It is expected after the median interval. It is late after 1.5 times that, and not before 1.25
    times the longest of the usual intervals, so that neither weekends nor months of 31 days are
    late. None with fewer than MIN_LISTS.
    """
    if len(lists) < MIN_LISTS:
        return None
    intervals = sorted(later - at for at, later in pairwise(lists))
    middle = median(interval.total_seconds() for interval in intervals)
    usual = timedelta(seconds=middle)
    longest_usual = intervals[math.ceil(USUAL_SHARE * len(intervals)) - 1]
    tolerated = max(
        usual * MEDIAN_TOLERANCE, longest_usual * LONGEST_TOLERANCE, usual + MIN_TOLERANCE
    )
    return Expectation(after + usual, after + tolerated)


def expect_by_schedule(rule: str, after: datetime) -> Expectation | None:
    """Return when the next list is expected by a sync schedule; None for an invalid one.

    It is late a tenth of the time to the next run after that, and an hour at least.
    """
    try:
        expected_at = next_run_at(rule, after)
        interval = next_run_at(rule, expected_at) - expected_at
    except ValueError:
        return None
    tolerance = max(MIN_SCHEDULE_TOLERANCE, interval * SCHEDULE_TOLERANCE)
    return Expectation(expected_at, expected_at + tolerance)


def expect_within(days: float, after: datetime) -> Expectation:
    """Return that the next list is expected, and late, after a number of days."""
    at = after + timedelta(days=days)
    return Expectation(at, at)
