"""Tasks that correct or undo another one, and rejected rows with what a correction needs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from pricebook.tasks.schemas import TaskState


class RelatedTask(Struct, frozen=True):
    """A task that corrects rejected rows of another one, or undoes it."""

    id: UUID
    is_undo: bool
    state: TaskState
    requested_by: str | None
    enqueued_at: datetime


class ChangeTimes(Struct, frozen=True):
    """When the transaction of an import began and when its task ended; None: it changed nothing."""

    begin: datetime | None
    end: datetime | None
    is_kept: bool


class RejectedRow(Struct, frozen=True):
    """A row of a price list that was not imported, with all that a correction of it needs."""

    row_number: int | None
    error_type: str
    row_data: list[str] | dict[str, Any] | None
    error_message: str
    section: str | None
    corrected_by: UUID | None
