from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.http.json_body import provide_body
from pricebook.http.openapi import RequestBody, Success, documented, page_example
from pricebook.http.pagination import CursorPage
from pricebook.http.query_string import provide_query
from pricebook.settings import Settings
from pricebook.webhooks import service
from pricebook.webhooks.schemas import (
    Delivery,
    DeliveryPage,
    DeliveryQuery,
    NewWebhook,
    Webhook,
    WebhookChange,
    Webhooks,
    WebhookWithSecret,
)

REQUEST: dict[str, Any] = {
    "name": "ERP",
    "url": "https://erp.example/pricebook",
    "types": ["import.finished", "import.held"],
}
WEBHOOK: dict[str, Any] = {
    "id": "0b7d5f3e-6a41-4c92-8e1f-93d2c5a7b8e4",
    **REQUEST,
    "state": "active",
    "position": 4711,
    "waiting": 0,
    "failures": 0,
    "failing_since": None,
    "next_attempt_at": None,
    "last_error": None,
    "disabled_at": None,
    "created_at": "2026-11-27T08:10:44.118204Z",
    "created_by": "anna",
}
CREATED: dict[str, Any] = WEBHOOK | {"secret": "whsec_" + "A" * 43 + "="}
DELIVERY: dict[str, Any] = {
    "id": "c3a8e1f2-5b7d-4e90-a6c4-1d8f2b3a9e75",
    "webhook_id": WEBHOOK["id"],
    "kind": "event",
    "event_id": "1f6c0d7a-3b52-4c8e-9a10-2e7d5b8c4f63",
    "position": 4711,
    "type": "import.held",
    "state": "delivered",
    "attempts": 2,
    "status": 204,
    "error": None,
    "milliseconds": 84,
    "created_at": "2026-11-27T08:15:03.118204Z",
    "attempted_at": "2026-11-27T08:15:08.522071Z",
}
REQUESTED: dict[str, Any] = DELIVERY | {
    "kind": "resend",
    "state": "pending",
    "attempts": 0,
    "status": None,
    "milliseconds": None,
    "attempted_at": None,
}

WebhookId = Annotated[UUID, PathParameter(description="The webhook's id.")]
DeliveryId = Annotated[UUID, PathParameter(description="The delivery's id.")]


@get(
    "/webhooks",
    summary="List webhooks",
    description="Returns all webhooks with the state of their deliveries.",
    opt=documented(Success(kind=Webhooks, example={"data": [WEBHOOK]})),
)
async def list_webhooks(database: NamedDependency[Database]) -> Webhooks:
    """Return all webhooks."""
    return Webhooks(await service.list_webhooks(database))


@get(
    "/webhooks/{webhook_id:str}",
    summary="Get a webhook",
    description="Returns one webhook, without its secret.",
    opt=documented(Success(kind=Webhook, example=WEBHOOK), errors=(NotFoundError,)),
)
async def get_webhook(webhook_id: WebhookId, database: NamedDependency[Database]) -> Webhook:
    """Return one webhook."""
    return await service.get_webhook(database, webhook_id)


