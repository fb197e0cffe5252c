from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from msgspec import Struct
from psycopg.types.json import Jsonb

from pricebook.audit.schemas import (
    MAX_COUNTED,
    AuditActor,
    AuditEntry,
    AuditPaging,
    AuditQuery,
    AuthorType,
    NewEntry,
)
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, struct_row

CONDITIONS: dict[str, LiteralString] = {
    "actor": "actor_name = %(actor)s",
    "actor_type": "actor_type = %(actor_type)s",
    "action": "action = %(action)s",
    "entity_type": "entity_type = %(entity_type)s",
    "entity_id": "entity_id = %(entity_id)s",
    "task_id": "task_id = %(task_id)s",
    "batch_id": "batch_id = %(batch_id)s",
    "request_id": "request_id = %(request_id)s",
    "since": "at >= %(since)s",
    "until": "at < %(until)s",
}
# The entries of a product, and those of the links of items to it; each is found once.
LINKED_AFTER: LiteralString = (
    "entity_type = 'item' AND (after ->> 'product_id')::uuid = %(entity_id)s"
)
LINKED_BEFORE: LiteralString = (
    "entity_type = 'item' AND (before ->> 'product_id')::uuid = %(entity_id)s"
)
OF_PRODUCT: list[list[LiteralString]] = [
    [CONDITIONS["entity_id"]],
    [LINKED_AFTER],
    [LINKED_BEFORE, "(after ->> 'product_id')::uuid IS DISTINCT FROM %(entity_id)s"],
]
# The entries of a task that another one made, its undo for example.
ABOUT_TASK: LiteralString = "entity_id = %(task_id)s AND task_id IS DISTINCT FROM %(task_id)s"
SELECT_ENTRY: LiteralString = """
    SELECT id, at, actor_type, actor_id, actor_name, request_id, task_id, batch_id, action,
        entity_type, entity_id, entity_name, before, after
    FROM audit_log
"""
PAGE: LiteralString = """
    ({select} WHERE {conditions}
    ORDER BY at DESC, id DESC LIMIT %(limit)s)"""
MERGED: LiteralString = "SELECT * FROM ({pages}) AS page ORDER BY at DESC, id DESC LIMIT %(limit)s"
# What entries refer to by ids, by the names that people know.
NAMES: LiteralString = """
    SELECT id, name FROM suppliers WHERE id = ANY (%(ids)s)
    UNION ALL SELECT id, name FROM categories WHERE id = ANY (%(ids)s)
    UNION ALL SELECT id, internal_sku FROM products WHERE id = ANY (%(ids)s)
    UNION ALL SELECT item.id, supplier.name || ' ' || supplier_sku
        FROM supplier_items AS item JOIN suppliers AS supplier ON supplier.id = supplier_id
        WHERE item.id = ANY (%(ids)s)
"""
# What people name by a code or a name, with its type.
NAMED_ENTITIES: LiteralString = """
    SELECT 'supplier' AS type, id FROM suppliers WHERE lower(name) = lower(%(name)s)
    UNION ALL SELECT 'product', id FROM products WHERE internal_sku = %(name)s
    UNION ALL SELECT 'category', id FROM categories WHERE lower(name) = lower(%(name)s)
    UNION ALL SELECT 'user', id FROM users WHERE lower(username) = lower(%(name)s)
    UNION ALL SELECT 'item', item.id
        FROM supplier_items AS item JOIN suppliers AS supplier ON supplier.id = supplier_id
        WHERE supplier_sku = %(code)s AND lower(supplier.name) = lower(%(supplier)s)
"""
# What was deleted has the name that its newest entry has.
FORMER_NAMES: LiteralString = """
    SELECT id, entity_name FROM unnest(%s::uuid[]) AS missing (id) CROSS JOIN LATERAL (
        SELECT entity_name FROM audit_log
        WHERE entity_id = missing.id AND entity_name <> '' ORDER BY at DESC, id DESC LIMIT 1)
        AS newest
"""
NAMED: LiteralString = """
    WHERE action = %s AND starts_with(entity_name, %s) ORDER BY at DESC, id DESC LIMIT %s
"""
DEACTIVATION: LiteralString = """
    WHERE entity_id = %s AND before ->> 'is_active' = 'true' AND after ->> 'is_active' = 'false'
    ORDER BY at DESC, id DESC LIMIT 1
"""
LOGIN_REFUSAL: LiteralString = """
    WHERE entity_id = %s AND action = 'user.login_failed' AND at > now() - interval '1 day'
        AND (after ->> 'logins_refused_until')::timestamptz > now()
    ORDER BY at DESC, id DESC LIMIT 1
"""
COUNT: LiteralString = """
    (SELECT count(*) FROM
        (SELECT FROM audit_log WHERE {conditions} LIMIT %(counted)s) AS counted)"""


