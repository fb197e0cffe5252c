"""What is known about the state of suppliers: their lists, and the aggregates of their products."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Struct

from pricebook.http.field_types import doc

ExpectedBy = Literal["setting", "schedule", "rhythm"]


class ExpectedList(Struct, frozen=True):
    """When the next price list of a supplier is expected, and whether it is late."""

    by: Annotated[
        ExpectedBy,
        doc(
            "What says when: `late_after_days` of its source configuration (`setting`), its sync"
            " schedule, or the intervals between its last lists (`rhythm`)."
        ),
    ]
    expected_at: Annotated[datetime, doc("Time at which the list is expected, ISO 8601 UTC.")]
    late_at: Annotated[datetime, doc("Time from which the list is late, ISO 8601 UTC.")]
    late_since: Annotated[
        datetime | None, doc("The same once the list is late, until one arrives; else null.")
    ]


class LateList(Struct, frozen=True):
    """A supplier whose price list is late; without any list so far, `last_list_at` is None."""

    supplier_id: UUID
    supplier_name: str
    late_since: datetime
    last_list_at: datetime | None


class LastImportAge(Struct, frozen=True):
    """Seconds since a supplier's last import, or since its creation without one."""

    id: UUID
    name: str
    seconds: float


class AggregateCheck(Struct, frozen=True):
    """Products whose aggregates differ from their items, and suppliers that wait for the worker.

    `waiting_seconds` is the time since the worker's last batch, 0 if no supplier waits.
    """

    wrong: int
    first_wrong_sku: str | None
    waiting_suppliers: int
    waiting_seconds: float
