"""The merge of a price list: staged by COPY, compared in one query, applied in two.

Everything here runs in one transaction. `staged_row` and `planned_item` live as long as it does.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from pricebook.db import Connection, rows_as
from pricebook.ingestion.schemas import Counts, NewTask, RowError, StagedRow


async def create_staging(conn: Connection) -> None:
    """Make the table that holds every row of the list that is an item or was rejected."""
    await conn.execute("SET LOCAL work_mem = '128MB'")
    await conn.execute(
        """
        CREATE TEMPORARY TABLE staged_row (
            row_number integer NOT NULL,
            supplier_sku text,
            name text,
            price numeric(14, 4),
            characteristics jsonb,
            error_type text,
            error_message text,
            row_data jsonb
        ) ON COMMIT DROP
        """
    )


async def copy_rows(conn: Connection, rows: Iterable[StagedRow]) -> None:
    """Stage rows by COPY as they are read."""
    async with conn.cursor().copy("COPY staged_row FROM STDIN") as copy:
        for row in rows:
            await copy.write_row(row)
    await conn.execute("ANALYZE staged_row")


async def set_repeated_codes(conn: Connection) -> None:
    """Mark the rows whose code stands in the list more than once.

    Rows that agree on the price are one article: the first counts, the others are duplicates. Rows
    that do not agree are in doubt: none of them is taken.
    """
    await conn.execute(
        """
        WITH repeated AS (
            SELECT supplier_sku, min(row_number) AS first_row, max(row_number) AS last_row,
                min(price) AS lowest, max(price) AS highest, min(price) <> max(price) AS contradicts
            FROM staged_row
            WHERE error_type IS NULL
            GROUP BY supplier_sku
            HAVING count(*) > 1
        )
        UPDATE staged_row AS staged
        SET error_type = CASE WHEN contradicts THEN 'contradicting_prices' ELSE 'duplicate' END,
            error_message = CASE WHEN contradicts
                THEN format('The code %s stands in rows %s to %s with prices from %s to %s: '
                    'none of them is taken.', staged.supplier_sku, first_row, last_row,
                    trim_scale(lowest), trim_scale(highest))
                ELSE format('The code %s already stands in row %s, which counts.',
                    staged.supplier_sku, first_row)
                END,
            row_data = jsonb_build_object('sku', staged.supplier_sku, 'name', name, 'price', price)
        FROM repeated
        WHERE staged.supplier_sku = repeated.supplier_sku
            AND error_type IS NULL
            AND (contradicts OR row_number <> first_row)
        """
    )


async def create_plan(conn: Connection, supplier_id: UUID) -> None:
    """Compare the staged rows with the supplier's items: what is new and what has changed.

    A characteristic that the list has no column for stays; one that it has and left empty goes.
    """
    await conn.execute(
        """
        CREATE TEMPORARY TABLE planned_item ON COMMIT DROP AS
        SELECT item.id AS item_id, staged.row_number, staged.supplier_sku, staged.name,
            staged.price, merged.characteristics
        FROM staged_row AS staged
        LEFT JOIN supplier_items AS item
            ON item.supplier_id = %s AND item.supplier_sku = staged.supplier_sku
        CROSS JOIN LATERAL (
            SELECT jsonb_strip_nulls(
                coalesce(item.characteristics, '{}') || staged.characteristics) AS characteristics
        ) AS merged
        WHERE staged.error_type IS NULL
            AND (item.name, item.current_price, item.characteristics)
                IS DISTINCT FROM (staged.name, staged.price, merged.characteristics)
        """,
        [supplier_id],
    )
    await conn.execute("ANALYZE planned_item")


async def insert_new_items(conn: Connection, supplier_id: UUID) -> int:
    """Insert the planned items that are new; the history of their prices begins by trigger."""
    cursor = await conn.execute(
        """
        INSERT INTO supplier_items
            (supplier_id, supplier_sku, name, current_price, characteristics)
        SELECT %s, supplier_sku, name, price, characteristics
        FROM planned_item
        WHERE item_id IS NULL
        ORDER BY row_number
        """,
        [supplier_id],
    )
    return cursor.rowcount


async def set_changed_items(conn: Connection) -> int:
    """Update the planned items that have changed; links are not touched."""
    cursor = await conn.execute(
        """
        UPDATE supplier_items AS item
        SET name = planned.name,
            current_price = planned.price,
            characteristics = planned.characteristics,
            last_ingested_at = now()
        FROM planned_item AS planned
        WHERE item.id = planned.item_id
        """
    )
    return cursor.rowcount


async def insert_task(conn: Connection, task: NewTask) -> UUID:
    """Insert the row of a task that is running in this transaction."""
    cursor = await conn.execute(
        """
        INSERT INTO ingestion_tasks
            (supplier_id, supplier_name, parser_type, source_config, state, requested_by,
             started_at)
        VALUES (%s, %s, %s, %s, 'running', %s, %s)
        RETURNING id
        """,
        [
            task.supplier_id,
            task.supplier_name,
            task.parser_type,
            Jsonb(task.source_config),
            task.requested_by,
            task.started_at,
        ],
    )
    row = await cursor.fetchone()
    if row is None:
        raise LookupError("an insert that returns no row")
    return row[0]


async def set_task_end(
    conn: Connection, task_id: UUID, state: str, counts: Counts, errors: list[str]
) -> None:
    """Write what became of a task."""
    await conn.execute(
        """
        UPDATE ingestion_tasks
        SET state = %(state)s, completed_at = clock_timestamp(), errors = %(errors)s,
            rows_read = %(rows)s, rows_total = %(rows)s,
            count_new = %(new)s, count_changed = %(changed)s, count_unchanged = %(unchanged)s,
            count_absent = %(absent)s, count_rejected = %(rejected)s,
            count_duplicate = %(duplicate)s, count_ignored = %(ignored)s
        WHERE id = %(task_id)s
        """,
        {"task_id": task_id, "state": state, "errors": Jsonb(errors), **_named(counts)},
    )


def _named(counts: Counts) -> dict[str, Any]:
    return {name: getattr(counts, name) for name in (*counts.__struct_fields__, "rows")}


async def insert_row_errors(conn: Connection, task_id: UUID, supplier_id: UUID) -> None:
    """Keep the rows that were not taken in, with the reason of each."""
    await conn.execute(
        """
        INSERT INTO parsing_logs
            (task_id, supplier_id, error_type, error_message, row_number, row_data)
        SELECT %s, %s, error_type, error_message, row_number, row_data
        FROM staged_row
        WHERE error_type IS NOT NULL
        ORDER BY row_number
        """,
        [task_id, supplier_id],
    )


async def list_row_errors(conn: Connection, task_id: UUID, limit: int) -> list[RowError]:
    """List the first rows that a task did not take in."""
    async with conn.cursor(row_factory=rows_as(RowError)) as cursor:
        await cursor.execute(
            """
            SELECT row_number, error_type, error_message FROM parsing_logs
            WHERE task_id = %s ORDER BY row_number, id LIMIT %s
            """,
            [task_id, limit],
        )
        return await cursor.fetchall()


async def count_staged(conn: Connection) -> tuple[int, int, int]:
    """Count the staged rows that are accepted, rejected and duplicate."""
    cursor = await conn.execute(
        """
        SELECT count(*) FILTER (WHERE error_type IS NULL),
            count(*) FILTER (WHERE error_type <> 'duplicate'),
            count(*) FILTER (WHERE error_type = 'duplicate')
        FROM staged_row
        """
    )
    row = await cursor.fetchone()
    return (row[0], row[1], row[2]) if row else (0, 0, 0)
