"""The SQL of clusters: unmatched items of several suppliers that are likely one article."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

import msgspec
from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.fragments import all_of, compose, fragment
from pricebook.db.keyset import Listing
from pricebook.db.list_pages import ListPage, as_structs, group_rows, read_page
from pricebook.db.row_types import struct_row
from pricebook.db.sort_keys import Key
from pricebook.matching.cluster_schemas import Cluster, ClusterQuery
from pricebook.matching.repository import WITHOUT_LIKELY
from pricebook.matching.schemas import MatchItem

# Each item of a cluster is read to count it.
MAX_COUNTED = 1_000
# A cluster of which an item was linked, or is suggested a product that was made since, is none.
WITHOUT_PRODUCT: LiteralString = """
    (SELECT bool_and(item.product_id IS NULL AND {without_likely})
    FROM match_cluster_items AS member
    JOIN supplier_items AS item ON item.id = member.supplier_item_id
    LEFT JOIN match_items AS examined ON examined.supplier_item_id = item.id
    WHERE member.cluster_id = match_clusters.id)
"""
OF_SUPPLIER: LiteralString = """
    EXISTS (
        SELECT FROM match_cluster_items AS member
        JOIN supplier_items AS item ON item.id = member.supplier_item_id
        WHERE member.cluster_id = match_clusters.id AND item.supplier_id = %s)
"""
CLUSTERS = Listing(
    table="match_clusters",
    unestimated=compose(WITHOUT_PRODUCT, without_likely=WITHOUT_LIKELY),
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


class ProductFacts(Struct, frozen=True):
    """What an item says about the product that is to be made of it."""

    name: str
    gtin: str | None
    mpn: str | None
    brand: str | None
    category: str | None


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


async def list_clusters(conn: Connection, query: ClusterQuery) -> ListPage[Cluster]:
    """Return a page of the clusters whose items have no product, the likeliest first."""
    listing = CLUSTERS
    if query.supplier_id is not None:
        of_supplier = fragment(OF_SUPPLIER, query.supplier_id)
        listing = msgspec.structs.replace(
            CLUSTERS, unestimated=all_of(of_supplier, CLUSTERS.unestimated)
        )
    found = await read_page(conn, listing, query.window, as_structs(ClusterRow))
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

    The id of a cluster follows from its items: the same items are the same cluster in each run.
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
            SELECT score, reasons, items, number
            FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS element (each, number)
            CROSS JOIN LATERAL jsonb_to_record(each)
                AS given (score float8, reasons text[], items uuid[])
        ), member AS MATERIALIZED (
            SELECT DISTINCT ON (item_id) item_id, number
            FROM found CROSS JOIN unnest(items) AS item_id
            WHERE item_id = ANY (%s) ORDER BY item_id, number
        ), cluster AS MATERIALIZED (
            SELECT number, md5(string_agg(item_id::text, ' ' ORDER BY item_id))::uuid AS id
            FROM member GROUP BY number
        ), stored AS (
            INSERT INTO match_clusters (id, score, reasons)
            SELECT cluster.id, score, reasons FROM cluster JOIN found USING (number)
        )
        INSERT INTO match_cluster_items (supplier_item_id, cluster_id)
        SELECT item_id, cluster.id FROM member JOIN cluster USING (number)
        """,
        [msgspec.json.encode(clusters).decode(), kept],
    )


async def list_members(conn: Connection, cluster_id: UUID) -> list[UUID]:
    """Return the ids of the items of a cluster."""
    cursor = await conn.execute(
        "SELECT supplier_item_id FROM match_cluster_items WHERE cluster_id = %s", [cluster_id]
    )
    return [item_id for (item_id,) in await cursor.fetchall()]


async def list_facts(conn: Connection, item_ids: Sequence[UUID]) -> list[ProductFacts]:
    """Return what items say about their product, the cheapest first."""
    async with conn.cursor(row_factory=struct_row(ProductFacts)) as cursor:
        await cursor.execute(
            """
            SELECT name, price_details ->> 'gtin' AS gtin, price_details ->> 'mpn' AS mpn,
                price_details ->> 'brand' AS brand, characteristics ->> 'category' AS category
            FROM supplier_items WHERE id = ANY (%s) ORDER BY current_price, id
            """,
            [list(item_ids)],
        )
        return await cursor.fetchall()
