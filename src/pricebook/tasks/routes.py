from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter
from litestar.response import Stream

from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.http.csv_download import CSV_MEDIA_TYPE, accepts_csv, file_response
from pricebook.http.json_body import provide_body
from pricebook.http.openapi import RequestBody, Success, documented, page_example
from pricebook.http.pagination import CursorPage
from pricebook.http.problems import request_id_of
from pricebook.http.query_string import provide_query
from pricebook.tasks import cancellation, history, service
from pricebook.tasks.correctable_tasks import RowErrorPage, RowErrorQuery
from pricebook.tasks.held_applying import ApplyRequest, request_apply
from pricebook.tasks.held_tasks import Application, Refusal
from pricebook.tasks.queue import QueueClient
from pricebook.tasks.readers import OWN_TASK, require_own_task
from pricebook.tasks.refusal import refuse_held
from pricebook.tasks.schemas import (
    AcceptedTask,
    Task,
    TaskPage,
    TaskQuery,
)
from pricebook.tasks.task_examples import (
    ACCEPTED,
    APPLICATION,
    CANCELLED,
    REFUSAL,
    REFUSED,
    ROW_ERROR,
    TASK,
)

TASKS_PATH = "/api/v1/admin/tasks/"
ACCEPTED_RESPONSE = Success(kind=AcceptedTask, example=ACCEPTED, status=202, headers=("Location",))

AnyRequest = Request[Any, Any, Any]
TaskId = Annotated[UUID, PathParameter(description="The task's id.")]


def accepted_response(
    task: AcceptedTask, headers: dict[str, str] | None = None
) -> Response[AcceptedTask]:
    """Return the 202 of a queued task, with its path in Location."""
    location_header = {"Location": f"{TASKS_PATH}{task.task_id}"}
    return Response(task, status_code=202, headers={**location_header, **(headers or {})})


@get(
    "/tasks",
    summary="List import tasks",
    description="Returns import tasks, newest first. `/admin/tasks/own` lists those of the caller.",
    dependencies={"criteria": provide_query(TaskQuery)},
    opt=documented(Success(kind=TaskPage, example=page_example(TASK)), query=TaskQuery),
)
async def list_tasks(
    criteria: NamedDependency[TaskQuery], database: NamedDependency[Database]
) -> CursorPage[Task]:
    """Return a page of tasks."""
    return await history.list_tasks(database, criteria)


@get(
    "/tasks/own",
    summary="List the own import tasks",
    description="Returns the import tasks that the caller requested, and those by which others"
    " undid or corrected them, newest first.",
    dependencies={"criteria": provide_query(TaskQuery)},
    opt=documented(Success(kind=TaskPage, example=page_example(TASK)), query=TaskQuery),
)
async def list_own_tasks(
    criteria: NamedDependency[TaskQuery],
    caller: NamedDependency[Caller],
    database: NamedDependency[Database],
) -> CursorPage[Task]:
    """Return a page of the tasks that the caller requested."""
    return await history.list_own_tasks(database, criteria, caller.id)


@get(
    "/tasks/{task_id:str}",
    summary="Get an import task",
    description="Returns one task: its requester, its progress and its result." + OWN_TASK,
    guards=[require_own_task],
    opt=documented(Success(kind=Task, example=TASK), errors=(NotFoundError,)),
)
async def get_task(task_id: TaskId, database: NamedDependency[Database]) -> Task:
    """Return one task."""
    return await history.get_task(database, task_id)


@get(
    "/tasks/{task_id:str}/errors",
    summary="List the rejected rows of a task",
    description="Returns the rows of the price list that were not imported, each with the reason."
    + OWN_TASK,
    guards=[require_own_task],
    dependencies={"criteria": provide_query(RowErrorQuery)},
    opt=documented(
        Success(kind=RowErrorPage, example=page_example(ROW_ERROR)),
        query=RowErrorQuery,
        errors=(NotFoundError,),
    ),
)
async def list_row_errors(
    request: AnyRequest,
    task_id: TaskId,
    criteria: NamedDependency[RowErrorQuery],
    database: NamedDependency[Database],
) -> Response[Any]:
    """Return a page of rejected rows; all as CSV for `Accept: text/csv`, as before /export."""
    if accepts_csv(request):
        rows = history.export_row_errors(database, task_id, corrected=criteria.corrected)
        return await file_response(rows, f"{task_id}.csv")
    page = await history.list_row_errors(database, task_id, criteria)
    return Response(page, media_type="application/json", headers={"Vary": "Accept"})


