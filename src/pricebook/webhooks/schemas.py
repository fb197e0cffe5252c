import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from pricebook.errors import FieldIssue, PriceListError, body_issue, validation_error
from pricebook.events.schemas import EVENT_TYPES, MAX_POSITION
from pricebook.http.field_types import doc, normalise_text, text_schema
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.pricelists.sources.public_addresses import parse_https_url

WebhookState = Literal["active", "failing", "paused", "disabled"]
DeliveryKind = Literal["event", "resend", "test"]
DeliveryState = Literal["pending", "delivered", "failed"]

MAX_NAME = 100
MAX_URL = 2_000
HTTPS = "https://"
DOUBLE_SCHEME = re.compile(r"https://https?:/", re.IGNORECASE)
EXAMPLE_URL = "https://erp.example/events"

Name = Annotated[str, doc("Name of the webhook; unique in any case.", **text_schema(MAX_NAME))]
Url = Annotated[
    str,
    doc(
        "Address that receives the events, https; without user name. Addresses in private networks"
        " are refused, and checked again at each delivery, unless ALLOW_PRIVATE_URLS is set.",
        format="uri",
        pattern="^https://",
        maxLength=MAX_URL,
    ),
]
Types = Annotated[
    list[str], doc(f"Types of events that are sent, of {', '.join(EVENT_TYPES)}; empty: all.")
]
IsActive = Annotated[bool, doc("Whether events are sent; those of a pause are sent after it.")]
Position = Annotated[int, Meta(ge=0, le=MAX_POSITION)]


class NewWebhook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields of a new webhook."""

    name: Name
    url: Url
    types: Types = []
    after: Annotated[
        Position | None,
        doc("Position in the feed behind which events are sent; 0: all; null: those from now on."),
    ] = None

    def __post_init__(self) -> None:
        """Normalise the texts; raises ValidationError naming every refused field."""
        issues = [
            *normalise_text(self, "name", MAX_NAME),
            *_url_issues(self.url),
            *_type_issues(self.types),
        ]
        if issues:
            raise validation_error(*issues)


class WebhookChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of a webhook; fields that are not sent stay."""

    name: Name | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    types: Types | UnsetType = UNSET
    is_active: IsActive | UnsetType = UNSET
    after: Annotated[
        Position | UnsetType,
        doc("Position in the feed behind which events are sent from now on; 0: all that are kept."),
    ] = UNSET

    def __post_init__(self) -> None:
        """Normalise the texts; raises ValidationError for refused fields or without any field."""
        issues = normalise_text(self, "name", MAX_NAME)
        if self.url is not UNSET:
            issues += _url_issues(self.url)
        if self.types is not UNSET:
            issues += _type_issues(self.types)
        if not self.given:
            issues = [body_issue("(all)", "names no field to change")]
        if issues:
            raise validation_error(*issues)

    @property
    def given(self) -> dict[str, Any]:
        """The fields that were sent, with their values."""
        fields = msgspec.structs.asdict(self)
        return {name: value for name, value in fields.items() if value is not UNSET}


class Webhook(Struct, frozen=True):
    """A webhook without its secret."""

    id: Annotated[UUID, doc("Id of the webhook.")]
    name: Name
    url: Url
    types: Types
    state: Annotated[
        WebhookState,
        doc(
            "`failing`: the last attempt failed and is repeated; `paused` by a person; `disabled`"
            " after a day of failures or when the receiver responds 410: `is_active: true` resumes."
        ),
    ]
    position: Annotated[
        int, doc("Position in the feed of the last event that was taken for delivery.")
    ]
    waiting: Annotated[
        int, doc("Events of its types that are kept and not delivered yet; 0: none.")
    ]
    failures: Annotated[int, doc("Failed attempts since the last successful one.")]
    failing_since: Annotated[
        datetime | None, doc("Time of the first of these, ISO 8601 UTC; null without one.")
    ]
    next_attempt_at: Annotated[
        datetime | None, doc("Time of the next attempt, ISO 8601 UTC; null unless `failing`.")
    ]
    last_error: Annotated[str | None, doc("Why the last attempt failed; null after a success.")]
    disabled_at: Annotated[
        datetime | None, doc("Time at which it was disabled, ISO 8601 UTC; null if it is not.")
    ]
    created_at: Annotated[datetime, doc("Time of creation, ISO 8601 UTC.")]
    created_by: Annotated[str, doc("Who created it.")]


