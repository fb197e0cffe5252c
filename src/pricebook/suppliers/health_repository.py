"""Reads suppliers with the state of their price lists; nothing here scans the items."""

from datetime import datetime
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.fragments import Fragment, all_of, any_of, compose, fragment
from pricebook.db.keyset import Listing
from pricebook.db.list_pages import ListPage, as_structs, map_rows, read_page
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.db.sort_keys import Key
from pricebook.suppliers.expected_columns import EXPECTED_COLUMNS, ExpectedRow
from pricebook.suppliers.health_schemas import (
    COMPARED_LISTS,
    COUNTED_OF_EACH,
    COUNTED_OF_ONE,
    SHRUNK_SHARE,
    Activity,
    HealthSort,
    Need,
    SupplierCounts,
    SupplierHealth,
    SupplierHealthQuery,
)
from pricebook.suppliers.schemas import LastTask
from pricebook.tasks.schemas import TaskState

# The imported price lists of the row `suppliers` among the newest that arrived. With the inner
# limit only those are read: PostgreSQL expects hardly any row to pass the outer conditions.
IMPORTED_LISTS: LiteralString = """
    SELECT enqueued_at, articles, average_price_change FROM (
        SELECT enqueued_at, state, undone_by, source_config ->> 'mode' AS mode, count_new
            + count_changed + count_unchanged + count_stock_updated + count_quarantined AS articles,
            average_price_change
        FROM ingestion_tasks
        WHERE supplier_id = suppliers.id
            AND state IN ('held', 'succeeded', 'partially_succeeded')
            AND corrections_of IS NULL AND undo_of IS NULL
        ORDER BY enqueued_at DESC
        LIMIT 24
    ) AS arrived
    WHERE state <> 'held' AND undone_by IS NULL AND {condition}
    ORDER BY enqueued_at DESC
"""
IS_FULL = fragment("coalesce(mode, suppliers.metadata #>> '{source_config,mode}', 'full') = 'full'")
FULL_LISTS = compose(IMPORTED_LISTS, condition=IS_FULL)
PRICED_LISTS = compose(IMPORTED_LISTS, condition=fragment("average_price_change IS NOT NULL"))
# Corrections, undos and cancelled imports are no price lists that arrived.
IS_LIST: LiteralString = """
    supplier_id = suppliers.id AND corrections_of IS NULL AND undo_of IS NULL
        AND cancelled_by IS NULL
"""
NEWEST: LiteralString = """
    (SELECT {column} FROM ingestion_tasks
    WHERE {is_list}
    ORDER BY enqueued_at DESC, id DESC LIMIT 1)
"""
IN_FORCE: LiteralString = """
    SELECT task.id, state, enqueued_at, completed_at
    FROM suppliers JOIN ingestion_tasks AS task ON supplier_id = suppliers.id
    WHERE suppliers.id = {id} AND {is_list} AND undone_by IS NULL
        AND state IN ('succeeded', 'partially_succeeded')
    ORDER BY enqueued_at DESC, task.id DESC LIMIT 1
"""
NEWEST_STATE: LiteralString = NEWEST.format(column="state", is_list=IS_LIST)
NEWEST_AT: LiteralString = NEWEST.format(column="enqueued_at", is_list=IS_LIST)
LATE_SINCE: LiteralString = (
    "(SELECT late_since FROM expected_lists WHERE supplier_id = suppliers.id)"
)
ITEMS: LiteralString = """
    (SELECT coalesce(sum(items), 0)::bigint FROM supplier_item_counts
    WHERE supplier_id = suppliers.id)
"""
LATE = fragment("id IN (SELECT supplier_id FROM expected_lists WHERE late_since IS NOT NULL)")
STOPPED: LiteralString = "({newest} IN ('held', 'failed', 'dead')) IS TRUE"
QUARANTINED = fragment("id IN (SELECT supplier_id FROM quarantined_rows WHERE state = 'open')")
UNMATCHED = fragment(
    "EXISTS (SELECT FROM supplier_items WHERE supplier_id = suppliers.id AND product_id IS NULL)"
)
SHRUNK: LiteralString = """
    (SELECT (array_agg(articles ORDER BY enqueued_at DESC))[1]
        < {share} * (array_agg(articles ORDER BY enqueued_at DESC))[2]
    FROM ({lists} LIMIT 2) AS last_lists) IS TRUE
"""
ACTIVITIES: dict[Activity, Fragment] = {
    "active": fragment("is_active"),
    "inactive": fragment("NOT is_active"),
}
LAST = Key("id", "uuid")
ORDERS: dict[HealthSort, tuple[Key, ...]] = {
    "name": (Key("lower(name)", "text"), LAST),
    "late": (Key(LATE_SINCE, "timestamptz", is_nullable=True), LAST),
    "newest": (Key(NEWEST_AT, "timestamptz", is_descending=True, is_nullable=True), LAST),
    "oldest": (Key(NEWEST_AT, "timestamptz", is_nullable=True), LAST),
    "items": (Key(ITEMS, "bigint", is_descending=True), LAST),
}
DETAILS: LiteralString = """
    SELECT {expected}, suppliers.id, suppliers.name, {items} AS items_count,
        (SELECT count(*) FROM (
            SELECT FROM supplier_items
            WHERE supplier_id = suppliers.id AND product_id IS NULL LIMIT {counted}
        ) AS unmatched) AS unmatched_count,
        (SELECT count(*) FROM (
            SELECT FROM quarantined_rows
            WHERE supplier_id = suppliers.id AND state = 'open' LIMIT {counted}
        ) AS quarantined) AS quarantined_count,
        task.id AS task_id, task.state AS task_state, task.enqueued_at AS task_enqueued_at,
        task.completed_at AS task_completed_at, undone_by IS NOT NULL AS newest_is_undone,
        ARRAY(SELECT articles FROM ({lists} LIMIT {compared}) AS lists
            ORDER BY enqueued_at) AS list_sizes,
        ARRAY(SELECT average_price_change FROM ({priced_lists} LIMIT {compared}) AS priced_lists
            ORDER BY enqueued_at) AS price_changes
    FROM suppliers
    LEFT JOIN expected_lists AS expected ON expected.supplier_id = suppliers.id
    LEFT JOIN LATERAL (
        SELECT id, state, enqueued_at, completed_at, undone_by FROM ingestion_tasks
        WHERE {is_list}
        ORDER BY enqueued_at DESC, id DESC
        LIMIT 1
    ) AS task ON true
    WHERE deleting_since IS NULL AND suppliers.id = {id}
"""


