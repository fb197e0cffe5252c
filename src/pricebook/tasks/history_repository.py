"""Reads tasks: lists, one task, rejected rows."""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from msgspec.structs import replace
from psycopg.rows import dict_row

from pricebook.db.database import Connection
from pricebook.db.fragments import all_of, compose, equals, fragment
from pricebook.db.keyset import Listing
from pricebook.db.list_pages import ListPage, as_dicts, as_structs, map_rows, read_page
from pricebook.db.row_types import fetch_value
from pricebook.db.sort_keys import Key
from pricebook.pricelists.profile_sentence import describe_profile
from pricebook.pricelists.schemas.profile import convert_profile
from pricebook.pricelists.sources.address_logins import hide_logins
from pricebook.tasks.correctable_tasks import RowErrorQuery, TaskRowError
from pricebook.tasks.counts import Counts
from pricebook.tasks.schemas import Task, TaskQuery, TaskResult
from pricebook.tasks.undo_counts import UndoCounts

EXPORT_ROWS = 1000

TASK: LiteralString = """
    id, supplier_id, supplier_name, parser_type, source_config, file_name, create_products,
    new_layout, corrections_of, undo_of, undo_counts, undone_by, state, requested_by, request_id,
    reason, enqueued_at, started_at, completed_at,
    CASE WHEN state = 'queued' THEN next_attempt_at END AS next_attempt_at,
    retry_count, max_retries, cancelled_by, stage, rows_read, rows_total, errors, warnings,
    row_error_counts, found,
    CASE WHEN state = 'held' THEN coalesce((
        SELECT min(held.completed_at) FROM ingestion_tasks AS held
        WHERE held.supplier_id = ingestion_tasks.supplier_id AND held.state = 'held'
            AND NOT EXISTS (
                SELECT FROM ingestion_tasks AS imported
                WHERE imported.supplier_id = held.supplier_id
                    AND imported.state IN ('succeeded', 'partially_succeeded')
                    AND imported.corrections_of IS NULL AND imported.undo_of IS NULL
                    AND imported.completed_at > held.completed_at)
    ), completed_at) END AS held_since,
    CASE WHEN state = 'held' THEN (
        SELECT count(*) FROM ingestion_tasks AS held
        WHERE held.supplier_id = ingestion_tasks.supplier_id AND held.state = 'held'
            AND (held.enqueued_at, held.id) > (ingestion_tasks.enqueued_at, ingestion_tasks.id)
    ) ELSE 0 END AS later_held,
    state = 'held' AND keeps_thresholds AND apply_requested_at IS NOT NULL AS awaits_comparison,
    held_reasons, decided_by, decided_at, decision_reason,
    average_price_change::float8 AS average_price_change,
    count_new, count_changed, count_unchanged, count_absent, count_rejected, count_duplicate,
    count_ignored, count_quarantined, count_stock_updated
"""
# Held price lists that nobody has decided about, and tasks with quarantined rows that are open.
NEEDS_DECISION: LiteralString = """
    ingestion_tasks.id = ANY (ARRAY(
        SELECT held.id FROM ingestion_tasks AS held
        WHERE held.state = 'held' AND held.apply_requested_at IS NULL
        UNION
        SELECT task_id FROM quarantined_rows WHERE state = 'open' AND task_id IS NOT NULL
    ))
"""
# Imports after which no later one of the supplier succeeded; held ones wait for a decision.
UNRESOLVED: LiteralString = """
    (ingestion_tasks.state = 'held' OR ingestion_tasks.undo_of IS NOT NULL OR NOT EXISTS (
        SELECT FROM ingestion_tasks AS imported
        WHERE imported.supplier_id = ingestion_tasks.supplier_id
            AND imported.state IN ('succeeded', 'partially_succeeded')
            AND imported.corrections_of IS NULL AND imported.undo_of IS NULL
            AND imported.completed_at > ingestion_tasks.completed_at))
"""
# Tasks that a user or an API key requested, and those that undo or correct them, by whomever.
CONCERNS: LiteralString = """
    (ingestion_tasks.requested_by_id = %s OR EXISTS (
        SELECT FROM ingestion_tasks AS own
        WHERE own.id IN (ingestion_tasks.undo_of, ingestion_tasks.corrections_of)
            AND own.requested_by_id = %s))
"""
NEWEST_FIRST = (
    Key("enqueued_at", "timestamptz", is_descending=True),
    Key("id", "uuid", is_descending=True),
)
COMPUTED_FIELDS = {"profile_sentence", "counts", "result", "undo"}
TASK_FIELDS = [name for name in Task.__struct_fields__ if name not in COMPUTED_FIELDS]


async def list_tasks(
    conn: Connection,
    query: TaskQuery,
    *,
    needs_decision: bool = False,
    is_unresolved: bool = False,
    requester_id: UUID | None = None,
) -> ListPage[Task]:
    """Return a page of the tasks, newest first; with `needs_decision`, those that wait for one.

    With `is_unresolved`, those that no later import of the supplier made up for; with
    `requester_id`, those that concern a user or an API key.
    """
    listing = tasks_listing(query, needs_decision=needs_decision, is_unresolved=is_unresolved)
    if requester_id is not None:
        concerned = fragment(CONCERNS, requester_id, requester_id)
        listing = replace(listing, conditions=all_of(listing.conditions, concerned))
    return map_rows(await read_page(conn, listing, query.window, as_dicts), _task)


