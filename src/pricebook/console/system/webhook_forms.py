"""The form of a webhook: what was typed, and as which change it is sent to the service."""

import hashlib
from collections.abc import Iterable

from msgspec import Struct

from pricebook.console.page_texts import load_texts
from pricebook.errors import ConflictError, ValidationError, body_issue, validation_error
from pricebook.events.schemas import EVENT_TYPES
from pricebook.webhooks.schemas import NewWebhook, Webhook, WebhookChange

ALL, CHOSEN = "all", "chosen"


class TypedWebhook(Struct, frozen=True):
    """The fields of the form; `which` is whether all events are sent or only `types`."""

    name: str = ""
    url: str = ""
    which: str = ALL
    types: tuple[str, ...] = ()
    before: str = ""

    @property
    def sent_types(self) -> list[str]:
        """The types as the service has them: none for all."""
        return [each for each in EVENT_TYPES if each in self.types] if self.which == CHOSEN else []

    def as_new(self) -> NewWebhook:
        """Return a new webhook; raises ValidationError naming every refused field."""
        self._require_types()
        return NewWebhook(name=self.name, url=self.url, types=self.sent_types)

    def as_change(self) -> WebhookChange:
        """Return a change of all fields; raises ValidationError naming every refused field."""
        self._require_types()
        return WebhookChange(name=self.name, url=self.url, types=self.sent_types)

    def _require_types(self) -> None:
        t = load_texts()
        if self.which == CHOSEN and not self.sent_types:
            raise validation_error(body_issue("types", t("webhooks.no_events")))
        if self.which == ALL and self.types:
            raise validation_error(body_issue("types", t("webhooks.all_and_some")))


def read_typed(fields: Iterable[tuple[str, str]]) -> TypedWebhook:
    """Return the fields of a form."""
    pairs = list(fields)
    values = {name: value.strip() for name, value in pairs}
    return TypedWebhook(
        name=values.get("name", ""),
        url=values.get("url", ""),
        which=CHOSEN if values.get("which") == CHOSEN else ALL,
        types=tuple(value for name, value in pairs if name == "types"),
        before=values.get("before", ""),
    )


def typed_of(webhook: Webhook) -> TypedWebhook:
    """Return the fields of a webhook as its form has them."""
    which = CHOSEN if webhook.types else ALL
    return TypedWebhook(
        webhook.name, webhook.url, which, tuple(webhook.types), fingerprint(webhook)
    )


def fingerprint(webhook: Webhook) -> str:
    """Return a digest of what the form changes, by which a change by somebody else is seen."""
    text = "\0".join([webhook.name, webhook.url, *sorted(webhook.types)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def issues_of(error: ConflictError | ValidationError) -> dict[str, str]:
    """Return the issues of an error by field; the name is what may be taken."""
    if isinstance(error, ConflictError):
        return {"name": error.message}
    return {each.field: each.issue for each in error.issues}
