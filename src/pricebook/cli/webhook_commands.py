"""The commands for webhooks."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from cyclopts import App, Parameter
from rich.table import Table
from rich.text import Text

from pricebook.cli import output
from pricebook.cli.lookups import COMMAND_LINE, parse_id
from pricebook.cli.option_types import Limit, PageNumber
from pricebook.cli.server_defaults import load_settings, run_with_database
from pricebook.db.database import Database
from pricebook.http.pagination import CursorPage
from pricebook.webhooks import service
from pricebook.webhooks.schemas import (
    Delivery,
    DeliveryQuery,
    DeliveryState,
    NewWebhook,
    Webhook,
    WebhookChange,
    Webhooks,
    WebhookWithSecret,
)

app = App(name="webhooks", help="Webhooks: events that are sent to the addresses of programs.")

Types = Annotated[
    list[str] | None,
    Parameter(name="--type", help="A type of events that is sent, several times for more."),
]


@dataclass(frozen=True, kw_only=True)
class WebhookFields:
    """The fields of a webhook that change."""

    new_name: Annotated[str | None, Parameter(help="Its new name.")] = None
    url: Annotated[str | None, Parameter(help="Its new https address.")] = None
    types: Annotated[
        list[str] | None,
        Parameter(name="--type", help="The types that are sent from now on; `all` for all."),
    ] = None
    active: Annotated[
        bool | None,
        Parameter(help="Resume it, also a disabled one; --no-active pauses it."),
    ] = None
    after: Annotated[
        int | None,
        Parameter(help="Continue behind this position of the feed; 0: all events that are kept."),
    ] = None

    def as_change(self) -> WebhookChange:
        """Return the given fields as the API has them; raises ValidationError."""
        given: dict[str, Any] = {
            "name": self.new_name,
            "url": self.url,
            "types": [] if self.types == ["all"] else self.types,
            "is_active": self.active,
            "after": self.after,
        }
        return WebhookChange(**{name: value for name, value in given.items() if value is not None})


@app.command
def add(
    name: str, url: str, /, *, types: Types = None, after: int | None = None, json: bool = False
) -> None:
    """Add a webhook and print its secret, once.

    Args:
        name: The name of the receiver.
        url: Its https address.
        types: Without one, events of all types are sent.
        after: Send the events behind this position of the feed; without it, those from now on.
        json: Print it as JSON.
    """

    async def create(database: Database) -> WebhookWithSecret:
        new = NewWebhook(name=name, url=url, types=types or [], after=after)
        return await service.create_webhook(
            database, new, COMMAND_LINE, allows_private=load_settings().allow_private_urls
        )

    created = run_with_database(create)
    if json:
        output.print_json(created)
        return
    output.print_line(f'Webhook "{created.name}" sends events behind position {created.position}.')
    output.print_line(f"secret {created.secret}")


@app.command(name="list")
def list_all(*, json: bool = False) -> None:
    """List the webhooks and the state of their deliveries.

    Args:
        json: Print them as JSON.
    """
    webhooks = run_with_database(service.list_webhooks)
    if json:
        output.print_json(Webhooks(webhooks))
        return
    if not webhooks:
        output.print_none("webhook")
        return
    table = Table("webhook", "address", "types", "state", "waiting", "last error")
    for webhook in webhooks:
        table.add_row(
            Text(webhook.name),
            Text(webhook.url),
            ", ".join(webhook.types) or "all",
            _describe_state(webhook),
            f"{webhook.waiting:,}",
            Text(webhook.last_error or ""),
        )
    output.print_table(table)


@app.command(name="set")
def set_webhook(
    name: str, /, *, fields: Annotated[WebhookFields, Parameter(name="*")] = WebhookFields()
) -> None:
    """Change a webhook.

    Args:
        name: The name of the webhook.
        fields: What changes.
    """
    change = fields.as_change()

    async def save(database: Database) -> Webhook:
        webhook_id = await service.find_webhook_id(database, name)
        return await service.change_webhook(
            database, webhook_id, change, allows_private=load_settings().allow_private_urls
        )

    changed = run_with_database(save)
    output.print_line(f'Webhook "{changed.name}" is {_describe_state(changed)}.')


@app.command(name="new-secret")
def replace_secret(name: str, /, *, json: bool = False) -> None:
    """Replace the secret of a webhook and print the new one, once; the old one is valid for a day.

    Args:
        name: The name of the webhook.
        json: Print it as JSON.
    """

    async def replace(database: Database) -> WebhookWithSecret:
        webhook_id = await service.find_webhook_id(database, name)
        return await service.replace_secret(database, webhook_id)

    replaced = run_with_database(replace)
    if json:
        output.print_json(replaced)
        return
    output.print_line(f'For a day what is sent to "{replaced.name}" has both signatures.')
    output.print_line(f"secret {replaced.secret}")


@app.command
def remove(name: str, /) -> None:
    """Delete a webhook with the list of its deliveries.

    Args:
        name: The name of the webhook.
    """

    async def delete(database: Database) -> None:
        await service.delete_webhook(database, await service.find_webhook_id(database, name))

    run_with_database(delete)
    output.print_line(f'Webhook "{name}" is deleted.')


@app.command
def test(name: str, /) -> None:
    """Have a worker send a test to a webhook; `pricebook webhooks deliveries` shows the result.

    Args:
        name: The name of the webhook.
    """

    async def request(database: Database) -> Delivery:
        webhook_id = await service.find_webhook_id(database, name)
        return await service.request_test(database, webhook_id)

    output.print_line(f"Delivery {run_with_database(request).id} is queued: a worker sends it.")


@app.command
def resend(delivery: str, /) -> None:
    """Have a worker send the event of a delivery again, once.

    Args:
        delivery: The id of the delivery.
    """
    delivery_id = parse_id(delivery, "pricebook webhooks deliveries")
    queued = run_with_database(lambda database: service.request_resend(database, delivery_id))
    output.print_line(f"Delivery {queued.id} is queued: a worker sends it.")


@app.command
def deliveries(
    name: str,
    /,
    *,
    state: DeliveryState | None = None,
    limit: Limit = 50,
    page: PageNumber = 1,
    json: bool = False,
) -> None:
    """List what was sent to a webhook and what came of it, newest first.

    Args:
        name: The name of the webhook.
        state: Only deliveries in this state.
        limit: The number of deliveries on a page.
        page: The number of the page.
        json: Print the page as JSON.
    """

    async def find(database: Database) -> CursorPage[Delivery]:
        webhook_id: UUID = await service.find_webhook_id(database, name)
        query = DeliveryQuery(page, limit, state=state)
        return await service.list_deliveries(database, webhook_id, query)

    found = run_with_database(find)
    if json:
        output.print_json(found)
    else:
        _print_deliveries(found)


def _print_deliveries(found: CursorPage[Delivery]) -> None:
    if not found.data:
        output.print_none("delivery", found.total_count, plural="deliveries")
        return
    table = Table(
        output.id_column("id"), "queued", "position", "type", "", "state", "status", "ms", "error"
    )
    for delivery in found.data:
        table.add_row(
            str(delivery.id),
            f"{delivery.created_at:%Y-%m-%d %H:%M:%S}",
            "" if delivery.position is None else str(delivery.position),
            delivery.type,
            "" if delivery.kind == "event" else delivery.kind,
            delivery.state,
            "" if delivery.status is None else str(delivery.status),
            "" if delivery.milliseconds is None else str(delivery.milliseconds),
            Text(delivery.error or ""),
        )
    output.print_table(table)
    if found.total_count > len(found.data):
        output.print_line(f"{len(found.data)} of {found.total_count:,} deliveries.")


def _describe_state(webhook: Webhook) -> str:
    if webhook.next_attempt_at is None:
        return webhook.state
    return f"{webhook.state}, next attempt at {webhook.next_attempt_at:%Y-%m-%d %H:%M:%S} UTC"