def tasks_listing(
    query: TaskQuery, *, needs_decision: bool = False, is_unresolved: bool = False
) -> Listing:
    """Return the list of the tasks that pass the filters."""
    details: LiteralString = "SELECT {task} FROM ingestion_tasks WHERE id = page.k2"
    conditions = equals(state=query.state, supplier_id=query.supplier_id)
    if needs_decision:
        conditions.append(fragment(NEEDS_DECISION))
    if is_unresolved:
        conditions.append(fragment(UNRESOLVED))
    return Listing(
        table="ingestion_tasks",
        conditions=all_of(*conditions),
        keys=NEWEST_FIRST,
        details=details.format(task=TASK),
    )


async def count_newer(
    conn: Connection, query: TaskQuery, after: datetime, limit: int, *, needs_decision: bool
) -> int:
    """Count the tasks that pass the filters and are newer than a time, up to a limit."""
    listing = tasks_listing(query, needs_decision=needs_decision)
    newer = compose(
        """
        SELECT count(*) FROM (
            SELECT FROM ingestion_tasks WHERE {conditions} LIMIT {limit}
        ) AS newer
        """,
        conditions=all_of(listing.conditions, fragment("enqueued_at > %s", after)),
        limit=fragment("%s", limit),
    )
    return await fetch_value(conn, newer.text, newer.values)


async def find_task(conn: Connection, task_id: UUID) -> Task | None:
    """Find a task."""
    statement: LiteralString = "SELECT {task} FROM ingestion_tasks WHERE id = %s"
    async with conn.cursor(row_factory=dict_row) as cursor:
        row = await (await cursor.execute(statement.format(task=TASK), [task_id])).fetchone()
    return _task(row) if row else None


async def concerns(conn: Connection, task_id: UUID, requester_id: UUID) -> bool:
    """Return whether a user or an API key requested a task, or one that it undoes or corrects."""
    statement: LiteralString = (
        "SELECT EXISTS (SELECT FROM ingestion_tasks WHERE id = %s AND {concerns})"
    )
    return await fetch_value(
        conn, statement.format(concerns=CONCERNS), [task_id, requester_id, requester_id]
    )


async def list_tasks_by_id(conn: Connection, ids: Sequence[UUID]) -> list[Task]:
    """Return those of these tasks that exist, newest first."""
    statement: LiteralString = """
        SELECT {task} FROM ingestion_tasks WHERE id = ANY (%s) ORDER BY enqueued_at DESC, id DESC
    """
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement.format(task=TASK), [list(ids)])
        return [_task(row) for row in await cursor.fetchall()]


def _task(row: dict[str, Any]) -> Task:
    fields = {name: row[name] for name in TASK_FIELDS}
    fields["source_config"] = hide_logins(fields["source_config"])
    counts = Counts(**{name: row[f"count_{name}"] for name in Counts.__struct_fields__})
    return Task(
        **fields,
        profile_sentence=_profile_sentence(fields["found"], counts),
        counts=counts,
        undo=UndoCounts(**row["undo_counts"]) if row["undo_counts"] else None,
        result=_result(fields, counts),
    )


def _profile_sentence(found: dict[str, Any] | None, counts: Counts) -> str | None:
    profile = convert_profile(found)
    return describe_profile(profile, counts.accepted) if profile else None


def _result(task: dict[str, Any], counts: Counts) -> TaskResult | None:
    """Return the result of a task that has ended."""
    if task["completed_at"] is None:
        return None
    is_success = task["state"] in {"succeeded", "partially_succeeded"}
    return TaskResult(
        task_id=task["id"],
        status="success" if is_success else "failed",
        items_processed=counts.imported if is_success else 0,
        errors=task["errors"],
        completed_at=task["completed_at"],
        new=counts.new,
        changed=counts.changed,
        unchanged=counts.unchanged,
        absent=counts.absent,
        rejected=counts.rejected,
        duplicate=counts.duplicate,
        quarantined=counts.quarantined,
        stock_updated=counts.stock_updated,
    )


async def list_row_errors(
    conn: Connection, task_id: UUID, query: RowErrorQuery
) -> ListPage[TaskRowError]:
    """Return a page of the rejected rows of a task."""
    listing = row_errors_listing(task_id, query)
    return await read_page(conn, listing, query.window, as_structs(TaskRowError))


def row_errors_listing(task_id: UUID, query: RowErrorQuery) -> Listing:
    """Return the list of the rejected rows of a task that were or were not corrected since."""
    return Listing(
        table="parsing_logs",
        scope=fragment("task_id = %s", task_id),
        conditions=fragment("(corrected_by IS NOT NULL) = %s", query.corrected),
        keys=(Key("row_number", "integer", is_nullable=True), Key("id", "uuid")),
        details="""
        SELECT row_number, error_type, error_message, row_data, corrected_by
        FROM parsing_logs WHERE id = page.k2
        """,
    )


async def read_row_errors(
    conn: Connection, task_id: UUID, *, corrected: bool
) -> AsyncGenerator[list[tuple[Any, ...]]]:
    """Yield all rejected rows of a task that were or were not corrected since, in batches.

    They are read in the caller's transaction.
    """
    async with conn.cursor(name="row_errors") as cursor:
        await cursor.execute(
            """
            SELECT row_number, error_type, row_data, error_message, section FROM parsing_logs
            WHERE task_id = %s AND (corrected_by IS NOT NULL) = %s ORDER BY row_number, id
            """,
            [task_id, corrected],
        )
        while rows := await cursor.fetchmany(EXPORT_ROWS):
            yield rows
