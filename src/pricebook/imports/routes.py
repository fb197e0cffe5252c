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
from pricebook.http.csv_download import file_response
from pricebook.http.json_body import read_body
from pricebook.http.multipart import convert_fields, read_form
from pricebook.http.openapi import MULTIPART, RequestBody, Success, documented
from pricebook.http.openapi_headers import RATE_LIMIT_FIELDS
from pricebook.http.problems import request_id_of
from pricebook.http.query_string import NoParameters, decode_query
from pricebook.http.request_state import request_state
from pricebook.imports import service
from pricebook.imports.kept_files import open_task_file
from pricebook.imports.schemas import PriceListUpload, SyncRequest, UploadOptions
from pricebook.imports.service import SubmissionContext, UploadedPriceList
from pricebook.tasks.readers import OWN_TASK, require_own_task
from pricebook.tasks.routes import TaskId, accepted_response
from pricebook.tasks.schemas import AcceptedTask, Requester
from pricebook.tasks.task_examples import ACCEPTED, SUPPLIER_ID

BINARY = "application/octet-stream"
SYNC: dict[str, Any] = {"supplier_id": SUPPLIER_ID, "reason": "New prices from 1 March."}
UPLOAD: dict[str, Any] = {
    "file": "(content)",
    "header_row": 3,
    "decimal_separator": ",",
    "reason": "New prices from 1 March.",
}
ACCEPTED_RESPONSE = Success(
    kind=AcceptedTask, example=ACCEPTED, status=202, headers=("Location", *RATE_LIMIT_FIELDS)
)
ERRORS = (NotFoundError, ConflictError, RateLimitExceededError, RedisUnavailableError)

SupplierId = Annotated[UUID, PathParameter(description="The supplier's id.")]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="A request that repeats an earlier one with the same key queues no second task;"
        " the response is that of the first.",
        min_length=1,
        max_length=255,
    ),
]
HeaderFields = dict[str, str]


async def _requester(
    request: Request[Caller, Any, Any], idempotency_key: IdempotencyKey = None
) -> Requester:
    caller = request.user
    return Requester(caller.id, caller.username, idempotency_key, request_id_of(request))


async def _sync_rate_limit(
    request: Request[Caller, Any, Any], submission_context: NamedDependency[SubmissionContext]
) -> HeaderFields:
    fields = await service.count_sync_request(submission_context, request.user)
    request_state(request.scope).rate_limit_fields = fields
    decode_query(NoParameters, request.scope["query_string"])  # 429 precedes 400
    return fields


async def _upload_rate_limit(
    request: Request[Caller, Any, Any], submission_context: NamedDependency[SubmissionContext]
) -> HeaderFields:
    fields = await service.count_upload_request(submission_context, request.user)
    request_state(request.scope).rate_limit_fields = fields
    decode_query(NoParameters, request.scope["query_string"])  # 429 precedes 400
    return fields


async def _decode_sync_request(
    request: Request[Any, Any, Any], rate_limit_fields: NamedDependency[HeaderFields]
) -> SyncRequest:
    del rate_limit_fields  # counted before the body is decoded: 429 precedes 400
    return await read_body(SyncRequest, request)


@post(
    "/sync",
    status_code=202,
    summary="Import a price list from the supplier's source",
    description="Queues a task that fetches the price list from the supplier's `source_config` and"
    " imports it. The number of requests per minute and user is limited.",
    dependencies={
        "rate_limit_fields": Provide(_sync_rate_limit),
        "sync_request": Provide(_decode_sync_request),
        "requester": Provide(_requester),
    },
    opt=documented(
        ACCEPTED_RESPONSE, query=NoParameters, body=RequestBody(SyncRequest, SYNC), errors=ERRORS
    ),
)
async def start_sync(
    sync_request: NamedDependency[SyncRequest],
    rate_limit_fields: NamedDependency[HeaderFields],
    requester: NamedDependency[Requester],
    submission_context: NamedDependency[SubmissionContext],
) -> Response[AcceptedTask]:
    """Queue a task that fetches and imports a price list, and return it."""
    return accepted_response(
        await service.request_sync(submission_context, requester, sync_request), rate_limit_fields
    )


@post(
    "/suppliers/{supplier_id:str}/upload",
    status_code=202,
    request_max_body_size=None,
    summary="Upload a price list",
    description="Stores a price list (CSV, xlsx, xls or ods, detected by content) and queues a task"
    " that imports it. Options that are not sent are detected. With `corrections`, the file has"
    " rejected rows of an earlier task (`/admin/tasks/{task_id}/errors/export`), corrected."
    " `characteristic_columns` is a"
    " field repeated for each header, or one JSON array. The number of requests per minute and user"
    " is limited.",
    dependencies={
        "rate_limit_fields": Provide(_upload_rate_limit),
        "requester": Provide(_requester),
    },
    opt=documented(
        ACCEPTED_RESPONSE,
        query=NoParameters,
        body=RequestBody(PriceListUpload, UPLOAD, MULTIPART),
        errors=(*ERRORS, PayloadTooLargeError, StorageFullError),
    ),
)
async def upload_price_list(
    request: Request[Caller, Any, Any],
    supplier_id: SupplierId,
    rate_limit_fields: NamedDependency[HeaderFields],
    requester: NamedDependency[Requester],
    submission_context: NamedDependency[SubmissionContext],
) -> Response[AcceptedTask]:
    """Store a price list, queue the task that imports it, and return the task."""
    source = await service.check_upload_preconditions(submission_context, supplier_id)
    async with submission_context.storage.receive_upload(request.user.id) as received:
        form = await read_form(request, received.write, submission_context.max_bytes)
        options = convert_fields(UploadOptions, form.fields)
        uploaded_list = UploadedPriceList(
            supplier_id, source.name, options, received, form.file_name
        )
        return accepted_response(
            await service.accept_upload(submission_context, requester, uploaded_list),
            rate_limit_fields,
        )


@get(
    "/tasks/{task_id:str}/file",
    summary="Get the uploaded file of a task",
    description="Returns the file as it was uploaded, while it is kept: `KEEP_UPLOADS_DAYS` after"
    " its import. Price lists that were fetched from a source are not kept." + OWN_TASK,
    guards=[require_own_task],
    opt=documented(
        Success(media_type=BINARY, example="(content)", headers=("Content-Disposition",)),
        errors=(NotFoundError,),
    ),
)
async def get_task_file(
    task_id: TaskId,
    database: NamedDependency[Database],
    submission_context: NamedDependency[SubmissionContext],
) -> Stream:
    """Stream the uploaded file of a task."""
    file = await open_task_file(database, submission_context.storage.folder, task_id)
    return await file_response(file.chunks, file.name, BINARY)


router = Router("/", route_handlers=[start_sync, upload_price_list, get_task_file], tags=["Tasks"])
