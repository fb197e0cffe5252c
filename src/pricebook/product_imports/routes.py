from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import HeaderParameter, PathParameter
from litestar.response import Stream

from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.errors import (
    ConflictError,
    NotFoundError,
    PayloadTooLargeError,
    RateLimitExceededError,
    RedisUnavailableError,
    StorageFullError,
)
from pricebook.http.csv_download import CSV_MEDIA_TYPE, file_response
from pricebook.http.multipart import convert_fields, read_form
from pricebook.http.openapi import MULTIPART, RequestBody, Success, documented, page_example
from pricebook.http.openapi_headers import RATE_LIMIT_FIELDS
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.http.problems import request_id_of
from pricebook.http.query_string import NoParameters, decode_query, provide_query
from pricebook.http.request_state import request_state
from pricebook.imports.service import SubmissionContext, count_upload_request
from pricebook.product_imports import service
from pricebook.product_imports.file_columns import FILE_COLUMNS
from pricebook.product_imports.schemas import (
    ImportedRow,
    ImportedRowPage,
    ImportedRowQuery,
    ImportOptions,
    ImportPage,
    ProductFile,
    ProductImport,
)
from pricebook.products.list_filters import StaffProductFilter
from pricebook.tasks.schemas import Requester

IMPORTS_PATH = "/api/v1/admin/product-imports/"
QUEUED: dict[str, Any] = {
    "id": "9d0b6c1e-3c55-4a39-8d0f-5a2f4f1c7b60",
    "state": "queued",
    "dry_run": True,
    "file_name": "products.csv",
    "requested_by": "anna",
    "request_id": "8f14e45f-ceea-467f-9575-0a5b7c2d1e90",
    "enqueued_at": "2026-03-01T06:14:52.120733Z",
    "started_at": None,
    "completed_at": None,
    "columns": None,
    "rows_total": None,
    "rows_done": 0,
    "errors": [],
    "counts": {"new": 0, "changed": 0, "unchanged": 0, "rejected": 0, "duplicate": 0},
}
ENDED: dict[str, Any] = QUEUED | {
    "state": "partially_succeeded",
    "started_at": "2026-03-01T06:14:52.301982Z",
    "completed_at": "2026-03-01T06:14:53.518204Z",
    "columns": [*FILE_COLUMNS],
    "rows_total": 520,
    "rows_done": 520,
    "counts": {"new": 4, "changed": 12, "unchanged": 503, "rejected": 1, "duplicate": 0},
}
ROW: dict[str, Any] = {
    "row_number": 17,
    "internal_sku": "HAM-0101",
    "outcome": "changed",
    "changes": [{"field": "target_price", "old": "24.90", "new": "25.90"}],
    "error_type": None,
    "error_message": None,
    "cells": None,
}
HeaderFields = dict[str, str]
ImportId = Annotated[UUID, PathParameter(description="The import's id.")]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="A request that repeats an earlier one with the same key starts no second"
        " import; the response is that of the first.",
        min_length=1,
        max_length=255,
    ),
]


async def _requester(
    request: Request[Caller, Any, Any], idempotency_key: IdempotencyKey = None
) -> Requester:
    caller = request.user
    return Requester(caller.id, caller.username, idempotency_key, request_id_of(request))


async def _rate_limit(
    request: Request[Caller, Any, Any], submission_context: NamedDependency[SubmissionContext]
) -> HeaderFields:
    fields = await count_upload_request(submission_context, request.user)
    request_state(request.scope).rate_limit_fields = fields
    decode_query(NoParameters, request.scope["query_string"])  # 429 precedes 400
    return fields