@get(
    "/tasks/{task_id:str}/errors/export",
    summary="Export the rejected rows of a task as CSV",
    description="Returns all rows of the price list that were not imported, with their own cells,"
    " so that they can be corrected and uploaded again (field `corrections`). Cells that a"
    " spreadsheet would run as a formula are escaped." + OWN_TASK,
    guards=[require_own_task],
    opt=documented(
        Success(
            media_type=CSV_MEDIA_TYPE,
            example="row_number,sheet,Article code,Name,Price,further cells,section,error_type,"
            "error_message,task_id",
            headers=("Content-Disposition",),
        ),
        errors=(NotFoundError,),
    ),
)
async def export_row_errors(task_id: TaskId, database: NamedDependency[Database]) -> Stream:
    """Stream all rejected rows of a task as CSV."""
    return await file_response(history.export_row_errors(database, task_id), f"{task_id}.csv")


@post(
    "/tasks/{task_id:str}/retry",
    status_code=202,
    summary="Retry a task",
    description="Queues a failed or dead task again; not an upload after which a later price list"
    " of the supplier was imported.",
    opt=documented(ACCEPTED_RESPONSE, errors=(NotFoundError, ConflictError)),
)
async def retry_task(
    request: AnyRequest,
    task_id: TaskId,
    database: NamedDependency[Database],
    queue: NamedDependency[QueueClient],
) -> Response[AcceptedTask]:
    """Queue a failed or dead task again and return it."""
    request_id = request_id_of(request)
    return accepted_response(await service.retry_task(database, queue, task_id, request_id))


@post(
    "/tasks/{task_id:str}/apply",
    status_code=202,
    summary="Apply a held price list",
    description="Queues the import of a price list that was held because its changes exceed the"
    " safety thresholds. The body may be left out; it names articles that are not imported.",
    dependencies={"application": provide_body(Application, is_optional=True)},
    opt=documented(
        ACCEPTED_RESPONSE,
        body=RequestBody(Application, APPLICATION, is_required=False),
        errors=(NotFoundError, ConflictError),
    ),
)
async def apply_price_list(
    request: AnyRequest,
    task_id: TaskId,
    application: NamedDependency[Application],
    database: NamedDependency[Database],
    queue: NamedDependency[QueueClient],
) -> Response[AcceptedTask]:
    """Queue the import of a held price list and return its task."""
    wanted = ApplyRequest(
        name=request.user.username,
        request_id=request_id_of(request),
        left_out_codes=application.left_out_codes,
    )
    return accepted_response(await request_apply(database, queue, task_id, wanted))


@post(
    "/tasks/{task_id:str}/refuse",
    status_code=200,
    summary="Refuse a held price list",
    description="Ends a held task as `refused`; nothing of its price list is applied. The body may"
    " be left out. Repeating it changes nothing.",
    dependencies={"refusal": provide_body(Refusal, is_optional=True)},
    opt=documented(
        Success(kind=Task, example=REFUSED),
        body=RequestBody(Refusal, REFUSAL, is_required=False),
        errors=(NotFoundError, ConflictError),
    ),
)
async def refuse_price_list(
    task_id: TaskId,
    refusal: NamedDependency[Refusal],
    caller: NamedDependency[Caller],
    database: NamedDependency[Database],
) -> Task:
    """Refuse a held price list and return its task."""
    return await refuse_held(database, task_id, caller.username, refusal.reason)


@post(
    "/tasks/{task_id:str}/cancel",
    status_code=200,
    summary="Cancel a task",
    description="Ends a queued, running or held task as failed; nothing of its price list is"
    " applied. A worker that runs it stops within two seconds. Repeating it changes nothing; the"
    " task can be retried.",
    opt=documented(Success(kind=Task, example=CANCELLED), errors=(NotFoundError, ConflictError)),
)
async def cancel_task(
    task_id: TaskId, caller: NamedDependency[Caller], database: NamedDependency[Database]
) -> Task:
    """Cancel a task and return it."""
    return await cancellation.cancel_task(database, task_id, caller.username)


router = Router(
    "/",
    route_handlers=[
        list_tasks,
        list_own_tasks,
        get_task,
        list_row_errors,
        export_row_errors,
        retry_task,
        apply_price_list,
        refuse_price_list,
        cancel_task,
    ],
    tags=["Tasks"],
)
