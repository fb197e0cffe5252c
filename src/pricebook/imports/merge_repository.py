"""The SQL of a merge: compares the staged rows with the items in one query, applies them in two.

All of it runs in one transaction. The temporary table `planned_item` (the changes to the supplier's
items, with the values that each will have) is dropped at its end.
"""

from typing import LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.imports.importer_schemas import PlannedRow
from pricebook.imports.replaced_values import ReplacedValues

# The columns of an item that a price list sets, as they are named in both tables.
ITEM_COLUMNS: LiteralString = """
    name, current_price, characteristics, currency, cost, exchange_rate, rate_date, price_details,
    availability, next_cost, next_from
"""

# What is kept of an item to undo the merge, beside its old price, cost, currency and texts.
BEFORE: LiteralString = """
    item.exchange_rate AS old_exchange_rate, item.rate_date AS old_rate_date,
    item.next_from AS old_next_from, item.price_outdated_since AS old_outdated_since,
    item.last_ingested_at AS old_ingested_at, item.absent_since AS old_absent_since
"""
# What the item has after the merge. A row without a price leaves the present price and how it was
# derived. An upcoming price stays where the price list has no column for one and the same price.
MERGED: LiteralString = """
    SELECT jsonb_strip_nulls(coalesce(item.characteristics, '{}') || staged.characteristics)
            AS characteristics,
        CASE WHEN staged.price IS NULL THEN item.current_price ELSE staged.price END
            AS current_price,
        CASE WHEN staged.price IS NULL THEN item.currency ELSE staged.currency END AS currency,
        CASE WHEN staged.price IS NULL THEN item.cost ELSE staged.cost END AS cost,
        CASE WHEN staged.price IS NULL THEN item.exchange_rate ELSE staged.exchange_rate END
            AS exchange_rate,
        CASE WHEN staged.price IS NULL THEN item.rate_date ELSE staged.rate_date END AS rate_date,
        CASE WHEN staged.price IS NULL THEN item.price_details
            WHEN item.price_details IS NULL THEN staged.details
            ELSE nullif((item.price_details - %(details)s::text[])
                || coalesce(staged.details, '{}'), '{}') END AS price_details,
        CASE WHEN item.availability IS NULL THEN nullif(staged.availability, '{}')
            ELSE nullif((item.availability - %(availability)s::text[])
                || coalesce(staged.availability, '{}'), '{}') END AS availability,
        CASE WHEN keeps.upcoming THEN item.next_cost ELSE staged.next_price END AS next_cost,
        CASE WHEN keeps.upcoming THEN item.next_from ELSE staged.next_from END AS next_from,
        CASE WHEN staged.price IS NULL THEN item.price_outdated_since END AS price_outdated_since
    FROM (
        SELECT item.next_from IS NOT NULL AND NOT %(upcoming)s
            AND (coalesce(item.cost, item.current_price), item.currency) IS NOT DISTINCT FROM
                (coalesce(staged.cost, staged.price), staged.currency) AS upcoming
    ) AS keeps
"""
# Most rows repeat their item: such rows are left out before the merged values are computed.
REPEATS: LiteralString = """
    coalesce(item.absent_since IS NULL AND item.price_outdated_since IS NULL
        AND item.name = staged.name AND item.current_price = staged.price
        AND item.characteristics = jsonb_strip_nulls(staged.characteristics)
        AND (item.cost, item.currency, item.price_details, item.availability, item.next_cost,
                item.next_from)
            IS NOT DISTINCT FROM (staged.cost, staged.currency, staged.details,
                nullif(staged.availability, '{}'), staged.next_price, staged.next_from), false)
"""
CREATE_PLAN: LiteralString = """
    CREATE TEMPORARY TABLE planned_item ON COMMIT DROP AS
    SELECT CASE WHEN item.id IS NULL THEN 'new'
            WHEN item.absent_since IS NOT NULL THEN 'back'
            WHEN (item.name, coalesce(item.cost, item.current_price), item.currency,
                    item.characteristics, item.price_details, item.next_cost, item.next_from,
                    item.price_outdated_since)
                IS DISTINCT FROM
                (staged.name, coalesce(merged.cost, merged.current_price), merged.currency,
                    merged.characteristics, merged.price_details, merged.next_cost,
                    merged.next_from, merged.price_outdated_since) THEN 'changed'
            WHEN item.availability IS DISTINCT FROM merged.availability THEN 'stock_updated'
            ELSE 'rate' END AS outcome,
        item.id AS item_id, staged.row_number, staged.supplier_sku, staged.name, merged.*,
        item.current_price AS old_price, coalesce(item.cost, item.current_price) AS old_cost,
        item.currency AS old_currency, item.next_cost AS old_next_cost,
        {before},
        CASE WHEN item.name <> staged.name THEN item.name END AS old_name,
        CASE WHEN item.characteristics <> merged.characteristics THEN item.characteristics
            END AS old_characteristics,
        CASE WHEN item.price_details IS DISTINCT FROM merged.price_details
            THEN coalesce(item.price_details, 'null') END AS old_price_details,
        CASE WHEN item.availability IS DISTINCT FROM merged.availability
            THEN coalesce(item.availability, 'null') END AS old_availability,
        NULL::numeric AS factor, NULL::text AS reason, NULL::uuid AS earlier_id
    FROM staged_row AS staged
    LEFT JOIN supplier_items AS item
        ON item.supplier_id = %(supplier_id)s AND item.supplier_sku = staged.supplier_sku
    CROSS JOIN LATERAL ({merged}) AS merged
    WHERE staged.error_type IS NULL
        AND NOT {repeats}
        AND (item.name, item.current_price, item.cost, item.currency, item.characteristics,
                item.absent_since, item.price_details, item.availability, item.next_cost,
                item.next_from, item.price_outdated_since)
            IS DISTINCT FROM (staged.name, merged.current_price, merged.cost, merged.currency,
                merged.characteristics, NULL, merged.price_details, merged.availability,
                merged.next_cost, merged.next_from, merged.price_outdated_since)
"""
PLAN_UNNAMED: LiteralString = """
    INSERT INTO planned_item
        (outcome, item_id, supplier_sku, {columns}, price_outdated_since, old_price, old_cost,
         old_currency, old_next_cost, old_exchange_rate, old_rate_date, old_next_from,
         old_outdated_since, old_ingested_at, old_absent_since)
    SELECT %(outcome)s, id, supplier_sku, {columns}, {outdated}, current_price,
        coalesce(cost, current_price), currency, next_cost, {before}
    FROM supplier_items AS item
    WHERE supplier_id = %(supplier_id)s AND absent_since IS NULL AND {condition}
"""
IS_NOT_NAMED: LiteralString = """
    NOT EXISTS (SELECT FROM staged_row WHERE staged_row.supplier_sku = item.supplier_sku)
"""
IS_ON_REQUEST: LiteralString = """
    price_outdated_since IS NULL
    AND EXISTS (
        SELECT FROM staged_row
        WHERE staged_row.supplier_sku = item.supplier_sku AND error_type = 'price_on_request')
    AND NOT EXISTS (
        SELECT FROM staged_row
        WHERE staged_row.supplier_sku = item.supplier_sku AND error_type IS NULL)
"""


