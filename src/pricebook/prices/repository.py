"""The SQL of price changes: a page, all of them, and their sums by supplier."""

from collections.abc import AsyncGenerator
from datetime import datetime
from decimal import Decimal
from typing import Any, LiteralString, NamedTuple

from pricebook.categories.subtree import IN_SUBTREE, with_subtree
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.prices.change_scope import ChangeScope, find_scope
from pricebook.prices.margin_columns import margins
from pricebook.prices.schemas import (
    ChangePosition,
    ChangeSort,
    ChangeTotals,
    PriceChange,
    PriceChangeExport,
    PriceChangeFilter,
    PriceChangeQuery,
    SupplierChanges,
)

EXPORT_ROWS = 1_000


class SortOrder(NamedTuple):
    """The expression by which changes are sorted, as its index has it, and the direction."""

    key: LiteralString
    direction: LiteralString


MARGIN: LiteralString = "coalesce(change.margin_points, 0)"
PERCENT: LiteralString = "coalesce(change.change_percent, 'Infinity')"
SORTS: dict[ChangeSort, SortOrder] = {
    "margin_loss": SortOrder(MARGIN, "ASC"),
    "margin_gain": SortOrder(MARGIN, "DESC"),
    "percent_up": SortOrder(PERCENT, "DESC"),
    "percent_down": SortOrder(PERCENT, "ASC"),
    "newest": SortOrder("change.recorded_at", "DESC"),
}
COLUMNS: dict[type[Any], LiteralString] = {
    PriceChangeQuery: """change.key, change.id, change.recorded_at, item.supplier_id,
        supplier.name AS supplier_name, change.supplier_item_id, item.supplier_sku, item.name,
        change.product_id, product.internal_sku, product.name AS product_name, change.{old_price},
        change.price, change.change_percent::float8, change.margin_change,
        change.margin_points::float8, {margin_before}::float8, {margin_after}::float8,
        product.margin_percentage::float8, change.undone_by""",
    PriceChangeExport: """change.recorded_at, supplier.name, item.supplier_sku, item.name,
        product.internal_sku, product.name, change.{old_price}, change.price, change.change_percent,
        change.margin_change, change.margin_points, product.margin_percentage, {margin_before},
        {margin_after}""",
}
# The page is found first: with its names joined before, PostgreSQL would estimate for all changes.
# Items that were deleted have a history, but count neither for the page nor for its end.
CHANGES: LiteralString = """
    SELECT {columns}
    FROM (
        SELECT change.*, {key} AS key
        FROM price_history AS change
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
SUMS: LiteralString = """
        count(*) FILTER (WHERE change.price > change.{old_price}) AS raised,
        count(*) FILTER (WHERE change.price < change.{old_price}) AS lowered,
        round(percentile_cont(0.5) WITHIN GROUP (ORDER BY change.change_percent::float8)::numeric,
            2)::float8 AS median_percent,
        round(sum(change.price - change.{old_price}) * 100 / nullif(sum(change.{old_price}), 0),
            2)::float8 AS weighted_percent,
        count(*) FILTER (WHERE change.margin_change < 0) AS margin_losses,
        count(*) FILTER (WHERE change.margin_change > 0) AS margin_gains,
        coalesce(sum(change.margin_change), 0) AS margin_change
"""
RECORDED: LiteralString = """
    SELECT count(*) FROM (
        SELECT FROM price_history
        WHERE {old_price} IS NOT NULL AND recorded_at >= %s AND recorded_at < %s {written}
        LIMIT %s
    ) AS recorded
"""
TOTALS: LiteralString = """
    SELECT count(*) AS changes, {sums}
    FROM price_history AS change
    JOIN supplier_items AS item ON item.id = change.supplier_item_id {joins}
    WHERE {conditions}
"""
BY_SUPPLIER: LiteralString = """
    SELECT item.supplier_id, supplier.name AS supplier_name, {sums}
    FROM price_history AS change
    JOIN supplier_items AS item ON item.id = change.supplier_item_id {joins}
    JOIN suppliers AS supplier ON supplier.id = item.supplier_id
    WHERE {conditions}
    GROUP BY item.supplier_id, supplier.name
    ORDER BY weighted_percent DESC NULLS LAST, supplier.name
"""
# By the target price of the time, to which the points are rounded: it is that of today, then. A
# CASE, whose share of the changes the planner takes for half, so that it reads them in their order.
UNADDRESSED: LiteralString = f"""
    AND {MARGIN} < 0
    AND CASE WHEN product.target_price > 0 THEN
        round(change.margin_change * 100 / product.target_price, 2) = change.margin_points END