class HealthRow(ExpectedRow, frozen=True):
    """A supplier in one row; the columns of a missing task or expected list are null."""

    id: UUID
    name: str
    items_count: int
    unmatched_count: int
    quarantined_count: int
    task_id: UUID | None
    task_state: TaskState
    task_enqueued_at: datetime
    task_completed_at: datetime | None
    newest_is_undone: bool
    list_sizes: list[int]
    price_changes: list[Decimal]

    @property
    def health(self) -> SupplierHealth:
        """The supplier with its newest price list."""
        return SupplierHealth(
            id=self.id,
            name=self.name,
            is_active=self.is_active,
            items_count=self.items_count,
            unmatched_count=self.unmatched_count,
            quarantined_count=self.quarantined_count,
            newest_list=self.task_id
            and LastTask(
                self.task_id, self.task_state, self.task_enqueued_at, self.task_completed_at
            ),
            newest_is_undone=self.newest_is_undone,
            expected_list=self.expected_list,
            list_sizes=self.list_sizes,
            price_changes=self.price_changes,
        )


async def list_suppliers(conn: Connection, query: SupplierHealthQuery) -> ListPage[SupplierHealth]:
    """List a page of the suppliers that pass the filters."""
    found = await read_page(conn, health_listing(query), query.window, as_structs(HealthRow))
    return map_rows(found, lambda row: row.health)


