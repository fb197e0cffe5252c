"""Own products in bulk: a file is uploaded, shown as what it would change, and applied."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import PathParameter
from litestar.response import Stream

from pricebook.auth.schemas import Caller
from pricebook.console.form_fields import MAX_FORM_BYTES
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.product_view import PATH as PRODUCTS
from pricebook.console.query_fields import (
    PageQuery,
    decode_page_query,
    read_page_query,
    require_page_query,
)
from pricebook.console.rendering import render, wants_fragment
from pricebook.db.database import Database
from pricebook.errors import PayloadTooLargeError, ValidationError
from pricebook.http.csv_download import file_response
from pricebook.http.multipart import convert_fields, read_form
from pricebook.http.pagination import CursorPaging
from pricebook.http.problems import request_id_of
from pricebook.imports.service import SubmissionContext, count_upload_request
from pricebook.product_imports import service
from pricebook.product_imports.schemas import ImportedRowQuery, ImportOptions, ProductImport
from pricebook.products.list_filters import StaffProductFilter
from pricebook.tasks.schemas import Requester

AnyRequest = Request[Any, Any, Any]
ImportId = Annotated[UUID, PathParameter(description="The import's id.")]
PATH = f"{PRODUCTS}/import"
OUTCOMES = ("new", "changed", "rejected", "duplicate")
SHOWN_IMPORTS = "20"
PENDING = ("queued", "running")
IMPORT = page_for("POST", "/products/import")
VIEW = page_for("GET", "/product-imports/{id}")


@get(PATH, opt=IMPORT)
async def show_imports(request: AnyRequest) -> Response[Any]:
    """Show the form of a file, and the last imports."""
    return await _form(request, "")


@post(PATH, status_code=200, request_max_body_size=None, opt=IMPORT)
async def upload_products(request: AnyRequest) -> Response[Any]:
    """Store a file as it arrives, and queue what shows its changes without making them."""
    context: SubmissionContext = request.app.state.submission_context
    await count_upload_request(context, caller_of(request))
    try:
        async with context.storage.receive_upload(caller_of(request).id) as received:
            form = await read_form(request, received.write, context.max_bytes)
            fields = {name: texts for name, texts in form.fields.items() if any(texts)}
            options = convert_fields(ImportOptions, {**fields, "dry_run": ["true"]})
            accepted = await service.accept_upload(
                context.database, _requester(request), options, (received, form.file_name)
            )
    except (ValidationError, PayloadTooLargeError) as error:
        return await _form(request, error.message)
    return _shown(accepted)


@post(
    PATH + "/{import_id:str}/apply",
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
    opt=IMPORT,
)
async def apply_import(request: AnyRequest, import_id: ImportId) -> Response[Any]:
    """Queue the import of the file that a dry run has read."""
    database: Database = request.app.state.database
    return _shown(await service.apply_dry_run(database, _requester(request), import_id))


@get(f"{PATH}/file", opt=page_for("GET", "/products/import-file"))
async def export_file(request: AnyRequest) -> Stream:
    """Send the products of the filters as a file to edit and import."""
    query = read_page_query(StaffProductFilter, request.scope["query_string"])
    criteria = require_page_query(StaffProductFilter, query)
    chunks = service.export_products(request.app.state.database, criteria)
    return await file_response(chunks, "products.csv")


@get(PATH + "/{import_id:str}", opt=VIEW)
async def show_import(request: AnyRequest, import_id: ImportId) -> Response[Any]:
    """Show what a file would change or has changed; as long as it is read, how far it is."""
    query = read_page_query(ImportedRowQuery, request.scope["query_string"])
    criteria, _ = decode_page_query(ImportedRowQuery, query)
    database: Database = request.app.state.database
    found = await service.get_import(database, import_id)
    rows = await service.list_rows(database, import_id, criteria or ImportedRowQuery())
    path = f"{PATH}/{import_id}"
    values = {
        "found": found,
        "rows": rows,
        "query": query,
        "outcomes": OUTCOMES,
        "is_pending": found.state in PENDING,
        "path": path,
        "next": rows.next_cursor and query.address(path, cursor=rows.next_cursor, page=None),
        "first": query.address(path, cursor=None, page=None),
    }
    template = "products/import_state.html" if wants_fragment(request) else "products/import.html"
    return render(request, template, values)


@get(PATH + "/{import_id:str}/rejected", opt=page_for("GET", "/product-imports/{id}"))
async def export_rejected(request: AnyRequest, import_id: ImportId) -> Stream:
    """Send the rejected rows of an import with their reasons."""
    database: Database = request.app.state.database
    await service.get_import(database, import_id)
    chunks = service.export_rejected(database, import_id)
    return await file_response(chunks, f"rejected-{import_id}.csv")


async def _form(request: AnyRequest, problem: str) -> Response[Any]:
    """Return the form of a file, and why one was refused."""
    paging = require_page_query(CursorPaging, PageQuery({"limit": SHOWN_IMPORTS}))
    imports = await service.list_imports(request.app.state.database, paging)
    values = {"problem": problem, "imports": imports.data}
    return render(request, "products/imports.html", values, status=400 if problem else 200)


def _requester(request: AnyRequest) -> Requester:
    caller: Caller = caller_of(request)
    return Requester(caller.id, caller.username, None, request_id_of(request))


def _shown(accepted: ProductImport) -> Response[Any]:
    headers = {"Location": f"{PATH}/{accepted.id}"}
    return Response(None, status_code=303, headers=headers)
