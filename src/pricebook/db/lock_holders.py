"""The sessions of PostgreSQL that hold the locks another session waits for."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

from msgspec import Struct

# PostgreSQL hides columns of sessions of other roles from roles without the rights.
BLOCKING_SESSIONS: LiteralString = """
    SELECT pid, usename::text AS "user", application_name, state, xact_start AS since
    FROM pg_stat_activity WHERE pid = ANY (pg_blocking_pids(%s))
    ORDER BY xact_start NULLS LAST, pid
"""


class LockHolder(Struct, frozen=True):
    """A session that holds a lock, and the start of its transaction; None where hidden."""

    pid: int
    user: str | None
    application_name: str | None
    state: str | None
    since: datetime | None

    def __str__(self) -> str:
        """Return the session as `pg_stat_activity` shows it."""
        details = (
            self.application_name and f"application {self.application_name}",
            self.user and f"user {self.user}",
            self.state,
        )
        since = f" since {self.since:%Y-%m-%d %H:%M:%S} UTC" if self.since else ""
        return f"pid {self.pid} ({', '.join(filter(None, details))}){since}"


def describe_lock_holders(holders: Sequence[LockHolder]) -> str:
    """Return the part of a sentence that names the first lock holder."""
    if not holders:
        return "another session"
    more = f" and {len(holders) - 1} more" if len(holders) > 1 else ""
    return f"{holders[0]}{more}"