def health_listing(query: SupplierHealthQuery) -> Listing:
    """Return the list of the suppliers that pass the filters.

    Its scope has the sort as a value, so that a position belongs to one sort.
    """
    words = [fragment("search_fold(name) LIKE search_pattern(%s)", each) for each in query.words]
    return Listing(
        table="suppliers",
        scope=fragment("deleting_since IS NULL AND %s::text <> ''", query.sort),
        conditions=all_of(
            *words,
            *([] if query.activity is None else [ACTIVITIES[query.activity]]),
            *([] if query.needs is None else [_condition(query.needs)]),
        ),
        keys=ORDERS[query.sort],
        details=_details(fragment("page.k2"), COUNTED_OF_EACH),
    )


async def find_health(conn: Connection, supplier_id: UUID) -> SupplierHealth | None:
    """Find a supplier with the state of its price lists."""
    statement = _details(fragment("%s", supplier_id), COUNTED_OF_EACH)
    async with conn.cursor(row_factory=struct_row(HealthRow)) as cursor:
        await cursor.execute(statement.text, statement.values)
        row = await cursor.fetchone()
    return row and row.health


async def find_list_in_force(conn: Connection, supplier_id: UUID) -> LastTask | None:
    """Find the newest price list of a supplier that was imported and not undone."""
    statement = compose(IN_FORCE, is_list=IS_LIST, id=fragment("%s", supplier_id))
    async with conn.cursor(row_factory=struct_row(LastTask)) as cursor:
        await cursor.execute(statement.text, statement.values)
        return await cursor.fetchone()


async def count_parts(conn: Connection, supplier_id: UUID) -> SupplierCounts:
    """Count what belongs to a supplier, each up to COUNTED_OF_ONE and one more."""
    async with conn.cursor(row_factory=struct_row(SupplierCounts)) as cursor:
        await cursor.execute(
            """
            SELECT
                (SELECT count(*) FROM (SELECT FROM supplier_items WHERE supplier_id = %(id)s
                    AND product_id IS NULL LIMIT %(most)s) AS unmatched) AS unmatched,
                (SELECT count(*) FROM (SELECT FROM supplier_items WHERE supplier_id = %(id)s
                    AND product_id IS NOT NULL LIMIT %(most)s) AS linked) AS linked,
                (SELECT count(*) FROM (SELECT FROM quarantined_rows WHERE supplier_id = %(id)s
                    AND state = 'open' LIMIT %(most)s) AS quarantined) AS quarantined,
                (SELECT count(*) FROM (SELECT FROM ingestion_tasks WHERE supplier_id = %(id)s
                    LIMIT %(most)s) AS tasks) AS price_lists,
                (SELECT count(*) FROM pricing_rules WHERE supplier_id = %(id)s) AS pricing_rules
            """,
            {"id": supplier_id, "most": COUNTED_OF_ONE + 1},
        )
        (counts,) = await cursor.fetchall()
    return counts


async def has_unmatched(conn: Connection, supplier_id: UUID) -> bool:
    """Return whether a supplier has items without a product."""
    statement = """
        SELECT EXISTS (SELECT FROM supplier_items WHERE supplier_id = %s AND product_id IS NULL)
    """
    return await fetch_value(conn, statement, [supplier_id])


def _details(supplier_id: Fragment, counted: int) -> Fragment:
    return compose(
        DETAILS,
        items=ITEMS,
        expected=EXPECTED_COLUMNS,
        is_list=IS_LIST,
        counted=fragment("%s", counted + 1),
        lists=FULL_LISTS,
        priced_lists=PRICED_LISTS,
        compared=fragment("%s", COMPARED_LISTS),
        id=supplier_id,
    )


def _condition(need: Need) -> Fragment:
    shrunk = compose(SHRUNK, share=fragment("%s", SHRUNK_SHARE), lists=FULL_LISTS)
    single = {
        "late": LATE,
        "stopped": compose(STOPPED, newest=NEWEST_STATE),
        "shrunk": shrunk,
        "quarantined": QUARANTINED,
    }
    if need == "unmatched":
        return UNMATCHED
    return any_of(*single.values()) if need == "anything" else single[need]
