"""Price range, number of suppliers and price history are right after every kind of write."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import builders
from pricebook.db.database import Connection, Database
from pricebook.imports import importer
from pricebook.imports.importer_schemas import ImportRequest
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_request import FileSource
from pricebook.suppliers.activity import refresh_requested_products

WAIT_TIMEOUT_SECONDS = 120
MANY = 40_000

WRONG_HISTORY = """
    SELECT item.id FROM supplier_items AS item
    WHERE current_price IS DISTINCT FROM (
        SELECT price FROM price_history
        WHERE supplier_item_id = item.id ORDER BY recorded_at DESC LIMIT 1)
"""


async def aggregates(conn: Connection, product_id: UUID) -> tuple[Any, ...] | None:
    cursor = await conn.execute(
        "SELECT min_price, max_price, supplier_count FROM products WHERE id = %s", [product_id]
    )
    return await cursor.fetchone()


async def test_aggregates_follow_every_kind_of_write(conn: Connection) -> None:
    one, two = await builders.supplier(conn), await builders.supplier(conn)
    product_id = await builders.product(conn)
    assert await aggregates(conn, product_id) == (None, None, 0)
    cheap = await builders.item(conn, one, "5", product_id=product_id)
    await builders.item(conn, two, "9", product_id=product_id)
    assert await aggregates(conn, product_id) == (Decimal(5), Decimal(9), 2)
    await conn.execute("UPDATE supplier_items SET current_price = 7 WHERE id = %s", [cheap])
    assert await aggregates(conn, product_id) == (Decimal(7), Decimal(9), 2)
    await conn.execute("UPDATE supplier_items SET supplier_id = %s WHERE id = %s", [two, cheap])
    assert await aggregates(conn, product_id) == (Decimal(7), Decimal(9), 1)
    await conn.execute("UPDATE supplier_items SET product_id = NULL WHERE id = %s", [cheap])
    assert await aggregates(conn, product_id) == (Decimal(9), Decimal(9), 1)
    await conn.execute("DELETE FROM suppliers WHERE id = %s", [two])
    assert await aggregates(conn, product_id) == (None, None, 0)
    await builders.item(conn, one, "3", product_id=product_id)
    await conn.execute("TRUNCATE supplier_items CASCADE")
    assert await aggregates(conn, product_id) == (None, None, 0)


async def test_moving_an_item_changes_both_products(conn: Connection) -> None:
    old, new = await builders.product(conn), await builders.product(conn)
    item_id = await builders.item(conn, await builders.supplier(conn), product_id=old)
    await conn.execute("UPDATE supplier_items SET product_id = %s WHERE id = %s", [new, item_id])
    assert await aggregates(conn, old) == (None, None, 0)
    assert await aggregates(conn, new) == (Decimal(10), Decimal(10), 1)


async def test_deleting_a_supplier_changes_only_the_aggregates_of_a_product(
    conn: Connection,
) -> None:
    supplier_id = await builders.supplier(conn)
    product_id = await builders.product(conn)
    await builders.item(conn, supplier_id, product_id=product_id)
    await conn.execute("DELETE FROM suppliers WHERE id = %s", [supplier_id])
    assert await aggregates(conn, product_id) == (None, None, 0)


async def test_aggregates_cannot_be_updated_directly(conn: Connection) -> None:
    await builders.product(conn)
    with pytest.raises(psycopg.errors.GeneratedAlways, match="are derived from supplier_items"):
        await conn.execute("UPDATE products SET min_price = 1")


async def test_items_are_not_written_under_a_snapshot_that_could_be_old(
    conn: Connection,
) -> None:
    supplier_id, product_id = await builders.supplier(conn), await builders.product(conn)
    await conn.execute("SET default_transaction_isolation = 'repeatable read'")
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="READ COMMITTED"):
        await builders.item(conn, supplier_id, product_id=product_id)


# Random writes by several at once -------------------------------------------------------------

SUPPLIERS = [f"Supplier {number}" for number in range(3)]
CODES = [f"A-{number}" for number in range(6)]
Write = tuple[str, int, int, int]
STATEMENTS: dict[str, LiteralString] = {
    "link": """
        UPDATE supplier_items SET product_id = (
            SELECT id FROM products ORDER BY internal_sku OFFSET %(other)s LIMIT 1)
        WHERE supplier_sku = %(code)s AND supplier_id = (
            SELECT id FROM suppliers WHERE name = %(supplier)s)
    """,
    "unlink": """
        UPDATE supplier_items SET product_id = NULL
        WHERE supplier_sku = %(code)s AND supplier_id = (
            SELECT id FROM suppliers WHERE name = %(supplier)s)
    """,
    "price": """
        UPDATE supplier_items SET current_price = %(number)s
        WHERE supplier_sku = %(code)s AND supplier_id = (
            SELECT id FROM suppliers WHERE name = %(supplier)s)
    """,
    "absent": """
        UPDATE supplier_items SET absent_since = CASE WHEN absent_since IS NULL THEN now() END
        WHERE supplier_sku = %(code)s AND supplier_id = (
            SELECT id FROM suppliers WHERE name = %(supplier)s)
    """,
    "delete item": """
        DELETE FROM supplier_items
        WHERE supplier_sku = %(code)s AND supplier_id = (
            SELECT id FROM suppliers WHERE name = %(supplier)s)
    """,
    "activity": "UPDATE suppliers SET is_active = NOT is_active WHERE name = %(supplier)s",
    "all activities": "UPDATE suppliers SET is_active = (%(number)s %% 2 = 0)",
    "delete supplier": "DELETE FROM suppliers WHERE name = %(supplier)s",
    "delete product": """
        DELETE FROM products WHERE id = (
            SELECT id FROM products ORDER BY internal_sku OFFSET %(other)s LIMIT 1)
    """,
}

writes = st.lists(
    st.tuples(
        st.sampled_from(["import", "import", "link", "link", *STATEMENTS]),
        st.integers(0, 5),
        st.integers(0, 5),
        st.integers(1, 9),
    ),
    min_size=4,
    max_size=12,
)


async def import_list(
    database: Database, parser_pool: ParserPool, path: Path, supplier: str, seed: int
) -> None:
    chosen = random.Random(seed)  # noqa: S311 (a repeatable list, no secret)
    lines = [f"{code},Nail,{chosen.randint(1, 9)}.50" for code in chosen.sample(CODES, 4)]
    path.write_text("\n".join(["Article code,Name,Price", *lines]))  # noqa: ASYNC240
    source = FileSource(str(path))
    import_request = ImportRequest(
        source=source, supplier_name=supplier, currency="USD", safety_thresholds=None
    )
    await importer.run_import(database, parser_pool, import_request, lambda _: None)


async def write(database: Database, parser_pool: ParserPool, folder: Path, what: Write) -> None:
    kind, one, other, number = what
    supplier = SUPPLIERS[one % len(SUPPLIERS)]
    if kind == "import":
        path = folder / f"{uuid4().hex}.csv"
        await import_list(database, parser_pool, path, supplier, other * 100 + number)
        return
    async with database.transaction() as conn:
        # A product may be deleted between the choice and the link.
        with suppress(psycopg.errors.ForeignKeyViolation):
            await conn.execute(
                STATEMENTS[kind],
                {"supplier": supplier, "code": CODES[other], "other": one, "number": number},
            )


@pytest.fixture
def run_together(
    database_url: str, parser_pool: ParserPool, tmp_path: Path
) -> Callable[[list[list[Write]]], None]:
    """Let each list of writes run on a connection of its own, all at once."""

    async def run(streams: list[list[Write]]) -> list[tuple[Any, ...]]:
        async with Database(database_url, pool_min=4, pool_max=8) as database:
            async with database.connection() as conn:
                await conn.execute("TRUNCATE suppliers, products, aggregate_refreshes CASCADE")
                for number in range(6):
                    await builders.product(conn, sku=f"P-{number}")

            async def stream(what: list[Write]) -> None:
                for each in what:
                    await write(database, parser_pool, tmp_path, each)

            await asyncio.gather(*map(stream, streams))
            await refresh_requested_products(database)
            async with database.connection() as conn:
                wrong = await (await conn.execute(builders.WRONG_AGGREGATES)).fetchall()
                return wrong + await (await conn.execute(WRONG_HISTORY)).fetchall()

    def check(streams: list[list[Write]]) -> None:
        assert asyncio.run(run(streams)) == []

    return check


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(streams=st.lists(writes, min_size=4, max_size=4))
def test_random_concurrent_writes_keep_aggregates_correct_and_never_deadlock(
    run_together: Callable[[list[list[Write]]], None], streams: list[list[Write]]
) -> None:
    run_together(streams)


async def test_large_imports_do_not_use_a_plan_for_one_row(conn: Connection) -> None:
    supplier_id, product_id = await builders.supplier(conn), await builders.product(conn, "Hammer")
    await builders.item(conn, supplier_id, product_id=product_id)
    await conn.execute("UPDATE supplier_items SET current_price = 2")
    await conn.execute(
        "INSERT INTO supplier_items (supplier_id, product_id, supplier_sku, name, current_price)"
        " SELECT %s, %s, 'B-' || number, 'Nail', 3 FROM generate_series(1, %s) AS number",
        [supplier_id, product_id, MANY],
    )
    async with asyncio.timeout(WAIT_TIMEOUT_SECONDS):  # each with each, it would take twice as long
        await conn.execute("UPDATE supplier_items SET current_price = current_price + 1")
    row = await (await conn.execute("SELECT min_price, max_price FROM products")).fetchone()
    assert row == (Decimal(3), Decimal(4))
    row = await (await conn.execute("SELECT count(*) FROM price_history")).fetchone()
    assert row == (2 * MANY + 3,)