async def insert_entries(conn: Connection, entries: Sequence[NewEntry]) -> None:
    """Insert entries in the transaction of the change; the actor is that of the transaction."""
    async with conn.cursor() as cursor:
        await cursor.executemany(
            """
            INSERT INTO audit_log (action, entity_type, entity_id, entity_name, before, after,
                task_id, batch_id)
            VALUES (%s, %s, %s, %s, %s, %s,
                coalesce(%s, audit_actor('task_id')::uuid),
                coalesce(%s, audit_actor('batch_id')::uuid))
            """,
            [
                (
                    entry.action,
                    entry.entity_type,
                    entry.entity_id,
                    entry.entity_name,
                    None if entry.before is None else Jsonb(entry.before),
                    None if entry.after is None else Jsonb(entry.after),
                    entry.task_id or (entry.entity_id if entry.entity_type == "task" else None),
                    entry.batch_id,
                )
                for entry in entries
            ],
        )


async def list_named(
    conn: Connection, action: str, name_prefix: str, limit: int
) -> list[AuditEntry]:
    """Return the newest entries of an action on what has a name that begins so."""
    async with conn.cursor(row_factory=struct_row(EntryRow)) as cursor:
        await cursor.execute(SELECT_ENTRY + NAMED, [action, name_prefix, limit])
        return [row.entry() for row in await cursor.fetchall()]


async def find_deactivation(conn: Connection, entity_id: UUID) -> AuditEntry | None:
    """Find the entry of the newest deactivation of a user or a supplier."""
    return await _find_entry(conn, SELECT_ENTRY + DEACTIVATION, entity_id)


async def find_login_refusal(conn: Connection, user_id: UUID) -> AuditEntry | None:
    """Find the failed login of a user since which others are refused, if they are now."""
    return await _find_entry(conn, SELECT_ENTRY + LOGIN_REFUSAL, user_id)


async def _find_entry(
    conn: Connection, statement: LiteralString, entity_id: UUID
) -> AuditEntry | None:
    async with conn.cursor(row_factory=struct_row(EntryRow)) as cursor:
        await cursor.execute(statement, [entity_id])
        row = await cursor.fetchone()
    return row and row.entry()


async def find_named_entities(conn: Connection, name: str) -> list[tuple[str, UUID]]:
    """Return the types and ids of what is called so: an item by its supplier, a colon, its code."""
    supplier, _, code = name.partition(":")
    values = {"name": name, "supplier": supplier, "code": code}
    return [tuple(row) for row in await (await conn.execute(NAMED_ENTITIES, values)).fetchall()]


