"""The SQL that takes rows whose price is out of line from the plan of a merge into quarantine."""

from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.imports.price_factor import price_factor
from pricebook.pricelists.schemas.read_config import ImportMode

# Costs are compared in the currency of the supplier, where the item had it before. An upcoming cost
# is compared with the present one, unless the item has it already.
COMPARED: LiteralString = """
    SELECT item_id, supplier_sku,
        CASE WHEN has_same_currency THEN old_cost ELSE old_price END AS old,
        CASE WHEN has_same_currency THEN new_cost ELSE current_price END AS new,
        new_cost AS present,
        CASE WHEN next_cost IS DISTINCT FROM old_next_cost THEN next_cost END AS next,
        CASE WHEN has_same_currency THEN currency END AS compared_currency
    FROM (
        SELECT *, currency IS NOT DISTINCT FROM old_currency AS has_same_currency,
            coalesce(cost, current_price) AS new_cost
        FROM planned_item WHERE outcome IN ('changed', 'back')
    ) AS planned
"""
IS_PRICE_OUT_OF_LINE: LiteralString = (
    "(old * %(factor)s::numeric < new OR new * %(factor)s::numeric < old)"
)
IS_NEXT_OUT_OF_LINE: LiteralString = (
    "(present * %(factor)s::numeric < next OR next * %(factor)s::numeric < present)"
)


class OutOfLine(Struct, frozen=True):
    """The rows whose price is out of line: number and median factor (new by old price).

    Rows with a price that was refused before are not among them.
    """

    rows: int
    median_factor: Decimal | None


class LargeChanges(Struct, frozen=True):
    """The number of prices that change by more than a factor, and the largest of these changes."""

    rows: int
    supplier_sku: str
    old: Decimal
    new: Decimal


async def mark_out_of_line(conn: Connection, factor: Decimal) -> OutOfLine:
    """Set factor and reason of planned items whose price changes by more than `factor`, up or down.

    `earlier_id` is that of the quarantined row with the same price, open or refused.
    """
    statement: LiteralString = """
        WITH marked AS (
            UPDATE planned_item AS planned
            SET factor = CASE WHEN {price_out}
                    THEN coalesce(round(new / nullif(old, 0), 6), 'Infinity')
                    ELSE coalesce(round(next / nullif(present, 0), 6), 'Infinity') END,
                reason = format(CASE WHEN {price_out}
                        THEN 'The price changes from %%1$s to %%2$s %%5$s, '
                        ELSE 'The price changes from %%3$s to %%4$s %%5$s on %%6$s, ' END
                        || 'by more than a factor of %%7$s.',
                    trim_scale(old), trim_scale(new), trim_scale(present), trim_scale(next),
                    coalesce(compared_currency, (SELECT currency FROM catalog_settings)),
                    planned.next_from, trim_scale(%(factor)s::numeric)),
                earlier_id = (
                    SELECT earlier.id FROM quarantined_rows AS earlier
                    WHERE earlier.supplier_item_id = planned.item_id
                        AND state IN ('open', 'refused') AND superseded_at IS NULL
                        AND (coalesce(earlier.cost, earlier.price), earlier.currency,
                                earlier.next_cost, earlier.next_from)
                            IS NOT DISTINCT FROM
                            (coalesce(planned.cost, planned.current_price), planned.currency,
                                planned.next_cost, planned.next_from))
            FROM ({compared}) AS compared
            WHERE compared.item_id = planned.item_id AND ({price_out} OR {next_out})
            RETURNING planned.factor, planned.earlier_id
        )
        SELECT count(*) AS rows,
            percentile_disc(0.5) WITHIN GROUP (ORDER BY factor) AS median_factor
        FROM marked
        WHERE NOT EXISTS (
            SELECT FROM quarantined_rows WHERE id = earlier_id AND state = 'refused')
    """
    async with conn.cursor(row_factory=struct_row(OutOfLine)) as cursor:
        await cursor.execute(
            statement.format(
                compared=COMPARED, price_out=IS_PRICE_OUT_OF_LINE, next_out=IS_NEXT_OUT_OF_LINE
            ),
            {"factor": factor},
        )
        (out_of_line,) = await cursor.fetchall()
    return out_of_line


