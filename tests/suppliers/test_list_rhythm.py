"""When the next price list of a supplier is expected, and from when on it is late."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricebook.suppliers.list_rhythm import (
    MAX_LISTS,
    SAME_LIST,
    expect_by_rhythm,
    expect_by_schedule,
    expect_within,
    merge_arrivals,
)

START = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

intervals = st.timedeltas(timedelta(seconds=1), timedelta(days=120))
many_intervals = st.lists(intervals, max_size=40)


def times(steps: list[timedelta]) -> list[datetime]:
    found = [START]
    for step in steps:
        found.append(found[-1] + step)
    return found


def days(*numbers: float) -> list[datetime]:
    return [START + number * DAY for number in numbers]


@given(many_intervals)
def test_lists_are_apart_and_each_arrival_belongs_to_one(steps: list[timedelta]) -> None:
    arrivals = times(steps)
    lists = merge_arrivals([], arrivals)
    assert len(lists) <= MAX_LISTS
    assert set(lists) <= set(arrivals)
    assert all(later - at >= SAME_LIST for at, later in pairwise(lists))
    kept = [at for at in arrivals if at >= lists[0]]
    assert all(any(timedelta() <= at - each < SAME_LIST for each in lists) for at in kept)


@given(many_intervals, st.integers(0, 40))
def test_arrivals_one_after_the_other_make_the_same_lists(
    steps: list[timedelta], split: int
) -> None:
    arrivals = times(steps)
    at_once = merge_arrivals([], arrivals[::-1])
    assert merge_arrivals(merge_arrivals([], arrivals[:split]), arrivals[split:]) == at_once
    assert merge_arrivals(at_once, []) == at_once


@given(st.lists(intervals, max_size=2))
def test_fewer_than_four_lists_have_no_rhythm(steps: list[timedelta]) -> None:
    lists = times(steps)
    assert expect_by_rhythm(lists, lists[-1]) is None


@given(st.lists(intervals, min_size=3, max_size=MAX_LISTS - 1), intervals)
def test_list_is_late_a_day_after_it_is_expected_at_the_earliest(
    steps: list[timedelta], shift: timedelta
) -> None:
    lists = times(steps)
    expected = expect_by_rhythm(lists, lists[-1])
    assert expected
    assert lists[-1] < expected.expected_at <= expected.late_at - DAY
    moved = expect_by_rhythm([at + shift for at in lists], lists[-1] + shift)
    assert moved
    assert moved.expected_at - shift == expected.expected_at
    assert moved.late_at - shift == expected.late_at


@given(st.lists(intervals, min_size=3, max_size=MAX_LISTS - 1))
def test_order_of_the_intervals_does_not_matter(steps: list[timedelta]) -> None:
    lists, other = times(steps), times(sorted(steps))
    assert expect_by_rhythm(lists, START) == expect_by_rhythm(other, START)


@given(st.floats(1, 60), st.lists(st.floats(-0.1, 0.1), min_size=4, max_size=MAX_LISTS))
def test_regular_list_is_not_late_and_a_missing_one_is(
    period: float, deviations: list[float]
) -> None:
    lists = [START + (number + each) * period * DAY for number, each in enumerate(deviations)]
    expected = expect_by_rhythm(lists[:-1], lists[-2])
    if expected:
        assert lists[-1] < expected.late_at
        assert expected.late_at <= lists[-2] + max(1.5 * 1.2 * period, 1.2 * period + 1) * DAY


@given(st.lists(st.floats(0.9, 1.1), min_size=10, max_size=MAX_LISTS - 1), st.data())
def test_one_long_pause_changes_little(factors: list[float], data: st.DataObject) -> None:
    steps = [7 * factor * DAY for factor in factors]
    paused = data.draw(st.sampled_from(range(len(steps))))
    with_pause = [*steps[:paused], 60 * DAY, *steps[paused + 1 :]]
    expected = expect_by_rhythm(times(with_pause), START)
    assert expected
    assert expected.late_at <= START + 1.5 * 1.1 * 7 * DAY


def test_weekends_are_not_late() -> None:
    workdays = [day for day in range(28) if day % 7 < 5]
    lists = days(*workdays)[-MAX_LISTS:]  # the last one is of a Friday
    expected = expect_by_rhythm(lists, lists[-1])
    assert expected
    assert expected.expected_at == lists[-1] + DAY
    assert lists[-1] + 3 * DAY < expected.late_at < lists[-1] + 4 * DAY


def test_two_files_at_a_time_are_one_list() -> None:
    arrivals = [at + part for at in days(0, 7, 14, 21, 28) for part in (timedelta(), HOUR)]
    lists = merge_arrivals([], arrivals)
    assert lists == days(0, 7, 14, 21, 28)
    expected = expect_by_rhythm(lists, arrivals[-1])
    assert expected
    assert expected.expected_at == arrivals[-1] + 7 * DAY
    assert expected.late_at == arrivals[-1] + 10.5 * DAY


@pytest.mark.parametrize(
    ("rule", "expected", "late"),
    [
        ("60", HOUR, 2 * HOUR),
        ("0 6 * * *", 22 * HOUR, 22 * HOUR + 2.4 * HOUR),
        ("0 6 * * MON", 7 * DAY - 2 * HOUR, 7 * DAY - 2 * HOUR + 16.8 * HOUR),
    ],
)
def test_schedule_says_when(rule: str, expected: timedelta, late: timedelta) -> None:
    found = expect_by_schedule(rule, START)
    assert found
    assert (found.expected_at - START, found.late_at - START) == (expected, late)


@given(st.one_of(st.text(max_size=20), st.text("0123456789*/,-MON ", max_size=20)))
def test_any_text_as_schedule_is_a_time_or_none(rule: str) -> None:
    found = expect_by_schedule(rule, START)
    assert found is None or START < found.expected_at <= found.late_at - HOUR


def test_number_of_days_says_when() -> None:
    assert expect_within(0.5, START).late_at == START + 12 * HOUR
