"""Measures the upgrade of a live database: `python bench/upgrade.py [products] [revision]`.

It starts at `revision`, with four items for each product and a price for each item. Beside readers
and writers it runs each later migration, and prints its seconds and the longest read and write.
500,000 products need 5 GB.
"""

import random
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import LiteralString

import psycopg
import sample
from psycopg.conninfo import make_conninfo

from pricebook.db import migrations
from pricebook.db.migrations.lock_retries import LockRetries
from pricebook.embedded import servers

SUPERUSER = "postgres"
FIRST = "0023"
WAIT_SECONDS = 300

# Without triggers: they would take most of the time.
ROWS: tuple[LiteralString, ...] = (
    """
    UPDATE products SET min_price = found.low, max_price = found.high, supplier_count = 4
    FROM (SELECT product_id, min(current_price) AS low, max(current_price) AS high
          FROM supplier_items GROUP BY product_id) AS found
    WHERE found.product_id = products.id
    """,
    """
    UPDATE supplier_items SET price_details
        = jsonb_build_object('gtin', '4006381333931', 'mpn', 'GSR 18V-' || supplier_sku)
    WHERE supplier_sku LIKE '%0'
    """,
    """
    INSERT INTO price_history (supplier_item_id, price)
    SELECT id, current_price FROM supplier_items
    """,
    """
    INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, state, enqueued_at)
    SELECT id, name, 'csv', 'succeeded', now() - n * interval '1 hour'
    FROM suppliers CROSS JOIN generate_series(1, 5000) AS n
    """,
    "VACUUM (ANALYZE)",
)
READS: dict[str, LiteralString] = {
    "product": "SELECT * FROM products WHERE internal_sku = %(sku)s",
    "page": "SELECT * FROM products WHERE internal_sku > %(sku)s ORDER BY internal_sku LIMIT 20",
    "items": """
        SELECT * FROM supplier_items AS item JOIN suppliers ON suppliers.id = supplier_id
        WHERE product_id = (SELECT id FROM products WHERE internal_sku = %(sku)s)
    """,
    "prices": """
        SELECT * FROM price_history WHERE supplier_item_id IN (
            SELECT item.id FROM supplier_items AS item JOIN products ON products.id = product_id
            WHERE internal_sku = %(sku)s)
    """,
    "tasks": "SELECT * FROM ingestion_tasks ORDER BY enqueued_at DESC LIMIT 20",
}
WRITES: dict[str, LiteralString] = {
    "price": """
        UPDATE supplier_items SET current_price = 1 + floor(random() * 100)
        WHERE product_id = (SELECT id FROM products WHERE internal_sku = %(sku)s)
    """,
    "name": "UPDATE products SET name = %(name)s WHERE internal_sku = %(sku)s",
    "task": """
        INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, state)
        SELECT id, name, 'csv', 'succeeded' FROM suppliers WHERE name = 'Supplier 1'
    """,
}


class Longest:
    """The longest time of each statement since it was asked for."""

    def __init__(self) -> None:
        self._seconds = dict[str, float]()
        self._errors = list[str]()
        self._lock = threading.Lock()

    def add(self, name: str, seconds: float, error: psycopg.Error | None) -> None:
        """Note a statement that has ended."""
        with self._lock:
            self._seconds[name] = max(self._seconds.get(name, 0), seconds)
            if error:
                self._errors.append(f"{name}: {str(error).splitlines()[0]}")

    def take(self) -> str:
        """Return the longest read, the longest write and the errors; forget them."""
        with self._lock:
            found, errors = dict(self._seconds), list(self._errors)
            self._seconds.clear()
            self._errors.clear()
        slowest = (
            max(((found.get(name, 0), name) for name in names), default=(0, ""))
            for names in (READS, WRITES)
        )
        text = "  ".join(f"{seconds:6.2f} s {name:<8}" for seconds, name in slowest)
        return f"{text} {', '.join(sorted(set(errors)))}".rstrip()


def main() -> None:
    """Fill a database of the first revision, and migrate it a revision at a time."""
    products, first = (*sys.argv[1:], "500000", FIRST)[:1] + (*sys.argv[2:], FIRST)[:1]
    with TemporaryDirectory(prefix="pricebook-bench-") as folder:
        Path(folder).chmod(0o755)
        with servers(Path(folder) / "home") as endpoints:
            start = time.perf_counter()
            fill(endpoints.database_url, int(products), first)
            print(f"{int(products):,} products: {time.perf_counter() - start:.0f} s", flush=True)
            measure(endpoints.database_url, int(products), int(first))


def fill(url: str, products: int, first: str) -> None:
    """Fill a new database of a revision."""
    migrations.upgrade(url, first)
    with psycopg.connect(make_conninfo(url, user=SUPERUSER)) as conn:
        conn.execute("SET session_replication_role = replica")
        sample.fill(conn, products=products)
        for statement in ROWS:
            conn.execute(statement)


def measure(url: str, products: int, first: int) -> None:
    """Run the migrations beside readers and writers, and print a line for each."""
    longest = Longest()
    retries = LockRetries(WAIT_SECONDS, lambda sentence: print(sentence, flush=True))
    with clients(url, products, longest):
        time.sleep(5)
        print(f"{'before':<10} {longest.take()}", flush=True)
        begun = time.perf_counter()
        for number in range(first + 1, int(migrations.head()) + 1):
            start = time.perf_counter()
            migrations.upgrade(url, f"{number:04}", retries)
            seconds = time.perf_counter() - start
            time.sleep(0.2)  # until the statements that waited have ended
            print(f"{number:04} {seconds:5.1f} s {longest.take()}", flush=True)
    print(f"all: {time.perf_counter() - begun:.0f} s")


@contextmanager
def clients(url: str, products: int, longest: Longest) -> Generator[None]:
    """Run a reader and two writers until the block ends."""
    finished = threading.Event()

    def run(statements: dict[str, LiteralString]) -> None:
        chosen = random.Random(1)
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as conn:
            while not finished.is_set():
                for name, statement in statements.items():
                    sku = f"SKU-{chosen.randint(1, products):08}"
                    run_one(conn, statement, {"sku": sku, "name": f"Nail {sku}"}, name)

    def run_one(
        conn: psycopg.Connection, statement: LiteralString, values: dict[str, str], name: str
    ) -> None:
        start = time.perf_counter()
        error = None
        try:
            conn.execute(statement, values)
        except psycopg.Error as raised:
            error = raised
        longest.add(name, time.perf_counter() - start, error)

    threads = [threading.Thread(target=run, args=[each]) for each in (READS, WRITES, WRITES)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        finished.set()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main()
