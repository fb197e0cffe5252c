"""Long migrations beside open transactions, readers and writers; interrupted ones."""

import random
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from itertools import count

import psycopg
import pytest
import sample
from psycopg.types.json import Jsonb

from pricebook.db import migrations
from pricebook.db.migrations import drift
from pricebook.db.migrations.lock_retries import LockRetries
from pricebook.errors import DatabaseBusyError, PricebookError

BEFORE = "0023"
FILLED = "0024"
WRITERS = 3
SET_CODES = """
    UPDATE supplier_items
    SET price_details = jsonb_build_object('gtin', '4006381333931', 'mpn', 'GSR 18V-' || supplier_sku)
    WHERE supplier_sku LIKE '%0'
"""  # noqa: E501 (a line an expression)
WRONG_IDENTIFIERS = """
    SELECT item.id, price_details, identifiers
    FROM supplier_items AS item
    FULL JOIN item_identifiers AS identifiers ON supplier_item_id = item.id
    WHERE (price_details ->> 'gtin', code_key(price_details ->> 'mpn'))
        IS DISTINCT FROM (gtin, mpn_key)
"""
MISSING_WORDS = """
    SELECT word FROM products CROSS JOIN words_of_text(name) AS word
    EXCEPT SELECT word FROM product_words
"""
WRONG_COUNTS = """
    SELECT supplier_id, count(*) FROM supplier_items GROUP BY supplier_id
    EXCEPT SELECT supplier_id, sum(items) FROM supplier_item_counts GROUP BY supplier_id
"""
KILL_BEFORE_INDEX = """
    CREATE FUNCTION kill() RETURNS event_trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_query() LIKE '%INDEX CONCURRENTLY {index} %' THEN
            PERFORM pg_terminate_backend(pg_backend_pid());
        END IF;
    END $$;
    CREATE EVENT TRIGGER kill ON ddl_command_start EXECUTE FUNCTION kill();
"""


@pytest.fixture
def old_database_url(new_database: Callable[..., str]) -> str:
    """A database before the migration that fills tables, with 2,000 items."""
    url = new_database("template0")
    migrations.upgrade(url, BEFORE)
    with psycopg.connect(url) as conn:
        sample.fill(conn, products=500)
        conn.execute(SET_CODES)
    return url


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as conn:
        return conn.execute(query.encode()).fetchall()


def revision(url: str) -> str:
    ((found,),) = rows(url, "SELECT version_num FROM alembic_version")
    return str(found)


