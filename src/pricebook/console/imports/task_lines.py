"""Tasks as the pages of imports show them: their state in words, their source, their progress."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from litestar import Request
from msgspec import Struct

from pricebook.console.page_guard import page_for
from pricebook.imports.upload_folder import UPLOAD_FOLDER
from pricebook.tasks.schemas import Task

AnyRequest = Request[Any, Any, Any]
PATH = "/console/imports"
# Whoever may import price lists may see what became of them.
VIEW: dict[str, Any] = page_for("POST", "/suppliers/{id}/upload")
COUNTS = ("new", "changed", "absent", "rejected", "quarantined")
STAGES = ("reading", "merging")
APPLIED = ("succeeded", "partially_succeeded")


class TaskLine(Struct, frozen=True):
    """A task, the name of its state in the texts, and what its source is called."""

    task: Task
    state: str
    source: str
    source_name: str
    version: str
    open_rows: int

    @property
    def is_live(self) -> bool:
        """Whether the task goes on by itself."""
        return self.task.state in {"queued", "running"} or self.state == "applying"

    @property
    def needs_decision(self) -> bool:
        """Whether somebody has to decide about the price list, or about rows of it."""
        return self.state == "held" or self.open_rows > 0

    @property
    def has_counts(self) -> bool:
        """Whether the rows of the price list were counted."""
        task = self.task
        return task.undo_of is None and task.completed_at is not None and task.counts.rows > 0

    @property
    def is_applied(self) -> bool:
        """Whether what was counted was changed, not only compared."""
        return self.task.state in APPLIED

    @property
    def undone_count(self) -> int:
        """The number of items and products that an undo restored or deleted."""
        undo = self.task.undo
        return undo.restored + undo.deleted + undo.products_deleted if undo else 0

    @property
    def left_by_undo(self) -> int:
        """The number of items and products that an undo has left as they were."""
        undo = self.task.undo
        return undo.left_as_is if undo else 0

    @property
    def reasons(self) -> list[str]:
        """Why the task failed or was held, beside who cancelled or refused it and why."""
        if self.task.state == "refused" and (self.task.decided_by or self.task.decision_reason):
            return []
        cancelled = f"Cancelled by {self.task.cancelled_by}."
        return [each for each in self.task.errors if each != cancelled]

    @property
    def has_file(self) -> bool:
        """Whether the price list is an uploaded file."""
        return str(self.task.source_config.get("file_path", "")).startswith(f"{UPLOAD_FOLDER}/")


def task_line(task: Task, open_rows: int = 0) -> TaskLine:
    """Return a task as pages show it."""
    source, name = _source(task)
    state = _state(task)
    progress = (task.state, state, task.rows_read, task.rows_total, task.counts, open_rows)
    progress = (*progress, task.errors, task.next_attempt_at)
    version = hashlib.blake2b(msgspec.json.encode(progress), digest_size=6).hexdigest()
    return TaskLine(task, state, source, name, version, open_rows)


def task_lines(tasks: Iterable[Task], open_rows: Mapping[UUID, int]) -> list[TaskLine]:
    """Return tasks as pages show them, with the number of their open quarantined rows."""
    return [task_line(task, open_rows.get(task.id, 0)) for task in tasks]


def seen_text(lines: Sequence[TaskLine]) -> str:
    """Return ids and versions of the tasks that go on, as the address of a poll has them."""
    return ",".join(f"{line.task.id}:{line.version}" for line in lines if line.is_live)


def read_seen(text: str) -> dict[UUID, str]:
    """Return the versions of tasks in the address of a poll; others texts are passed over."""
    seen: dict[UUID, str] = {}
    for each in text.split(","):
        task_id, _, version = each.partition(":")
        try:
            seen[UUID(task_id)] = version
        except ValueError:
            continue
    return seen


def _state(task: Task) -> str:
    """Return the name of the state of a task in the texts."""
    if task.undone_by is not None:
        return "undone"
    if task.undo_of is not None and task.state == "running":
        return "undoing"
    if task.undo_of is not None and task.state in APPLIED:
        return f"undo_{task.state}"
    names = {
        "held": "held" if task.decided_at is None else "applying",
        "failed": "failed" if task.cancelled_by is None else "cancelled",
        "queued": "retrying" if task.retry_count or task.errors else "queued",
        "running": task.stage if task.stage in STAGES else "running",
    }
    return names.get(task.state) or task.state


def _source(task: Task) -> tuple[str, str]:
    """Return the kind of the source of a task, and its name; no address with a secret in it."""
    if task.undo_of is not None:
        return "undo", ""
    if task.corrections_of is not None:
        return "corrections", task.file_name or ""
    return ("file", task.file_name) if task.file_name else _configured_source(task.source_config)


def _configured_source(config: Mapping[str, Any]) -> tuple[str, str]:
    """Return the kind and the name of the source that a supplier's configuration has."""
    if config.get("spreadsheet_url"):
        return "sheet", ""
    if config.get("url"):
        return "url", urlsplit(str(config["url"])).hostname or ""
    if config.get("file_path"):
        return "path", PurePosixPath(str(config["file_path"])).name
    return "unknown", ""
