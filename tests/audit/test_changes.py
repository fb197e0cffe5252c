"""Changes by every path, and what the audit log shows of them."""

from typing import Any, Literal

import psycopg
import pytest
from psycopg.types.json import Jsonb

import builders
from pricebook.audit import service as audit
from pricebook.audit.schemas import AuditActor, AuditEntry, AuditPaging, AuditQuery
from pricebook.auth import service as auth
from pricebook.auth.account_schemas import NewUser, UserChange
from pricebook.categories import service as categories
from pricebook.db.actor import Actor, acting_as
from pricebook.db.database import Connection, Database
from pricebook.db.migrations import rights
from pricebook.tasks.schemas import Requester
from worker_fixtures import RunningWorker, SubmitTask, WaitForEnd

SECRETS = ("$2b$", "s3cret", "t0ken", "passw0rd")


async def entries(database: Database, **filters: Any) -> list[AuditEntry]:
    """Return all entries that pass the filters, the oldest first."""
    page = await audit.list_entries(database, AuditQuery(limit=200, **filters))
    return page.data[::-1]


async def test_a_session_without_an_actor_is_logged_as_its_user(
    database: Database, database_url: str
) -> None:
    with psycopg.connect(database_url) as session:
        session.execute("INSERT INTO products (internal_sku, name) VALUES ('A-1', 'Hammer')")
        session.execute("UPDATE products SET target_price = 12.5, status = 'active'")
        session.execute("UPDATE products SET target_price = 12.50")
        session.execute("DELETE FROM products")
    found = await entries(database)
    assert [(each.action, each.entity_name) for each in found] == [
        ("product.created", "A-1"),
        ("product.updated", "A-1"),
        ("product.deleted", "A-1"),
    ]
    assert {(each.actor.type, each.actor.name) for each in found} == {("database", "pricebook")}
    created, updated, deleted = found
    assert (created.before, created.after) == (
        None,
        {"internal_sku": "A-1", "name": "Hammer", "status": "draft"},
    )
    assert updated.before == {"target_price": None, "status": "draft"}
    assert updated.after == {"target_price": "12.50", "status": "active"}
    assert deleted.after is None
    assert deleted.before
    assert deleted.before["target_price"] == "12.50"


async def test_links_are_entries_of_the_item_and_of_both_products(
    database: Database, conn: Connection
) -> None:
    first, second = await builders.product(conn, sku="P-1"), await builders.product(conn, sku="P-2")
    item_id = await builders.item(conn, await builders.supplier(conn, "ACME"), sku="A-1")
    for product_id in (first, second, None):
        await conn.execute("UPDATE supplier_items SET product_id = %s", [product_id])
    await conn.execute("UPDATE supplier_items SET product_id = NULL, name = 'Saw'")

    async def shown(page: Any) -> list[tuple[Any, ...]]:
        return [
            (
                each.action,
                each.before and each.before["internal_sku"],
                each.after and each.after["internal_sku"],
            )
            for each in (await page).data
            if each.entity_type == "item"
        ]

    linked = ("item.linked", None, "P-1")
    moved = ("item.linked", "P-1", "P-2")
    unlinked = ("item.unlinked", "P-2", None)
    paging = AuditPaging()
    assert await shown(audit.list_entries_of_item(database, item_id, paging)) == [
        unlinked,
        moved,
        linked,
    ]
    assert await shown(audit.list_entries_of_product(database, first, paging)) == [moved, linked]
    assert await shown(audit.list_entries_of_product(database, second, paging)) == [unlinked, moved]
    (entry,) = await entries(database, action="item.unlinked")
    assert (entry.entity_name, entry.entity_id) == ("ACME A-1", item_id)


