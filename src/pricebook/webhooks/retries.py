"""When a failed delivery is attempted again, and when a webhook is disabled; no database."""

import random
from datetime import timedelta

# Seconds until the attempt after the first failure, the second, …; then the last of them.
DELAYS = (5, 30, 120, 300, 900, 1800, 3600)
JITTER = 0.1
# A webhook whose attempts have failed for so long is disabled.
MAX_FAILING = timedelta(hours=24)
GONE = 410


def delay_after(failures: int, retry_after: int = 0) -> timedelta:
    """Return the time until the next attempt after so many failures, at least 1, up to 10 % more.

    Receivers that fail together are not attempted together. One that requests a later attempt, by
    `retry_after` in seconds, gets it, up to an hour later.
    """
    seconds = max(DELAYS[min(failures, len(DELAYS)) - 1], min(retry_after, DELAYS[-1]))
    return timedelta(seconds=seconds * (1 + random.random() * JITTER))  # noqa: S311 (no secret)
