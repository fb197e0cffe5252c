"""What a filter selects of the price changes, in SQL."""

from decimal import Decimal
from typing import Any, LiteralString, NamedTuple

from pricebook.categories.subtree import IN_SUBTREE, with_subtree
from pricebook.prices.change_scope import MAX_FEW, OF_SUPPLIER, ChangeScope
from pricebook.prices.schemas import PriceChangeFilter

MARGIN: LiteralString = "coalesce(change.margin_points, 0)"
PERCENT: LiteralString = "coalesce(change.change_percent, 'Infinity')"
# The target price is that of the time of the change. Changes that were recorded before migration
# 0057 have none: with that of today their points are the same. A CASE, whose share of the changes
# the planner takes for half, so that it reads them in their order.
UNADDRESSED: LiteralString = f"""
    AND {MARGIN} < 0
    AND CASE WHEN product.target_price > 0 THEN coalesce(
        product.target_price = change.target_price,
        round(change.margin_change * 100 / product.target_price, 2) = change.margin_points) END
"""
OF_PRODUCT: LiteralString = " JOIN products AS product ON product.id = change.product_id"


class Selection(NamedTuple):
    """The rows of a filter, its conditions, the values of both, and the joins that they need."""

    source: LiteralString
    conditions: LiteralString
    values: list[Any]
    joins: LiteralString


def with_subcategories(
    criteria: PriceChangeFilter, statement: LiteralString, values: list[Any]
) -> tuple[LiteralString, list[Any]]:
    """Return a statement and its values with the subcategories of a filter, if it wants them."""
    if criteria.category_id is None or not criteria.include_subcategories:
        return statement, values
    return with_subtree(statement), [criteria.category_id, *values]


def select_recorded(criteria: PriceChangeFilter, scope: ChangeScope) -> Selection:
    """Return all changes of the times of a filter; of its supplier only if these are few."""
    source: LiteralString = "price_history"
    values: list[Any] = []
    if scope.few_of is not None:
        source = f"({OF_SUPPLIER})"
        values = [scope.few_of, scope.few_of, scope.begin, scope.end, MAX_FEW]
    conditions: LiteralString = (
        f"change.{old_price_of(criteria)} IS NOT NULL"
        " AND change.recorded_at >= %s AND change.recorded_at < %s"
    )
    values += [scope.begin, scope.end]
    if scope.written_at is not None:
        conditions += " AND change.created_at = %s"
        values.append(scope.written_at)
    return Selection(source, conditions, values, "")


def select_changes(criteria: PriceChangeFilter, scope: ChangeScope) -> Selection:
    """Return what a filter selects, to which `item` is joined."""
    source, conditions, values, joins = select_recorded(criteria, scope)
    # Items stay with their supplier: of changes that are read by it, the index of items has enough.
    if criteria.supplier_id is not None and scope.few_of is None:
        conditions += (
            " AND (change.supplier_id = %s OR change.supplier_id IS NULL) AND item.supplier_id = %s"
        )
        values += [criteria.supplier_id] * 2
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
    return Selection(source, conditions + size, [*values, *sizes], joins)


def old_price_of(criteria: PriceChangeFilter) -> LiteralString:
    """Return the column of the price before, which only the changes in question have."""
    return "undone_old_price" if criteria.undone else "old_price"


def _size_condition(criteria: PriceChangeFilter) -> tuple[LiteralString, list[Decimal]]:
    """Return the condition of direction and percentage, by the expression of the index."""
    least = criteria.min_percent
    old_price = old_price_of(criteria)
    if criteria.direction == "up":
        condition: LiteralString = f" AND change.price > change.{old_price}"
        return (f"{condition} AND {PERCENT} >= %s", [least]) if least else (condition, [])
    if criteria.direction == "down":
        condition = f" AND change.price < change.{old_price}"
        return (f"{condition} AND {PERCENT} <= %s", [-least]) if least else (condition, [])
    return (f" AND ({PERCENT} >= %s OR {PERCENT} <= %s)", [least, -least]) if least else ("", [])
