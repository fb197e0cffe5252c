"""Routes for unmatched items that are one article, and for products made of items."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.http.json_body import provide_body
from pricebook.http.openapi import RequestBody, Success, documented, page_example
from pricebook.http.pagination import CursorPage
from pricebook.http.query_string import provide_query
from pricebook.matching import product_making, service
from pricebook.matching.cluster_schemas import (
    Cluster,
    ClusterPage,
    ClusterProduct,
    ClusterQuery,
    ItemsProduct,
    MadeProduct,
)
from pricebook.matching.examples import BATCH_ID, CLUSTER, ITEM_ID
from pricebook.products.routes import DETAIL

ClusterId = Annotated[UUID, PathParameter(description="The cluster's id.")]
MADE_PRODUCT: dict[str, Any] = {**DETAIL, "batch_id": BATCH_ID}
ITEMS_PRODUCT: dict[str, Any] = {"supplier_item_ids": [ITEM_ID], "name": "Table saw DeWalt DW745"}


@get(
    "/clusters",
    summary="List clusters",
    description="Returns unmatched items of several suppliers that are likely one article, the"
    " likeliest first; they are found by runs over all items.",
    dependencies={"criteria": provide_query(ClusterQuery)},
    opt=documented(Success(kind=ClusterPage, example=page_example(CLUSTER)), query=ClusterQuery),
)
async def list_clusters(
    criteria: NamedDependency[ClusterQuery], database: NamedDependency[Database]
) -> CursorPage[Cluster]:
    """Return a page of clusters."""
    return await service.list_clusters(database, criteria)


@post(
    "/clusters/{cluster_id:str}/product",
    summary="Make a product of a cluster",
    description="Creates a product and links all items of the cluster, as a batch. Its undo takes"
    " the links back and archives the product, unless somebody changed it since.",
    dependencies={"wanted": provide_body(ClusterProduct)},
    opt=documented(
        Success(kind=MadeProduct, example=MADE_PRODUCT, status=201, headers=("Location",)),
        body=RequestBody(ClusterProduct, {"status": "active"}),
        errors=(NotFoundError, ConflictError),
    ),
)
async def create_cluster_product(
    cluster_id: ClusterId,
    wanted: NamedDependency[ClusterProduct],
    caller: NamedDependency[Caller],
    database: NamedDependency[Database],
) -> Response[MadeProduct]:
    """Create the product of a cluster and return it."""
    product = await product_making.create_cluster_product(
        database, cluster_id, wanted, caller.username
    )
    return Response(product, headers={"Location": f"/api/v1/admin/products/{product.id}"})


@post(
    "/matches/products",
    summary="Make a product of items",
    description="Creates a product and links unmatched items of one's own choice, as a batch. Its"
    " undo takes the links back and archives the product, unless somebody changed it since.",
    dependencies={"wanted": provide_body(ItemsProduct)},
    opt=documented(
        Success(kind=MadeProduct, example=MADE_PRODUCT, status=201, headers=("Location",)),
        body=RequestBody(ItemsProduct, ITEMS_PRODUCT),
        errors=(NotFoundError, ConflictError),
    ),
)
async def create_items_product(
    wanted: NamedDependency[ItemsProduct],
    caller: NamedDependency[Caller],
    database: NamedDependency[Database],
) -> Response[MadeProduct]:
    """Create the product of items and return it."""
    product = await product_making.create_items_product(database, wanted, caller.username)
    return Response(product, headers={"Location": f"/api/v1/admin/products/{product.id}"})


HANDLERS = [list_clusters, create_cluster_product, create_items_product]
