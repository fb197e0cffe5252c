"""A request for each staff route that changes something, with the rows that it needs."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct

import builders
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value

Json = dict[str, Any]
FILE = {"file": ("list.csv", b"sku,name,price\nA-1,Hammer,12.50\n", "text/csv")}


class ChangingRequest(Struct, kw_only=True):
    """A request, by a path below /api/v1/admin, and the actions that it is to be logged as."""

    path: str
    actions: set[str]
    json: Json | None = None
    files: Json | None = None

    @property
    def options(self) -> Json:
        """The body, as the options of a test client."""
        return {"json": self.json} if self.files is None else {"files": self.files}


Prepare = Callable[[Connection], Awaitable[ChangingRequest]]
Route = tuple[str, str]
CHANGING_ROUTES: dict[Route, Prepare] = {}


def request_for(method: str, route: str) -> Callable[[Prepare], Prepare]:
    """Add a request to CHANGING_ROUTES."""

    def add(prepare: Prepare) -> Prepare:
        CHANGING_ROUTES[method, route] = prepare
        return prepare

    return add


async def item_and_product(conn: Connection) -> tuple[UUID, UUID]:
    return await builders.item(conn, await builders.supplier(conn)), await builders.product(conn)


async def task(conn: Connection, state: str) -> UUID:
    return await fetch_value(
        conn,
        """
        INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, state)
        VALUES (%s, 'ACME', 'csv', %s) RETURNING id
        """,
        [await builders.supplier(conn), state],
    )


async def quarantined_row(conn: Connection) -> UUID:
    item_id, _ = await item_and_product(conn)
    return await fetch_value(
        conn,
        """
        INSERT INTO quarantined_rows (supplier_id, supplier_item_id, row_number, supplier_sku, name,
            price, characteristics, price_details, availability, old_price, old_cost, reason)
        SELECT supplier_id, id, 2, supplier_sku, name, 99, '{}', '{}', '{}', current_price,
            current_price, 'out of line'
        FROM supplier_items WHERE id = %s RETURNING id
        """,
        [item_id],
    )


@request_for("POST", "/products/import")
async def _(_conn: Connection) -> ChangingRequest:
    return ChangingRequest(
        path="/products/import", actions={"product_import.requested"}, files=FILE
    )


@request_for("POST", "/products")
async def _(conn: Connection) -> ChangingRequest:
    item_id, _ = await item_and_product(conn)
    body = {"name": "Hammer", "supplier_item_id": str(item_id)}
    return ChangingRequest(path="/products", actions={"product.created", "item.linked"}, json=body)


@request_for("PATCH", "/products/{id}")
async def _(conn: Connection) -> ChangingRequest:
    path = f"/products/{await builders.product(conn)}"
    return ChangingRequest(path=path, actions={"product.updated"}, json={"target_price": "9.95"})


@request_for("PATCH", "/products/{id}/match")
async def _(conn: Connection) -> ChangingRequest:
    item_id, product_id = await item_and_product(conn)
    body = {"action": "link", "supplier_item_id": str(item_id)}
    return ChangingRequest(path=f"/products/{product_id}/match", actions={"item.linked"}, json=body)


@request_for("POST", "/categories")
async def _(_conn: Connection) -> ChangingRequest:
    return ChangingRequest(path="/categories", actions={"category.created"}, json={"name": "Saws"})


@request_for("PATCH", "/categories/{id}")
async def _(conn: Connection) -> ChangingRequest:
    path = f"/categories/{await builders.category(conn, 'Saws')}"
    return ChangingRequest(path=path, actions={"category.updated"}, json={"name": "Hammers"})


@request_for("DELETE", "/categories/{id}")
async def _(conn: Connection) -> ChangingRequest:
    parent_id = await builders.category(conn, "Saws")
    await builders.category(conn, "Jigsaws", parent_id)
    await builders.product(conn, category_id=parent_id)
    actions = {"category.deleted", "category.updated", "product.updated"}
    return ChangingRequest(path=f"/categories/{parent_id}", actions=actions)


@request_for("POST", "/categories/{id}/merge")
async def _(conn: Connection) -> ChangingRequest:
    category_id = await builders.category(conn, "Saws")
    await builders.category(conn, "Jigsaws", category_id)
    await builders.product(conn, category_id=category_id)
    actions = {"category.merged", "category.deleted", "category.updated", "product.updated"}
    body = {"into_id": str(await builders.category(conn, "Tools"))}
    return ChangingRequest(path=f"/categories/{category_id}/merge", actions=actions, json=body)


@request_for("POST", "/suppliers")
async def _(_conn: Connection) -> ChangingRequest:
    body = {"name": "ACME", "source_type": "csv"}
    return ChangingRequest(path="/suppliers", actions={"supplier.created"}, json=body)


@request_for("PATCH", "/suppliers/{id}")
async def _(conn: Connection) -> ChangingRequest:
    path = f"/suppliers/{await builders.supplier(conn)}"
    body = {"source_config": {"mode": "partial"}}
    return ChangingRequest(path=path, actions={"supplier.updated"}, json=body)


@request_for("DELETE", "/suppliers/{id}")
async def _(conn: Connection) -> ChangingRequest:
    supplier_id = await builders.supplier(conn)
    await builders.item(conn, supplier_id, product_id=await builders.product(conn))
    actions = {"supplier.deleted", "item.unlinked"}
    return ChangingRequest(path=f"/suppliers/{supplier_id}", actions=actions)


@request_for("POST", "/suppliers/{id}/upload")
async def _(conn: Connection) -> ChangingRequest:
    path = f"/suppliers/{await builders.supplier(conn)}/upload"
    return ChangingRequest(path=path, actions={"task.requested"}, files=FILE)


@request_for("POST", "/exchange-rates")
async def _(_conn: Connection) -> ChangingRequest:
    body = {"rates": [{"base": "EUR", "currency": "USD", "rate": "1.08"}]}
    return ChangingRequest(path="/exchange-rates", actions={"exchange_rate.created"}, json=body)


@request_for("POST", "/sync")
async def _(conn: Connection) -> ChangingRequest:
    supplier_id = await builders.supplier(conn)
    await conn.execute(
        """UPDATE suppliers SET metadata = '{"source_config": {"file_path": "list.csv"}}'"""
    )
    body = {"supplier_id": str(supplier_id)}
    return ChangingRequest(path="/sync", actions={"task.requested"}, json=body)


@request_for("POST", "/tasks/{id}/retry")
async def _(conn: Connection) -> ChangingRequest:
    return ChangingRequest(
        path=f"/tasks/{await task(conn, 'dead')}/retry", actions={"task.retried"}
    )


@request_for("POST", "/tasks/{id}/apply")
async def _(conn: Connection) -> ChangingRequest:
    path = f"/tasks/{await task(conn, 'held')}/apply"
    return ChangingRequest(path=path, actions={"task.apply_requested"})


@request_for("POST", "/tasks/{id}/undo")
async def undo_task(conn: Connection) -> ChangingRequest:
    task_id = await task(conn, "succeeded")
    await conn.execute("UPDATE ingestion_tasks SET keeps_changes = true WHERE id = %s", [task_id])
    return ChangingRequest(path=f"/tasks/{task_id}/undo", actions={"task.requested"})


@request_for("POST", "/tasks/{id}/refuse")
async def _(conn: Connection) -> ChangingRequest:
    path = f"/tasks/{await task(conn, 'held')}/refuse"
    return ChangingRequest(path=path, actions={"task.refused"}, json={})


@request_for("POST", "/tasks/{id}/cancel")
async def _(conn: Connection) -> ChangingRequest:
    path = f"/tasks/{await task(conn, 'queued')}/cancel"
    return ChangingRequest(path=path, actions={"task.cancelled"})


@request_for("POST", "/quarantined-rows/accept")
async def _(conn: Connection) -> ChangingRequest:
    body = {"ids": [str(await quarantined_row(conn))]}
    actions = {"quarantined_row.accepted"}
    return ChangingRequest(path="/quarantined-rows/accept", actions=actions, json=body)


@request_for("POST", "/quarantined-rows/refuse")
async def _(conn: Connection) -> ChangingRequest:
    body = {"ids": [str(await quarantined_row(conn))]}
    actions = {"quarantined_row.refused"}
    return ChangingRequest(path="/quarantined-rows/refuse", actions=actions, json=body)


@request_for("POST", "/matches/run")
async def _(_conn: Connection) -> ChangingRequest:
    return ChangingRequest(path="/matches/run", actions={"match_run.requested"}, json={})


@request_for("POST", "/matches/bulk")
async def _(conn: Connection) -> ChangingRequest:
    decisions = [
        {"supplier_item_id": str(item_id), "product_id": str(product_id), "action": action}
        for action in ("accept", "reject")
        for item_id, product_id in [await item_and_product(conn)]
    ]
    actions = {"match_batch.created", "item.linked", "item.match_rejected"}
    return ChangingRequest(path="/matches/bulk", actions=actions, json={"decisions": decisions})


@request_for("POST", "/matches/batches/{id}/undo")
async def _(conn: Connection) -> ChangingRequest:
    batch_id = await fetch_value(
        conn,
        "INSERT INTO match_batches (kind, created_by) VALUES ('decisions', 'anna') RETURNING id",
    )
    for action in ("accept", "reject"):
        item_id, product_id = await item_and_product(conn)
        if action == "accept":
            await conn.execute(
                "UPDATE supplier_items SET product_id = %s WHERE id = %s", [product_id, item_id]
            )
        await conn.execute(
            """
            INSERT INTO match_decisions (batch_id, supplier_item_id, product_id, action)
            VALUES (%s, %s, %s, %s)
            """,
            [batch_id, item_id, product_id, action],
        )
    actions = {"match_batch.undone", "item.unlinked", "item.match_rejection_undone"}
    return ChangingRequest(path=f"/matches/batches/{batch_id}/undo", actions=actions)


@request_for("PUT", "/matches/models/active")
async def _(conn: Connection) -> ChangingRequest:
    await conn.execute(
        """
        INSERT INTO match_models (model, decisions, is_active, created_by)
        VALUES ('{"weights": {}, "intercept": 0}', 100, true, 'anna')
        """
    )
    return ChangingRequest(
        path="/matches/models/active", actions={"match_model.updated"}, json={"version": 0}
    )


@request_for("PUT", "/suppliers/{id}/auto-link")
async def _(conn: Connection) -> ChangingRequest:
    path = f"/suppliers/{await builders.supplier(conn)}/auto-link"
    return ChangingRequest(path=path, actions={"auto_link.switched_on"}, json={"is_on": True})


@request_for("POST", "/matches/products")
async def _(conn: Connection) -> ChangingRequest:
    item_id, _ = await item_and_product(conn)
    actions = {"product.created", "match_batch.created", "item.linked"}
    body = {"supplier_item_ids": [str(item_id)]}
    return ChangingRequest(path="/matches/products", actions=actions, json=body)


@request_for("POST", "/clusters/{id}/product")
async def _(conn: Connection) -> ChangingRequest:
    cluster_id = uuid4()
    await conn.execute(
        "INSERT INTO match_clusters (id, score, reasons) VALUES (%s, 0.9, '{}')", [cluster_id]
    )
    for _ in range(2):
        item_id, _ = await item_and_product(conn)
        await conn.execute(
            "INSERT INTO match_cluster_items (supplier_item_id, cluster_id) VALUES (%s, %s)",
            [item_id, cluster_id],
        )
    actions = {"product.created", "match_batch.created", "item.linked"}
    return ChangingRequest(path=f"/clusters/{cluster_id}/product", actions=actions, json={})


async def product_batch(conn: Connection, state: str) -> UUID:
    """Insert a batch that raises a target price, to be applied, or applied already."""
    product_id = await builders.product(conn, target_price="11" if state == "applied" else "10")
    batch_id = await fetch_value(
        conn,
        """
        INSERT INTO product_batches (kind, state, fields, created_by)
        VALUES ('bulk', %s, '{target_price}', 'anna') RETURNING id
        """,
        [state],
    )
    await conn.execute(
        """
        INSERT INTO product_batch_changes (batch_id, product_id, old_status, new_status,
            old_target_price, new_target_price, outcome)
        VALUES (%s, %s, 'active', 'active', 10, 11, %s)
        """,
        [batch_id, product_id, "applied" if state == "applied" else None],
    )
    return batch_id


async def pricing_rule(conn: Connection) -> UUID:
    return await fetch_value(
        conn,
        """
        INSERT INTO pricing_rules (name, position, method, percent)
        VALUES ('All', 1, 'markup', 30) RETURNING id
        """,
    )


@request_for("POST", "/product-batches")
async def _(conn: Connection) -> ChangingRequest:
    body = {
        "product_ids": [str(await builders.product(conn))],
        "changes": {"status": "draft"},
    }
    actions = {"product_batch.previewed"}
    return ChangingRequest(path="/product-batches", actions=actions, json=body)


@request_for("POST", "/product-batches/{id}/apply")
async def _(conn: Connection) -> ChangingRequest:
    path = f"/product-batches/{await product_batch(conn, 'previewed')}/apply"
    return ChangingRequest(path=path, actions={"product_batch.applied", "product.updated"})


@request_for("POST", "/product-batches/{id}/undo")
async def _(conn: Connection) -> ChangingRequest:
    path = f"/product-batches/{await product_batch(conn, 'applied')}/undo"
    return ChangingRequest(path=path, actions={"product_batch.undone", "product.updated"})


@request_for("POST", "/pricing-rules")
async def _(_conn: Connection) -> ChangingRequest:
    body = {"name": "All", "method": "markup", "percent": "30"}
    return ChangingRequest(path="/pricing-rules", actions={"pricing_rule.created"}, json=body)


@request_for("PATCH", "/pricing-rules/{id}")
async def _(conn: Connection) -> ChangingRequest:
    path = f"/pricing-rules/{await pricing_rule(conn)}"
    return ChangingRequest(path=path, actions={"pricing_rule.updated"}, json={"percent": "31"})


@request_for("DELETE", "/pricing-rules/{id}")
async def _(conn: Connection) -> ChangingRequest:
    path = f"/pricing-rules/{await pricing_rule(conn)}"
    return ChangingRequest(path=path, actions={"pricing_rule.deleted"})


@request_for("POST", "/pricing-rules/preview")
async def _(conn: Connection) -> ChangingRequest:
    await pricing_rule(conn)
    await builders.offered_product(conn, "Hammer", "10")
    actions = {"product_batch.previewed"}
    return ChangingRequest(path="/pricing-rules/preview", actions=actions, json={})
