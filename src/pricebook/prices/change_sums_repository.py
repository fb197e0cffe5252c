"""The SQL of the sums of price changes: of all that pass a filter, and by supplier."""

from typing import Any, LiteralString

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.prices.change_scope import ChangeScope
from pricebook.prices.change_selection import (
    old_price_of,
    select_changes,
    select_recorded,
    with_subcategories,
)
from pricebook.prices.schemas import ChangeTotals, PriceChangeFilter, SupplierChanges

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
        SELECT FROM {source} AS change WHERE {conditions} LIMIT %s
    ) AS recorded
"""
TOTALS: LiteralString = """
    SELECT count(*) AS changes, {sums}
    FROM {source} AS change
    JOIN supplier_items AS item ON item.id = change.supplier_item_id {joins}
    WHERE {conditions}
"""
BY_SUPPLIER: LiteralString = """
    SELECT item.supplier_id, supplier.name AS supplier_name, {sums}
    FROM {source} AS change
    JOIN supplier_items AS item ON item.id = change.supplier_item_id {joins}
    JOIN suppliers AS supplier ON supplier.id = item.supplier_id
    WHERE {conditions}
    GROUP BY item.supplier_id, supplier.name
    ORDER BY weighted_percent DESC NULLS LAST, supplier.name
"""


async def list_changes_by_supplier(
    conn: Connection, criteria: PriceChangeFilter, scope: ChangeScope
) -> list[SupplierChanges]:
    """Return the changes that pass the filters, counted by supplier, the highest rise first."""
    async with conn.cursor(row_factory=struct_row(SupplierChanges)) as cursor:
        return await (await cursor.execute(*by_supplier_statement(criteria, scope))).fetchall()


async def count_recorded(
    conn: Connection, criteria: PriceChangeFilter, scope: ChangeScope, most: int
) -> int:
    """Return how many prices changed in the times of a filter, counted up to a limit."""
    selection = select_recorded(criteria, scope)
    statement = RECORDED.format(source=selection.source, conditions=selection.conditions)
    return await fetch_value(conn, statement, [*selection.values, most])


async def total_changes(
    conn: Connection, criteria: PriceChangeFilter, scope: ChangeScope
) -> ChangeTotals:
    """Return the sums of the changes that pass the filters."""
    selection = select_changes(criteria, scope)
    statement, values = with_subcategories(
        criteria,
        TOTALS.format(
            sums=SUMS.format(old_price=old_price_of(criteria)),
            source=selection.source,
            joins=selection.joins,
            conditions=selection.conditions,
        ),
        selection.values,
    )
    async with conn.cursor(row_factory=struct_row(ChangeTotals)) as cursor:
        await cursor.execute(statement, values)
        (totals,) = await cursor.fetchall()
    return totals


def by_supplier_statement(
    criteria: PriceChangeFilter, scope: ChangeScope
) -> tuple[LiteralString, list[Any]]:
    """Return the statement that counts changes by supplier, and its values."""
    selection = select_changes(criteria, scope)
    statement = BY_SUPPLIER.format(
        sums=SUMS.format(old_price=old_price_of(criteria)),
        source=selection.source,
        joins=selection.joins,
        conditions=selection.conditions,
    )
    return with_subcategories(criteria, statement, selection.values)
