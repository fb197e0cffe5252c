"""Which sessions hold the locks that a session of PostgreSQL waits for."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString, NamedTuple

# What PostgreSQL shows of the sessions of other roles depends on the rights of the one who looks.
BLOCKING_SESSIONS: LiteralString = """
    SELECT pid, usename::text, application_name, state, xact_start
    FROM pg_stat_activity WHERE pid = ANY (pg_blocking_pids(%s))
    ORDER BY xact_start NULLS LAST, pid
"""


class LockHolder(NamedTuple):
    """A session that holds a lock, and since when its transaction has been open, if known."""

    pid: int
    user: str | None
    application_name: str | None
    state: str | None
    since: datetime | None

    def __str__(self) -> str:
        """Name the session as an administrator finds it in `pg_stat_activity`."""
        details = (
            self.application_name and f"application {self.application_name}",
            self.user and f"user {self.user}",
            self.state,
        )
        since = f" since {self.since:%Y-%m-%d %H:%M:%S} UTC" if self.since else ""
        return f"pid {self.pid} ({', '.join(filter(None, details))}){since}"


def describe_lock_holders(holders: Sequence[LockHolder]) -> str:
    """Return a part of a sentence that names the first holder."""
    if not holders:
        return "another session"
    more = f" and {len(holders) - 1} more" if len(holders) > 1 else ""
    return f"{holders[0]}{more}"
