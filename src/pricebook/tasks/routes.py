from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from pricebook.auth.guard import documented_staff_errors
from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError, ValidationError
from pricebook.http.csv_download import accepts_csv, file_response, query_operation_with_csv
from pricebook.http.pagination import Page, Paging
from pricebook.http.problems import documented_response, request_id_of
from pricebook.http.query_string import provide_query, query_operation
from pricebook.tasks import cancellation, history, service
from pricebook.tasks.queue import QueueClient
from pricebook.tasks.schemas import (
    AcceptedTask,
    Task,
    TaskQuery,
    TaskRowError,
)

TASKS_PATH = "/api/v1/admin/tasks/"
ID = "e4b0a6d1-52a7-4a43-b1cf-0c5fbd6a8e90"
SUPPLIER_ID = "2c9a7e10-0f5d-4f0a-8a51-6e3b9d7c4f18"
ENQUEUED_AT = "2026-03-01T06:14:52.120733Z"
COMPLETED_AT = "2026-03-01T06:14:55.518204Z"
COUNTS = {"new": 3, "changed": 12, "unchanged": 320, "absent": 1, "rejected": 2, "duplicate": 0}
ACCEPTED: dict[str, Any] = {
    "task_id": ID,
    "supplier_id": SUPPLIER_ID,
    "status": "queued",
    "enqueued_at": ENQUEUED_AT,
}
TASK: dict[str, Any] = {
    "id": ID,
    "supplier_id": SUPPLIER_ID,
    "supplier_name": "Nordwerk",
    "parser_type": "csv",
    "source_config": {"file_path": "uploaded/6f1c0d52", "delimiter": ";"},
    "file_name": "nordwerk march.csv",
    "create_products": False,
    "new_layout": False,
    "state": "partially_succeeded",
    "requested_by": "admin",
    "request_id": "8f14e45f-ceea-467f-9575-0a5b7c2d1e90",
    "enqueued_at": ENQUEUED_AT,
    "started_at": "2026-03-01T06:14:52.301982Z",
    "completed_at": COMPLETED_AT,
    "next_attempt_at": ENQUEUED_AT,
    "retry_count": 0,
    "max_retries": 3,
    "cancelled_by": None,
    "stage": "merging",
    "rows_read": 340,
    "rows_total": 340,
    "errors": [],
    "row_error_counts": {"missing_price": 2},
    "counts": {**COUNTS, "ignored": 3},
    "result": {
        "task_id": ID,
        "status": "success",
        "items_processed": 335,
        "errors": [],
        "completed_at": COMPLETED_AT,
        **COUNTS,
    },
}
CANCELLED: dict[str, Any] = TASK | {
    "state": "failed",
    "cancelled_by": "admin",
    "errors": ["Cancelled by admin."],
    "counts": dict.fromkeys(TASK["counts"], 0),
    "result": TASK["result"]
    | {"status": "failed", "items_processed": 0, "errors": ["Cancelled by admin."]}
    | dict.fromkeys(COUNTS, 0),
}
ROW_ERROR: dict[str, Any] = {
    "row_number": 17,
    "error_type": "missing_price",
    "error_message": "The price is missing.",
    "row_data": ["NW-20417", "Claw hammer 20oz", ""],
}

AnyRequest = Request[Any, Any, Any]
TaskId = Annotated[UUID, PathParameter(description="The task's id.")]


def accepted_response(
    task: AcceptedTask, headers: dict[str, str] | None = None
) -> Response[AcceptedTask]:
    """Answer that a task will be done, and where to follow it."""
    location_header = {"Location": f"{TASKS_PATH}{task.task_id}"}
    return Response(task, status_code=202, headers={**location_header, **(headers or {})})


def _example_page(row: dict[str, Any]) -> dict[str, Any]:
    return {"total_count": 1, "page": 1, "limit": 50, "data": [row]}


