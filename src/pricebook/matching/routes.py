from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import PathParameter

from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.http.json_body import provide_body
from pricebook.http.openapi import RequestBody, Success, documented, page_example
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.http.query_string import provide_query
from pricebook.matching import batch_routes, cluster_routes, service
from pricebook.matching.auto_link_schemas import AutoLink, AutoLinkChange
from pricebook.matching.decision_schemas import (
    BulkDecision,
    DecidedBatch,
)
from pricebook.matching.examples import (
    ACCEPTED_RUN,
    AUTO_LINK,
    BULK,
    DECIDED,
    MATCH_PAGE,
    MODELS,
    RUN,
    SUMMARY,
)
from pricebook.matching.model_schemas import MatchModels, ModelChoice
from pricebook.matching.run_schemas import AcceptedRun, MatchRun, RunPage, RunRequest
from pricebook.matching.schemas import (
    MatchPage,
    MatchQuery,
    MatchSummary,
    SuggestedMatch,
    SummaryQuery,
)

RunId = Annotated[UUID, PathParameter(description="The run's id.")]
BatchId = Annotated[UUID, PathParameter(description="The batch's id.")]
SupplierId = Annotated[UUID, PathParameter(description="The supplier's id.")]


@get(
    "/matches",
    summary="List suggested matches",
    description="Returns unmatched items with the products that each may be, certain ones first,"
    " then by score. Each suggestion says what speaks for it and against it.",
    dependencies={"criteria": provide_query(MatchQuery)},
    opt=documented(Success(kind=MatchPage, example=MATCH_PAGE), query=MatchQuery),
)
async def list_matches(
    criteria: NamedDependency[MatchQuery], database: NamedDependency[Database]
) -> CursorPage[SuggestedMatch]:
    """Return a page of unmatched items with their suggestions."""
    return await service.list_matches(database, criteria)


@post(
    "/matches/run",
    status_code=202,
    summary="Suggest matches",
    description="Requests a run that suggests products for unmatched items: all, those of a"
    " supplier, or some. Runs are done one at a time by the worker; each import requests one for"
    " what is new or changed.",
    dependencies={"run_request": provide_body(RunRequest)},
    opt=documented(
        Success(kind=AcceptedRun, example=ACCEPTED_RUN, status=202, headers=("Location",)),
        body=RequestBody(RunRequest, {"supplier_id": RUN["supplier_id"]}),
        errors=(NotFoundError,),
    ),
)
async def request_match_run(
    run_request: NamedDependency[RunRequest],
    caller: NamedDependency[Caller],
    database: NamedDependency[Database],
) -> Response[AcceptedRun]:
    """Queue a run and return it."""
    run = await service.request_run(database, run_request, caller.username)
    headers = {"Location": f"/api/v1/admin/matches/runs/{run.id}"}
    return Response(AcceptedRun(run.id, run.state, run.created_at), headers=headers)


@get(
    "/matches/runs",
    summary="List runs",
    description="Returns the runs that suggest matches, newest first.",
    dependencies={"paging": provide_query(CursorPaging)},
    opt=documented(Success(kind=RunPage, example=page_example(RUN)), query=CursorPaging),
)
async def list_match_runs(
    paging: NamedDependency[CursorPaging], database: NamedDependency[Database]
) -> CursorPage[MatchRun]:
    """Return a page of runs."""
    return await service.list_runs(database, paging)


@get(
    "/matches/runs/{run_id:str}",
    summary="Get a run",
    description="Returns one run with its progress and its counts.",
    opt=documented(Success(kind=MatchRun, example=RUN), errors=(NotFoundError,)),
)
async def get_match_run(run_id: RunId, database: NamedDependency[Database]) -> MatchRun:
    """Return one run."""
    return await service.get_run(database, run_id)


