"""The credentials of a supplier's address: set and removed by forms on the page of its settings."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.params import PathParameter

from pricebook.console.form_fields import MAX_FORM_BYTES, read_form
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.page_texts import load_texts
from pricebook.console.suppliers.credential_fields import (
    BEFORE,
    SECRET,
    credential_fields,
    keeps_stored_secret,
    read_credentials,
)
from pricebook.console.suppliers.settings_view import render_refused_credentials
from pricebook.console.suppliers.supplier_list_pages import PATH
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.suppliers import credentials, service
from pricebook.suppliers.revisions import OutdatedSupplierError
from pricebook.suppliers.schemas import SupplierOverview

AnyRequest = Request[Any, Any, Any]
SupplierId = Annotated[UUID, PathParameter(description="The supplier's id.")]


@post(
    PATH + "/{supplier_id:str}/credentials",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("PUT", "/suppliers/{id}/credentials"),
)
async def set_credentials(request: AnyRequest, supplier_id: SupplierId) -> Response[Any]:
    """Store credentials, unless they were changed since they were shown."""
    typed = await read_form(request)
    supplier = await service.get_supplier(request.app.state.database, supplier_id)
    seen = typed.get(BEFORE, "")
    if seen != credential_fields(supplier)[BEFORE]:
        return await _show_conflict(request, supplier, typed)
    if keeps_stored_secret(typed, supplier):
        return _redirect(supplier_id, "credentials_kept")
    new, issues = read_credentials(typed)
    if not typed.get(SECRET):
        issues[SECRET] = load_texts()("suppliers.credentials_secret_missing")
    if new is None:
        return await render_refused_credentials(request, supplier, typed, issues)
    context, name = request.app.state.credential_context, caller_of(request).username
    try:
        await credentials.set_credentials(context, supplier_id, new, name, seen=seen)
    except OutdatedSupplierError:
        supplier = await service.get_supplier(request.app.state.database, supplier_id)
        return await _show_conflict(request, supplier, typed)
    except ConflictError as error:
        return await render_refused_credentials(request, supplier, typed, {BEFORE: error.message})
    return _redirect(supplier_id, "credentials_set")


@post(
    PATH + "/{supplier_id:str}/credentials/remove",
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("DELETE", "/suppliers/{id}/credentials"),
)
async def remove_credentials(request: AnyRequest, supplier_id: SupplierId) -> Response[Any]:
    """Remove the credentials; it is no error if they are removed already."""
    database: Database = request.app.state.database
    await service.get_supplier(database, supplier_id)
    with suppress(NotFoundError):
        await credentials.remove_credentials(database, supplier_id)
    return _redirect(supplier_id, "credentials_removed")


async def _show_conflict(
    request: AnyRequest, supplier: SupplierOverview, typed: Mapping[str, str]
) -> Response[Any]:
    issues = {BEFORE: load_texts()("suppliers.credentials_conflict")}
    return await render_refused_credentials(request, supplier, typed, issues)


def _redirect(supplier_id: UUID, done: str) -> Response[Any]:
    address = f"{PATH}/{supplier_id}/settings?done={done}"
    return Response(None, status_code=303, headers={"Location": address})
