"""Webhooks: the list, one with its deliveries, create, change, pause, renew the secret, delete."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import PathParameter

from pricebook.console.administration.administration_sections import render_section
from pricebook.console.form_fields import MAX_FORM_BYTES, read_fields, read_form
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.system.webhook_forms import (
    TypedWebhook,
    fingerprint,
    issues_of,
    read_typed,
    typed_of,
)
from pricebook.db.database import Database
from pricebook.errors import ConflictError, ValidationError
from pricebook.events.schemas import EVENT_TYPES
from pricebook.webhooks import service
from pricebook.webhooks.schemas import Webhook, WebhookChange, WebhookWithSecret

AnyRequest = Request[Any, Any, Any]
WebhookId = Annotated[UUID, PathParameter(description="The webhook's id.")]
PATH = "/console/administration/webhooks"
DONE = ("changed", "deleted", "resumed", "paused")


@get(PATH, opt=page_for("GET", "/webhooks"))
async def show_webhooks(request: AnyRequest) -> Response[Any]:
    """Show all webhooks, each with the result of its last delivery."""
    database: Database = request.app.state.database
    values = {
        "webhooks": await service.list_webhooks(database),
        "last": await service.list_last_deliveries(database),
        "total_types": len(EVENT_TYPES),
        "done": _done_of(request),
    }
    return render_section(request, "system/webhooks.html", values)


@get(f"{PATH}/new", opt=page_for("POST", "/webhooks"))
async def show_new_webhook(request: AnyRequest) -> Response[Any]:
    """Show the form of a new webhook."""
    return _form(request, None, TypedWebhook())


@post(
    f"{PATH}/new",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/webhooks"),
)
async def create_webhook(request: AnyRequest) -> Response[Any]:
    """Create a webhook and show its secret, once."""
    typed = read_typed(await read_fields(request))
    try:
        database: Database = request.app.state.database
        created = await service.create_webhook(
            database,
            typed.as_new(),
            caller_of(request).username,
            allows_private=request.app.state.settings.allow_private_urls,
        )
    except (ConflictError, ValidationError) as error:
        return _form(request, None, typed, issues_of(error))
    return _secret(request, created, is_new=True)


@get(PATH + "/{webhook_id:str}/change", opt=page_for("PATCH", "/webhooks/{id}"))
async def show_webhook_form(request: AnyRequest, webhook_id: WebhookId) -> Response[Any]:
    """Show the form of a webhook."""
    webhook = await service.get_webhook(request.app.state.database, webhook_id)
    return _form(request, webhook, typed_of(webhook))


@post(
    PATH + "/{webhook_id:str}/change",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("PATCH", "/webhooks/{id}"),
)
async def change_webhook(request: AnyRequest, webhook_id: WebhookId) -> Response[Any]:
    """Change a webhook, unless somebody else changed it since its form was shown."""
    typed = read_typed(await read_fields(request))
    database: Database = request.app.state.database
    webhook = await service.get_webhook(database, webhook_id)
    if typed.before != fingerprint(webhook):
        return _form(request, webhook, typed, has_conflict=True)
    try:
        change = typed.as_change()
        if webhook.url == typed.url:  # a new address ends the wait after failures
            change = WebhookChange(name=change.name, types=change.types)
        await service.change_webhook(
            database,
            webhook_id,
            change,
            allows_private=request.app.state.settings.allow_private_urls,
        )
    except (ConflictError, ValidationError) as error:
        return _form(request, webhook, typed, issues_of(error))
    return _redirect(f"{PATH}/{webhook_id}?done=changed")


@post(
    PATH + "/{webhook_id:str}/active",
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("PATCH", "/webhooks/{id}"),
)
async def set_webhook_active(request: AnyRequest, webhook_id: WebhookId) -> Response[Any]:
    """Pause a webhook, or resume one that is paused or disabled."""
    is_active = (await read_form(request)).get("is_active") == "true"
    change = WebhookChange(is_active=is_active)
    await service.change_webhook(
        request.app.state.database,
        webhook_id,
        change,
        allows_private=request.app.state.settings.allow_private_urls,
    )
    return _redirect(f"{PATH}/{webhook_id}?done={'resumed' if is_active else 'paused'}")


@post(
    PATH + "/{webhook_id:str}/secret",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/webhooks/{id}/secret"),
)
async def renew_webhook_secret(request: AnyRequest, webhook_id: WebhookId) -> Response[Any]:
    """Replace the secret and show the new one, once."""
    renewed = await service.replace_secret(request.app.state.database, webhook_id)
    return _secret(request, renewed)


@post(
    PATH + "/{webhook_id:str}/delete",
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("DELETE", "/webhooks/{id}"),
)
async def delete_webhook(request: AnyRequest, webhook_id: WebhookId) -> Response[Any]:
    """Delete a webhook with the list of its deliveries."""
    await service.delete_webhook(request.app.state.database, webhook_id)
    return _redirect(f"{PATH}?done=deleted")


def _form(
    request: AnyRequest,
    webhook: Webhook | None,
    typed: TypedWebhook,
    issues: dict[str, str] | None = None,
    *,
    has_conflict: bool = False,
) -> Response[Any]:
    """Return the form with what was typed, and why it was refused beside the fields."""
    values = {
        "webhook": webhook,
        "typed": typed,
        "before": fingerprint(webhook) if webhook else "",
        "issues": issues or {},
        "has_conflict": has_conflict,
        "event_types": EVENT_TYPES,
    }
    is_refused = bool(issues) or has_conflict
    return render_section(
        request, "system/webhook_form.html", values, status=400 if is_refused else 200
    )


def _secret(
    request: AnyRequest, webhook: WebhookWithSecret, *, is_new: bool = False
) -> Response[Any]:
    values = {"webhook": webhook, "is_new": is_new}
    return render_section(request, "system/webhook_secret.html", values)


def _done_of(request: AnyRequest) -> str:
    done = request.query_params.get("done", "")
    return done if done in DONE else ""


def _redirect(address: str) -> Response[Any]:
    return Response(None, status_code=303, headers={"Location": address})
