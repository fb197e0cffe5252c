"""The deliveries of a webhook: the page of a webhook with their list, a test, a repetition."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import PathParameter

from pricebook.console.administration.administration_sections import render_section
from pricebook.console.form_fields import MAX_FORM_BYTES
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import PageQuery, read_page_query, require_page_query
from pricebook.console.rendering import render, wants_fragment
from pricebook.console.system.webhook_pages import DONE, PATH, WebhookId
from pricebook.db.database import Database
from pricebook.errors import NotFoundError
from pricebook.events.schemas import EVENT_TYPES
from pricebook.http.pagination import CursorPage
from pricebook.webhooks import service
from pricebook.webhooks.schemas import Delivery, DeliveryQuery, Webhook

AnyRequest = Request[Any, Any, Any]
DeliveryId = Annotated[UUID, PathParameter(description="The delivery's id.")]
SHOWN_DELIVERIES = 25
# A worker takes a requested delivery within a second.
SLOW_AFTER = timedelta(seconds=20)


class DeliveryView(DeliveryQuery, frozen=True):
    """The fields of the address of a webhook: its deliveries, what was done, what was sent."""

    done: str | None = None
    sent: str | None = None
    seen: str | None = None


@get(PATH + "/{webhook_id:str}", opt=page_for("GET", "/webhooks/{id}/deliveries"))
async def show_webhook(request: AnyRequest, webhook_id: WebhookId) -> Response[Any]:
    """Show a webhook: its state, what can be done with it, and its last deliveries.

    The first page of the deliveries requests itself every few seconds; 204 if all is as it was.
    """
    view = read_page_query(DeliveryView, request.scope["query_string"])
    database: Database = request.app.state.database
    result = await service.list_deliveries(database, webhook_id, _criteria(view))
    webhook = await service.get_webhook(database, webhook_id)
    seen = _digest(webhook, result.data)
    if view.get("seen") == seen and wants_fragment(request):
        return Response(None, status_code=204)
    values = {
        "webhook": webhook,
        **await _list_values(database, view, result, f"{PATH}/{webhook_id}", seen),
        **await _sent_values(database, webhook_id, view.get("sent")),
    }
    return render_section(request, "system/webhook.html", values)


async def _list_values(
    database: Database, view: PageQuery, result: CursorPage[Delivery], path: str, seen: str
) -> dict[str, Any]:
    """Return what the page shows of its deliveries, and the addresses of the other ones."""
    done, cursor = view.get("done"), result.next_cursor
    view = view.without("seen", "sent", "done")
    return {
        "event_types": EVENT_TYPES,
        "result": result,
        "renewed": not view.get("cursor") and view.address(path, seen=seen),
        "contents": await _read_contents(database, result.data),
        "view": view,
        "all": view.address(path, state=None, cursor=None),
        "failed": view.address(path, state="failed", cursor=None),
        "next": cursor and view.address(path, cursor=cursor, page=None),
        "first": view.address(path, cursor=None, page=None),
        "done": done if done in DONE else "",
    }


def _digest(webhook: Webhook, deliveries: Sequence[Delivery]) -> str:
    """Return a digest of what the page shows of a webhook and its deliveries."""
    content = msgspec.json.encode([webhook, deliveries], order="sorted")
    return hashlib.sha256(content).hexdigest()[:16]


@get(
    PATH + "/{webhook_id:str}/deliveries/{delivery_id:str}",
    opt=page_for("GET", "/webhook-deliveries/{id}"),
)
async def show_delivery(
    request: AnyRequest, webhook_id: WebhookId, delivery_id: DeliveryId
) -> Response[Any]:
    """Show what came of a delivery: a part of the page of its webhook that renews itself."""
    if not wants_fragment(request):
        return _to_sent(webhook_id, delivery_id)
    values = await _sent_values(request.app.state.database, webhook_id, str(delivery_id))
    if values["sent"] is None:
        raise NotFoundError(f"There is no delivery {delivery_id}.")
    # The list of deliveries is read again once the result is known.
    headers = {} if values["sent"].state == "pending" else {"HX-Trigger": "delivery-ended"}
    return render(request, "system/sent_delivery.html", values, headers=headers)


@post(
    PATH + "/{webhook_id:str}/test",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/webhooks/{id}/test"),
)
async def test_webhook(request: AnyRequest, webhook_id: WebhookId) -> Response[Any]:
    """Have a worker send a test; its result appears on the page."""
    test = await service.request_test(request.app.state.database, webhook_id)
    return _show_sent(request, test)


@post(
    PATH + "/{webhook_id:str}/deliveries/{delivery_id:str}/resend",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/webhook-deliveries/{id}/resend"),
)
async def resend_delivery(
    request: AnyRequest, webhook_id: WebhookId, delivery_id: DeliveryId
) -> Response[Any]:
    """Have a worker send the event of a delivery again, once."""
    database: Database = request.app.state.database
    await _require_delivery_of(database, webhook_id, delivery_id)
    return _show_sent(request, await service.request_resend(database, delivery_id))


def _criteria(view: PageQuery) -> DeliveryQuery:
    """Return which deliveries the address of a page selects; raises ValidationError."""
    names = DeliveryQuery.__struct_fields__
    fields = {name: value for name, value in view.fields.items() if name in names}
    return require_page_query(DeliveryQuery, PageQuery({"limit": str(SHOWN_DELIVERIES), **fields}))


async def _read_contents(database: Database, deliveries: Sequence[Delivery]) -> dict[UUID, str]:
    """Return the body of each delivery as indented JSON, by its id."""
    messages = await service.read_messages(database, deliveries)
    return {
        delivery_id: msgspec.json.format(msgspec.json.encode(message), indent=2).decode()
        for delivery_id, message in messages.items()
    }


async def _sent_values(database: Database, webhook_id: UUID, text: str) -> dict[str, Any]:
    """Return the delivery that was requested on the page, None if it is not there any more."""
    try:
        delivery = await service.get_delivery(database, UUID(text))
    except (NotFoundError, ValueError):
        return {"sent": None, "is_slow": False}
    if delivery.webhook_id != webhook_id:
        return {"sent": None, "is_slow": False}
    is_slow = datetime.now(UTC) - delivery.created_at > SLOW_AFTER
    return {"sent": delivery, "is_slow": is_slow}


async def _require_delivery_of(database: Database, webhook_id: UUID, delivery_id: UUID) -> None:
    delivery = await service.get_delivery(database, delivery_id)
    if delivery.webhook_id != webhook_id:
        raise NotFoundError(f"Webhook {webhook_id} has no delivery {delivery_id}.")


def _show_sent(request: AnyRequest, delivery: Delivery) -> Response[Any]:
    """Return the part of the page that shows a requested delivery; without scripts, the page."""
    if not wants_fragment(request):
        return _to_sent(delivery.webhook_id, delivery.id)
    values = {"sent": delivery, "is_slow": False}
    headers = {"HX-Trigger": "delivery-queued"}  # the list of deliveries is read again
    return render(request, "system/sent_delivery.html", values, headers=headers)


def _to_sent(webhook_id: UUID, delivery_id: UUID) -> Response[Any]:
    headers = {"Location": f"{PATH}/{webhook_id}?sent={delivery_id}"}
    return Response(None, status_code=303, headers=headers)
