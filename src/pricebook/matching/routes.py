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
from pricebook.matching import service
from pricebook.matching.auto_link_schemas import AutoLink, AutoLinkChange
from pricebook.matching.cluster_schemas import Cluster, ClusterPage, ClusterProduct
from pricebook.matching.decision_schemas import (
    BatchPage,
    BulkDecision,
    DecidedBatch,
    MatchBatch,
    UndoneBatch,
)
from pricebook.matching.examples import (
    ACCEPTED_RUN,
    AUTO_LINK,
    BATCH,
    BULK,
    CLUSTER,
    DECIDED,
    MATCH_PAGE,
    MODELS,
    RUN,
    UNDONE,
)
from pricebook.matching.model_schemas import MatchModels, ModelChoice
from pricebook.matching.run_schemas import AcceptedRun, MatchRun, RunPage, RunRequest
from pricebook.matching.schemas import MatchPage, MatchQuery, SuggestedMatch
from pricebook.products.routes import DETAIL
from pricebook.products.schemas import StaffProductDetail

RunId = Annotated[UUID, PathParameter(description="The run's id.")]
BatchId = Annotated[UUID, PathParameter(description="The batch's id.")]
ClusterId = Annotated[UUID, PathParameter(description="The cluster's id.")]
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
    description="Links items and rejects pairs: up to 1,000 by their ids, or the best suggestion"
    " of each item that passes a filter. Each decision is carried out or not, with its outcome;"
    " all of them are one batch, which can be undone.",
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
    "/matches/batches",
    summary="List batches of decisions",
    description="Returns the batches of decisions, newest first: who decided, and how much.",
    dependencies={"paging": provide_query(CursorPaging)},
    opt=documented(Success(kind=BatchPage, example=page_example(BATCH)), query=CursorPaging),
)
async def list_match_batches(
    paging: NamedDependency[CursorPaging], database: NamedDependency[Database]
) -> CursorPage[MatchBatch]:
    """Return a page of batches."""
    return await service.list_batches(database, paging)


@post(
    "/matches/batches/{batch_id:str}/undo",
    status_code=200,
    summary="Undo a batch of decisions",
    description="Takes back every link of a batch that nobody changed since, and its rejections;"
    " links that were changed are left and named. Auto-link of a supplier is switched off when a"
    " link of its is taken back.",
    opt=documented(Success(kind=UndoneBatch, example=UNDONE), errors=(NotFoundError,)),
)
async def undo_match_batch(
    batch_id: BatchId, caller: NamedDependency[Caller], database: NamedDependency[Database]
) -> UndoneBatch:
    """Take a batch back and return what was left."""
    return await service.undo_batch(database, batch_id, caller.username)


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


@get(
    "/clusters",
    summary="List clusters",
    description="Returns unmatched items of several suppliers that are likely one article, the"
    " likeliest first; they are found by runs over all items.",
    dependencies={"paging": provide_query(CursorPaging)},
    opt=documented(Success(kind=ClusterPage, example=page_example(CLUSTER)), query=CursorPaging),
)
async def list_clusters(
    paging: NamedDependency[CursorPaging], database: NamedDependency[Database]
) -> CursorPage[Cluster]:
    """Return a page of clusters."""
    return await service.list_clusters(database, paging)


@post(
    "/clusters/{cluster_id:str}/product",
    summary="Make a product of a cluster",
    description="Creates a product and links all items of the cluster, as a batch that can be"
    " undone; the product stays.",
    dependencies={"wanted": provide_body(ClusterProduct)},
    opt=documented(
        Success(kind=StaffProductDetail, example=DETAIL, status=201, headers=("Location",)),
        body=RequestBody(ClusterProduct, {"status": "active"}),
        errors=(NotFoundError, ConflictError),
    ),
)
async def create_cluster_product(
    cluster_id: ClusterId,
    wanted: NamedDependency[ClusterProduct],
    caller: NamedDependency[Caller],
    database: NamedDependency[Database],
) -> Response[StaffProductDetail]:
    """Create the product of a cluster and return it."""
    product = await service.create_product(database, cluster_id, wanted, caller.username)
    return Response(product, headers={"Location": f"/api/v1/admin/products/{product.id}"})


router = Router(
    "/",
    route_handlers=[
        list_matches,
        request_match_run,
        list_match_runs,
        get_match_run,
        decide_matches,
        list_match_batches,
        undo_match_batch,
        list_match_models,
        choose_match_model,
        get_auto_link,
        set_auto_link,
        list_clusters,
        create_cluster_product,
    ],
    tags=["Matching"],
)
