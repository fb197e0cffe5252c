"""Users who receive notices, tasks that end, and mails that are due."""

from typing import Any, LiteralString
from uuid import UUID

from psycopg import sql

import builders
from pricebook.db.database import Connection

REASON = "62 % of the items would become absent, more than 40 %."


async def recipient(conn: Connection, *kinds: str, name: str = "anna") -> UUID:
    user_id = await builders.user(conn, name, "admin")
    await conn.execute(
        "INSERT INTO notice_recipients (user_id, email, kinds) VALUES (%s, %s, %s)",
        [user_id, f"{name}@example.com", list(kinds) or ["held", "failed", "late", "unusual"]],
    )
    return user_id


async def end_task(
    conn: Connection, state: str, *reasons: str, name: str = "Nordwerk", **columns: Any
) -> UUID:
    """Insert a running task of a supplier and end it."""
    supplier_id = await builders.supplier(conn, name)
    cursor = await conn.execute(
        """
        INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, state, file_name)
        VALUES (%s, %s, 'csv', 'running', 'list.csv') RETURNING id
        """,
        [supplier_id, name],
    )
    ((task_id,),) = await cursor.fetchall()
    for column, value in columns.items():
        statement: LiteralString = "UPDATE ingestion_tasks SET {} = %s WHERE id = %s"
        await conn.execute(sql.SQL(statement).format(sql.Identifier(column)), [value, task_id])
    await conn.execute(
        "UPDATE ingestion_tasks SET state = %s::task_state, errors = to_jsonb(%s::text[])"
        " WHERE id = %s",
        [state, list(reasons) or [REASON], task_id],
    )
    return task_id


async def rows(conn: Connection, query: LiteralString) -> list[tuple[Any, ...]]:
    return await (await conn.execute(query)).fetchall()


async def make_due(conn: Connection) -> None:
    await conn.execute("UPDATE notice_mails SET next_attempt_at = now()")
    await conn.execute("UPDATE notice_mails SET created_at = created_at - interval '11 minutes'")
