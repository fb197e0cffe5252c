"""The sync schedule as a form has it: how often, at what time, or a rule as it is stored."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pricebook.suppliers.schedule import next_run_at

FIELDS = ("schedule", "schedule_at", "schedule_rule")
SHOWN_RUNS = 5
# Days of a cron expression that a form offers by name.
DAYS = ("*", "1-5", "1", "2", "3", "4", "5", "6", "0")
RULE = "rule"
HOURS, MINUTES = 24, 60
DEFAULT_TIME = "06:30"
_daily = re.compile(r"(\d{1,2}) (\d{1,2}) \* \* (\*|1-5|[0-6])").fullmatch
_time = re.compile(r"(\d{1,2}):(\d{2})(:\d{2})?").fullmatch


def schedule_fields(rule: object) -> dict[str, str]:
    """Return the fields of a form for a stored rule, None for none."""
    text = "" if rule is None else str(rule)
    if not text:
        return {"schedule": "", "schedule_at": DEFAULT_TIME, "schedule_rule": ""}
    if daily := _daily(text):
        at = f"{int(daily[2]):02}:{int(daily[1]):02}"
        return {"schedule": daily[3], "schedule_at": at, "schedule_rule": ""}
    return {"schedule": RULE, "schedule_at": DEFAULT_TIME, "schedule_rule": text}


def read_schedule(typed: Mapping[str, str]) -> str | None:
    """Return the rule that the fields of a form say, None for no schedule.

    A time that is none gives a rule that is refused.
    """
    kind = typed.get("schedule", "")
    if kind in DAYS:
        time = _time(typed.get("schedule_at", "").strip())
        minute, hour = (int(time[2]), int(time[1])) if time else (-1, -1)
        return f"{minute} {hour} * * {kind}"
    return typed.get("schedule_rule", "").strip() if kind == RULE else None


def describe_schedule(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return what a form shows of its schedule: the days it is fetched on and the next runs."""
    rule = read_schedule(typed)
    days = typed.get("schedule", "")
    return {
        "rule": rule,
        "run_days": days if days in DAYS else None,
        "runs": list_next_runs(rule),
        "needs_time": needs_time(typed),
    }


def needs_time(typed: Mapping[str, str]) -> bool:
    """Return whether the fields of a form have days, but no time of day."""
    if typed.get("schedule", "") not in DAYS:
        return False
    time = _time(typed.get("schedule_at", "").strip())
    return time is None or int(time[1]) >= HOURS or int(time[2]) >= MINUTES


def list_next_runs(rule: str | None) -> list[datetime]:
    """Return the next runs of a rule from now on, in UTC; none for an invalid one."""
    runs: list[datetime] = []
    at = datetime.now(UTC)
    try:
        while rule and len(runs) < SHOWN_RUNS:
            at = next_run_at(rule, at)
            runs.append(at)
    except ValueError:
        return []
    return runs
