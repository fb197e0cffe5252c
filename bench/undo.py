"""Measures imports and their undo: `python bench/undo.py [products] [rows] [rounds]`.

In each round a supplier's price list changes all prices; every row is a linked item. Without a
table import_changes (an earlier release) only imports are measured, to be compared as a pair.
"""

import asyncio
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from import_speed import import_seconds
from sample import fill
from servers import migrated_servers

TABLES = ("suppliers", "categories", "products", "supplier_items", "item_identifiers")
CHANGED_BY_HAND = 1_000
LINK = """
    WITH item AS (
        SELECT id, row_number() OVER (ORDER BY id) AS place FROM supplier_items
        WHERE supplier_id = (SELECT id FROM suppliers WHERE name = 'Supplier')
    ), product AS (
        SELECT id, row_number() OVER (ORDER BY id) AS place FROM products
    )
    UPDATE supplier_items SET product_id = product.id
    FROM item JOIN product USING (place) WHERE supplier_items.id = item.id
"""


def main() -> None:
    """Measure in a database of its own."""
    products, count, rounds = map(int, [*sys.argv[1:], "500000", "100000", "3"][:3])
    with TemporaryDirectory() as folder, migrated_servers() as endpoints:
        url = endpoints.database_url
        path = Path(folder) / "list.csv"
        with psycopg.connect(url) as conn:
            fill(conn, products=products)
            ((has_undo,),) = conn.execute("SELECT to_regclass('import_changes') IS NOT NULL")
        run_import(url, path, count, 0)
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute(LINK)
            conn.execute("VACUUM ANALYZE")
        for number in range(1, rounds + 1):
            print(f"import of {count:,} changed rows: {run_import(url, path, count, number):.2f} s")
            if has_undo:
                measure_undo(url, path, count, number)
            vacuum(url)


def run_import(url: str, path: Path, count: int, number: int) -> float:
    """Write a price list whose prices differ from those of each other number; import it."""
    lines = (
        f"A-{row:07},Hammer number {row},{row % 977 + 1}.{10 + number}" for row in range(count)
    )
    path.write_text("\n".join(["Article code,Name,Price", *lines, ""]))
    return asyncio.run(import_seconds(url, path))


def measure_undo(url: str, path: Path, count: int, number: int) -> None:
    """Undo the last import, and one after which rows were changed by hand; check both."""
    from pricebook.db.database import Database  # noqa: PLC0415 (not of an earlier release)
    from pricebook.undo import service  # noqa: PLC0415

    async def undo(task_id: object) -> tuple[float, object]:
        async with Database(url) as database:
            start = time.perf_counter()
            task = await service.undo_inline(database, task_id, "bench", 10)  # type: ignore[arg-type]
            return time.perf_counter() - start, task.undo

    async def preview(task_id: object) -> float:
        from pricebook.undo.schemas import UndoQuery  # noqa: PLC0415

        async with Database(url) as database:
            start = time.perf_counter()
            await service.preview_undo(database, task_id, UndoQuery())  # type: ignore[arg-type]
            return time.perf_counter() - start

    seconds, counts = asyncio.run(undo(last_task(url)))
    print(f"  undo {seconds:.2f} s: {counts}")
    vacuum(url)
    copy(url)
    run_import(url, path, count, number + 20)
    seconds, counts = asyncio.run(undo(last_task(url)))
    print(f"  undo {seconds:.2f} s; rows that differ from before: {differences(url)}")
    vacuum(url)
    run_import(url, path, count, number + 40)
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(
            """
            UPDATE supplier_items SET current_price = current_price + 1 WHERE id IN (
                SELECT supplier_item_id FROM import_changes
                WHERE task_id = %s ORDER BY supplier_item_id LIMIT %s)
            """,
            [last_task(url), CHANGED_BY_HAND],
        )
    print(f"  dry run {asyncio.run(preview(last_task(url))):.2f} s")
    seconds, counts = asyncio.run(undo(last_task(url)))
    print(f"  undo with changes by hand {seconds:.2f} s: {counts}")
    print(f"  rows that differ from before: {differences(url)}")


def last_task(url: str) -> object:
    """Return the id of the newest import."""
    with psycopg.connect(url) as conn:
        ((task_id,),) = conn.execute(
            """
            SELECT id FROM ingestion_tasks WHERE undo_of IS NULL
            ORDER BY completed_at DESC LIMIT 1
            """
        )
    return task_id


def copy(url: str) -> None:
    """Keep a copy of each table."""
    with psycopg.connect(url) as conn:
        for table in TABLES:
            conn.execute(f"DROP TABLE IF EXISTS before_{table}".encode())
            conn.execute(f"CREATE TABLE before_{table} AS TABLE {table}".encode())


def differences(url: str) -> dict[str, int]:
    """Count the rows of each table that differ from the copy, but for their last change."""
    counts = dict[str, int]()
    with psycopg.connect(url) as conn:
        for table in TABLES:
            image = "SELECT to_jsonb(each) - 'updated_at'"
            query = (
                f"SELECT count(*) FROM ({image} FROM {table} AS each"  # noqa: S608 (our tables)
                f" EXCEPT ALL {image} FROM before_{table} AS each) AS rest"
            )
            ((counts[table],),) = conn.execute(query.encode())
    return counts


def vacuum(url: str) -> None:
    """Remove dead rows, so that rounds are alike."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE supplier_items, products, price_history")


if __name__ == "__main__":
    main()
