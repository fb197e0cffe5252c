"""The SQL of price changes: a page, and all of them."""

from collections.abc import AsyncGenerator
from typing import Any, LiteralString, NamedTuple

from pricebook.db.database import Connection
from pricebook.prices.change_scope import ChangeScope, find_scope
from pricebook.prices.change_selection import (
    MARGIN,
    PERCENT,
    old_price_of,
    select_changes,
    select_recorded,
    with_subcategories,
)
from pricebook.prices.margin_columns import margins
from pricebook.prices.schemas import (
    ChangePosition,
    ChangeSort,
    PriceChange,
    PriceChangeExport,
    PriceChangeQuery,
)

EXPORT_ROWS = 1_000


class SortOrder(NamedTuple):
    """The expression by which changes are sorted, as its index has it, and the direction."""

    key: LiteralString
    direction: LiteralString


SORTS: dict[ChangeSort, SortOrder] = {
    "margin_loss": SortOrder(MARGIN, "ASC"),
    "margin_gain": SortOrder(MARGIN, "DESC"),
    "percent_up": SortOrder(PERCENT, "DESC"),
    "percent_down": SortOrder(PERCENT, "ASC"),
    "newest": SortOrder("change.recorded_at", "DESC"),
}
# A few changes are sorted before items are joined to those of the page.
SORTED: LiteralString = """
    (SELECT change.*, {key} AS sort_key FROM {few} AS change
    ORDER BY {key} {direction}, change.recorded_at {direction}, change.id {direction})
"""
# Whether a loss is addressed is seen at its product: so many are looked at for a page.
MAX_LOSSES = 10_000
LOSSES: LiteralString = """
    SELECT change.*, {key} AS sort_key FROM {source} AS change WHERE {conditions} AND {margin} < 0
    ORDER BY {key} {direction}, change.recorded_at {direction}, change.id {direction}
"""
LAST_LOSS: LiteralString = """
    SELECT sort_key, recorded_at, id FROM ({losses} OFFSET %s LIMIT 1) AS change
"""
# Of an item, an undone change and the one that took it back have the same undo; this one is later.
STATE: LiteralString = """
    CASE WHEN change.undone_by IS NULL THEN 'counted'
        WHEN EXISTS (
            SELECT FROM price_history AS restored
            WHERE restored.supplier_item_id = change.supplier_item_id
                AND restored.undone_by = change.undone_by
                AND restored.recorded_at > change.recorded_at)
        THEN 'undone' ELSE 'restored' END
"""
# The import that wrote a change did so in its one transaction. As those of a supplier follow each
# other, it is the first to end after the change; a few more are looked at for the case of doubt.
TASK: LiteralString = """
    (SELECT id FROM (
        SELECT task.id, task.changes_at FROM ingestion_tasks AS task
        WHERE task.supplier_id = item.supplier_id AND task.completed_at >= change.created_at
            AND task.state IN ('succeeded', 'partially_succeeded')
        ORDER BY task.completed_at LIMIT 3
    ) AS next WHERE changes_at = change.created_at)
"""
COLUMNS: dict[type[Any], LiteralString] = {
    PriceChangeQuery: """change.key, change.id, change.recorded_at, item.supplier_id,
        supplier.name AS supplier_name, change.supplier_item_id, item.supplier_sku, item.name,
        change.product_id, product.internal_sku, product.name AS product_name, change.{old_price},
        change.price, change.change_percent::float8, change.margin_change,
        change.margin_points::float8, {margin_before}::float8, {margin_after}::float8,
        product.margin_percentage::float8, change.undone_by, {state}, {task}""",
    PriceChangeExport: """change.recorded_at, supplier.name, item.supplier_sku, item.name,
        product.internal_sku, product.name, change.{old_price}, change.price, change.change_percent,
        change.margin_change, change.margin_points, product.margin_percentage, {margin_before},
        {margin_after}, (SELECT currency FROM catalog_settings), {state}, change.undone_by,
        {task}""",
}
# The page is found first: with its names joined before, PostgreSQL would estimate for all changes.
# Items that were deleted have a history, but count neither for the page nor for its end.
CHANGES: LiteralString = """
    SELECT {columns}
    FROM (
        SELECT change.*, {key} AS key
        FROM {source} AS change
        JOIN supplier_items AS item ON item.id = change.supplier_item_id {joins}
        WHERE {conditions}
        ORDER BY {key} {direction}, change.recorded_at {direction}, change.id {direction}
        {limit}
    ) AS change
    JOIN supplier_items AS item ON item.id = change.supplier_item_id
    JOIN suppliers AS supplier ON supplier.id = item.supplier_id
    LEFT JOIN products AS product ON product.id = change.product_id
    ORDER BY change.key {direction}, change.recorded_at {direction}, change.id {direction}
"""


