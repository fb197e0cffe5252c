"""Builders of rows for tests, with defaults for all columns that a test does not set."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from itertools import count
from typing import Any, LiteralString
from uuid import UUID

from psycopg import sql

from pricebook.auth.schemas import Role
from pricebook.db.database import Connection

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


async def _insert_row(conn: Connection, statement: Any, values: list[Any]) -> UUID:
    row = await (await conn.execute(statement, values)).fetchone()
    assert row
    return row[0]


async def supplier(conn: Connection, name: str | None = None) -> UUID:
    return await _insert_row(
        conn,
        "INSERT INTO suppliers (name, source_type) VALUES (%s, 'csv') RETURNING id",
        [name or f"Supplier {next(_numbers)}"],
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
