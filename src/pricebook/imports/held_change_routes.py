"""The route of what applying a held price list would change."""

from litestar import Router, get
from litestar.di import NamedDependency

from pricebook.db.database import Database
from pricebook.errors import NotFoundError
from pricebook.http.openapi import Success, documented
from pricebook.http.query_string import provide_query
from pricebook.imports.held_change_list import (
    HeldArticlePage,
    HeldChangePaging,
    list_changes_of_task,
)
from pricebook.tasks.readers import OWN_TASK, require_own_task
from pricebook.tasks.routes import TaskId

EXAMPLE = {
    "next_cursor": None,
    "data": [
        {
            "row_number": 5,
            "supplier_sku": "NW-20418",
            "name": "Claw hammer 16oz fibreglass",
            "currency": "EUR",
            "old_price": "18.95",
            "new_price": "189.50",
            "percent": 900.0,
            "product_id": None,
        }
    ],
}


@get(
    "/tasks/{task_id:str}/changes",
    summary="List the changes of a held price list",
    description="Returns what applying a held price list would change: prices that change, new"
    " articles, or articles that become absent. Of another task, the response has status 404."
    + OWN_TASK,
    guards=[require_own_task],
    dependencies={"criteria": provide_query(HeldChangePaging)},
    opt=documented(
        Success(kind=HeldArticlePage, example=EXAMPLE),
        query=HeldChangePaging,
        errors=(NotFoundError,),
    ),
)
async def list_held_changes(
    task_id: TaskId,
    criteria: NamedDependency[HeldChangePaging],
    database: NamedDependency[Database],
) -> HeldArticlePage:
    """Return a page of what a held price list would change."""
    return await list_changes_of_task(database, task_id, criteria)


router = Router("/", route_handlers=[list_held_changes], tags=["Tasks"])
