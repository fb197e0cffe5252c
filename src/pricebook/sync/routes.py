from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency, Provide
from litestar.params import HeaderParameter, PathParameter

from pricebook.auth.guard import staff_can_fail
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
from pricebook.sync import service
from pricebook.sync.schemas import SyncOrder, UploadOptions
from pricebook.sync.service import Inbox, SentList
from pricebook.sync.uploads import receiving
from pricebook.tasks.routes import ACCEPTED, SUPPLIER_ID, accepted
from pricebook.tasks.schemas import AcceptedTask, Asker
from pricebook.web.body import documented_body, read_body
from pricebook.web.form import convert_fields, documented_form, read_form
from pricebook.web.problems import answers, request_id_of

SYNC: dict[str, Any] = {"supplier_id": SUPPLIER_ID}
UPLOAD: dict[str, Any] = {"file": "(the list)", "header_row": 3, "decimal_separator": ","}
FAILURES = (ValidationError, NotFoundError, ConflictError, RedisUnavailableError)

SupplierId = Annotated[UUID, PathParameter(description="The supplier's id.")]
Key = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="Sent again with the same request, it gets the same answer and starts nothing.",
        min_length=1,
        max_length=255,
    ),
]
Fields = dict[str, str]


async def _asker(request: Request[Caller, Any, Any], idempotency_key: Key = None) -> Asker:
    caller = request.user
    return Asker(caller.id, caller.username, idempotency_key, request_id_of(request))


async def _turn(caller: NamedDependency[Caller], inbox: NamedDependency[Inbox]) -> Fields:
    return await service.take_turn(inbox, caller)


async def _order(request: Request[Any, Any, Any], turn: NamedDependency[Fields]) -> SyncOrder:
    del turn  # counted before the order is looked at: 429 before 400
    return await read_body(SyncOrder, request)


@post(
    "/sync",
    status_code=202,
    summary="Fetch a supplier's list",
    description="Lets a supplier's list be fetched from where it is and taken in; the answer comes"
    " at once, the task tells what becomes of it. A user has so many a minute.",
    operation_class=documented_body(SyncOrder, SYNC),
    dependencies={"turn": Provide(_turn), "order": Provide(_order), "asker": Provide(_asker)},
    responses=answers(AcceptedTask, ACCEPTED, status=202)
    | staff_can_fail(*FAILURES, RateLimitExceededError),
)
async def sync(
    order: NamedDependency[SyncOrder],
    turn: NamedDependency[Fields],
    asker: NamedDependency[Asker],
    inbox: NamedDependency[Inbox],
) -> Response[AcceptedTask]:
    """Fetch a supplier's list."""
    return accepted(await service.request_sync(inbox, asker, order), turn)


@post(
    "/suppliers/{supplier_id:str}/upload",
    status_code=202,
    request_max_body_size=None,
    summary="Upload a supplier's list",
    description="Lets a list (CSV, xlsx, xls or ods, by its content) be taken in; the answer comes"
    " as soon as the file is kept, the task tells what becomes of it.",
    operation_class=documented_form(UploadOptions, UPLOAD),
    dependencies={"asker": Provide(_asker)},
    responses=answers(AcceptedTask, ACCEPTED, status=202)
    | staff_can_fail(*FAILURES, PayloadTooLargeError, StorageFullError),
)
async def upload(
    request: Request[Any, Any, Any],
    supplier_id: SupplierId,
    asker: NamedDependency[Asker],
    inbox: NamedDependency[Inbox],
) -> Response[AcceptedTask]:
    """Upload a supplier's list."""
    source = await service.require_upload(inbox, supplier_id)
    async with receiving(inbox.uploads) as received:
        form = await read_form(request, received.write, inbox.max_bytes)
        options = convert_fields(UploadOptions, form.fields)
        sent = SentList(supplier_id, source.name, options, received, form.file_name)
        return accepted(await service.accept_upload(inbox, asker, sent))


router = Router("/", route_handlers=[sync, upload], tags=["Tasks"])