async def list_changes(
    conn: Connection, query: PriceChangeQuery, scope: ChangeScope
) -> list[tuple[ChangePosition, PriceChange]]:
    """Return the changes of a page and the first of the next one, with their positions."""
    cursor = await conn.execute(*changes_statement(query, scope))
    return [
        (_position(query.sort, key, change), change)
        for key, change in ((key, PriceChange(*fields)) for key, *fields in await cursor.fetchall())
    ]


async def stream_changes(
    conn: Connection, query: PriceChangeExport
) -> AsyncGenerator[list[tuple[Any, ...]]]:
    """Yield all changes that pass the filters in batches; needs a transaction."""
    scope = await find_scope(conn, query)
    async with conn.cursor(name="export") as cursor:
        await cursor.execute(*changes_statement(query, scope))
        while rows := await cursor.fetchmany(EXPORT_ROWS):
            yield rows


def changes_statement(
    query: PriceChangeQuery | PriceChangeExport, scope: ChangeScope
) -> tuple[LiteralString, list[Any]]:
    """Return the statement that reads a page of changes or all, and its values."""
    sort = SORTS[query.sort]
    selection = select_changes(query, scope)
    source = selection.source
    by_sort_key = SortOrder("change.sort_key", sort.direction)
    conditions, values, limit = selection.conditions, selection.values, ""
    if scope.few_of is not None:
        source = SORTED.format(few=source, key=sort.key, direction=sort.direction)
        sort = by_sort_key
    elif isinstance(query, PriceChangeQuery) and query.unaddressed:
        losses, first_values = _losses(query, scope)
        source, values = f"({losses} LIMIT %s)", [*first_values, MAX_LOSSES, *values]
        sort = by_sort_key
    if isinstance(query, PriceChangeQuery):
        limit = "LIMIT %s"
        if query.after is not None:
            condition, position = _after(sort, query.after)
            conditions += condition
            values = [*values, *position]
        values = [*values, query.limit + 1]
    old_price = old_price_of(query)
    margin_before, margin_after = margins(old_price)
    statement = CHANGES.format(
        columns=COLUMNS[type(query)].format(
            old_price=old_price,
            margin_before=margin_before,
            margin_after=margin_after,
            state=STATE,
            task=TASK,
        ),
        key=sort.key,
        direction=sort.direction,
        source=source,
        joins=selection.joins,
        conditions=conditions,
        limit=limit,
    )
    return with_subcategories(query, statement, values)


async def find_last_loss(
    conn: Connection, query: PriceChangeQuery, scope: ChangeScope
) -> ChangePosition | None:
    """Return the position of the last loss that a page of unaddressed ones has read.

    None if it has read all of them.
    """
    if scope.few_of is not None:
        return None
    losses, values = _losses(query, scope)
    cursor = await conn.execute(LAST_LOSS.format(losses=losses), [*values, MAX_LOSSES - 1])
    found = await cursor.fetchone()
    if found is None:
        return None
    key, recorded_at, change_id = found
    return ChangePosition(None if query.sort == "newest" else key, recorded_at, change_id)


def _losses(query: PriceChangeQuery, scope: ChangeScope) -> tuple[LiteralString, list[Any]]:
    """Return the statement of the losses after a page in their order, addressed or not."""
    sort = SORTS[query.sort]
    selection = select_recorded(query, scope)
    after, position = ("", []) if query.after is None else _after(sort, query.after)
    statement = LOSSES.format(
        source=selection.source,
        conditions=selection.conditions + after,
        margin=MARGIN,
        key=sort.key,
        direction=sort.direction,
    )
    return statement, [*selection.values, *position]


def _after(sort: SortOrder, position: ChangePosition) -> tuple[LiteralString, list[Any]]:
    """Return the condition of the changes after a position."""
    comparison: LiteralString = ">" if sort.direction == "ASC" else "<"
    if position.key is None:
        return (
            f" AND (change.recorded_at, change.id) {comparison} (%s, %s)",
            [position.recorded_at, position.id],
        )
    return (
        f" AND ({sort.key}, change.recorded_at, change.id) {comparison} (%s, %s, %s)",
        [position.key, position.recorded_at, position.id],
    )


def _position(sort: ChangeSort, key: Any, change: PriceChange) -> ChangePosition:
    return ChangePosition(None if sort == "newest" else key, change.recorded_at, change.id)
