"""The SQL of clusters: unmatched items of several suppliers that are likely one article."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.fragments import fragment
from pricebook.db.keyset import Key, Listing
from pricebook.db.list_pages import ListPage, as_structs, group_rows, read_page
from pricebook.db.row_types import struct_row
from pricebook.http.pagination import CursorPaging
from pricebook.matching.cluster_schemas import Cluster
from pricebook.matching.schemas import MatchItem

# Each item of a cluster is read to count it.
MAX_COUNTED = 1_000
CLUSTERS = Listing(
    table="match_clusters",
    unestimated=fragment(
        """
        (SELECT bool_and(item.product_id IS NULL)
        FROM match_cluster_items AS member
        JOIN supplier_items AS item ON item.id = member.supplier_item_id
        WHERE member.cluster_id = match_clusters.id)
        """
    ),
    count_limit=MAX_COUNTED,
    keys=(Key("(-score)", "float8"), Key("id", "uuid")),
    details="""
    SELECT cluster.id AS cluster_id, cluster.score, cluster.reasons, item.id, item.supplier_id,
        supplier.name AS supplier_name, item.supplier_sku, item.name, item.current_price,
        item.absent_since
    FROM match_clusters AS cluster
    JOIN match_cluster_items AS member ON member.cluster_id = cluster.id
    JOIN supplier_items AS item ON item.id = member.supplier_item_id
    JOIN suppliers AS supplier ON supplier.id = item.supplier_id
    WHERE cluster.id = page.k2
    """,
    details_order=", detail.current_price, detail.id",
)


class FoundCluster(Struct, frozen=True):
    """A cluster that a run has found, to be stored."""

    score: float
    reasons: list[str]
    items: list[UUID]


class ClusterMember(Struct, frozen=True):
    """An item of a cluster that is to become a product."""

    id: UUID
    name: str


class ClusterRow(Struct, frozen=True):
    """A cluster and one of its items."""

    cluster_id: UUID
    score: float
    reasons: list[str]
    id: UUID
    supplier_id: UUID
    supplier_name: str
    supplier_sku: str
    name: str
    current_price: Decimal
    absent_since: datetime | None


async def list_clusters(conn: Connection, paging: CursorPaging) -> ListPage[Cluster]:
    """Return a page of the clusters without linked items, the likeliest first."""
    found = await read_page(conn, CLUSTERS, paging.window, as_structs(ClusterRow))
    return group_rows(found, _cluster)


def _cluster(rows: list[ClusterRow]) -> Cluster:
    items = [
        MatchItem(
            row.id,
            row.supplier_id,
            row.supplier_name,
            row.supplier_sku,
            row.name,
            row.current_price,
            row.absent_since,
        )
        for row in rows
    ]
    return Cluster(rows[0].cluster_id, rows[0].score, rows[0].reasons, items)


async def replace_clusters(conn: Connection, clusters: Sequence[FoundCluster]) -> None:
    """Store the clusters of a run in place of all earlier ones.

    Items that were linked or deleted meanwhile, or are being deleted, are left out.
    """
    cursor = await conn.execute(
        """
        SELECT id FROM supplier_items WHERE id = ANY (%s) AND product_id IS NULL
        ORDER BY id FOR KEY SHARE SKIP LOCKED
        """,
        [[item_id for cluster in clusters for item_id in cluster.items]],
    )
    kept = [item_id for (item_id,) in await cursor.fetchall()]
    await conn.execute("DELETE FROM match_clusters")
    await conn.execute(
        """
        WITH found AS MATERIALIZED (
            SELECT gen_random_uuid() AS id, score, reasons, items
            FROM jsonb_to_recordset(%s::jsonb) AS each (score float8, reasons text[], items uuid[])
        ), stored AS (
            INSERT INTO match_clusters (id, score, reasons) SELECT id, score, reasons FROM found
        )
        INSERT INTO match_cluster_items (supplier_item_id, cluster_id)
        SELECT item_id, found.id FROM found CROSS JOIN unnest(items) AS item_id
        WHERE item_id = ANY (%s)
        ON CONFLICT (supplier_item_id) DO NOTHING
        """,
        [msgspec.json.encode(clusters).decode(), kept],
    )


async def list_members(conn: Connection, cluster_id: UUID) -> list[ClusterMember]:
    """Return the items of a cluster, the cheapest first."""
    async with conn.cursor(row_factory=struct_row(ClusterMember)) as cursor:
        await cursor.execute(
            """
            SELECT item.id, item.name
            FROM match_cluster_items JOIN supplier_items AS item ON item.id = supplier_item_id
            WHERE cluster_id = %s
            ORDER BY item.current_price, item.id
            """,
            [cluster_id],
        )
        return await cursor.fetchall()


async def delete_cluster(conn: Connection, cluster_id: UUID) -> None:
    """Delete a cluster whose items have a product."""
    await conn.execute("DELETE FROM match_clusters WHERE id = %s", [cluster_id])
