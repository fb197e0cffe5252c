"""Mails about webhooks that fail: one for each failure, and one when a webhook is disabled."""

from shlex import quote

from pricebook.db.database import Connection
from pricebook.notices import outbox_repository as outbox
from pricebook.notices.mail_advice import Reader, describe_reason_of_mail
from pricebook.notices.mail_texts import MAX_NAME, MAX_REASON, clean
from pricebook.notices.schemas import FailingWebhook

# A receiver that is restarted is no reason for a mail.
FAILING_SECONDS = 3_600


async def make_webhook_mails(conn: Connection, public_url: str | None) -> None:
    """Make the mails about webhooks that have failed for an hour or are disabled.

    The caller has locked the outbox. Admins who receive notices get each once while mails are kept:
    another one is made once the webhook has delivered and fails again.
    """
    for each in await outbox.list_failing_webhooks(conn, FAILING_SECONDS):
        subject, body = compose_webhook(each, Reader(each.email, "admin", public_url))
        if not await outbox.has_mail(conn, each.user_id, subject, each.failing_since):
            await outbox.insert_mail(conn, each.user_id, each.email, subject, body)


def compose_webhook(webhook: FailingWebhook, reader: Reader) -> tuple[str, str]:
    """Return the subject and the body of a mail about a webhook."""
    name = clean(webhook.name, MAX_NAME)
    state = "is disabled" if webhook.is_disabled else "fails"
    happened = (
        "It is disabled: nothing is sent to it any more, and events wait."
        if webhook.is_disabled
        else "Events wait for it; attempts go on until it has failed for a day."
    )
    attempts = "attempt has" if webhook.failures == 1 else "attempts have"
    what = (
        f"{name}: {webhook.failures} {attempts} failed since"
        f" {webhook.failing_since:%Y-%m-%d %H:%M} UTC. {happened}\n"
        f"  Why: {clean(webhook.last_error or 'unknown', MAX_REASON)}"
    )
    parts = [what, f"What to do: {_advice(webhook, reader)}", describe_reason_of_mail(reader)]
    return f"Pricebook: the webhook {name} {state}", "\n\n".join(parts)


def _advice(webhook: FailingWebhook, reader: Reader) -> str:
    if reader.pages:
        page = f"{reader.pages}/administration/webhooks/{webhook.id}"
        then = ", then enable it" if webhook.is_disabled else ""
        return f"correct the receiver or its address{then}: {page}"
    name = quote(clean(webhook.name, MAX_NAME))
    then = f", then `pricebook webhooks set {name} --active`" if webhook.is_disabled else ""
    return (
        f"look at the attempts (`pricebook webhooks deliveries {name}`), and correct the receiver"
        f" or its address{then}."
    )
