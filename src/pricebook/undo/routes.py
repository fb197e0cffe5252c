from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide

from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.http.json_body import provide_body
from pricebook.http.openapi import RequestBody, Success, documented, plain_page_example
from pricebook.http.pagination import Page, Paging
from pricebook.http.problems import request_id_of
from pricebook.http.query_string import provide_query
from pricebook.tasks.queue import QueueClient
from pricebook.tasks.readers import OWN_TASK, require_own_task
from pricebook.tasks.routes import ACCEPTED_RESPONSE, TaskId, accepted_response
from pricebook.tasks.schemas import Requester
from pricebook.tasks.task_examples import ID
from pricebook.undo import service
from pricebook.undo.schemas import LeftChange, LeftPage, UndoQuery, UndoRequest
from pricebook.undo.undo_preview_schemas import UndoPreview

LEFT: dict[str, Any] = {
    "kind": "item",
    "supplier_item_id": "7d1f2b8e-64a3-4b8f-9a4e-2f6a0b9c1d22",
    "product_id": None,
    "code": "NW-20417",
    "name": "Claw hammer 20oz fibreglass",
    "reason": "later_import",
    "sentence": "A later import changed the item.",
    "later_task_id": "b4f1f6a2-0d3e-4f0c-a6c8-35e0f1b7d911",
}
REQUEST: dict[str, Any] = {"reason": "The supplier sent the list of another shop."}
PREVIEW: dict[str, Any] = {
    "task_id": ID,
    "counts": {"restored": 12, "deleted": 3, "products_deleted": 0, "left_as_is": 1},
    "later_list": {
        "task_id": "0f6f0f2e-3f55-4f0e-9c1c-6d1c3b1f7a56",
        "completed_at": "2026-07-02T05:30:00Z",
    },
    "left": plain_page_example(LEFT),
    "changes": plain_page_example(
        {
            "kind": "item",
            "action": "restored",
            "supplier_item_id": "0f6f0f2e-3f55-4f0e-9c1c-6d1c3b1f7a55",
            "product_id": None,
            "code": "NW-20418",
            "name": "Claw hammer 16oz fibreglass",
            "price": "189.50",
            "restored_price": "18.95",
            "changed": ["price"],
        }
    ),
    "open_rows": 0,
}


async def _requester(
    request: Request[Caller, Any, Any], undo_request: NamedDependency[UndoRequest]
) -> Requester:
    caller = request.user
    request_id, reason = request_id_of(request), undo_request.reason
    return Requester(caller.id, caller.username, request_id=request_id, reason=reason)


@post(
    "/tasks/{task_id:str}/undo",
    status_code=202,
    summary="Undo an import",
    description="Queues a task that takes back what the import changed: prices, texts, stock,"
    " absences, new items, and products that were made of them. What was changed since is left, and"
    " listed by `/admin/tasks/{task_id}/left` of that task. With `dry_run` nothing is queued; the"
    " response (200) is what it would do: counts, a page of the items and products that it would"
    " change, with their prices, and a page of those that it would leave. Repeating it returns the"
    " task that is queued or runs; status 409 once it was undone. The body may be left out.",
    dependencies={
        "criteria": provide_query(UndoQuery),
        "undo_request": provide_body(UndoRequest, is_optional=True),
        "requester": Provide(_requester),
    },
    opt=documented(
        ACCEPTED_RESPONSE,
        Success(kind=UndoPreview, example=PREVIEW),
        query=UndoQuery,
        body=RequestBody(UndoRequest, REQUEST, is_required=False),
        errors=(NotFoundError, ConflictError),
    ),
)
async def undo_task(
    task_id: TaskId,
    criteria: NamedDependency[UndoQuery],
    requester: NamedDependency[Requester],
    database: NamedDependency[Database],
    queue: NamedDependency[QueueClient],
) -> Response[Any]:
    """Queue the undo of an import and return its task, or what it would do."""
    if criteria.dry_run:
        return Response(await service.preview_undo(database, task_id, criteria), status_code=200)
    return accepted_response(await service.request_undo(database, queue, task_id, requester))


@get(
    "/tasks/{task_id:str}/left",
    summary="List what an undo left",
    description="Returns the items and products that a task which undid another one left as they"
    " were, each with the reason." + OWN_TASK,
    guards=[require_own_task],
    dependencies={"criteria": provide_query(Paging)},
    opt=documented(
        Success(kind=LeftPage, example=plain_page_example(LEFT)),
        query=Paging,
        errors=(NotFoundError,),
    ),
)
async def list_left(
    task_id: TaskId, criteria: NamedDependency[Paging], database: NamedDependency[Database]
) -> Page[LeftChange]:
    """Return a page of what an undo left."""
    return await service.list_left(database, task_id, criteria)


router = Router("/", route_handlers=[undo_task, list_left], tags=["Tasks"])
