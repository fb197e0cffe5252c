"""Each entry of the audit log has the actor of its transaction."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.errors import InsufficientPrivilege

from pricebook.audit import service as audit
from pricebook.audit.schemas import NewEntry
from pricebook.db.actor import Actor, acting_as, acting_for, set_transaction_actor
from pricebook.db.database import Connection, Database
from pricebook.db.migrations import rights

ENTRY = NewEntry(action="task.undone", entity_type="task", entity_id=uuid4())
ACTORS = """
    SELECT actor_type, actor_id, actor_name, request_id, task_id, batch_id
    FROM audit_log ORDER BY id
"""


async def actors(conn: Connection) -> list[tuple[Any, ...]]:
    return await (await conn.execute(ACTORS)).fetchall()


async def test_an_entry_has_the_actor_of_its_transaction(
    database: Database, conn: Connection
) -> None:
    user_id, batch_id = uuid4(), uuid4()
    with acting_as(Actor("user", "anna", user_id, request_id="r-1")):
        async with database.transaction() as transaction:
            await audit.insert_entry(transaction, ENTRY)
        with acting_for(batch_id=batch_id):
            async with database.short_transaction() as transaction:
                await audit.insert_entry(transaction, ENTRY)
    assert await actors(conn) == [
        ("user", user_id, "anna", "r-1", ENTRY.entity_id, None),
        ("user", user_id, "anna", "r-1", ENTRY.entity_id, batch_id),
    ]


async def test_a_task_that_a_transaction_inserts_is_named_from_then_on(
    database: Database, conn: Connection
) -> None:
    task_id = uuid4()
    entry = NewEntry(action="product.created", entity_type="product")
    with acting_as(Actor("command", "anna")):
        async with database.transaction() as transaction:
            await audit.insert_entry(transaction, entry)
            await set_transaction_actor(transaction, task_id=task_id)
            await audit.insert_entry(transaction, entry)
    assert await actors(conn) == [
        ("command", None, "anna", None, None, None),
        ("command", None, "anna", None, task_id, None),
    ]


async def test_without_an_actor_the_session_user_is_the_author(database_url: str) -> None:
    async with Database(database_url, pool_max=1) as database:
        with acting_as(Actor("command", "anna")):
            async with database.transaction() as transaction:
                await audit.insert_entry(transaction, ENTRY)
        async with database.transaction() as transaction:  # on the same connection
            await audit.insert_entry(transaction, ENTRY)
            entries = await actors(transaction)
    assert [entry[2] for entry in entries] == ["anna", "pricebook"]
    assert entries[1][0] == "database"


@pytest.mark.parametrize("role", [rights.API_ROLE, rights.WORKER_ROLE])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET actor_name = 'eve'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "ALTER TABLE audit_log DISABLE TRIGGER ALL",
        "INSERT INTO audit_log (action, entity_type, actor_name) VALUES ('a', 'b', 'eve')",
        "INSERT INTO audit_log (action, entity_type, at) VALUES ('a', 'b', now())",
        "SELECT setval('audit_log_id_seq', 1)",
    ],
)
async def test_the_roles_only_add_entries(database_url: str, role: str, statement: str) -> None:
    url = make_conninfo(database_url, user=role)
    async with Database(url) as as_role, as_role.transaction() as transaction:
        await audit.insert_entry(transaction, ENTRY)
        assert len(await actors(transaction)) == 1
    with psycopg.connect(url) as conn, pytest.raises(InsufficientPrivilege):
        conn.execute(statement.encode())


async def test_only_the_worker_deletes_old_entries(conn: Connection, database_url: str) -> None:
    await conn.execute(
        "INSERT INTO audit_log (action, entity_type, at)"
        " SELECT 'a.b', 'a', now() - make_interval(days => days)"
        " FROM unnest(ARRAY[1, 29, 31, 400]) AS days"
    )
    delete = "SELECT delete_old_audit_entries(0, 1000)"
    with (
        psycopg.connect(make_conninfo(database_url, user=rights.API_ROLE)) as api,
        pytest.raises(InsufficientPrivilege),
    ):
        api.execute(delete)
    with psycopg.connect(make_conninfo(database_url, user=rights.WORKER_ROLE)) as worker:
        assert worker.execute(delete).fetchone() == (2,)
