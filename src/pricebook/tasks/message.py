from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

ParserType = Literal["google_sheets", "csv", "excel"]


class TaskMessage(Struct, frozen=True):
    """The news that a task waits to be worked on; what counts is its row."""

    task_id: UUID
    parser_type: ParserType
    supplier_name: str
    supplier_id: UUID | None
    source_config: dict[str, Any]
    retry_count: int
    max_retries: int
    enqueued_at: datetime
