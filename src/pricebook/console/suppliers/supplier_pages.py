"""One supplier: the state of its price lists, its items, and what is done with it as a whole."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import PathParameter

from pricebook.console.form_fields import MAX_FORM_BYTES, read_form
from pricebook.console.imports.task_lines import PATH as IMPORTS
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.previews.preview_pages import PATH as PREVIEWS
from pricebook.console.rendering import render, wants_fragment
from pricebook.console.suppliers.supplier_list_pages import PATH
from pricebook.console.suppliers.supplier_view import address_of, read_items, read_supplier
from pricebook.errors import ValidationError
from pricebook.http.problems import request_id_of
from pricebook.imports import preview_service
from pricebook.imports import service as imports
from pricebook.imports.schemas import SyncRequest
from pricebook.matching import service as matching
from pricebook.suppliers import service
from pricebook.suppliers.schemas import SupplierChange
from pricebook.tasks.schemas import Requester

AnyRequest = Request[Any, Any, Any]
SupplierId = Annotated[UUID, PathParameter(description="The supplier's id.")]


@get(PATH + "/{supplier_id:str}", opt=page_for("GET", "/suppliers/{id}"))
async def show_supplier(request: AnyRequest, supplier_id: SupplierId) -> Response[Any]:
    """Show a supplier and a page of its items."""
    items = await read_items(request, supplier_id)
    if wants_fragment(request):
        headers = {"HX-Replace-Url": items["first"]}
        return render(request, "suppliers/item_results.html", items, headers=headers)
    values = {**items, **await read_supplier(request, supplier_id)}
    status = 400 if items["issues"] else 200
    return render(request, "suppliers/supplier.html", values, status=status)


@post(
    PATH + "/{supplier_id:str}/import",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/sync"),
)
async def import_now(request: AnyRequest, supplier_id: SupplierId) -> Response[Any]:
    """Submit the import of the price list from the supplier's source."""
    context, caller = request.app.state.submission_context, caller_of(request)
    await imports.count_sync_request(context, caller)
    requester = Requester(caller.id, caller.username, request_id=request_id_of(request))
    try:
        task = await imports.request_sync(context, requester, SyncRequest(supplier_id))
    except ValidationError as error:
        return await _show_refused(request, supplier_id, error)
    address = f"{IMPORTS}/{task.task_id}"
    return Response(None, status_code=303, headers={"Location": address})


@post(
    PATH + "/{supplier_id:str}/try",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/suppliers/{id}/upload"),
)
async def try_source(request: AnyRequest, supplier_id: SupplierId) -> Response[Any]:
    """Fetch and read the price list at the supplier's address as a preview; nothing is imported."""
    await imports.count_upload_request(request.app.state.submission_context, caller_of(request))
    return await start_trial(request, supplier_id)


async def start_trial(request: AnyRequest, supplier_id: UUID) -> Response[Any]:
    """Queue the preview of the price list at the supplier's address, and show it."""
    context, caller = request.app.state.submission_context, caller_of(request)
    supplier = await service.get_supplier(request.app.state.database, supplier_id)
    try:
        address = address_of(supplier)
        preview_id = await preview_service.preview_address(context, caller, supplier_id, address)
    except ValidationError as error:
        return await _show_refused(request, supplier_id, error)
    location = f"{PREVIEWS}/{preview_id}"
    return Response(None, status_code=303, headers={"Location": location})


@post(
    PATH + "/{supplier_id:str}/auto-link",
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("PUT", "/suppliers/{id}/auto-link"),
)
async def set_auto_link(request: AnyRequest, supplier_id: SupplierId) -> Response[Any]:
    """Switch the auto-link of a supplier on or off."""
    is_on = (await read_form(request)).get("is_on") == "true"
    name = caller_of(request).username
    await matching.set_auto_link(request.app.state.database, supplier_id, name, is_on=is_on)
    done = "auto_on" if is_on else "auto_off"
    return Response(
        None, status_code=303, headers={"Location": f"{PATH}/{supplier_id}?done={done}"}
    )


@post(
    PATH + "/{supplier_id:str}/active",
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("PATCH", "/suppliers/{id}"),
)
async def set_active(request: AnyRequest, supplier_id: SupplierId) -> Response[Any]:
    """Deactivate a supplier, or activate it again."""
    is_active = (await read_form(request)).get("is_active") == "true"
    change = SupplierChange(is_active=is_active)
    await service.change_supplier(request.app.state.database, supplier_id, change)
    done = "activated" if is_active else "deactivated"
    location = f"{PATH}/{supplier_id}?done={done}"
    return Response(None, status_code=303, headers={"Location": location})


@post(
    PATH + "/{supplier_id:str}/delete",
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("DELETE", "/suppliers/{id}"),
)
async def delete_supplier(request: AnyRequest, supplier_id: SupplierId) -> Response[Any]:
    """Delete a supplier with its items; products stay."""
    remaining = await service.delete_supplier(request.app.state.database, supplier_id)
    done = "deleted" if remaining is None else "deleting"
    return Response(None, status_code=303, headers={"Location": f"{PATH}?done={done}"})


async def _show_refused(
    request: AnyRequest, supplier_id: UUID, error: ValidationError
) -> Response[Any]:
    """Return the page of a supplier with why its price list is not fetched."""
    issue = "; ".join(each.issue for each in error.issues) or error.message
    items = await read_items(request, supplier_id)
    values = {**items, **await read_supplier(request, supplier_id), "import_issue": issue}
    return render(request, "suppliers/supplier.html", values, status=400)
