"""The settings of a supplier as a form: created, changed, and the learnt layout forgotten."""

from collections.abc import Awaitable
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import PathParameter

from pricebook.console.form_fields import MAX_FORM_BYTES, read_form
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.rendering import render
from pricebook.console.suppliers.credential_fields import read_new_credentials
from pricebook.console.suppliers.schedule_fields import (
    FIELDS,
    describe_schedule,
    schedule_fields,
)
from pricebook.console.suppliers.settings_view import (
    DONE,
    preview_of,
    render_conflict,
    render_form,
    render_refused,
)
from pricebook.console.suppliers.supplier_fields import (
    Issues,
    form_fields_of,
    issues_of,
    issues_of_trial,
    read_change,
    read_new_supplier,
)
from pricebook.console.suppliers.supplier_list_pages import PATH
from pricebook.console.suppliers.supplier_pages import start_trial
from pricebook.db.database import Database
from pricebook.errors import ConflictError, ValidationError
from pricebook.imports import service as imports
from pricebook.suppliers import credentials, learnt_layout, service, source_urls
from pricebook.suppliers.credential_schemas import NewCredentials
from pricebook.suppliers.revisions import OutdatedSupplierError, settings_revision
from pricebook.suppliers.schemas import NewSupplier, SupplierOverview

AnyRequest = Request[Any, Any, Any]
SupplierId = Annotated[UUID, PathParameter(description="The supplier's id.")]
CHANGE = page_for("PATCH", "/suppliers/{id}")
# Some suppliers have thousands of discount groups.
MAX_SETTINGS_BYTES = 512 * 1024


@get(f"{PATH}/new", opt=page_for("POST", "/suppliers"))
async def show_new_supplier(request: AnyRequest) -> Response[Any]:
    """Show the form of a new supplier."""
    return await render_form(request, None, schedule_fields(None))


@post(
    f"{PATH}/new",
    status_code=200,
    request_max_body_size=MAX_SETTINGS_BYTES,
    opt=page_for("POST", "/suppliers"),
)
async def create_supplier(request: AnyRequest) -> Response[Any]:
    """Create a supplier; on request, fetch and read its price list as a preview."""
    typed = await read_form(request)
    new, issues = read_new_supplier(typed)
    login, refused = read_new_credentials(typed, typed.get("url", "").strip())
    is_tried = typed.get("then") == "try"
    if new is not None:
        issues = issues_of_trial(new) if is_tried else {}
        issues |= await _issues_from(
            source_urls.check_new(new, allows_private=request.app.state.settings.allow_private_urls)
        )
    issues = {**refused, **issues}
    if new is None or issues:
        return await render_form(request, None, typed, issues)
    try:
        if is_tried:
            context = request.app.state.submission_context
            await imports.count_upload_request(context, caller_of(request))
        created = await _create(request, new, login)
    except (ConflictError, ValidationError) as error:
        return await render_refused(request, None, typed, error)
    if is_tried:
        return await start_trial(request, created.id)
    return _redirect(f"{PATH}/{created.id}?done=created")


async def _create(
    request: AnyRequest, new: NewSupplier, login: NewCredentials | None
) -> SupplierOverview:
    """Create a supplier, with the credentials of its address if there are any."""
    if login is None:
        return await service.create_supplier(request.app.state.database, new)
    context, name = request.app.state.credential_context, caller_of(request).username
    return await credentials.create_supplier(context, new, login, name)


@get(f"{PATH}/schedule", opt=CHANGE)
async def show_schedule(request: AnyRequest) -> Response[Any]:
    """Show the days and the next runs of the schedule that is typed in a form."""
    typed = {name: request.query_params.get(name, "") for name in FIELDS}
    return render(request, "suppliers/runs.html", describe_schedule(typed))


@get(PATH + "/{supplier_id:str}/settings", opt=CHANGE)
async def show_settings(request: AnyRequest, supplier_id: SupplierId) -> Response[Any]:
    """Show the form of a supplier."""
    supplier = await service.get_supplier(request.app.state.database, supplier_id)
    return await render_form(request, supplier, form_fields_of(supplier))


@post(
    PATH + "/{supplier_id:str}/settings",
    status_code=200,
    request_max_body_size=MAX_SETTINGS_BYTES,
    opt=CHANGE,
)
async def change_supplier(request: AnyRequest, supplier_id: SupplierId) -> Response[Any]:
    """Change a supplier, unless somebody else changed it since it was shown."""
    typed = await read_form(request)
    database: Database = request.app.state.database
    supplier = await service.get_supplier(database, supplier_id)
    seen = typed.get("before", "")
    if seen != settings_revision(supplier):
        return await render_conflict(request, supplier, typed)
    change, issues = read_change(typed, supplier)
    if change is not None:
        allows_private = request.app.state.settings.allow_private_urls
        issues = await _issues_from(
            source_urls.check_change(database, supplier_id, change, allows_private=allows_private)
        )
    if change is None or issues:
        return await render_form(request, supplier, typed, issues)
    try:
        await service.change_supplier(database, supplier_id, change, seen=seen)
    except OutdatedSupplierError:
        supplier = await service.get_supplier(database, supplier_id)
        return await render_conflict(request, supplier, typed)
    except (ConflictError, ValidationError) as error:
        return await render_refused(request, supplier, typed, error)
    if preview_id := preview_of(request, typed):
        return _redirect(f"/console/imports/previews/{preview_id}")
    return _redirect(f"{PATH}/{supplier_id}?done=changed")


@post(
    PATH + "/{supplier_id:str}/forget-layout",
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
    opt=CHANGE,
)
async def forget_layout(request: AnyRequest, supplier_id: SupplierId) -> Response[Any]:
    """Forget the layout of the price lists, so that the next one is read like a first one."""
    await learnt_layout.forget_layout(request.app.state.database, supplier_id)
    return _redirect(f"{PATH}/{supplier_id}/settings?done={DONE[0]}")


async def _issues_from(check: Awaitable[None]) -> Issues:
    """Return what a check refuses, by the fields of the form."""
    try:
        await check
    except ValidationError as error:
        return issues_of(error)
    return {}


def _redirect(address: str) -> Response[Any]:
    return Response(None, status_code=303, headers={"Location": address})
