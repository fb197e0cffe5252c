"""A new import: the supplier, and a dropped file or an address; the previews that are open."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post

from pricebook.console.page_errors import caller_of
from pricebook.console.previews.preview_pages import UPLOAD, address_of
from pricebook.console.query_fields import PageQuery
from pricebook.console.rendering import may, render
from pricebook.console.supplier_choices import list_supplier_choices
from pricebook.db.database import Database
from pricebook.errors import (
    ConflictError,
    NotFoundError,
    PayloadTooLargeError,
    PricebookError,
    ValidationError,
    body_issue,
    validation_error,
)
from pricebook.http.multipart import UploadForm, read_form
from pricebook.imports import preview_service
from pricebook.imports import service as imports
from pricebook.imports.service import SubmissionContext
from pricebook.imports.source_location import address_source
from pricebook.imports.upload_folder import Upload
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import NewSupplier

AnyRequest = Request[Any, Any, Any]
PATH = "/console/imports/new"
FIELDS = ("supplier_id", "new_supplier", "address")


@get(PATH, opt=UPLOAD)
async def show_new_import(request: AnyRequest) -> Response[Any]:
    """Show the form of a new import and the open previews."""
    supplier_id = request.query_params.get("supplier_id", "")
    return await _form(request, {"supplier_id": supplier_id})


@post(PATH, status_code=200, request_max_body_size=None, opt=UPLOAD)
async def start_preview(request: AnyRequest) -> Response[Any]:
    """Store a price list and queue its preview."""
    context: SubmissionContext = request.app.state.submission_context
    caller = caller_of(request)
    await imports.count_upload_request(context, caller)
    typed: dict[str, str] = {}
    async with context.storage.receive_upload(caller.id) as received:
        try:
            form = await read_form(request, received.write, context.max_bytes)
            typed |= {name: "".join(form.fields.get(name, [])).strip() for name in FIELDS}
            preview_id = await _start(request, typed, form, received)
        except (ConflictError, NotFoundError, PayloadTooLargeError, ValidationError) as error:
            return await _form(request, typed, error)
    return Response(None, status_code=303, headers={"Location": address_of(preview_id)})


async def _start(
    request: AnyRequest, typed: dict[str, str], form: UploadForm, received: Upload
) -> UUID:
    context: SubmissionContext = request.app.state.submission_context
    if not received.size and not typed["address"]:
        raise validation_error(body_issue("file", "choose a file, or paste an address"))
    if received.size and typed["address"]:
        raise validation_error(body_issue("address", "send a file or an address, not both"))
    if typed["address"]:
        address_source(typed["address"])  # before a supplier is created
    supplier_id = await _supplier(request, typed)
    if typed["address"]:
        return await preview_service.preview_address(
            context, caller_of(request), supplier_id, typed["address"]
        )
    return await preview_service.preview_upload(
        context, caller_of(request), supplier_id, received, form.file_name
    )


async def _supplier(request: AnyRequest, typed: dict[str, str]) -> UUID:
    """Return the chosen supplier, or a new one of the typed name."""
    if typed["new_supplier"] and may(caller_of(request), "POST", "/suppliers"):
        new = NewSupplier(name=typed["new_supplier"], source_type="csv")
        try:
            created = await suppliers.create_supplier(request.app.state.database, new)
        except ConflictError as error:
            raise validation_error(body_issue("new_supplier", "this name is taken")) from error
        return created.id
    with suppress(ValueError):
        return UUID(typed["supplier_id"])
    raise validation_error(body_issue("supplier_id", "choose the supplier"))


async def _form(
    request: AnyRequest, typed: dict[str, str], error: PricebookError | None = None
) -> Response[Any]:
    """Return the form with what was typed and why it was refused; a file has to be chosen again."""
    database: Database = request.app.state.database
    issues = {each.field: each.issue for each in getattr(error, "issues", ())}
    values = {
        "typed": PageQuery(typed),
        "issues": issues,
        "message": "" if error is None or issues else error.message,
        "is_refused": error is not None,
        "suppliers": await list_supplier_choices(database, [typed.get("supplier_id")]),
        "previews": await preview_service.list_open(database),
    }
    return render(request, "previews/new.html", values, status=error.status if error else 200)
