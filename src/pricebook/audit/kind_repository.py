"""Reads the audit log by filters each of which many entries pass.

The planner would read all entries of one filter to find those of another, of which there may be
none, or the newest entries of all to find those of a kind that has none among them. Entries of one
actor, type of actors and action are read by one index instead. Their combinations are few, and each
is found by one probe of that index.
"""

from collections.abc import Mapping
from typing import LiteralString

from msgspec import Struct

from pricebook.audit.repository import CONDITIONS, SELECT_ENTRY, EntryRow
from pricebook.audit.schemas import MAX_COUNTED, AuditEntry, AuditQuery, AuthorType
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, struct_row

# The distinct values of a column; a scan of its whole index would be slow.
DISTINCT: LiteralString = """
    WITH RECURSIVE names (name) AS (
        (SELECT {column} FROM audit_log ORDER BY {column} LIMIT 1)
        UNION ALL
        SELECT (SELECT {column} FROM audit_log WHERE {column} > name ORDER BY {column} LIMIT 1)
        FROM names WHERE name IS NOT NULL
    )
    SELECT name FROM names WHERE name IS NOT NULL LIMIT %s
"""
KINDS: LiteralString = """
    WITH RECURSIVE kinds AS (
        (SELECT actor_type, action FROM audit_log WHERE {of_actor}
            ORDER BY actor_type, action LIMIT 1)
        UNION ALL
        SELECT following.* FROM kinds CROSS JOIN LATERAL (
            SELECT actor_type, action FROM audit_log
            WHERE {of_actor} AND (actor_type, action) > (kinds.actor_type, kinds.action)
            ORDER BY actor_type, action LIMIT 1) AS following
    )
    SELECT actor_type, action FROM kinds
"""
EACH_KIND: LiteralString = """
    unnest(%(actor_types)s::text[], %(actions)s::text[]) AS kind (of_type, of_action)
    CROSS JOIN LATERAL
"""
OF_KIND: LiteralString = "actor_type = kind.of_type AND action = kind.of_action"
PAGE: LiteralString = """
    SELECT entry.* FROM {each_kind} (
        {select} WHERE {conditions} ORDER BY at DESC, id DESC LIMIT %(limit)s) AS entry
    ORDER BY at DESC, id DESC LIMIT %(limit)s
"""
COUNT: LiteralString = """
    SELECT count(*) FROM (SELECT FROM {each_kind} (
            SELECT FROM audit_log WHERE {conditions} LIMIT %(counted)s) AS entry
        LIMIT %(counted)s) AS counted
"""
# So that an action with many entries hides no other one, as many of each are summed at most.
SUMS: LiteralString = """
    SELECT kind.of_type AS actor_type, actor_name, kind.of_action AS action,
        count(*) AS changes, count(DISTINCT batch_id) AS batches
    FROM {each_kind} (
        SELECT actor_name, batch_id FROM audit_log WHERE {conditions}
        ORDER BY at DESC, id DESC LIMIT %(limit)s) AS entry
    GROUP BY actor_type, actor_name, action
    ORDER BY changes DESC, actor_name, action
"""


class AuditSum(Struct, frozen=True):
    """How often an actor did something, and in how many batches."""

    actor_type: AuthorType
    actor_name: str
    action: str
    changes: int
    batches: int


class Kind(Struct, frozen=True):
    """A type of actors and an action that entries have."""

    actor_type: AuthorType
    action: str


async def list_entries(conn: Connection, query: AuditQuery) -> tuple[int | None, list[AuditEntry]]:
    """Return the entries of a page and the first of the next one, and the number that pass.

    The number is None beyond MAX_COUNTED.
    """
    values = await _values(conn, query) | {"limit": query.limit + 1, "counted": MAX_COUNTED + 1}
    conditions = _conditions(query)
    total_count: int = await fetch_value(
        conn, COUNT.format(each_kind=EACH_KIND, conditions=conditions), values
    )
    if query.after is not None:
        conditions += " AND (at, id) < (%(after_at)s, %(after_id)s)"
        values |= {"after_at": query.after.at, "after_id": query.after.id}
    page = PAGE.format(each_kind=EACH_KIND, select=SELECT_ENTRY, conditions=conditions)
    async with conn.cursor(row_factory=struct_row(EntryRow)) as cursor:
        await cursor.execute(page, values)
        rows = await cursor.fetchall()
    return None if total_count > MAX_COUNTED else total_count, [row.entry() for row in rows]


async def list_sums(conn: Connection, query: AuditQuery, limit: int) -> list[AuditSum]:
    """Return who did how many of what, of the newest `limit` entries of each kind."""
    values = await _values(conn, query) | {"limit": limit}
    statement = SUMS.format(each_kind=EACH_KIND, conditions=_conditions(query))
    async with conn.cursor(row_factory=struct_row(AuditSum)) as cursor:
        await cursor.execute(statement, values)
        return await cursor.fetchall()


async def list_actions(conn: Connection, limit: int) -> list[str]:
    """Return the actions that entries have, in their order."""
    return await _list_distinct(conn, DISTINCT.format(column="action"), limit)


async def list_actor_names(conn: Connection, limit: int) -> list[str]:
    """Return the names of the actors that entries have, in their order."""
    return await _list_distinct(conn, DISTINCT.format(column="actor_name"), limit)


def _conditions(query: AuditQuery) -> LiteralString:
    """Return the conditions of the entries of a kind.

    They have columns of the index only: then counting reads no rows. An action implies its type.
    """
    others: list[LiteralString] = [
        CONDITIONS[name] for name in ("actor", "since", "until") if name in query.filters
    ]
    return " AND ".join([OF_KIND, *others])


async def _values(conn: Connection, query: AuditQuery) -> dict[str, object]:
    kinds = await _list_kinds(conn, query)
    return {
        **query.filters,
        "actor_types": [each.actor_type for each in kinds],
        "actions": [each.action for each in kinds],
    }


async def _list_kinds(conn: Connection, query: AuditQuery) -> list[Kind]:
    """Return the kinds of entries, of the actor if there is one, that pass the filters."""
    of_actor: LiteralString = "true" if query.actor is None else CONDITIONS["actor"]
    values: Mapping[str, object] = {"actor": query.actor}
    async with conn.cursor(row_factory=struct_row(Kind)) as cursor:
        await cursor.execute(KINDS.format(of_actor=of_actor), values)
        kinds = await cursor.fetchall()
    return [
        each
        for each in kinds
        if query.actor_type in {None, each.actor_type}
        and query.action in {None, each.action}
        and query.entity_type in {None, each.action.partition(".")[0]}
    ]


async def _list_distinct(conn: Connection, statement: LiteralString, limit: int) -> list[str]:
    return [name for (name,) in await (await conn.execute(statement, [limit])).fetchall()]