async def list_names(conn: Connection, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of what has these ids; what was deleted has that of its newest entry."""
    cursor = await conn.execute(NAMES, {"ids": list(ids)})
    names: dict[UUID, str] = dict(await cursor.fetchall())
    if missing := [each for each in ids if each not in names]:
        names |= await (await conn.execute(FORMER_NAMES, [missing])).fetchall()
    return names


class EntryRow(Struct, frozen=True):
    """A row of the audit log."""

    id: int
    at: datetime
    actor_type: AuthorType
    actor_id: UUID | None
    actor_name: str
    request_id: str | None
    task_id: UUID | None
    batch_id: UUID | None
    action: str
    entity_type: str
    entity_id: UUID | None
    entity_name: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    def entry(self) -> AuditEntry:
        """Return the row as an entry."""
        actor = AuditActor(self.actor_type, self.actor_id, self.actor_name)
        return AuditEntry(
            self.id,
            self.at,
            actor,
            self.request_id,
            self.task_id,
            self.batch_id,
            self.action,
            self.entity_type,
            self.entity_id,
            self.entity_name,
            self.before,
            self.after,
        )


async def list_entries(conn: Connection, query: AuditQuery) -> tuple[int | None, list[AuditEntry]]:
    """Return the entries of a page and the first of the next one, and the number that pass.

    The filters must include one that few entries pass, or have none but times.

    The number is None beyond MAX_COUNTED.
    """
    conditions: list[LiteralString] = [CONDITIONS[name] for name in query.filters]
    alternatives = [conditions]
    if "task_id" in query.filters:
        others: list[LiteralString] = [
            CONDITIONS[name] for name in query.filters if name != "task_id"
        ]
        alternatives.append([*others, ABOUT_TASK])
    return await _fetch_page(conn, alternatives, query, query.filters)


async def list_entries_of_product(
    conn: Connection, product_id: UUID, paging: AuditPaging
) -> tuple[int | None, list[AuditEntry]]:
    """Return a page as `list_entries` does: changes of a product and of its links."""
    return await _fetch_page(conn, OF_PRODUCT, paging, {"entity_id": product_id})


async def list_entries_of_item(
    conn: Connection, item_id: UUID, paging: AuditPaging
) -> tuple[int | None, list[AuditEntry]]:
    """Return a page as `list_entries` does: changes of the links of a supplier item."""
    return await _fetch_page(conn, [[CONDITIONS["entity_id"]]], paging, {"entity_id": item_id})


async def product_exists(conn: Connection, product_id: UUID) -> bool:
    """Return whether there is a product."""
    return await fetch_value(
        conn, "SELECT EXISTS (SELECT FROM products WHERE id = %s)", [product_id]
    )


async def item_exists(conn: Connection, item_id: UUID) -> bool:
    """Return whether there is a supplier item."""
    return await fetch_value(
        conn, "SELECT EXISTS (SELECT FROM supplier_items WHERE id = %s)", [item_id]
    )


async def delete_old_entries(conn: Connection, keep_days: int, limit: int) -> int:
    """Delete at most `limit` entries that are older than `keep_days` days; return how many."""
    return await fetch_value(conn, "SELECT delete_old_audit_entries(%s, %s)", [keep_days, limit])


async def _fetch_page(
    conn: Connection,
    alternatives: Sequence[Sequence[LiteralString]],
    paging: AuditPaging,
    values: Mapping[str, object],
) -> tuple[int | None, list[AuditEntry]]:
    """Return the page of the entries that fulfil all conditions of one of the alternatives.

    Each alternative is an index scan of its own, which ends at the limit.
    """
    after: list[LiteralString] = []
    params = {**values, "limit": paging.limit + 1, "counted": MAX_COUNTED + 1}
    if paging.after is not None:
        after = ["(at, id) < (%(after_at)s, %(after_id)s)"]
        params |= {"after_at": paging.after.at, "after_id": paging.after.id}
    pages: list[LiteralString] = [
        PAGE.format(select=SELECT_ENTRY, conditions=_all_of([*each, *after]))
        for each in alternatives
    ]
    counts: list[LiteralString] = [COUNT.format(conditions=_all_of(each)) for each in alternatives]
    count: LiteralString = "SELECT {counts}".format(counts=" + ".join(counts))
    page: LiteralString = MERGED.format(pages=" UNION ALL ".join(pages))
    total_count: int = await fetch_value(conn, count, params)
    async with conn.cursor(row_factory=struct_row(EntryRow)) as cursor:
        await cursor.execute(page, params)
        rows = await cursor.fetchall()
    return None if total_count > MAX_COUNTED else total_count, [row.entry() for row in rows]


def _all_of(conditions: Sequence[LiteralString]) -> LiteralString:
    return " AND ".join(conditions) or "true"