@post(
    "/webhooks",
    summary="Create a webhook",
    description="Has events sent to an https address, in the order of the feed, signed as Standard"
    " Webhooks describes: a POST of `type`, `timestamp` and `data`. A status 2xx within 15 s"
    " confirms it; anything else is repeated for a day, then the webhook is disabled. The secret of"
    " the signatures is in this response only.",
    dependencies={"new_webhook": provide_body(NewWebhook)},
    opt=documented(
        Success(kind=WebhookWithSecret, example=CREATED, status=201, headers=("Location",)),
        body=RequestBody(NewWebhook, REQUEST),
        errors=(ConflictError,),
    ),
)
async def create_webhook(
    new_webhook: NamedDependency[NewWebhook],
    caller: NamedDependency[Caller],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> Response[WebhookWithSecret]:
    """Create a webhook and return it with its secret."""
    created = await service.create_webhook(
        database, new_webhook, caller.username, allows_private=settings.allow_private_urls
    )
    return Response(created, headers={"Location": f"/api/v1/admin/webhooks/{created.id}"})


@patch(
    "/webhooks/{webhook_id:str}",
    summary="Change a webhook",
    description="Changes the fields that are sent. `is_active: true` also resumes a disabled one,"
    " with the event at which it stopped; `after` continues elsewhere in the feed.",
    dependencies={"change": provide_body(WebhookChange)},
    opt=documented(
        Success(kind=Webhook, example=WEBHOOK),
        body=RequestBody(WebhookChange, {"is_active": True}),
        errors=(NotFoundError, ConflictError),
    ),
)
async def change_webhook(
    webhook_id: WebhookId,
    change: NamedDependency[WebhookChange],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> Webhook:
    """Change a webhook and return it."""
    return await service.change_webhook(
        database, webhook_id, change, allows_private=settings.allow_private_urls
    )


@post(
    "/webhooks/{webhook_id:str}/secret",
    status_code=200,
    summary="Replace the secret of a webhook",
    description="Returns a new secret, in this response only. For a day what is sent has two"
    " signatures, also that of the secret before, so that the receiver can change it meanwhile.",
    opt=documented(Success(kind=WebhookWithSecret, example=CREATED), errors=(NotFoundError,)),
)
async def replace_webhook_secret(
    webhook_id: WebhookId, database: NamedDependency[Database]
) -> WebhookWithSecret:
    """Replace the secret of a webhook and return the new one."""
    return await service.replace_secret(database, webhook_id)


@delete(
    "/webhooks/{webhook_id:str}",
    status_code=204,
    summary="Delete a webhook",
    description="Deletes a webhook with the list of its deliveries.",
    opt=documented(Success(status=204), errors=(NotFoundError,)),
)
async def delete_webhook(webhook_id: WebhookId, database: NamedDependency[Database]) -> None:
    """Delete a webhook."""
    await service.delete_webhook(database, webhook_id)


@post(
    "/webhooks/{webhook_id:str}/test",
    status_code=202,
    summary="Test a webhook",
    description="Has a `webhook.test` sent, once, also to a webhook that is paused or disabled. The"
    " list of deliveries shows what came of it.",
    opt=documented(
        Success(
            kind=Delivery,
            example=REQUESTED | {"kind": "test", "type": "webhook.test", "position": None},
            status=202,
            headers=("Location",),
        ),
        errors=(NotFoundError,),
    ),
)
async def test_webhook(
    webhook_id: WebhookId, database: NamedDependency[Database]
) -> Response[Delivery]:
    """Request a test."""
    return _queued(await service.request_test(database, webhook_id))


@get(
    "/webhooks/{webhook_id:str}/deliveries",
    summary="List the deliveries of a webhook",
    description="Returns what was sent to a webhook and what came of it, newest first; kept for 30"
    " days.",
    dependencies={"criteria": provide_query(DeliveryQuery)},
    opt=documented(
        Success(kind=DeliveryPage, example=page_example(DELIVERY)),
        query=DeliveryQuery,
        errors=(NotFoundError,),
    ),
)
async def list_webhook_deliveries(
    webhook_id: WebhookId,
    criteria: NamedDependency[DeliveryQuery],
    database: NamedDependency[Database],
) -> CursorPage[Delivery]:
    """Return a page of deliveries."""
    return await service.list_deliveries(database, webhook_id, criteria)


@post(
    "/webhook-deliveries/{delivery_id:str}/resend",
    status_code=202,
    summary="Send an event to a webhook again",
    description="Has the event of a delivery sent again, once, with the same `webhook-id`; a new"
    " delivery shows what came of it.",
    opt=documented(
        Success(kind=Delivery, example=REQUESTED, status=202, headers=("Location",)),
        errors=(NotFoundError, ConflictError),
    ),
)
async def resend_delivery(
    delivery_id: DeliveryId, database: NamedDependency[Database]
) -> Response[Delivery]:
    """Request that an event is sent again."""
    return _queued(await service.request_resend(database, delivery_id))


@get(
    "/webhook-deliveries/{delivery_id:str}",
    summary="Get a delivery to a webhook",
    description="Returns one delivery, with what came of it.",
    opt=documented(Success(kind=Delivery, example=DELIVERY), errors=(NotFoundError,)),
)
async def get_webhook_delivery(
    delivery_id: DeliveryId, database: NamedDependency[Database]
) -> Delivery:
    """Return one delivery."""
    return await service.get_delivery(database, delivery_id)


def _queued(delivery: Delivery) -> Response[Delivery]:
    headers = {"Location": f"/api/v1/admin/webhook-deliveries/{delivery.id}"}
    return Response(delivery, status_code=202, headers=headers)


router = Router(
    "/",
    route_handlers=[
        list_webhooks,
        get_webhook,
        create_webhook,
        change_webhook,
        replace_webhook_secret,
        delete_webhook,
        test_webhook,
        list_webhook_deliveries,
        resend_delivery,
        get_webhook_delivery,
    ],
    tags=["Webhooks"],
)
