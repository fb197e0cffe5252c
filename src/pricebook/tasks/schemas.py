from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Struct

from pricebook.db.actor import Actor, requester_as_actor
from pricebook.http.field_types import doc
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.tasks.counts import (
    AbsentItems,
    ChangedItems,
    Counts,
    DuplicateRows,
    NewItems,
    QuarantinedRows,
    RejectedRows,
    StockUpdatedItems,
    UnchangedItems,
)
from pricebook.tasks.message import ParserType
from pricebook.tasks.undo_counts import UndoCounts

TaskState = Literal[
    "queued", "running", "succeeded", "partially_succeeded", "failed", "dead", "held", "refused"
]
EndState = Literal["succeeded", "partially_succeeded", "failed", "held"]

TaskId = Annotated[UUID, doc("Id of the task.")]
SupplierId = Annotated[UUID | None, doc("Id of the supplier; null once it is deleted.")]
EnqueuedAt = Annotated[datetime, doc("Time of the request, ISO 8601 UTC.")]


class Requester(Struct, frozen=True):
    """The user or API key that requests a task, with the request's id and Idempotency-Key, if any.

    `id` is that of the user or the key, `reason` why it is requested.
    """

    id: UUID | None = None
    name: str | None = None
    idempotency_key: str | None = None
    request_id: str | None = None
    reason: str | None = None


class NewTask(Struct, frozen=True, kw_only=True):
    """A task to insert; the digest of the request detects an Idempotency-Key used twice."""

    supplier_id: UUID
    supplier_name: str
    parser_type: ParserType
    source_config: dict[str, Any]
    requester: Requester
    digest: bytes
    file_name: str | None = None
    create_products: bool = False
    new_layout: bool = False
    corrections_of: UUID | None = None
    undo_of: UUID | None = None
    preview_id: UUID | None = None


class AcceptedTask(Struct, frozen=True):
    """A queued task."""

    task_id: TaskId
    supplier_id: SupplierId
    status: Annotated[Literal["queued"], doc("Always `queued`.")]
    enqueued_at: EnqueuedAt


class TaskLease(Struct, frozen=True):
    """The lease of a worker on a task, valid while the task's row names it as the owner.

    The owner is None for a task that runs without a queue and for a held one.
    """

    task_id: UUID
    owner: str | None


class ClaimedTask(Struct, frozen=True):
    """A task that this worker has claimed; `api_key` is the name of the key that requested it."""

    id: UUID
    owner: str
    supplier_id: UUID | None
    supplier_name: str
    parser_type: ParserType
    source_config: dict[str, Any]
    requested_by: str | None
    requested_by_id: UUID | None
    api_key: str | None
    request_id: str | None
    file_name: str | None
    create_products: bool
    new_layout: bool
    corrections_of: UUID | None
    undo_of: UUID | None
    retry_count: int
    is_slow: bool
    preview_id: UUID | None = None

    @property
    def lease(self) -> TaskLease:
        """The lease on the task."""
        return TaskLease(self.id, self.owner)

    @property
    def actor(self) -> Actor:
        """Who requested the task, as the author of what it changes."""
        return requester_as_actor(
            self.requested_by, self.api_key, self.requested_by_id, self.request_id
        )


class ReclaimedTask(Struct, frozen=True):
    """A task whose lease has expired."""

    id: UUID
    request_id: str | None


class TaskProgress(Struct, frozen=True, kw_only=True):
    """The progress of a running task."""

    stage: str | None = None
    rows_read: int = 0
    rows_total: int | None = None


class TaskEnd(Struct, frozen=True, kw_only=True):
    """The end of a task: its counts (zero for a failed one) and the detected profile.

    `row_error_counts` has all rejected rows by error type, also those that are not stored;
    `warnings` what is unusual in a price list that was applied.
    """

    state: EndState
    counts: Counts = Counts()
    errors: list[str] = []
    warnings: list[str] = []
    row_error_counts: dict[str, int] = {}
    found: dict[str, Any] | None = None
    average_price_change: float | None = None


class InlineTask(Struct, frozen=True, kw_only=True):
    """A task that runs in the foreground, without a queue."""

    supplier_id: UUID | None
    supplier_name: str
    parser_type: ParserType
    source_config: dict[str, Any]
    requested_by: str | None
    started_at: datetime
    reason: str | None = None
    corrections_of: UUID | None = None
    undo_of: UUID | None = None


class TaskFailure(Struct, frozen=True):
    """The reason of a failed attempt, the attempts allowed and the delay before the next.

    With `counts` false the attempt is not counted.
    """

    reason: str
    max_attempts: int
    delay_seconds: float
    counts: bool = True


class TaskResult(Struct, frozen=True, kw_only=True):
    """The result of a finished task."""

    task_id: TaskId
    status: Annotated[Literal["success", "failed"], doc("Whether the price list was imported.")]
    items_processed: Annotated[int, doc("Rows that were imported.")]
    errors: Annotated[list[str], doc("Sentences for people: why the task failed or what to check.")]
    completed_at: Annotated[datetime, doc("End of the task, ISO 8601 UTC.")]
    new: NewItems
    changed: ChangedItems
    unchanged: UnchangedItems
    absent: AbsentItems
    rejected: RejectedRows
    duplicate: DuplicateRows
    quarantined: QuarantinedRows
    stock_updated: StockUpdatedItems


