from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from pricebook.audit.actions import ACTIONS, ENTITY_TYPES
from pricebook.errors import FieldIssue, query_issue, validation_error
from pricebook.http.cursor import Cursor, CursorQuery
from pricebook.http.field_types import NO_NUL, doc
from pricebook.http.pagination import PageSize

AuthorType = Literal["user", "api_key", "system", "command", "database"]
ShortText = Annotated[str, Meta(min_length=1, max_length=255, pattern=NO_NUL)]
Time = Annotated[datetime, Meta(tz=True)]

# Entries are counted up to this number.
MAX_COUNTED = 10_000


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


class AuditActor(Struct, frozen=True):
    """Who made a change."""

    type: Annotated[
        AuthorType,
        doc(
            "`user` and `api_key`: by a request or a task of theirs; `system`: by the API or the"
            " worker without a request of anybody; `command`: by a command; `database`: in a"
            " session of the database, such as psql."
        ),
    ]
    id: Annotated[UUID | None, doc("Id of the user or the API key; otherwise null.")]
    name: Annotated[
        str,
        doc(
            "Name of the user, the API key or the program; of a command the user of the operating"
            " system, of a session the user of the database."
        ),
    ]


class AuditEntry(Struct, frozen=True):
    """A change, and who made it."""

    number: Annotated[
        int,
        doc("Number of the entry. Numbers are not in the order of times: transactions end in any."),
    ]
    at: Annotated[datetime, doc("Start of the transaction that made the change, ISO 8601 UTC.")]
    actor: Annotated[AuditActor, doc("Who made the change.")]
    request_id: Annotated[
        str | None, doc("`X-Request-ID` of the request that led to the change; null without one.")
    ]
    task_id: Annotated[
        UUID | None, doc("Id of the import task that made the change or that it is about; or null.")
    ]
    batch_id: Annotated[
        UUID | None, doc("Id of the batch of decisions that the change belongs to; or null.")
    ]
    action: Annotated[str, doc("What was done: the type of the entity and a verb.")]
    entity_type: Annotated[
        str,
        doc("Type of what was changed: `product`, `item`, `supplier`, `user`, `task` and so on."),
    ]
    entity_id: Annotated[UUID | None, doc("Id of what was changed; null if it has none.")]
    entity_name: Annotated[
        str | None, doc("Name or code of what was changed, at the time of the change; or null.")
    ]
    before: Annotated[
        dict[str, Any] | None, doc("The changed fields before; null for what was created.")
    ]
    after: Annotated[
        dict[str, Any] | None,
        doc("The changed fields afterwards; null for what was deleted. Secrets are `***`."),
    ]


class AuditPosition(Struct, frozen=True, array_like=True):
    """The last entry of a page; `of` is the product or item whose entries are listed."""

    at: datetime
    id: int
    of: UUID | None = None


class AuditPaging(Struct, CursorQuery[AuditPosition], frozen=True, kw_only=True):
    """Where a page of the audit log begins, and its size."""

    position_type = AuditPosition

    limit: PageSize = 50
    cursor: Annotated[
        Cursor | None, doc("Value of `next_cursor` of the page before, with the same filters.")
    ] = None

    def __post_init__(self) -> None:
        """Raise ValidationError for a cursor or a filter that cannot be used."""
        if issues := self._issues():
            raise validation_error(*issues)

    def _issues(self) -> list[FieldIssue]:
        return self.cursor_issues()


class AuditQuery(AuditPaging, frozen=True, kw_only=True):
    """Filters of the audit log, which combine with AND, and where the page begins."""

    actor: Annotated[
        ShortText | None, doc("Only changes by the user, key or program named so.")
    ] = None
    actor_type: Annotated[AuthorType | None, doc("Only changes by actors of this type.")] = None
    action: Annotated[str | None, doc("Only this action: `item.linked`.", enum=list(ACTIONS))] = (
        None
    )
    entity_type: Annotated[
        str | None, doc("Only changes of this type of entity.", enum=list(ENTITY_TYPES))
    ] = None
    entity_id: Annotated[UUID | None, doc("Only changes of the entity with this id.")] = None
    task_id: Annotated[UUID | None, doc("Only changes by this import task or of it.")] = None
    batch_id: Annotated[UUID | None, doc("Only changes of this batch of decisions.")] = None
    request_id: Annotated[
        ShortText | None, doc("Only changes by the request with this `X-Request-ID`.")
    ] = None
    since: Annotated[
        Time | None, doc("Only changes from this time on, which is included, ISO 8601.")
    ] = None
    until: Annotated[
        Time | None, doc("Only changes before this time, which is not included, ISO 8601.")
    ] = None

    def _issues(self) -> list[FieldIssue]:
        if self.since is not None and self.until is not None and self.since > self.until:
            return [query_issue("since", "is after until")]
        return [*self._unknown("action", ACTIONS), *self._unknown("entity_type", ENTITY_TYPES)] or (
            super()._issues()
        )

    def _unknown(self, name: str, known: Sequence[str]) -> list[FieldIssue]:
        value = getattr(self, name)
        if value is None or value in known:
            return []
        return [query_issue(name, f"expected one of {', '.join(known)}")]

    @property
    def filters(self) -> dict[str, object]:
        """The values of the filters that are set, by their names."""
        values = {name: getattr(self, name) for name in FILTERS}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def is_broad(self) -> bool:
        """Whether there are filters, each of which many entries may pass, and no other one."""
        return bool(self.filters.keys() & BROAD_FILTERS) and not self.is_narrow

    @property
    def is_narrow(self) -> bool:
        """Whether there is a filter that few entries pass."""
        return bool(self.filters.keys() & NARROW_FILTERS)


BROAD_FILTERS = {"actor", "actor_type", "action", "entity_type"}
NARROW_FILTERS = {"entity_id", "task_id", "batch_id", "request_id"}
FILTERS = tuple(
    name for name in AuditQuery.__struct_fields__ if name not in AuditPaging.__struct_fields__
)


class AuditPage(Struct, frozen=True):
    """A page of the audit log, newest changes first."""

    total_count: Annotated[
        int | None, doc(f"Entries of all pages together, exact up to {MAX_COUNTED:,}; null: more.")
    ]
    limit: Annotated[int, doc("Entries per page, at most.")]
    next_cursor: Annotated[str | None, doc("Cursor of the next page; null on the last one.")]
    data: Annotated[list[AuditEntry], doc("The entries of this page.")]