async def test_no_secret_is_logged(database: Database, conn: Connection) -> None:
    await auth.add_users(database, [NewUser("anna", "sales", "$2b$04$s3cret")])
    await auth.change_user(database, "anna", UserChange(password_hash="$2b$04$t0ken"))
    config = {
        "url": "https://anna:passw0rd@example.com/list.csv?page=2&api_key=s3cret",
        "password": "passw0rd",
        "headers": [{"name": "x", "authorization": "Bearer t0ken"}],
        "nested": {"client_secret": "s3cret", "mode": "full"},
    }
    await builders.supplier(conn, "ACME")
    await conn.execute("UPDATE suppliers SET metadata = %s", [Jsonb({"source_config": config})])
    await conn.execute(
        "UPDATE suppliers SET metadata = jsonb_set(metadata, '{source_config,password}', '\"\"')"
    )
    cursor = await conn.execute("SELECT string_agg(audit_log::text, ' ') FROM audit_log")
    ((text,),) = await cursor.fetchall()
    assert [secret for secret in SECRETS if secret in text] == []
    (changed,) = await entries(database, action="user.updated")
    assert changed.after == {"password_hash": "***"}
    configured, changed = await entries(database, action="supplier.updated")
    assert configured.after
    shown = configured.after["source_config"]
    assert shown["url"] == "https://***@example.com/list.csv?page=2&api_key=***"
    assert shown["headers"] == [{"name": "x", "authorization": "***"}]
    assert shown["nested"] == {"client_secret": "***", "mode": "full"}
    assert changed.after == {"source_config": {"password": "***"}}


async def test_what_an_import_learns_is_no_change_of_the_supplier(
    database: Database, conn: Connection
) -> None:
    await builders.supplier(conn)
    await conn.execute(
        """UPDATE suppliers SET metadata = metadata || '{"found": {"columns": 3}}'"""
    )
    await conn.execute("UPDATE suppliers SET name = name")
    assert [each.action for each in await entries(database)] == ["supplier.created"]


@pytest.mark.parametrize("kind", ["user", "api_key"])
async def test_an_import_is_logged_as_its_requester(
    kind: Literal["user", "api_key"],
    database: Database,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    async with database.connection() as conn:
        supplier_id = await builders.supplier(conn)
        if kind == "user":
            actor = Actor(kind, "anna", await builders.user(conn, "anna", "admin"), "r-1")
            requester = Requester(actor.id, "anna", request_id="r-1")
        else:
            actor = Actor(kind, "ERP", await builders.api_key(conn, "ERP"), "r-1")
            requester = Requester(actor.id, "API key ERP", request_id="r-1")
    with acting_as(actor):
        task_id = await submit_task(supplier_id, requester=requester, create_products=True)
    async with running_worker():
        await wait_for_end(task_id)
    found = await entries(database, task_id=task_id)
    assert {(each.actor, each.request_id) for each in found} == {(found[0].actor, "r-1")}
    assert found[0].actor == AuditActor(actor.type, actor.id, actor.name)
    actions = [each.action for each in found]
    assert (actions[0], actions[-1]) == ("task.requested", "task.finished")
    assert sorted(set(actions[1:-1])) == ["item.linked", "product.created"]
    assert actions.count("item.linked") == actions.count("product.created") == 2
    finished = found[-1].after
    assert finished
    assert (finished["state"], finished["count_new"]) == ("succeeded", 2)


@pytest.mark.parametrize("role", [rights.API_ROLE, rights.WORKER_ROLE])
async def test_a_role_without_an_actor_is_named(
    database: Database, conn: Connection, database_url: str, role: str
) -> None:
    await builders.product(conn)
    with psycopg.connect(database_url, user=role) as session:
        session.execute("UPDATE products SET target_price = 1")
    (entry,) = await entries(database, actor=role)
    assert (entry.action, entry.actor.type) == ("product.updated", "database")


async def test_items_of_a_deleted_supplier_are_unlinked(
    database: Database, conn: Connection
) -> None:
    supplier_id, product_id = await builders.supplier(conn), await builders.product(conn)
    await builders.item(conn, supplier_id, product_id=product_id)
    await conn.execute("UPDATE suppliers SET deleting_since = now(), is_active = false")
    await conn.execute("SELECT delete_supplier_batch(%s, 10)", [supplier_id])
    actions = [each.action for each in await entries(database) if each.entity_id != product_id]
    assert actions == ["supplier.created", "item.linked", "supplier.deleted", "item.unlinked"]


async def test_a_deleted_category_is_logged_by_its_name(
    database: Database, conn: Connection
) -> None:
    category_id = await builders.category(conn, "Saws")
    await builders.category(conn, "Jigsaws", category_id)
    await categories.delete_category(database, category_id)
    found = [each for each in await entries(database) if each.entity_id == category_id]
    assert [(each.action, each.entity_name) for each in found] == [
        ("category.created", "Saws"),
        ("category.deleted", "Saws"),
    ]
