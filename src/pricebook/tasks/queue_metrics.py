"""The numbers of tasks by state, and how long they wait."""

from msgspec import Struct

from pricebook.tasks.schemas import TaskState


class TaskMetrics(Struct, frozen=True):
    """Tasks by state, and the age in seconds of the oldest one that is due.

    `rows_per_second` is the rate of price lists that are read now or in the last five minutes.
    """

    states: dict[TaskState, int]
    oldest_queued_seconds: float
    rows_per_second: float


class QueueStatus(Struct, frozen=True):
    """Numbers of tasks in these states, and the oldest queued one's age in seconds."""

    queued: int
    running: int
    dead: int
    held: int
    oldest_seconds: float
