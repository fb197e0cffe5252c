"""When a supplier is synced by its schedule: an interval in minutes, or a cron expression (UTC)."""

from datetime import datetime, timedelta

from cronsim import CronSim, CronSimError

MAX_INTERVAL_MINUTES = 366 * 24 * 60


def next_run_at(rule: str, after: datetime) -> datetime:
    """Return the next time of a schedule; raises ValueError for an invalid one."""
    if rule.isdecimal():
        minutes = int(rule)
        if not 1 <= minutes <= MAX_INTERVAL_MINUTES:
            raise ValueError(f"expected 1 to {MAX_INTERVAL_MINUTES} minutes")
        return after + timedelta(minutes=minutes)
    try:
        return next(CronSim(rule, after))
    except (CronSimError, StopIteration):
        raise ValueError("expected minutes, or a cron expression with five fields") from None
