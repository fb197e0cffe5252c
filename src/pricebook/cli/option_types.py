"""The types of options that many commands have: the page of a list, days and times."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from cyclopts import CoercionError, Parameter, Token

MAX_LIMIT = 200
MAX_PAGE = 1_000_000_000
FIRST_ZONE = timedelta(hours=14)  # UTC+14: no other time zone begins a day earlier
EXPECTED = "expected a day such as 2026-11-20, or a time such as 2026-11-20T08:30:00Z"


def parse_time(text: str) -> datetime | None:
    """Return a time, or the beginning of a day, in UTC; without an offset it is UTC.

    None for another text.
    """
    try:
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def begun_day(day: date) -> date:
    """Return today in UTC for a later day that has begun elsewhere; other days as they are."""
    now = datetime.now(UTC)
    return now.date() if now.date() < day <= (now + FIRST_ZONE).date() else day


def _convert_time(kind: type[Any], tokens: Sequence[Token]) -> datetime:
    time = parse_time(tokens[0].value)
    if time is None:
        raise CoercionError(
            msg=f"{tokens[0].value} is no time: {EXPECTED}.", token=tokens[0], target_type=kind
        )
    return time


def _convert_day(kind: type[Any], tokens: Sequence[Token]) -> date:
    return _convert_time(kind, tokens).date()


def _from_1_to(largest: int) -> Callable[[type[Any], int], None]:
    def check(_kind: type[Any], number: int) -> None:
        if not 1 <= number <= largest:
            raise ValueError(f"Expected 1 to {largest:,}.")

    return check


Limit = Annotated[int, Parameter(validator=_from_1_to(MAX_LIMIT))]
PageNumber = Annotated[int, Parameter(validator=_from_1_to(MAX_PAGE))]
Time = Annotated[datetime, Parameter(converter=_convert_time)]
Day = Annotated[date, Parameter(converter=_convert_day)]
