from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from pricebook.http.field_types import doc

CheckState = Literal["ok", "wrong", "unreachable", "pending", "skipped"]
PartStatus = Literal["up", "down"]


class CheckResult(NamedTuple):
    """The outcome of a check: its problems, or a summary if there are none, and notes."""

    summary: str
    problems: Sequence[str] = ()
    notes: Sequence[str] = ()


class CheckReport(Struct, frozen=True):
    """A check of the installation, as `pricebook doctor` has it."""

    name: Annotated[str, doc("Name of the check.")]
    state: Annotated[
        CheckState,
        doc(
            "`wrong`: it has problems; `unreachable`: no result in time; `pending`: it takes long,"
            " and its result follows; `skipped`: it needs a check that failed."
        ),
    ]
    summary: Annotated[str, doc("What was checked, in a sentence; empty without a success.")] = ""
    problems: Annotated[
        list[str], doc("What is wrong, and what to do about it, in sentences.")
    ] = []
    notes: Annotated[list[str], doc("What is worth knowing, in sentences.")] = []
    checked_at: Annotated[
        datetime | None, doc("Time of the result, ISO 8601 UTC; null without one.")
    ] = None


class WorkerState(Struct, frozen=True):
    """What a worker stores about itself."""

    name: str
    version: str
    slots: int
    started_at: datetime


class FinishedRun(Struct, frozen=True):
    """A run of periodic work that has ended."""

    name: str
    started_at: datetime
    milliseconds: int
    succeeded_at: datetime | None
    failure: str | None


class RunningWorker(Struct, frozen=True):
    """A worker, by its last heartbeat."""

    name: Annotated[str, doc("Host and process id.")]
    version: Annotated[str, doc("Version of Pricebook.")]
    slots: Annotated[int, doc("Tasks that it runs at once.")]
    started_at: Annotated[datetime, doc("Time of its start, ISO 8601 UTC.")]
    seen_at: Annotated[datetime, doc("Time of its last heartbeat, ISO 8601 UTC.")]
    seconds_since_seen: Annotated[float, doc("Seconds since the last heartbeat.")]
    is_alive: Annotated[bool, doc("Whether that is at most 20 seconds.")] = False


class PeriodicRun(Struct, frozen=True):
    """The last run of a periodic work, by any worker."""

    name: Annotated[str, doc("Name of the work.")]
    worker: Annotated[str, doc("The worker that ran it.")]
    started_at: Annotated[datetime, doc("Start of the run, ISO 8601 UTC.")]
    milliseconds: Annotated[int, doc("Duration of the run in ms.")]
    succeeded_at: Annotated[
        datetime | None, doc("End of the last run without a failure, ISO 8601 UTC; or null.")
    ]
    failure: Annotated[str | None, doc("Why the run failed; null after a success.")]


class RunningTask(Struct, frozen=True):
    """An import that runs now."""

    id: Annotated[UUID, doc("Id of the task.")]
    supplier_name: Annotated[str, doc("Name of the supplier.")]
    stage: Annotated[str | None, doc("What it does now.")]
    started_at: Annotated[datetime | None, doc("Start of the attempt, ISO 8601 UTC.")]


class QueueState(Struct, frozen=True):
    """The tasks of imports, from PostgreSQL."""

    queued: Annotated[int, doc("Number of tasks that wait.")]
    running: Annotated[int, doc("Number of tasks that run.")]
    dead: Annotated[int, doc("Tasks that failed for good and can be retried.")]
    oldest_seconds: Annotated[float, doc("Seconds since the oldest waiting task became due.")]
    tasks: Annotated[list[RunningTask], doc("The running tasks, the oldest first.")]


class MessageCounts(Struct, frozen=True):
    """The messages in Redis, which only shorten the delay until a task starts."""

    queued: Annotated[int, doc("Messages that no worker has received.")]
    rejected: Annotated[int, doc("Rejected messages that are kept.")]


class UploadsDisk(Struct, frozen=True):
    """The disk of uploaded price lists."""

    path: Annotated[str, doc("Path of the folder of uploads.")]
    total_bytes: Annotated[int, doc("Size of the file system.")]
    free_bytes: Annotated[int, doc("What is free for Pricebook.")]


class SystemPart(Struct, frozen=True):
    """A server that Pricebook needs."""

    status: Annotated[PartStatus, doc("Whether it responded in time.")]
    latency_ms: Annotated[float | None, doc("Time until the response, in ms; null without one.")]
    version: Annotated[str | None, doc("Name and version of the server; null without a response.")]


class SystemState(Struct, frozen=True):
    """The state of the system; what could not be read in time is null."""

    version: Annotated[str, doc("Version of Pricebook, of the process that responds.")]
    python_version: Annotated[str, doc("Version of Python.")]
    migration_head: Annotated[str, doc("Schema revision that this version needs.")]
    revision: Annotated[str | None, doc("Schema revision of the database.")]
    database: Annotated[SystemPart, doc("State of PostgreSQL, with its version.")]
    redis: Annotated[SystemPart, doc("State of Redis or Valkey, the queue, with its version.")]
    workers: Annotated[list[RunningWorker] | None, doc("Workers with a heartbeat of this day.")]
    queue: Annotated[
        QueueState | None,
        doc("Tasks of imports by state, and those that run; null without PostgreSQL."),
    ]
    messages: Annotated[MessageCounts | None, doc("Messages in Redis; null without it.")]
    periodic_runs: Annotated[list[PeriodicRun] | None, doc("Last runs of periodic work.")]
    uploads: Annotated[UploadsDisk | None, doc("Disk of the uploads; null if it does not respond.")]
    checks: Annotated[list[CheckReport], doc("What `pricebook doctor` checks.")]
    checked_at: Annotated[datetime, doc("Time of this response, ISO 8601 UTC.")]
