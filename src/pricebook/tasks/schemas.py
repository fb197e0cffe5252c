from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from pricebook.http.pagination import Paging
from pricebook.tasks.message import ParserType

TaskState = Literal[
    "queued", "running", "succeeded", "partially_succeeded", "failed", "dead", "held"
]
EndState = Literal["succeeded", "partially_succeeded", "failed", "held"]


class Requester(Struct, frozen=True):
    """Who asks for a task; somebody may send a key so that asking again is not a second task."""

    user_id: UUID | None = None
    name: str | None = None
    idempotency_key: str | None = None
    request_id: str | None = None


class NewTask(Struct, frozen=True, kw_only=True):
    """A task as it is asked for; the digest is that of the request."""

    supplier_id: UUID
    supplier_name: str
    parser_type: ParserType
    source_config: dict[str, Any]
    requester: Requester
    digest: bytes
    file_name: str | None = None
    create_products: bool = False
    new_layout: bool = False


class AcceptedTask(Struct, frozen=True):
    """A task that will be done, as its asker is told."""

    task_id: UUID
    supplier_id: UUID | None
    status: Literal["queued"]
    enqueued_at: datetime


class TaskLease(Struct, frozen=True):
    """The right to work on a task, for as long as the owner stands in its row.

    A task that is done as it is asked for has no owner, nor has one that is held.
    """

    task_id: UUID
    owner: str | None


class ClaimedTask(Struct, frozen=True):
    """A task that is ours to work on."""

    id: UUID
    owner: str
    supplier_id: UUID | None
    supplier_name: str
    parser_type: ParserType
    source_config: dict[str, Any]
    requested_by: str | None
    request_id: str | None
    file_name: str | None
    create_products: bool
    new_layout: bool
    retry_count: int
    is_slow: bool

    @property
    def lease(self) -> TaskLease:
        """The right to work on it."""
        return TaskLease(self.id, self.owner)


class TaskToApply(Struct, frozen=True):
    """A list that was held and is to be applied after all."""

    id: UUID
    supplier_name: str
    create_products: bool
    request_id: str | None


class ReclaimedTask(Struct, frozen=True):
    """A task whose worker is gone."""

    id: UUID
    request_id: str | None


class TaskProgress(Struct, frozen=True, kw_only=True):
    """How far a running task is."""

    stage: str | None = None
    rows_read: int = 0
    rows_total: int | None = None


class Counts(Struct, frozen=True):
    """What the rows of a list became; `absent` counts items that the list no longer has.

    Those of a held list tell what applying it would do.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    absent: int = 0
    rejected: int = 0
    duplicate: int = 0
    ignored: int = 0

    @property
    def imported(self) -> int:
        """The rows that stand in the catalog now."""
        return self.new + self.changed + self.unchanged

    @property
    def rows(self) -> int:
        """All rows of the list; each is counted once."""
        return self.imported + self.rejected + self.duplicate + self.ignored


class TaskEnd(Struct, frozen=True, kw_only=True):
    """What became of a task, and how its list was read; one that failed has no counts.

    `row_error_counts` are the rows that were not taken, by kind of error, kept or not.
    """

    state: EndState
    counts: Counts = Counts()
    errors: list[str] = []
    row_error_counts: dict[str, int] = {}
    found: dict[str, Any] | None = None


class InlineTask(Struct, frozen=True, kw_only=True):
    """A task that is done as it is asked for, without a queue."""

    supplier_id: UUID | None
    supplier_name: str
    parser_type: ParserType
    source_config: dict[str, Any]
    requested_by: str | None
    started_at: datetime


class HeldTask(Struct, frozen=True):
    """A task whose list a brake has stopped; whether no later list of its supplier was taken in."""

    id: UUID
    supplier_id: UUID | None
    supplier_name: str
    state: TaskState
    source_config: dict[str, Any]
    count_ignored: int
    found: dict[str, Any] | None
    is_latest: bool


class TaskFailure(Struct, frozen=True):
    """Why an attempt failed, after how many attempts that is enough, and when to try again.

    One that does not count leaves the task as many attempts as it had.
    """

    reason: str
    max_attempts: int
    delay_seconds: float
    counts: bool = True


class TaskResult(Struct, frozen=True, kw_only=True):
    """What came of a finished task."""

    task_id: UUID
    status: Literal["success", "failed"]
    items_processed: int
    errors: list[str]
    completed_at: datetime
    new: int
    changed: int
    unchanged: int
    absent: int
    rejected: int
    duplicate: int


class Task(Struct, frozen=True, kw_only=True):
    """A task: who asked for what, how far it is, and what came of it."""

    id: UUID
    supplier_id: UUID | None
    supplier_name: str
    parser_type: ParserType
    source_config: dict[str, Any]
    file_name: str | None
    create_products: bool
    new_layout: bool
    state: TaskState
    requested_by: str | None
    request_id: str | None
    enqueued_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    next_attempt_at: datetime | None
    retry_count: int
    max_retries: int
    cancelled_by: str | None
    stage: str | None
    rows_read: int
    rows_total: int | None
    errors: list[str]
    row_error_counts: dict[str, int]
    counts: Counts
    result: TaskResult | None


class TaskQuery(Paging, frozen=True):
    """Which tasks are wanted."""

    state: Annotated[TaskState | None, Meta(description="Tasks in this state.")] = None
    supplier_id: Annotated[
        UUID | None, Meta(description="Tasks of this supplier: its history.")
    ] = None


class TaskRowError(Struct, frozen=True):
    """A row that was not taken in, and why; its number is that of a spreadsheet."""

    row_number: int | None
    error_type: str
    error_message: str
    row_data: Any


class TaskMetrics(Struct, frozen=True):
    """How the tasks are: how many are in each state, and for how long one that is due waits.

    The rows a second are those of lists that are read now or were in the last five minutes.
    """

    states: dict[TaskState, int]
    oldest_queued_seconds: float
    rows_per_second: float


class QueueStatus(Struct, frozen=True):
    """How the tasks are: how many wait since when (seconds), run, and are dead."""

    queued: int
    running: int
    dead: int
    oldest_seconds: float
