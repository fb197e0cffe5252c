"""Builders of rows for tests, with defaults for all columns that a test does not set."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from itertools import count
from typing import Any, LiteralString
from uuid import UUID

import msgspec
from psycopg import sql
from psycopg.types.json import Jsonb

from pricebook.auth.schemas import Role
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value
from pricebook.imports.preview_basis import basis_of
from pricebook.suppliers import service as suppliers
from pricebook.tasks.counts import Counts

AsRole = Callable[[Role], Awaitable[dict[str, str]]]
NO_PASSWORD = "$2b$04$" + "." * 53

# Products whose aggregates are not those of their present items of active suppliers.
WRONG_AGGREGATES: LiteralString = """
    SELECT product.id, min_price, max_price, supplier_count
    FROM products AS product
    WHERE (min_price, max_price, supplier_count::bigint) IS DISTINCT FROM (
        SELECT (min(current_price), max(current_price), count(DISTINCT supplier_id))
        FROM supplier_items AS item JOIN suppliers AS supplier ON supplier.id = supplier_id
        WHERE product_id = product.id AND absent_since IS NULL AND is_active)
"""

_numbers = count(1)


async def _insert_row(conn: Connection, statement: Any, values: Any) -> UUID:
    row = await (await conn.execute(statement, values)).fetchone()
    assert row
    return row[0]


async def supplier(conn: Connection, name: str | None = None) -> UUID:
    return await _insert_row(
        conn,
        "INSERT INTO suppliers (name, source_type) VALUES (%s, 'csv') RETURNING id",
        [name or f"Supplier {next(_numbers)}"],
    )


async def supplier_with_url(conn: Connection, url: str, name: str | None = None) -> UUID:
    """Insert a supplier whose price list is at an address."""
    supplier_id = await supplier(conn, name)
    config = Jsonb({"source_config": {"url": url}})
    await conn.execute("UPDATE suppliers SET metadata = %s WHERE id = %s", [config, supplier_id])
    return supplier_id


async def credentials(conn: Connection, supplier_id: UUID, origin: str) -> None:
    """Insert credentials that nobody can decrypt."""
    await conn.execute(
        """
        INSERT INTO supplier_credentials
            (supplier_id, kind, name, origin, key_id, ciphertext, updated_by)
        VALUES (%s, 'basic', 'shop-4711', %s, 'none', 'none', 'anna')
        """,
        [supplier_id, origin],
    )


async def category(conn: Connection, name: str, parent_id: UUID | None = None) -> UUID:
    return await _insert_row(
        conn,
        "INSERT INTO categories (name, parent_id) VALUES (%s, %s) RETURNING id",
        [name, parent_id],
    )


async def product(  # noqa: PLR0913 (keywords of a builder)
    conn: Connection,
    name: str = "Hammer",
    *,
    sku: str | None = None,
    status: str = "active",
    category_id: UUID | None = None,
    target_price: str | None = None,
) -> UUID:
    return await _insert_row(
        conn,
        """
        INSERT INTO products (internal_sku, name, status, category_id, target_price)
        VALUES (%s, %s, %s, %s, %s) RETURNING id
        """,
        [sku or f"SKU-{next(_numbers)}", name, status, category_id, target_price],
    )


async def item(  # noqa: PLR0913 (the same)
    conn: Connection,
    supplier_id: UUID,
    price: str = "10.00",
    *,
    product_id: UUID | None = None,
    sku: str | None = None,
    name: str = "Hammer",
) -> UUID:
    return await _insert_row(
        conn,
        """
        INSERT INTO supplier_items (supplier_id, product_id, supplier_sku, name, current_price)
        VALUES (%s, %s, %s, %s, %s) RETURNING id
        """,
        [supplier_id, product_id, sku or f"A-{next(_numbers)}", name, Decimal(price)],
    )


async def offered_product(conn: Connection, name: str, *prices: str, **fields: Any) -> UUID:
    """Insert a product with one item for each price, each of another supplier."""
    product_id = await product(conn, name, **fields)
    for price in prices:
        await item(conn, await supplier(conn), price, product_id=product_id)
    return product_id


async def api_key(
    conn: Connection, name: str, role: Role = "admin", secret_hash: bytes = bytes(32)
) -> UUID:
    """Insert an API key; without a hash no text is valid."""
    return await _insert_row(
        conn,
        "INSERT INTO api_keys (name, role, secret_hash, created_by) VALUES (%s, %s, %s, 'anna')"
        " RETURNING id",
        [name, role, secret_hash],
    )


async def user(
    conn: Connection, name: str, role: Role = "sales", password_hash: str = NO_PASSWORD
) -> UUID:
    """Insert an account; without a hash no password is valid."""
    return await _insert_row(
        conn,
        "INSERT INTO users (username, role, password_hash) VALUES (%s, %s, %s) RETURNING id",
        [name, role, password_hash],
    )


async def pricing_rule(conn: Connection, name: str, **fields: Any) -> UUID:
    """Insert a rule that doubles the lowest price; `fields` are other columns, or others of it."""
    values = {"name": name, "position": 10, "method": "markup", "percent": 100, **fields}
    columns = sql.SQL(", ").join(map(sql.Identifier, values))
    places = sql.SQL(", ").join(map(sql.Placeholder, values))
    statement = sql.SQL("INSERT INTO pricing_rules ({}) VALUES ({}) RETURNING id")
    cursor = await conn.execute(statement.format(columns, places), values)
    row = await cursor.fetchone()
    assert row
    return row[0]


async def status_batch(conn: Connection, *product_ids: UUID, state: str = "previewed") -> UUID:
    """Insert a batch that archives active products."""
    batch_id = await _insert_row(
        conn,
        "INSERT INTO product_batches (kind, fields, created_by, state)"
        " VALUES ('bulk', '{status}', 'anna', %s) RETURNING id",
        [state],
    )
    for product_id in product_ids:
        await conn.execute(
            "INSERT INTO product_batch_changes (batch_id, product_id, old_status, new_status)"
            " VALUES (%s, %s, 'active', 'archived')",
            [batch_id, product_id],
        )
    return batch_id


async def webhook(conn: Connection, name: str, url: str = "https://erp.example") -> UUID:
    return await _insert_row(
        conn,
        """
        INSERT INTO webhooks (name, url, types, secret, position, created_by)
        VALUES (%s, %s, '{}', repeat('k', 32)::bytea, 0, 'anna') RETURNING id
        """,
        [name, url],
    )


async def import_task(conn: Connection, supplier_id: UUID, **fields: Any) -> UUID:
    """Insert a task of an uploaded price list that was imported; `fields` are other columns."""
    values = {
        "supplier_id": supplier_id,
        "supplier_name": "ACME",
        "parser_type": "csv",
        "file_name": "prices.csv",
        "state": "succeeded",
        "requested_by": "anna",
        "started_at": "2026-01-01",
        "completed_at": "2026-01-02",
        **fields,
    }
    columns = sql.SQL(", ").join(map(sql.Identifier, values))
    places = sql.SQL(", ").join(map(sql.Placeholder, values))
    statement = sql.SQL("INSERT INTO ingestion_tasks ({}) VALUES ({}) RETURNING id")
    return await _insert_row(conn, statement.format(columns, places), values)


async def rejected_row(conn: Connection, task_id: UUID, number: int, *cells: str) -> UUID:
    """Insert a rejected row of a task."""
    return await _insert_row(
        conn,
        "INSERT INTO parsing_logs (task_id, error_type, error_message, row_number, row_data)"
        " VALUES (%s, 'missing_price', 'The row has no price.', %s, %s) RETURNING id",
        [task_id, number, Jsonb(cells)],
    )


async def quarantined_row(conn: Connection, task_id: UUID, item_id: UUID) -> UUID:
    """Insert an open row whose price is a hundred times that of its item."""
    return await _insert_row(
        conn,
        "INSERT INTO quarantined_rows (task_id, supplier_id, supplier_item_id, row_number,"
        " supplier_sku, name, old_price, price, old_cost, factor, reason, characteristics)"
        " SELECT %s, supplier_id, id, 2, supplier_sku, name, current_price, current_price * 100,"
        " current_price, 100, 'The price is out of line.', '{}' FROM supplier_items WHERE id = %s"
        " RETURNING id",
        [task_id, item_id],
    )


async def webhook_delivery(conn: Connection, webhook_id: UUID, **fields: Any) -> UUID:
    """Insert an event and its delivery; `ago` is its age in seconds."""
    statement = """
        WITH event AS (INSERT INTO events (type, data) VALUES ('import.held', '{}') RETURNING id)
        INSERT INTO webhook_deliveries (webhook_id, kind, event_id, type, state, attempts, status,
            error, milliseconds, created_at)
        SELECT %s, 'event', id, 'import.held', %s, 1, %s, %s, 12, now() - make_interval(secs => %s)
        FROM event RETURNING id
    """
    values = {"state": "delivered", "status": 200, "error": None, "ago": 0, **fields}
    return await _insert_row(conn, statement, [webhook_id, *values.values()])


async def notice_recipient(conn: Connection, name: str) -> UUID:
    """Insert a user who receives notices."""
    return await _insert_row(
        conn,
        """
        INSERT INTO notice_recipients (user_id, email, kinds) VALUES (%s, 'a@example.com', '{held}')
        RETURNING user_id
        """,
        [await user(conn, name)],
    )


async def administered(conn: Connection) -> dict[str, str]:
    """Insert what the pages of the administration are about; return their path parameters."""
    webhook_id = await webhook(conn, "ERP")
    return {
        "webhook_id": str(webhook_id),
        "delivery_id": str(await webhook_delivery(conn, webhook_id)),
        "recipient_id": str(await notice_recipient(conn, "recipient")),
    }


async def import_preview(conn: Connection, supplier_id: UUID, state: str = "ready") -> UUID:
    """Insert a preview of a price list of one new article."""
    change = {"outcome": "new", "row_number": 2, "supplier_sku": "A-1", "name": "Hammer"}
    change |= {"old_price": None, "new_price": "12.50", "percent": None}
    counts = dict.fromkeys(Counts.__struct_fields__, 0) | {"new": 1}
    sheets = [{"name": None, "rows": [[1, ["Code", "Name", "Price"]]]}]
    understood = [{"place": "", "clauses": ["price from column C", "1 article"]}]
    result = {"understood": understood, "counts": counts, "added": [change]}
    found = {"headers": ["Code", "Name", "Price"], "columns": {"price": "Price"}, "format": "csv"}
    supplier = await suppliers.find_supplier(conn, supplier_id)
    assert supplier
    basis = msgspec.to_builtins(basis_of({}, supplier, 7, new_layout=False))
    return await fetch_value(
        conn,
        """
        INSERT INTO import_previews (supplier_id, supplier_name, state, source, file_name,
            created_by, created_by_id, compared_at, found, result)
        SELECT id, name, %s, '{"file_path": "uploaded/list.csv"}', 'list.csv', 'buyer',
            gen_random_uuid(), now(), %s, %s
        FROM suppliers WHERE id = %s
        RETURNING id
        """,
        [state, Jsonb(found), Jsonb({**result, "sheets": sheets, "basis": basis}), supplier_id],
    )


async def product_import(conn: Connection) -> UUID:
    """Insert a dry run of own products that has ended."""
    return await _insert_row(
        conn,
        "INSERT INTO product_imports"
        " (dry_run, file_name, file_path, state, completed_at, count_new)"
        " VALUES (true, 'products.csv', 'uploads/x', 'succeeded', now(), 1) RETURNING id",
        [],
    )