@post(
    "/products/import",
    status_code=202,
    request_max_body_size=None,
    summary="Import own products",
    description="Stores a file (CSV, xlsx, xls or ods, by its content) and queues its import: a row"
    " changes the product of its `internal_sku`, or creates one. The columns are those of"
    " `/admin/products/import-file`; a column that the file lacks changes nothing, an empty cell"
    " clears its field. With `dry_run` nothing is changed, and the rows show what would be. The"
    " number of requests per minute and user is limited, together with uploads.",
    dependencies={"rate_limit_fields": Provide(_rate_limit), "requester": Provide(_requester)},
    opt=documented(
        Success(
            kind=ProductImport,
            example=QUEUED,
            status=202,
            headers=("Location", *RATE_LIMIT_FIELDS),
        ),
        query=NoParameters,
        body=RequestBody(ProductFile, {"file": "(content)", "dry_run": True}, MULTIPART),
        errors=(
            ConflictError,
            PayloadTooLargeError,
            RateLimitExceededError,
            RedisUnavailableError,
            StorageFullError,
        ),
    ),
)
async def import_products(
    request: Request[Caller, Any, Any],
    rate_limit_fields: NamedDependency[HeaderFields],
    requester: NamedDependency[Requester],
    submission_context: NamedDependency[SubmissionContext],
    database: NamedDependency[Database],
) -> Response[ProductImport]:
    """Store a file, queue its import, and return that."""
    async with submission_context.storage.receive_upload(request.user.id) as received:
        form = await read_form(request, received.write, submission_context.max_bytes)
        options = convert_fields(ImportOptions, form.fields)
        accepted = await service.accept_upload(
            database, requester, options, (received, form.file_name)
        )
    headers = {"Location": f"{IMPORTS_PATH}{accepted.id}", **rate_limit_fields}
    return Response(accepted, status_code=202, headers=headers)


@get(
    "/product-imports",
    summary="List imports of own products",
    description="Returns the imports, newest first.",
    dependencies={"paging": provide_query(CursorPaging)},
    opt=documented(Success(kind=ImportPage, example=page_example(ENDED)), query=CursorPaging),
)
async def list_product_imports(
    paging: NamedDependency[CursorPaging], database: NamedDependency[Database]
) -> CursorPage[ProductImport]:
    """Return a page of imports."""
    return await service.list_imports(database, paging)


@get(
    "/product-imports/{import_id:str}",
    summary="Get an import of own products",
    description="Returns one import: its request, its progress and its result.",
    opt=documented(Success(kind=ProductImport, example=ENDED), errors=(NotFoundError,)),
)
async def get_product_import(
    import_id: ImportId, database: NamedDependency[Database]
) -> ProductImport:
    """Return one import."""
    return await service.get_import(database, import_id)


@get(
    "/product-imports/{import_id:str}/rows",
    summary="List the rows of an import of own products",
    description="Returns the rows that create or change a product, each with the old and the new"
    " values, and those that were rejected, with the reason; not the rows that change nothing.",
    dependencies={"criteria": provide_query(ImportedRowQuery)},
    opt=documented(
        Success(kind=ImportedRowPage, example=page_example(ROW)),
        query=ImportedRowQuery,
        errors=(NotFoundError,),
    ),
)
async def list_product_import_rows(
    import_id: ImportId,
    criteria: NamedDependency[ImportedRowQuery],
    database: NamedDependency[Database],
) -> CursorPage[ImportedRow]:
    """Return a page of rows."""
    return await service.list_rows(database, import_id, criteria)


@get(
    "/product-imports/{import_id:str}/rejected/export",
    summary="Export the rejected rows of an import of own products as CSV",
    description="Returns the rows that were not applied, with their cells and the reason, so that"
    " they can be corrected and imported again. Cells that a spreadsheet would run as a formula are"
    " escaped.",
    opt=documented(
        Success(
            media_type=CSV_MEDIA_TYPE,
            example="row_number,internal_sku,name,target_price,error_type,error_message",
            headers=("Content-Disposition",),
        ),
        errors=(NotFoundError,),
    ),
)
async def export_rejected_products(
    import_id: ImportId, database: NamedDependency[Database]
) -> Stream:
    """Stream the rejected rows as CSV."""
    return await file_response(service.export_rejected(database, import_id), f"{import_id}.csv")


@get(
    "/products/import-file",
    summary="Export products as a file to edit and import",
    description="Returns the products that the filters match as CSV, one line per product, with the"
    " columns of an import; imported as it is, it changes nothing. A category is its path"
    " (`Tools > Hammers`), links are one `supplier;code` a line.",
    dependencies={"criteria": provide_query(StaffProductFilter)},
    opt=documented(
        Success(
            media_type=CSV_MEDIA_TYPE,
            example=",".join(FILE_COLUMNS),
            headers=("Content-Disposition",),
        ),
        query=StaffProductFilter,
    ),
)
async def export_import_file(
    criteria: NamedDependency[StaffProductFilter], database: NamedDependency[Database]
) -> Stream:
    """Stream the products that the filters match as a file to edit and import."""
    return await file_response(service.export_products(database, criteria), "products.csv")


router = Router(
    "/",
    route_handlers=[
        import_products,
        list_product_imports,
        get_product_import,
        list_product_import_rows,
        export_rejected_products,
        export_import_file,
    ],
    tags=["Products"],
)