class WebhookHealth(Struct, frozen=True):
    """The failed attempts of a webhook since its last success; null without one."""

    name: str
    failures: int
    last_error: str | None
    is_disabled: bool
    failing_seconds: float | None


class WebhookWithSecret(Webhook, frozen=True):
    """A webhook with its new secret, which is never shown again."""

    secret: Annotated[
        str, doc("Key of the signatures, `whsec_` and base64, as Standard Webhooks has it.")
    ]


class Webhooks(Struct, frozen=True):
    """All webhooks by their names."""

    data: Annotated[list[Webhook], doc("The webhooks, by name.")]


class Delivery(Struct, frozen=True):
    """What was sent to a webhook, or is to be."""

    id: Annotated[UUID, doc("Id of the delivery.")]
    webhook_id: Annotated[UUID, doc("Id of the webhook.")]
    kind: Annotated[
        DeliveryKind,
        doc("`event`: in the order of the feed; `resend` and `test`: requested, attempted once."),
    ]
    event_id: Annotated[UUID, doc("Id of the event, sent as `webhook-id`.")]
    position: Annotated[int | None, doc("Position of the event in the feed; null for a test.")]
    type: Annotated[str, doc("Type of the event; `webhook.test` for a test.")]
    state: Annotated[
        DeliveryState, doc("`pending`: it is attempted, or attempted again, until the time is up.")
    ]
    attempts: Annotated[int, doc("Number of attempts.")]
    status: Annotated[int | None, doc("HTTP status of the last response; null without one.")]
    error: Annotated[str | None, doc("Why the last attempt failed; null after a success.")]
    milliseconds: Annotated[int | None, doc("Duration of the last attempt in ms; null for none.")]
    created_at: Annotated[datetime, doc("Time at which it was queued, ISO 8601 UTC.")]
    attempted_at: Annotated[
        datetime | None, doc("Time of the last attempt, ISO 8601 UTC; null before it.")
    ]


class DeliveryQuery(CursorPaging, frozen=True):
    """Which deliveries of a webhook, and which page."""

    state: Annotated[DeliveryState | None, doc("Only deliveries in this state.")] = None


class DeliveryPage(CursorPage[Delivery], frozen=True):
    """A page of deliveries."""


class WebhookLease(Struct, frozen=True):
    """The right of a worker to send to a webhook."""

    webhook_id: UUID
    token: UUID


class Message(Struct, frozen=True):
    """What the receiver of a webhook gets: the event in the form of Standard Webhooks."""

    type: str
    timestamp: datetime
    data: dict[str, Any]


class Attempt(Struct, frozen=True):
    """A delivery that is to be attempted now; `secrets` are the keys of its signatures."""

    delivery_id: UUID
    kind: DeliveryKind
    event_id: UUID
    url: str
    secrets: list[bytes]
    message: Message


class Outcome(Struct, frozen=True):
    """What came of an attempt: the status of the response, if there was one, or an error.

    `retry_after` are the seconds that the receiver wants to be left alone for.
    """

    milliseconds: int
    status: int | None = None
    error: str | None = None
    retry_after: int = 0


def _url_issues(url: str) -> list[FieldIssue]:
    problem = _url_problem(url)
    return [body_issue("url", problem)] if problem else []


def _url_problem(url: str) -> str | None:
    """Return what is wrong with an address, why, and what to do; None for a usable one."""
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable():
        return f"expected up to {MAX_URL:,} characters of ASCII"
    if not url.lower().startswith(HTTPS):
        return (
            f"does not begin with {HTTPS}, and events are sent over encrypted connections only:"
            " use the receiver's https address"
        )
    if DOUBLE_SCHEME.match(url):
        return f"has the beginning {HTTPS} twice: remove one of them"
    try:
        parse_https_url(url)
    except PriceListError:
        if "@" in url.removeprefix(HTTPS).partition("/")[0]:
            return (
                "has a user name or a password, which lists and logs would show: remove it, the"
                " receiver verifies the signature of each request instead"
            )
        return f"has no valid host to send events to: expected an address such as {EXAMPLE_URL}"
    return None


def _type_issues(types: Sequence[str]) -> list[FieldIssue]:
    unknown = next((each for each in types if each not in EVENT_TYPES), None)
    if unknown is not None:
        problem = (
            f"{unknown[:MAX_NAME]} is no type of events, so that nothing would be sent: expected"
            f" {', '.join(EVENT_TYPES)}"
        )
    elif len(set(types)) < len(types):
        problem = "names a type twice, which is sent only once: name each type once"
    else:
        return []
    return [body_issue("types", problem)]
