"""Whether the process is up and may be given work."""

import msgspec
from litestar import Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency

from pricebook import db
from pricebook.db import Database
from pricebook.errors import DatabaseNotReadyError
from pricebook.web.problems import answers, can_fail


class Status(msgspec.Struct, frozen=True):
    """One word on how the process is."""

    status: str


@get(
    "/live",
    summary="Is the process up?",
    description="Answers as long as the process runs.",
    responses=answers(Status, {"status": "alive"}),
)
async def live() -> Status:
    """Answer without looking at anything."""
    return Status("alive")


@get(
    "/ready",
    summary="May it be given work?",
    description="503 while the database is away or not at the migration head, and when stopping.",
    responses=answers(Status, {"status": "ready"}) | can_fail(),
)
async def ready(state: State, database: NamedDependency[Database]) -> Status:
    """Look whether the database is there and at the migration head."""
    if state.stopping:
        raise DatabaseNotReadyError("This process is shutting down.")
    async with database.connection() as conn:
        await db.require_revision(conn, state.migration_head)
    return Status("ready")


router = Router("/", route_handlers=[live, ready], tags=["Service"])