@get(
    "/tasks",
    summary="The tasks",
    description="Ingestion tasks, newest first; those of one supplier are its history.",
    operation_class=query_operation(TaskQuery),
    dependencies={"criteria": provide_query(TaskQuery)},
    responses=documented_response(Page[Task], _example_page(TASK))
    | documented_staff_errors(ValidationError),
)
async def list_tasks(
    criteria: NamedDependency[TaskQuery], database: NamedDependency[Database]
) -> Page[Task]:
    """List the tasks."""
    return await history.list_tasks(database, criteria)


@get(
    "/tasks/{task_id:str}",
    summary="One task",
    description="Who asked for it, how far it is, and what came of it.",
    responses=documented_response(Task, TASK)
    | documented_staff_errors(ValidationError, NotFoundError),
)
async def get_task(task_id: TaskId, database: NamedDependency[Database]) -> Task:
    """Look at one task."""
    return await history.get_task(database, task_id)


@get(
    "/tasks/{task_id:str}/errors",
    summary="The rows that a task did not take",
    description="Rows that were not taken in, each with its number in the list and the reason;"
    " with Accept: text/csv all of them as a file, page and limit aside.",
    operation_class=query_operation_with_csv(
        Paging, "row_number,Article code,Name,Price,further cells,error_type,error_message"
    ),
    dependencies={"paging": provide_query(Paging)},
    responses=documented_response(Page[TaskRowError], _example_page(ROW_ERROR))
    | documented_staff_errors(ValidationError, NotFoundError),
)
async def list_row_errors(
    request: AnyRequest,
    task_id: TaskId,
    paging: NamedDependency[Paging],
    database: NamedDependency[Database],
) -> Response[Any]:
    """List the rows that were not taken, as JSON or as a file for a spreadsheet."""
    if accepts_csv(request):
        return await file_response(history.export_row_errors(database, task_id), f"{task_id}.csv")
    page = await history.list_row_errors(database, task_id, paging)
    return Response(page, media_type="application/json", headers={"Vary": "Accept"})


@post(
    "/tasks/{task_id:str}/retry",
    status_code=202,
    summary="Do a task again",
    description="Begins a task anew that failed or is dead; not an upload when a later list of "
    "its supplier was taken in.",
    responses=documented_response(AcceptedTask, ACCEPTED, status=202)
    | documented_staff_errors(ValidationError, NotFoundError, ConflictError),
)
async def retry_task(
    request: AnyRequest,
    task_id: TaskId,
    database: NamedDependency[Database],
    queue: NamedDependency[QueueClient],
) -> Response[AcceptedTask]:
    """Do a task again."""
    request_id = request_id_of(request)
    return accepted_response(await service.retry_task(database, queue, task_id, request_id))


@post(
    "/tasks/{task_id:str}/apply",
    status_code=202,
    summary="Apply a held list",
    description="Lets a list be applied that was held because of what it would change.",
    responses=documented_response(AcceptedTask, ACCEPTED, status=202)
    | documented_staff_errors(ValidationError, NotFoundError, ConflictError),
)
async def apply_held(
    request: AnyRequest,
    task_id: TaskId,
    database: NamedDependency[Database],
    queue: NamedDependency[QueueClient],
) -> Response[AcceptedTask]:
    """Apply a held list."""
    request_id = request_id_of(request)
    return accepted_response(await service.request_apply(database, queue, task_id, request_id))


@post(
    "/tasks/{task_id:str}/cancel",
    status_code=200,
    summary="Cancel a task",
    description="Ends a queued, running or held task as failed; nothing of its price list is "
    "applied. A worker that runs it stops within a second or two. Cancelling it again changes "
    "nothing; POST …/retry can run it again.",
    responses=documented_response(Task, CANCELLED)
    | documented_staff_errors(ValidationError, NotFoundError, ConflictError),
)
async def cancel_task(
    task_id: TaskId, caller: NamedDependency[Caller], database: NamedDependency[Database]
) -> Task:
    """Cancel a task."""
    return await cancellation.cancel_task(database, task_id, caller.username)


router = Router(
    "/",
    route_handlers=[list_tasks, get_task, list_row_errors, retry_task, apply_held, cancel_task],
    tags=["Tasks"],
)
