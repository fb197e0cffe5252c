"""Routes for what was decided: batches, their decisions, and how a batch is undone."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.http.openapi import Success, documented, page_example
from pricebook.http.pagination import CursorPage
from pricebook.http.query_string import provide_query
from pricebook.matching import service
from pricebook.matching.decision_schemas import BatchPage, BatchQuery, MatchBatch, UndoneBatch
from pricebook.matching.examples import BATCH, BATCH_DETAIL, DECISION, UNDONE
from pricebook.matching.log_schemas import (
    BatchDecisionPaging,
    BatchDetail,
    DecisionPage,
    DecisionQuery,
    LoggedDecision,
)

BatchId = Annotated[UUID, PathParameter(description="The batch's id.")]


@get(
    "/matches/batches",
    summary="List batches of decisions",
    description="Returns the batches of decisions, newest first: who decided, and how much.",
    dependencies={"criteria": provide_query(BatchQuery)},
    opt=documented(Success(kind=BatchPage, example=page_example(BATCH)), query=BatchQuery),
)
async def list_match_batches(
    criteria: NamedDependency[BatchQuery], database: NamedDependency[Database]
) -> CursorPage[MatchBatch]:
    """Return a page of batches."""
    return await service.list_batches(database, criteria)


@get(
    "/matches/batches/{batch_id:str}",
    summary="Get a batch of decisions",
    description="Returns one batch with a page of its decisions: what was linked, unlinked and"
    " rejected, with codes and names.",
    dependencies={"paging": provide_query(BatchDecisionPaging)},
    opt=documented(
        Success(kind=BatchDetail, example=BATCH_DETAIL),
        query=BatchDecisionPaging,
        errors=(NotFoundError,),
    ),
)
async def get_match_batch(
    batch_id: BatchId,
    paging: NamedDependency[BatchDecisionPaging],
    database: NamedDependency[Database],
) -> BatchDetail:
    """Return one batch with its decisions."""
    return await service.get_batch(database, batch_id, paging)


@get(
    "/matches/decisions",
    summary="List decisions",
    description="Returns who linked, unlinked or rejected what and when, newest first: of a batch,"
    " a supplier, an item or a product.",
    dependencies={"criteria": provide_query(DecisionQuery)},
    opt=documented(Success(kind=DecisionPage, example=page_example(DECISION)), query=DecisionQuery),
)
async def list_match_decisions(
    criteria: NamedDependency[DecisionQuery], database: NamedDependency[Database]
) -> CursorPage[LoggedDecision]:
    """Return a page of decisions."""
    return await service.list_decisions(database, criteria)


@post(
    "/matches/batches/{batch_id:str}/undo",
    status_code=200,
    summary="Undo a batch of decisions",
    description="Restores the state before a batch, but for links that somebody changed since,"
    " which are left and named. A product that the batch made is archived, unless it was changed."
    " Auto-link of a supplier is switched off when a link of its is taken back. Repeating it takes"
    " back what could not be, and names what is left; status 409 if all was taken back before.",
    opt=documented(
        Success(kind=UndoneBatch, example=UNDONE), errors=(NotFoundError, ConflictError)
    ),
)
async def undo_match_batch(
    batch_id: BatchId, caller: NamedDependency[Caller], database: NamedDependency[Database]
) -> UndoneBatch:
    """Take a batch back and return what was left."""
    return await service.undo_batch(database, batch_id, caller.username)


HANDLERS = [list_match_batches, get_match_batch, list_match_decisions, undo_match_batch]