"""
OF_PRODUCT: LiteralString = " JOIN products AS product ON product.id = change.product_id"


class Selection(NamedTuple):
    """The conditions of a filter, their values, and the joins that they need."""

    conditions: LiteralString
    values: list[Any]
    joins: LiteralString
    with_subcategories: bool


async def list_changes(
    conn: Connection, query: PriceChangeQuery
) -> list[tuple[ChangePosition, PriceChange]]:
    """Return the changes of a page and the first of the next one, with their positions."""
    cursor = await conn.execute(*changes_statement(query, await find_scope(conn, query)))
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


async def list_changes_by_supplier(
    conn: Connection, criteria: PriceChangeFilter
) -> list[SupplierChanges]:
    """Return the changes that pass the filters, counted by supplier, the highest rise first."""
    scope = await find_scope(conn, criteria)
    async with conn.cursor(row_factory=struct_row(SupplierChanges)) as cursor:
        return await (await cursor.execute(*by_supplier_statement(criteria, scope))).fetchall()


async def count_recorded(conn: Connection, criteria: PriceChangeFilter, most: int) -> int:
    """Return how many prices changed in the days of a filter, counted up to a limit."""
    scope = await find_scope(conn, criteria)
    written, values = _written("created_at", scope)
    statement = RECORDED.format(old_price=_old_price(criteria), written=written)
    return await fetch_value(conn, statement, [scope.begin, scope.end, *values, most])


async def total_changes(conn: Connection, criteria: PriceChangeFilter) -> ChangeTotals:
    """Return the sums of the changes that pass the filters."""
    selection = _select(criteria, await find_scope(conn, criteria))
    statement, values = _with_subtree(
        criteria,
        TOTALS.format(
            sums=SUMS.format(old_price=_old_price(criteria)),
            joins=selection.joins,
            conditions=selection.conditions,
        ),
        selection.values,
    )
    async with conn.cursor(row_factory=struct_row(ChangeTotals)) as cursor:
        await cursor.execute(statement, values)
        (totals,) = await cursor.fetchall()
    return totals


def changes_statement(
    query: PriceChangeQuery | PriceChangeExport, scope: ChangeScope
) -> tuple[LiteralString, list[Any]]:
    """Return the statement that reads a page of changes or all, and its values."""
    sort = SORTS[query.sort]
    selection = _select(query, scope)
    conditions, values, limit = selection.conditions, selection.values, ""
    if isinstance(query, PriceChangeQuery):
        limit = "LIMIT %s"
        if query.after is not None:
            condition, position = _after(sort, query.after)
            conditions += condition
            values = [*values, *position]
        values = [*values, query.limit + 1]
    old_price = _old_price(query)
    margin_before, margin_after = margins(old_price)
    statement = CHANGES.format(
        columns=COLUMNS[type(query)].format(
            old_price=old_price, margin_before=margin_before, margin_after=margin_after
        ),
        key=sort.key,
        direction=sort.direction,
        joins=selection.joins,
        conditions=conditions,
        limit=limit,
    )
    return _with_subtree(query, statement, values)


def by_supplier_statement(
    criteria: PriceChangeFilter, scope: ChangeScope
) -> tuple[LiteralString, list[Any]]:
    """Return the statement that counts changes by supplier, and its values."""
    selection = _select(criteria, scope)
    statement = BY_SUPPLIER.format(
        sums=SUMS.format(old_price=_old_price(criteria)),
        joins=selection.joins,
        conditions=selection.conditions,
    )
    return _with_subtree(criteria, statement, selection.values)


def _with_subtree(
    criteria: PriceChangeFilter, statement: LiteralString, values: list[Any]
) -> tuple[LiteralString, list[Any]]:
    if criteria.category_id is None or not criteria.include_subcategories:
        return statement, values
    return with_subtree(statement), [criteria.category_id, *values]


def _written(column: LiteralString, scope: ChangeScope) -> tuple[LiteralString, list[datetime]]:
    """Return the condition of the transaction that wrote the changes."""
    return ("", []) if scope.written_at is None else (f"AND {column} = %s", [scope.written_at])


def _select(criteria: PriceChangeFilter, scope: ChangeScope) -> Selection:
    """Return what a filter selects from price_history, to which `item` is joined."""
    conditions: LiteralString = (
        f"change.{_old_price(criteria)} IS NOT NULL"
        " AND change.recorded_at >= %s AND change.recorded_at < %s"
    )
    written, written_values = _written("change.created_at", scope)
    conditions += f" {written}"
    values: list[Any] = [scope.begin, scope.end, *written_values]
    joins: LiteralString = ""
    if criteria.supplier_id is not None:
        conditions += " AND item.supplier_id = %s"
        values.append(criteria.supplier_id)
    if criteria.category_id is not None or criteria.unaddressed:
        joins = OF_PRODUCT
    if criteria.unaddressed:
        conditions += UNADDRESSED
    if criteria.category_id is not None:
        if criteria.include_subcategories:
            conditions += f" AND product.{IN_SUBTREE}"
        else:
            conditions += " AND product.category_id = %s"
            values.append(criteria.category_id)
    if criteria.linked is not None:
        conditions += f" AND change.product_id IS {'NOT' if criteria.linked else ''} NULL"
    size, sizes = _size_condition(criteria)
    return Selection(conditions + size, [*values, *sizes], joins, criteria.include_subcategories)


def _old_price(criteria: PriceChangeFilter) -> LiteralString:
    """Return the column of the price before, which only the changes in question have."""
    return "undone_old_price" if criteria.undone else "old_price"


def _size_condition(criteria: PriceChangeFilter) -> tuple[LiteralString, list[Decimal]]:
    """Return the condition of direction and percentage, by the expression of the index."""
    least = criteria.min_percent
    old_price = _old_price(criteria)
    if criteria.direction == "up":
        condition: LiteralString = f" AND change.price > change.{old_price}"
        return (f"{condition} AND {PERCENT} >= %s", [least]) if least else (condition, [])
    if criteria.direction == "down":
        condition = f" AND change.price < change.{old_price}"
        return (f"{condition} AND {PERCENT} <= %s", [-least]) if least else (condition, [])
    return (f" AND ({PERCENT} >= %s OR {PERCENT} <= %s)", [least, -least]) if least else ("", [])


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
