"""The message that announces a task in Redis: a JSON object, the same from every producer."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from pricebook.errors import ValidationError
from pricebook.system.refused_values import explain_refusal

MAX_MESSAGE_BYTES = 256 * 1024
MAX_REASON_LENGTH = 300

ParserType = Literal["google_sheets", "csv", "excel"]
AttemptCount = Annotated[int, Meta(ge=0, le=100)]


class TaskMessage(Struct, frozen=True, forbid_unknown_fields=True):
    """A task as a producer announces it; a time without a zone is UTC."""

    task_id: UUID
    parser_type: ParserType
    supplier_name: Annotated[str, Meta(min_length=1, max_length=255)]
    source_config: dict[str, Any]
    enqueued_at: datetime
    supplier_id: UUID | None = None
    retry_count: AttemptCount = 0
    max_retries: AttemptCount = 3

    def __post_init__(self) -> None:
        """Set the zone of a time that has none."""
        if self.enqueued_at.tzinfo is None:
            msgspec.structs.force_setattr(self, "enqueued_at", self.enqueued_at.replace(tzinfo=UTC))


class _TaskReference(Struct):
    task_id: UUID


def encode_message(message: TaskMessage) -> bytes:
    """Return a message as JSON."""
    return msgspec.json.encode(message)


def decode_message(payload: bytes) -> TaskMessage:
    """Return the message of a JSON text.

    Raises ValidationError naming the first field that is missing, unknown or of another type.
    """
    if len(payload) > MAX_MESSAGE_BYTES:
        raise ValidationError(f"The message has more than {MAX_MESSAGE_BYTES:,} bytes.")
    if b"\0" in payload or b"\\u0000" in payload:
        raise ValidationError("The message contains a NUL character.")
    try:
        return msgspec.json.decode(payload, type=TaskMessage)
    except msgspec.ValidationError as error:
        reason = str(explain_refusal(error, TaskMessage))[:MAX_REASON_LENGTH]
        raise ValidationError(f"The message is malformed: {reason}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ValidationError("The message is not a JSON object in UTF-8.") from None


def find_task_id(payload: bytes) -> UUID | None:
    """Return the task id of a message, however malformed the rest is; None without one."""
    try:
        return msgspec.json.decode(payload, type=_TaskReference).task_id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
