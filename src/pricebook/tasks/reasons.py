from typing import Annotated

from msgspec import Meta

from pricebook.http.field_types import doc

MAX_REASON = 1_000

ReasonText = Annotated[str, Meta(min_length=1, max_length=MAX_REASON)]
Reason = Annotated[
    ReasonText | None,
    doc("Sentence for people: why it is requested, kept with the task and in the audit log."),
]
