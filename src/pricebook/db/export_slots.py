"""A limit on concurrent exports."""

from collections.abc import Generator
from contextlib import contextmanager

from pricebook.errors import DatabaseUnavailableError, RateLimitExceededError

RETRY_SECONDS = 10
TOO_MANY_EXPORTS = "Too many exports are running; try again in a moment."
TOO_MANY_EXPORTS_OF_CALLER = (
    f"An export to your address is running; try again in {RETRY_SECONDS} seconds."
)


class ExportSlots:
    """Limits the concurrent exports of one group of callers in this process."""

    def __init__(self, max_concurrent: int) -> None:
        self._free_slots = max_concurrent
        self._callers: set[str] = set()

    @contextmanager
    def slot(self, caller: str | None) -> Generator[None]:
        """Hold a slot; a caller that is not None holds at most one.

        Raises RateLimitExceededError for a second slot, DatabaseUnavailableError if none is free.
        """
        if caller in self._callers:
            raise RateLimitExceededError(
                TOO_MANY_EXPORTS_OF_CALLER,
                headers={
                    "Retry-After": str(RETRY_SECONDS),
                    "RateLimit": f'"exports-at-once";r=0;t={RETRY_SECONDS}',
                    "RateLimit-Policy": '"exports-at-once";q=1',
                },
            )
        if not self._free_slots:
            raise DatabaseUnavailableError(TOO_MANY_EXPORTS)
        self._free_slots -= 1
        slot_owner = {caller} if caller is not None else set[str]()
        self._callers |= slot_owner
        try:
            yield
        finally:
            self._callers -= slot_owner
            self._free_slots += 1
