"""Limits on the bytes that all connections of a process buffer together."""

from typing import Any

MAX_BUFFERED_BYTES = 16 * 1024 * 1024
# What a parsed request and one of its fields take up at most, beside the bytes of the head.
REQUEST_BYTES = 4096
FIELD_BYTES = 192


class BufferBudget:
    """The buffered bytes by holder, within a total limit; the oldest holder first."""

    def __init__(self) -> None:
        self._sizes: dict[Any, int] = {}
        self._total = 0

    def set_size(self, holder: Any, size: int) -> bool:
        """Set the bytes of one holder; return whether the total is within the limit."""
        self._total += size - self._sizes.pop(holder, 0)
        if size:
            self._sizes[holder] = size
        return self._total <= MAX_BUFFERED_BYTES

    def oldest(self) -> Any:
        """Return the holder that has buffered bytes for the longest time."""
        return next(iter(self._sizes))


class BufferLimits:
    """The budgets of a process: bytes and requests that wait, and unsent responses."""

    def __init__(self) -> None:
        self.unparsed = BufferBudget()
        self.unsent = BufferBudget()


def parsed_request_bytes(scope: Any) -> int:
    """Return about the bytes that a parsed request takes up until the application responds."""
    return REQUEST_BYTES + FIELD_BYTES * len(scope["headers"])