@post(
    "/matches/bulk",
    status_code=200,
    summary="Decide about matches",
    description="Links and unlinks items, rejects pairs, or says that no product fits an item: up"
    " to 1,000 by their ids, or for the best suggestion of each item that passes a filter. Each"
    " decision is carried out or not, with its outcome; all of them are one batch, which can be"
    " undone.",
    dependencies={"bulk": provide_body(BulkDecision)},
    opt=documented(
        Success(kind=DecidedBatch, example=DECIDED),
        body=RequestBody(BulkDecision, BULK),
        errors=(ConflictError,),
    ),
)
async def decide_matches(
    bulk: NamedDependency[BulkDecision],
    caller: NamedDependency[Caller],
    database: NamedDependency[Database],
) -> DecidedBatch:
    """Carry decisions out and return their outcomes."""
    return await service.decide(database, bulk, caller.username)


@get(
    "/matches/summary",
    summary="Count unmatched items",
    description="Returns how many unmatched items have certain, likely, possible or no"
    " suggestions, and how many no run has examined.",
    dependencies={"criteria": provide_query(SummaryQuery)},
    opt=documented(
        Success(kind=MatchSummary, example=SUMMARY), query=SummaryQuery, errors=(NotFoundError,)
    ),
)
async def summarize_matches(
    criteria: NamedDependency[SummaryQuery], database: NamedDependency[Database]
) -> MatchSummary:
    """Return the numbers of unmatched items."""
    return await service.find_summary(database, criteria.supplier_id)


@get(
    "/matches/models",
    summary="List weights",
    description="Returns the weights of the release and those learnt from decisions, newest first.",
    opt=documented(Success(kind=MatchModels, example=MODELS)),
)
async def list_match_models(database: NamedDependency[Database]) -> MatchModels:
    """Return all weights."""
    return MatchModels(await service.list_models(database))


@put(
    "/matches/models/active",
    summary="Choose weights",
    description="Lets runs use other weights from the next one on; 0 are those of the release.",
    dependencies={"choice": provide_body(ModelChoice)},
    opt=documented(
        Success(kind=MatchModels, example=MODELS),
        body=RequestBody(ModelChoice, {"version": 0}),
        errors=(NotFoundError,),
    ),
)
async def choose_match_model(
    choice: NamedDependency[ModelChoice], database: NamedDependency[Database]
) -> MatchModels:
    """Use other weights and return all."""
    return MatchModels(await service.use_model(database, choice.version))


@get(
    "/suppliers/{supplier_id:str}/auto-link",
    summary="Get the auto-link of a supplier",
    description="Returns whether certain matches of a supplier are linked by themselves.",
    opt=documented(Success(kind=AutoLink, example=AUTO_LINK), errors=(NotFoundError,)),
)
async def get_auto_link(supplier_id: SupplierId, database: NamedDependency[Database]) -> AutoLink:
    """Return the auto-link of a supplier."""
    return await service.get_auto_link(database, supplier_id)


@put(
    "/suppliers/{supplier_id:str}/auto-link",
    summary="Switch the auto-link of a supplier",
    description="Lets runs link certain matches of a supplier, as batches that can be undone. It"
    " is off by default, and switches itself off when one of its links is taken back.",
    dependencies={"change": provide_body(AutoLinkChange)},
    opt=documented(
        Success(kind=AutoLink, example=AUTO_LINK),
        body=RequestBody(AutoLinkChange, {"is_on": True}),
        errors=(NotFoundError,),
    ),
)
async def set_auto_link(
    supplier_id: SupplierId,
    change: NamedDependency[AutoLinkChange],
    caller: NamedDependency[Caller],
    database: NamedDependency[Database],
) -> AutoLink:
    """Switch the auto-link of a supplier and return it."""
    return await service.set_auto_link(database, supplier_id, caller.username, is_on=change.is_on)


router = Router(
    "/",
    route_handlers=[
        list_matches,
        request_match_run,
        list_match_runs,
        get_match_run,
        decide_matches,
        summarize_matches,
        list_match_models,
        choose_match_model,
        get_auto_link,
        set_auto_link,
        *batch_routes.HANDLERS,
        *cluster_routes.HANDLERS,
    ],
    tags=["Matching"],
)
