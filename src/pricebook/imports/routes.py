from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency, Provide
from litestar.params import HeaderParameter, PathParameter

from pricebook.auth.guard import documented_staff_errors
from pricebook.auth.schemas import Caller
from pricebook.errors import (
    ConflictError,
    NotFoundError,
    PayloadTooLargeError,
    RateLimitExceededError,
    RedisUnavailableError,
    StorageFullError,
    ValidationError,
)
from pricebook.http.json_body import body_operation, read_body
from pricebook.http.multipart import convert_fields, multipart_operation, read_form
from pricebook.http.problems import documented_response, request_id_of
from pricebook.http.request_state import request_state
from pricebook.imports import service
from pricebook.imports.schemas import SyncRequest, UploadOptions
from pricebook.imports.service import SubmissionContext, UploadedPriceList
from pricebook.tasks.routes import ACCEPTED, SUPPLIER_ID, accepted_response
from pricebook.tasks.schemas import AcceptedTask, Requester

SYNC: dict[str, Any] = {"supplier_id": SUPPLIER_ID}
UPLOAD: dict[str, Any] = {"file": "(the list)", "header_row": 3, "decimal_separator": ","}
FAILURES = (ValidationError, NotFoundError, ConflictError, RedisUnavailableError)

SupplierId = Annotated[UUID, PathParameter(description="The supplier's id.")]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="Sent again with the same request, it gets the same answer and starts nothing.",
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
    return fields


async def _upload_rate_limit(
    request: Request[Caller, Any, Any], submission_context: NamedDependency[SubmissionContext]
) -> HeaderFields:
    fields = await service.count_upload_request(submission_context, request.user)
    request_state(request.scope).rate_limit_fields = fields
    return fields


async def _decode_sync_request(
    request: Request[Any, Any, Any], rate_limit_fields: NamedDependency[HeaderFields]
) -> SyncRequest:
    del rate_limit_fields  # counted before the order is looked at: 429 before 400
    return await read_body(SyncRequest, request)


@post(
    "/sync",
    status_code=202,
    summary="Fetch a supplier's list",
    description="Lets a supplier's list be fetched from where it is and taken in; the answer comes"
    " at once, the task tells what becomes of it. A user has so many a minute.",
    operation_class=body_operation(SyncRequest, SYNC),
    dependencies={
        "rate_limit_fields": Provide(_sync_rate_limit),
        "sync_request": Provide(_decode_sync_request),
        "requester": Provide(_requester),
    },
    responses=documented_response(AcceptedTask, ACCEPTED, status=202)
    | documented_staff_errors(*FAILURES, RateLimitExceededError),
)
async def sync(
    sync_request: NamedDependency[SyncRequest],
    rate_limit_fields: NamedDependency[HeaderFields],
    requester: NamedDependency[Requester],
    submission_context: NamedDependency[SubmissionContext],
) -> Response[AcceptedTask]:
    """Fetch a supplier's list."""
    return accepted_response(
        await service.request_sync(submission_context, requester, sync_request), rate_limit_fields
    )


@post(
    "/suppliers/{supplier_id:str}/upload",
    status_code=202,
    request_max_body_size=None,
    summary="Upload a supplier's list",
    description="Lets a list (CSV, xlsx, xls or ods, by its content) be taken in; the answer comes"
    " as soon as the file is kept, the task tells what becomes of it. A user has so many a minute.",
    operation_class=multipart_operation(UploadOptions, UPLOAD),
    dependencies={
        "rate_limit_fields": Provide(_upload_rate_limit),
        "requester": Provide(_requester),
    },
    responses=documented_response(AcceptedTask, ACCEPTED, status=202)
    | documented_staff_errors(
        *FAILURES, PayloadTooLargeError, RateLimitExceededError, StorageFullError
    ),
)
async def upload(
    request: Request[Caller, Any, Any],
    supplier_id: SupplierId,
    rate_limit_fields: NamedDependency[HeaderFields],
    requester: NamedDependency[Requester],
    submission_context: NamedDependency[SubmissionContext],
) -> Response[AcceptedTask]:
    """Upload a supplier's list."""
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


router = Router("/", route_handlers=[sync, upload], tags=["Tasks"])
