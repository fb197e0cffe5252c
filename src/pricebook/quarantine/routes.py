from typing import Any

from litestar import Router, get, post
from litestar.di import NamedDependency

from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.http.json_body import provide_body
from pricebook.http.openapi import RequestBody, Success, documented, page_example
from pricebook.http.pagination import CursorPage
from pricebook.http.query_string import provide_query
from pricebook.quarantine import service
from pricebook.quarantine.schemas import (
    QuarantineDecision,
    QuarantinedRow,
    QuarantinePage,
    QuarantineQuery,
    QuarantineSelection,
)

ROW: dict[str, Any] = {
    "id": "3a0c5f7e-5d1b-4c53-8f0e-9d7c6b1a2e44",
    "task_id": "e4b0a6d1-52a7-4a43-b1cf-0c5fbd6a8e90",
    "supplier_id": "2c9a7e10-0f5d-4f0a-8a51-6e3b9d7c4f18",
    "supplier_name": "Nordwerk",
    "supplier_item_id": "7d1f2b8e-64a3-4b8f-9a4e-2f6a0b9c1d22",
    "row_number": 17,
    "supplier_sku": "NW-20417",
    "name": "Claw hammer 20oz fibreglass",
    "old_price": "17.45",
    "price": "1745.00",
    "currency": "USD",
    "cost": "1745.00",
    "next_price": None,
    "next_from": None,
    "factor": 100.0,
    "reason": "The price changes from 17.45 to 1745 USD, by more than a factor of 1.5.",
    "state": "open",
    "decided_by": None,
    "decided_at": None,
    "superseded_at": None,
    "characteristics": {"unit": "pc"},
    "details": None,
    "availability": None,
    "created_at": "2026-03-01T06:14:55.518204Z",
}
DECISION: dict[str, Any] = {
    "decided": 1,
    "skipped": [
        {
            "id": "b4f1f6a2-0d3e-4f0c-a6c8-35e0f1b7d911",
            "supplier_sku": "NW-20418",
            "reason": "The price of the item was 5.00 USD when the row was read and is 6.00 USD"
            " now.",
        }
    ],
}
SELECTION: dict[str, Any] = {"ids": [ROW["id"], DECISION["skipped"][0]["id"]]}

DECISION_DOCS = documented(
    Success(kind=QuarantineDecision, example=DECISION),
    body=RequestBody(QuarantineSelection, SELECTION),
    errors=(NotFoundError, ConflictError),
)


@get(
    "/quarantined-rows",
    summary="List quarantined rows",
    description="Returns rows of price lists whose price is out of line, newest first; with"
    " `task_id`, those of one price list, the largest change first. An open row waits for a"
    " decision; its item keeps the old price.",
    dependencies={"criteria": provide_query(QuarantineQuery)},
    opt=documented(Success(kind=QuarantinePage, example=page_example(ROW)), query=QuarantineQuery),
)
async def list_quarantined_rows(
    criteria: NamedDependency[QuarantineQuery], database: NamedDependency[Database]
) -> CursorPage[QuarantinedRow]:
    """Return a page of quarantined rows."""
    return await service.list_rows(database, criteria)


@post(
    "/quarantined-rows/accept",
    status_code=200,
    summary="Accept quarantined rows",
    description="Applies rows to their items. A row is skipped, with the reason, if its item has"
    " another price than when the row was read, a newer price list superseded it, or the newest"
    " exchange rate gives it no price.",
    dependencies={"selection": provide_body(QuarantineSelection)},
    opt=DECISION_DOCS,
)
async def accept_quarantined_rows(
    selection: NamedDependency[QuarantineSelection],
    caller: NamedDependency[Caller],
    database: NamedDependency[Database],
) -> QuarantineDecision:
    """Apply rows to their items; return how many, and those that were not."""
    return await service.accept_rows(database, selection, caller.username)


@post(
    "/quarantined-rows/refuse",
    status_code=200,
    summary="Refuse quarantined rows",
    description="Leaves the items as they are. The same price in the next price list is refused,"
    " too, without a new decision.",
    dependencies={"selection": provide_body(QuarantineSelection)},
    opt=DECISION_DOCS,
)
async def refuse_quarantined_rows(
    selection: NamedDependency[QuarantineSelection],
    caller: NamedDependency[Caller],
    database: NamedDependency[Database],
) -> QuarantineDecision:
    """Set rows refused; return how many, and those that were not."""
    return await service.refuse_rows(database, selection, caller.username)


router = Router(
    "/",
    route_handlers=[list_quarantined_rows, accept_quarantined_rows, refuse_quarantined_rows],
    tags=["Quarantine"],
)
