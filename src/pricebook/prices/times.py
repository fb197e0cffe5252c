"""Days and times in requests."""

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

from pricebook.errors import FieldIssue, query_issue

EXPECTED = "expected a day such as 2026-11-20, or a time such as 2026-11-20T08:30:00Z"
MAX_MOMENT = 40

Moment = Annotated[str, Meta(extra_json_schema={"minLength": 10, "maxLength": MAX_MOMENT})]


def parse_moment(text: str) -> datetime | None:
    """Return a time, or the beginning of a day in UTC; None for another text."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC) if len(text) == len("2026-11-20") else None
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def moment_issues(**moments: str | None) -> list[FieldIssue]:
    """Return the issues of parameters that are days or times, by their names."""
    return [
        query_issue(name, EXPECTED)
        for name, text in moments.items()
        if text is not None and parse_moment(text) is None
    ]
