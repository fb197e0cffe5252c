"""What all connections of a process hold in memory together, within limits."""

from typing import Any

MAX_BUFFERED_BYTES = 64 * 1024 * 1024


class BufferBudget:
    """So many bytes that clients make the process hold, the longest held first."""

    def __init__(self) -> None:
        self._sizes: dict[Any, int] = {}
        self._total = 0

    def set_size(self, holder: Any, size: int) -> bool:
        """Count what one holds now; return whether all is within the limit."""
        self._total += size - self._sizes.pop(holder, 0)
        if size:
            self._sizes[holder] = size
        return self._total <= MAX_BUFFERED_BYTES

    def oldest(self) -> Any:
        """Return who has held theirs for longest."""
        return next(iter(self._sizes))


class BufferLimits:
    """What was received and waits, and what waits to be sent."""

    def __init__(self) -> None:
        self.unparsed = BufferBudget()
        self.unsent = BufferBudget()