class Task(Struct, frozen=True, kw_only=True):
    """An import task: its request, its progress and its result."""

    id: TaskId
    supplier_id: SupplierId
    supplier_name: Annotated[str, doc("Name of the supplier at the time of the request.")]
    parser_type: Annotated[ParserType, doc("Kind of the price list.")]
    source_config: Annotated[dict[str, Any], doc("Source of the price list and how to read it.")]
    file_name: Annotated[str | None, doc("Name of the uploaded file; null for other sources.")]
    create_products: Annotated[bool, doc("Whether products are created for items without one.")]
    new_layout: Annotated[bool, doc("Whether the layout of earlier price lists is ignored.")]
    corrections_of: Annotated[
        UUID | None, doc("Id of the task whose rejected rows it corrects; null for a price list.")
    ]
    undo_of: Annotated[
        UUID | None, doc("Id of the task that it undoes; null for the import of a price list.")
    ]
    undo: Annotated[UndoCounts | None, doc("What an undo has changed and left; null before.")]
    undone_by: Annotated[UUID | None, doc("Id of the task that has undone it, or null.")]
    state: Annotated[TaskState, doc("State; `held` waits for a decision to apply or refuse it.")]
    requested_by: Annotated[str | None, doc("Name of the user or API key; null for the system.")]
    request_id: Annotated[str | None, doc("Id of the request in the log; null for the system.")]
    reason: Annotated[str | None, doc("Why it was requested, or null.")]
    enqueued_at: EnqueuedAt
    started_at: Annotated[datetime | None, doc("Start of the last attempt, ISO 8601 UTC, or null.")]
    completed_at: Annotated[datetime | None, doc("End of the task, ISO 8601 UTC, or null.")]
    next_attempt_at: Annotated[datetime | None, doc("Time of the next attempt, ISO 8601 UTC.")]
    retry_count: Annotated[int, doc("Attempts that failed.")]
    max_retries: Annotated[int, doc("Failed attempts after which the task is dead.")]
    cancelled_by: Annotated[str | None, doc("Name of the user that cancelled it, or null.")]
    stage: Annotated[str | None, doc("Stage of the import; null before the first.")]
    rows_read: Annotated[int, doc("Rows read so far.")]
    rows_total: Annotated[int | None, doc("Rows of the price list; null while unknown.")]
    errors: Annotated[list[str], doc("Sentences for people: why it failed or was held.")]
    warnings: Annotated[
        list[str], doc("Sentences for people: what was unusual in an imported price list.")
    ]
    row_error_counts: Annotated[dict[str, int], doc("Number of rejected rows by error type.")]
    held_since: Annotated[
        datetime | None,
        doc(
            "Time since which price lists of the supplier are held without a decision, ISO 8601"
            " UTC; null unless this one is held."
        ),
    ]
    average_price_change: Annotated[
        float | None,
        doc(
            "Average change of the prices of the supplier's items that were present before, in"
            " percent; an item that the price list does not change counts as 0. For a held one the"
            " change by applying it; null without such items."
        ),
    ]
    later_held: Annotated[
        int,
        doc(
            "Number of later price lists of the supplier that are held, too: applying this one"
            " compares them again. 0 unless this one is held."
        ),
    ]
    awaits_comparison: Annotated[bool, doc("Whether it is held for reasons that may be outdated.")]
    held_reasons: Annotated[
        list[str],
        doc(
            "Sentences for people: why it was held, or would have been if its preview had not been"
            " applied all the same; kept after the decision, empty without any."
        ),
    ]
    decided_by: Annotated[
        str | None,
        doc(
            "Name of the user that applied or refused the held price list, or that applied its"
            " preview beyond a threshold; null for the system,"
            " which applies one that crosses no threshold any more and refuses a superseded one."
        ),
    ]
    decided_at: Annotated[
        datetime | None, doc("Time of the decision about a held price list, ISO 8601 UTC, or null.")
    ]
    decision_reason: Annotated[str | None, doc("Why the held price list was refused, or null.")]
    found: Annotated[
        dict[str, Any] | None,
        doc("How the price list was read: format, columns, what its prices are; null before."),
    ]
    profile_sentence: Annotated[
        str | None, doc("Sentence for people: how the price list was read; null before.")
    ]
    counts: Annotated[Counts, doc("Rows by outcome.")]
    result: Annotated[TaskResult | None, doc("Result; null until the task is finished.")]

    @property
    def overrides_thresholds(self) -> bool:
        """Whether the decision to apply it preceded the import, which was never held."""
        return self.decided_at is not None and (
            self.started_at is None or self.decided_at <= self.started_at
        )


class TaskQuery(CursorPaging, frozen=True):
    """Filters of tasks, and which page of them to return."""

    state: Annotated[TaskState | None, doc("Only tasks in this state.")] = None
    supplier_id: Annotated[UUID | None, doc("Only tasks of this supplier.")] = None


class TaskPage(CursorPage[Task], frozen=True):
    """A page of tasks."""
