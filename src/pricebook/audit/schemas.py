from typing import Any
from uuid import UUID

from msgspec import Struct


class NewEntry(Struct, frozen=True, kw_only=True):
    """An entry of the audit log for what is no change of a row that a trigger records.

    `action` is the entity type and a verb in the past: `task.undone`. `before` and `after` have the
    changed fields only, and no secrets. `task_id` and `batch_id` are by default those of the actor;
    an entry about a task belongs to that task.
    """

    action: str
    entity_type: str
    entity_id: UUID | None = None
    entity_name: str | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    task_id: UUID | None = None
    batch_id: UUID | None = None
