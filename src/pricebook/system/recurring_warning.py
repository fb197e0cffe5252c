"""Log a lasting condition once a minute instead of at each occurrence."""

import time

import structlog

REPEAT_SECONDS = 60.0


class RecurringWarning:
    """Logs a condition at most once a minute, and once when it is over."""

    def __init__(self, event: str, end_event: str) -> None:
        self._event = event
        self._end_event = end_event
        self._next_at = float("-inf")
        self._is_logged = False

    def occurred(self, **details: object) -> None:
        """Log that the condition holds."""
        if time.monotonic() >= self._next_at:
            self._next_at = time.monotonic() + REPEAT_SECONDS
            self._is_logged = True
            structlog.get_logger().warning(self._event, **details)

    def ended(self) -> None:
        """Log that the condition is over, if it was logged."""
        if self._is_logged:
            self._is_logged = False
            structlog.get_logger().info(self._end_event)
