"""A backup under load, restored into an empty server: `python bench/backup.py [products]`.

The commands are those of docs/operations.md. During the backup, a price list is imported repeatedly
with other prices, and items are linked. The restored tables are compared with those of the snapshot
of the backup, and `pricebook doctor` checks them.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import psycopg
import sample
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pricebook.db import migrations
from pricebook.db.migrations import rights
from pricebook.embedded import Endpoints, binaries, data_folders, servers

LIST_ROWS = 20_000
PRICEBOOK = (sys.executable, "-m", "pricebook.cli")
SUM = "SELECT count(*), coalesce(sum(hashtextextended(each::text, 0)), 0) FROM {} AS each"
ITEMS = "SELECT id FROM supplier_items"
PRODUCTS = "SELECT id FROM products"
LINK = "UPDATE supplier_items SET product_id = %s WHERE id = %s"


def main() -> None:
    """Back up, restore, compare; print how long each took."""
    products = int([*sys.argv[1:], "50000"][0])
    with TemporaryDirectory(prefix="pricebook-bench-") as folder:
        Path(folder).chmod(0o755)
        dump = Path(folder) / "pricebook.dump"
        with prepared(Path(folder) / "source") as source:
            migrations.upgrade(source.database_url)
            with psycopg.connect(source.database_url) as conn:
                sample.fill(conn, products=products)
            with load(source, Path(folder)) as done:
                sums = back_up(source, dump)
                print(f"  meanwhile {done['links']:,} links and {done['lists']} price lists")
        print(f"  {dump.stat().st_size / 2**20:.0f} MiB")
        with prepared(Path(folder) / "target") as target:
            restore(target, dump)
            compare(sums, sums_of(target.database_url))


@contextmanager
def prepared(home: Path) -> Generator[Endpoints]:
    """Run servers with an empty database and the database roles."""
    with servers(home) as endpoints:
        script = subprocess.run([*PRICEBOOK, "roles"], check=True, capture_output=True).stdout
        administrator = make_conninfo(endpoints.database_url, user="postgres")
        run("psql", "--quiet", "--set", "ON_ERROR_STOP=1", administrator, given=script)
        yield endpoints


def back_up(source: Endpoints, dump: Path) -> dict[str, Any]:
    """Make a backup; return the counts and checksums of the tables in its snapshot."""
    with psycopg.connect(source.database_url) as conn:
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        row = conn.execute("SELECT pg_export_snapshot()").fetchone()
        snapshot = row[0] if row else ""
        options = ("--format=custom", f"--snapshot={snapshot}", f"--file={dump}")
        timed("pg_dump", lambda: run("pg_dump", *options, source.database_url))
        return sums(conn)


def restore(target: Endpoints, dump: Path) -> None:
    """Restore a backup into an empty database, migrate it and run the doctor."""
    options = ("--exit-on-error", "--no-owner", "--no-privileges", "--jobs=2")
    restoring = ("pg_restore", *options, f"--dbname={target.database_url}", str(dump))
    timed("pg_restore", lambda: run(*restoring))
    environment = {
        "DATABASE_URL": target.database_url,
        "REDIS_URL": target.redis_url,
        "JWT_SECRET": "a secret of this benchmark alone, 0123456789",
        "UPLOADS_DIR": str(dump.parent / "uploads"),
    }
    timed("migrate", lambda: pricebook("migrate", environment))
    timed("doctor", lambda: pricebook("doctor", environment))
    with psycopg.connect(make_conninfo(target.database_url, user=rights.API_ROLE)) as conn:
        conn.execute("SELECT count(*) FROM products")


@contextmanager
def load(source: Endpoints, folder: Path) -> Generator[Counter[str]]:
    """Link items and import price lists until the block ends; yield the counts of both."""
    stopping, done = Event(), Counter[str]()
    workers = [
        Thread(target=link, args=(source, stopping, done)),
        Thread(target=run_import, args=(source, folder / "list.csv", stopping, done)),
    ]
    for worker in workers:
        worker.start()
    while not done["lists"]:
        time.sleep(0.1)
    done.clear()
    try:
        yield done
    finally:
        stopping.set()
        for worker in workers:
            worker.join()


def link(source: Endpoints, stopping: Event, done: Counter[str]) -> None:
    """Link items to other products, one after another, with the API's role."""
    random = Random(7)
    api = make_conninfo(source.database_url, user=rights.API_ROLE)
    with psycopg.connect(api, autocommit=True) as conn:
        items, products = (
            [each for (each,) in conn.execute(query).fetchall()] for query in (ITEMS, PRODUCTS)
        )
        while not stopping.is_set():
            conn.execute(LINK, [random.choice(products), random.choice(items)])
            done["links"] += 1


def run_import(source: Endpoints, path: Path, stopping: Event, done: Counter[str]) -> None:
    """Import one price list repeatedly, each time with another price."""
    environment = {"DATABASE_URL": source.database_url, "REDIS_URL": source.redis_url}
    price = 20
    while not stopping.is_set():
        price += 1
        rows = (f"N-{n},Nail {n},{price}.50" for n in range(LIST_ROWS))
        path.write_text("\n".join(["Article code,Name,Price", *rows]))
        pricebook(
            "import",
            environment,
            str(path),
            "--supplier",
            "Nordwerk",
            "--create-supplier",
            "--json",
        )
        done["lists"] += 1


def sums_of(url: str) -> dict[str, Any]:
    """Return the counts and checksums of the tables of a database."""
    with psycopg.connect(url) as conn:
        return sums(conn)


def sums(conn: psycopg.Connection) -> dict[str, Any]:
    """Return the count and the checksum of each table."""
    conn.execute("SET LOCAL TIME ZONE 'UTC'")
    names = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    queries = {name: sql.SQL(SUM).format(sql.Identifier(name)) for (name,) in sorted(names)}
    return {name: conn.execute(query).fetchone() for name, query in queries.items()}


def compare(backed_up: dict[str, Any], restored: dict[str, Any]) -> None:
    """Print the tables; exit with an error if one differs."""
    for name, (count, _) in backed_up.items():
        print(f"  {name:20} {count:9,} rows {'equal' if backed_up == restored else restored[name]}")
    if backed_up != restored:
        raise SystemExit("The restored tables differ from the backup.")


def run(program: str, *words: str, given: bytes = b"") -> None:
    """Run a program of PostgreSQL; exit with an error if it fails or writes to stderr."""
    path = (
        binaries.find_postgres_folder(
            data_folders.Account(os.getuid(), os.getgid(), switch_user=False)
        )
        / program
    )
    done = subprocess.run([path, *words], input=given, capture_output=True, check=False)
    if done.returncode or done.stderr:
        raise SystemExit(f"{program}: {done.stderr.decode()}")


def pricebook(command: str, environment: dict[str, str], *words: str) -> None:
    """Run a command of Pricebook; exit with its output if it fails."""
    done = subprocess.run(
        [*PRICEBOOK, command, *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout}{done.stderr}")


def timed(name: str, do: Callable[[], Any]) -> None:
    """Run a step and print its seconds."""
    started_at = time.perf_counter()
    do()
    print(f"  {name:12} {time.perf_counter() - started_at:6.1f} s", flush=True)


if __name__ == "__main__":
    main()