@contextmanager
def writers(url: str) -> Generator[None]:
    """Change codes of items, add and delete items and products, until the block ends."""
    finished = threading.Event()
    errors = list[psycopg.Error]()

    def write(seed: int) -> None:
        chosen = random.Random(seed)  # noqa: S311 (guards nothing)
        with psycopg.connect(url, autocommit=True) as conn:
            (supplier_id,), *_ = conn.execute("SELECT id FROM suppliers").fetchall()
            for number in count():
                if finished.is_set():
                    return
                item = f"A{chosen.randint(1, 500)}-{chosen.randint(0, 3)}"
                codes = chosen.choice([{"gtin": f"{number:013}", "mpn": f"X{number}"}, {}])
                new = f"{seed}-{number}"
                conn.execute(
                    "UPDATE supplier_items SET price_details = %s WHERE supplier_sku = %s",
                    [Jsonb(codes), item],
                )
                conn.execute(
                    """
                    INSERT INTO supplier_items
                        (supplier_id, supplier_sku, name, current_price, price_details)
                    VALUES (%s, %s, 'Nail', 1, %s)
                    """,
                    [supplier_id, new, Jsonb(codes)],
                )
                conn.execute(
                    "INSERT INTO products (internal_sku, name) VALUES (%s, %s)",
                    [new, f"Nail {chr(97 + number % 26) * 5}"],
                )
                conn.execute(
                    "DELETE FROM supplier_items WHERE supplier_sku = %s", [f"{seed}-{number - 5}"]
                )

    def write_and_keep_error(seed: int) -> None:
        try:
            write(seed)
        except psycopg.Error as error:
            errors.append(error)

    threads = [
        threading.Thread(target=write_and_keep_error, args=[seed]) for seed in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        finished.set()
        for thread in threads:
            thread.join()
    assert errors == []


def test_rows_are_filled_beside_writers(old_database_url: str) -> None:
    with writers(old_database_url):
        migrations.upgrade(old_database_url)
    assert rows(old_database_url, WRONG_IDENTIFIERS) == []
    assert rows(old_database_url, MISSING_WORDS) == []
    assert rows(old_database_url, WRONG_COUNTS) == []
    assert drift.find_drift(old_database_url) == drift.SchemaDrift([], [])


@pytest.mark.parametrize("target", [FILLED, "0026", "0027", "0032", "0035"])
def test_open_transaction_of_a_reader_stops_no_long_migration(
    old_database_url: str, target: str
) -> None:
    migrations.upgrade(old_database_url, f"{int(target) - 1:04}")
    with psycopg.connect(old_database_url) as reader:
        reader.execute("SELECT FROM products, supplier_items, suppliers LIMIT 1")
        migrations.upgrade(old_database_url, target, LockRetries(0))
        assert revision(old_database_url) == target


def test_interrupted_migration_is_completed(
    old_database_url: str, superuser: Callable[[str], str]
) -> None:
    migrations.upgrade(old_database_url, FILLED)
    with psycopg.connect(superuser(old_database_url)) as conn:
        conn.execute("UPDATE alembic_version SET version_num = %s", [BEFORE])
        conn.execute("DELETE FROM product_words WHERE word > 'm'")
        conn.execute("DELETE FROM item_identifiers WHERE mpn_key > 'gsr18va3'")
        conn.execute(
            "UPDATE pg_index SET indisvalid = false"
            " WHERE indexrelid = 'supplier_items_code_idx'::regclass"
        )
    migrations.upgrade(old_database_url)
    assert rows(old_database_url, WRONG_IDENTIFIERS) == []
    assert rows(old_database_url, MISSING_WORDS) == []
    assert drift.find_drift(old_database_url) == drift.SchemaDrift([], [])


@pytest.mark.parametrize(
    ("index", "before"),
    [
        ("supplier_items_code_idx", "0023"),
        ("products_mpn_idx", "0026"),
        ("products_price_change_idx", "0032"),
        ("price_history_past_time_idx", "0037"),
    ],
)
def test_killed_migration_is_completed(
    old_database_url: str, superuser: Callable[[str], str], index: str, before: str
) -> None:
    with psycopg.connect(superuser(old_database_url)) as conn:
        conn.execute(KILL_BEFORE_INDEX.format(index=index).encode())
    with pytest.raises(PricebookError):
        migrations.upgrade(old_database_url)
    assert revision(old_database_url) == before
    with psycopg.connect(superuser(old_database_url)) as conn:
        conn.execute("DROP FUNCTION kill CASCADE")
    migrations.upgrade(old_database_url)
    assert drift.find_drift(old_database_url) == drift.SchemaDrift([], [])


def test_items_are_counted_once(old_database_url: str) -> None:
    migrations.upgrade(old_database_url, "0032")
    with psycopg.connect(old_database_url) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '0031'")
        conn.execute("DELETE FROM supplier_item_counts WHERE supplier_id < gen_random_uuid()")
        conn.execute("DELETE FROM supplier_items WHERE supplier_sku LIKE '%-3'")
    migrations.upgrade(old_database_url)
    assert rows(old_database_url, WRONG_COUNTS) == []


def test_migrations_before_the_one_that_waits_are_kept(old_database_url: str) -> None:
    with psycopg.connect(old_database_url) as reader:
        reader.execute("SELECT FROM products LIMIT 1")
        with pytest.raises(DatabaseBusyError, match="after migration 0024 for pid"):
            migrations.upgrade(old_database_url, retries=LockRetries(0))
    assert revision(old_database_url) == FILLED
    migrations.upgrade(old_database_url)
    assert revision(old_database_url) == migrations.head()