async def disable_nested_loops(conn: Connection) -> None:
    """Keep the planner from nested loops for the rest of the transaction.

    Right after a first import there are no statistics of the supplier's items. The planner then
    estimates one or two of them and scans all of them for each staged row, which takes hours.
    """
    await conn.execute("SELECT set_config('enable_nestloop', 'off', true)")


async def enable_nested_loops(conn: Connection) -> None:
    """Allow nested loops again for the rest of the transaction."""
    await conn.execute("SELECT set_config('enable_nestloop', 'on', true)")


async def create_merge_plan(conn: Connection, supplier_id: UUID, replaced: ReplacedValues) -> None:
    """Create `planned_item` with the supplier's items that are new, changed or back.

    A characteristic without a column in the price list is kept, one with an empty cell is removed.
    Items whose only change is their availability are `stock_updated`; a new exchange rate alone is
    `rate`.
    """
    await conn.execute(
        CREATE_PLAN.format(merged=MERGED, before=BEFORE, repeats=REPEATS),
        {
            "supplier_id": supplier_id,
            "details": list(replaced.details),
            "availability": list(replaced.availability),
            "upcoming": replaced.upcoming_price,
        },
    )


async def plan_absent_items(conn: Connection, supplier_id: UUID) -> None:
    """Add the present items that the price list does not name, not even by a rejected row."""
    await conn.execute(
        PLAN_UNNAMED.format(
            columns=ITEM_COLUMNS,
            outdated="price_outdated_since",
            before=BEFORE,
            condition=IS_NOT_NAMED,
        ),
        {"outcome": "absent", "supplier_id": supplier_id},
    )