async def find_large_changes(conn: Connection, factor: Decimal) -> LargeChanges | None:
    """Find the planned items that will be updated to a price changed by more than `factor`."""
    statement: LiteralString = """
        SELECT count(*) OVER () AS rows, supplier_sku, old, new
        FROM ({compared}) AS compared WHERE {price_out}
        ORDER BY {factor} DESC, supplier_sku
        LIMIT 1
    """
    async with conn.cursor(row_factory=struct_row(LargeChanges)) as cursor:
        await cursor.execute(
            statement.format(
                compared=COMPARED,
                price_out=IS_PRICE_OUT_OF_LINE,
                factor=price_factor("old", "new"),
            ),
            {"factor": factor},
        )
        return await cursor.fetchone()


async def quarantine_marked(conn: Connection) -> None:
    """Take the planned items with a factor from those that will be updated."""
    await conn.execute("UPDATE planned_item SET outcome = 'quarantined' WHERE factor IS NOT NULL")


async def has_quarantined_rows(conn: Connection, supplier_id: UUID) -> bool:
    """Return whether rows of a supplier are open, or refused by its newest price list."""
    return await fetch_value(
        conn,
        """
        SELECT EXISTS (SELECT FROM quarantined_rows
            WHERE supplier_id = %s AND state IN ('open', 'refused') AND superseded_at IS NULL)
        """,
        [supplier_id],
    )


async def supersede_older_rows(
    conn: Connection, supplier_id: UUID, task_id: UUID, mode: ImportMode
) -> None:
    """Close the rows of the items that this price list names, or all if it is complete.

    A row whose price is quarantined again stays, as does one whose item has only rejected rows,
    unless the price is now on request.
    """
    await conn.execute(
        """
        UPDATE quarantined_rows AS older
        SET superseded_at = now(), superseded_by = %(task_id)s,
            state = CASE WHEN state = 'open' THEN 'superseded' ELSE state END
        FROM (
            SELECT waiting.id, bool_or(error_type IS NULL OR error_type = 'price_on_request')
                FILTER (WHERE staged.row_number IS NOT NULL) AS is_answered
            FROM quarantined_rows AS waiting
            LEFT JOIN staged_row AS staged USING (supplier_sku)
            WHERE supplier_id = %(supplier_id)s AND state IN ('open', 'refused')
                AND superseded_at IS NULL
            GROUP BY waiting.id
        ) AS waiting
        WHERE older.id = waiting.id AND coalesce(is_answered, %(is_full)s)
            AND NOT EXISTS (
                SELECT FROM planned_item WHERE earlier_id = older.id AND outcome = 'quarantined')
        """,
        {"supplier_id": supplier_id, "task_id": task_id, "is_full": mode == "full"},
    )


async def update_repeated_rows(conn: Connection, task_id: UUID) -> None:
    """Give the rows whose price is quarantined again the values of the newest price list."""
    await conn.execute(
        """
        UPDATE quarantined_rows AS earlier
        SET task_id = %s, is_repeated = true, row_number = planned.row_number, name = planned.name,
            price = planned.current_price, characteristics = planned.characteristics,
            exchange_rate = planned.exchange_rate, rate_date = planned.rate_date,
            price_details = planned.price_details, availability = planned.availability,
            old_price = planned.old_price, old_cost = planned.old_cost,
            old_currency = planned.old_currency, factor = nullif(planned.factor, 'Infinity'),
            reason = planned.reason
        FROM planned_item AS planned
        WHERE planned.earlier_id = earlier.id AND outcome = 'quarantined'
        """,
        [task_id],
    )


async def insert_quarantined_rows(conn: Connection, task_id: UUID, supplier_id: UUID) -> None:
    """Store the quarantined rows with their values and the reason, unless they were before."""
    await conn.execute(
        """
        INSERT INTO quarantined_rows (task_id, supplier_id, supplier_item_id, row_number,
            supplier_sku, name, price, characteristics, currency, cost, exchange_rate, rate_date,
            price_details, availability, next_cost, next_from, old_price, old_cost, old_currency,
            factor, reason)
        SELECT %(task_id)s, %(supplier_id)s, item_id, row_number, supplier_sku, name,
            current_price, characteristics, currency, cost, exchange_rate, rate_date,
            price_details, availability, next_cost, next_from, old_price, old_cost, old_currency,
            nullif(factor, 'Infinity'), reason
        FROM planned_item WHERE outcome = 'quarantined' AND earlier_id IS NULL
        """,
        {"task_id": task_id, "supplier_id": supplier_id},
    )
