from typing import Any

from litestar import Router, get
from litestar.di import NamedDependency

from pricebook.db.database import Database
from pricebook.events import service
from pricebook.events.schemas import EventPage, EventQuery
from pricebook.http.openapi import Success, documented
from pricebook.http.query_string import provide_query

PAGE: dict[str, Any] = {
    "next_after": 4711,
    "last_position": 4711,
    "data": [
        {
            "position": 4711,
            "id": "1f6c0d7a-3b52-4c8e-9a10-2e7d5b8c4f63",
            "type": "import.held",
            "at": "2026-11-27T08:15:02.204518Z",
            "data": {
                "task_id": "e4b0a6d1-52a7-4a43-b1cf-0c5fbd6a8e90",
                "supplier_name": "Nordwerk",
                "state": "held",
            },
        }
    ],
}


@get(
    "/events",
    summary="Read the feed of events",
    description="Returns what happened after a position, in an order without gaps: imports that"
    " ended, are held or late, changed prices of products, prices that jumped, margins below the"
    " threshold, changes of products and links. What an import changes is counted in its event."
    " Events are kept for 30 days.",
    dependencies={"criteria": provide_query(EventQuery)},
    opt=documented(Success(kind=EventPage, example=PAGE), query=EventQuery),
)
async def list_events(
    criteria: NamedDependency[EventQuery], database: NamedDependency[Database]
) -> EventPage:
    """Return events in their order."""
    return await service.list_events(database, criteria)


router = Router("/", route_handlers=[list_events], tags=["Events"])