async def analyze_merge_plan(conn: Connection) -> None:
    """Gather the statistics of the columns that planned items are found by."""
    await conn.execute("ANALYZE planned_item (outcome, item_id, row_number, supplier_sku)")


async def plan_prices_on_request(conn: Connection, supplier_id: UUID) -> None:
    """Add the present items that the list has with a price on request: their price is outdated."""
    await conn.execute(
        PLAN_UNNAMED.format(
            columns=ITEM_COLUMNS, outdated="now()", before=BEFORE, condition=IS_ON_REQUEST
        ),
        {"outcome": "on_request", "supplier_id": supplier_id},
    )


async def count_planned_by_outcome(conn: Connection) -> dict[str, int]:
    """Return the number of planned items by outcome."""
    cursor = await conn.execute("SELECT outcome, count(*) FROM planned_item GROUP BY outcome")
    return dict(await cursor.fetchall())


async def list_planned_rows(conn: Connection, limit: int | None) -> list[PlannedRow]:
    """Return planned items in the order of the price list, absent items last; None: all."""
    async with conn.cursor(row_factory=struct_row(PlannedRow)) as cursor:
        await cursor.execute(
            """
            SELECT outcome, row_number, supplier_sku, name, old_price,
                CASE WHEN outcome <> 'absent' THEN current_price END AS new_price,
                CASE WHEN outcome <> 'absent' THEN
                    round((current_price - old_price) / nullif(old_price, 0) * 100, 2)
                END AS percent,
                old_name
            FROM planned_item
            WHERE outcome NOT IN ('rate', 'on_request')
            ORDER BY row_number NULLS LAST, supplier_sku COLLATE "C"
            LIMIT %s
            """,
            [limit],
        )
        return await cursor.fetchall()


async def insert_new_items(conn: Connection, supplier_id: UUID, task_id: UUID) -> None:
    """Insert the new items; a trigger writes the first entry of their price history."""
    statement: LiteralString = """
        WITH written AS (
            INSERT INTO supplier_items AS item (supplier_id, supplier_sku, {columns})
            SELECT %s, supplier_sku, {columns}
            FROM planned_item
            WHERE outcome = 'new'
            ORDER BY row_number
            RETURNING item.id, item_fingerprint(item) AS fingerprint
        )
        INSERT INTO import_changes (task_id, supplier_item_id, fingerprint, is_new)
        SELECT %s, id, fingerprint, true FROM written
    """
    await conn.execute(statement.format(columns=ITEM_COLUMNS), [supplier_id, task_id])


async def update_planned_items(conn: Connection, task_id: UUID) -> None:
    """Update the changed, returned and absent items; `product_id` is not changed.

    One statement for all of them, so that the trigger refreshes the aggregates of a product once.
    Their values before are stored, so that the task can be undone.
    """
    await conn.execute(
        """
        WITH written AS (
        UPDATE supplier_items AS item
        SET name = planned.name,
            current_price = planned.current_price,
            characteristics = planned.characteristics,
            currency = planned.currency,
            cost = planned.cost,
            exchange_rate = planned.exchange_rate,
            rate_date = planned.rate_date,
            price_details = planned.price_details,
            availability = planned.availability,
            next_cost = planned.next_cost,
            next_from = planned.next_from,
            price_outdated_since = planned.price_outdated_since,
            last_ingested_at = CASE WHEN outcome IN ('absent', 'on_request', 'rate')
                THEN item.last_ingested_at ELSE now() END,
            absent_since = CASE WHEN outcome = 'absent' THEN now() END
        FROM planned_item AS planned
        WHERE item.id = planned.item_id AND outcome <> 'quarantined'
        RETURNING item.id, item_fingerprint(item) AS fingerprint, old_price, old_currency,
            CASE WHEN old_currency IS NOT NULL THEN old_cost END AS old_cost, old_exchange_rate,
            old_rate_date, old_next_cost, old_next_from, old_outdated_since, old_ingested_at,
            old_absent_since, old_name, old_characteristics, old_price_details, old_availability
        )
        INSERT INTO import_changes (task_id, supplier_item_id, fingerprint, is_new, current_price,
            currency, cost, exchange_rate, rate_date, next_cost, next_from, price_outdated_since,
            last_ingested_at, absent_since, name, characteristics, price_details, availability)
        SELECT %s, id, fingerprint, false, old_price, old_currency, old_cost, old_exchange_rate,
            old_rate_date, old_next_cost, old_next_from, old_outdated_since, old_ingested_at,
            old_absent_since, old_name, old_characteristics, old_price_details, old_availability
        FROM written
        """,
        [task_id],
    )
